"""Why a photo got its grade: the evidence of each place, and the lesions behind it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from drgrade.data.audit.dust import Dust, DustSpot
from drgrade.data.photos.intake import prepare_photo
from drgrade.data.photos.masks import MAPS
from drgrade.data.photos.preprocess import Prepared
from drgrade.errors import DrgradeError
from drgrade.explanation.evidence import CLEAR, Evidence, attribute
from drgrade.explanation.findings import (
    THRESHOLD,
    Landmarks,
    Spot,
    count,
    field_of,
    find_landmarks,
    find_lesions,
    grade_of_spots,
    near_the_fovea,
    quadrant_of,
    set_aside,
    tell_apart,
)
from drgrade.icdr import is_referable
from drgrade.inference.engine import Engine
from drgrade.inference.result import result_of
from drgrade.modelfile.answers import answers_of

DIGITS = 5
ON_RETINA = 0.05  # of a place: with less retina than that it lies on the margin
FIELD_SIDE = 192  # px at which the field is found for the places of the evidence
KIND = "drgrade explanation"  # of the twin's file


@dataclass(frozen=True)
class LesionFindings:
    """What the lesion maps show: probabilities (5, h, w) in the field, lesions and landmarks.

    Lesions are found in `apart`, where no red spot is of two kinds (`tell_apart`) and none lies on
    dust of the camera; `on_dust` are those that do, None where the dust is not known. `grade` is
    what the ICDR rule makes of the lesions; `near_fovea` counts hard exudates within a disc
    diameter of the fovea, None where it is not known where that is.
    """

    shares: np.ndarray
    apart: np.ndarray
    lesions: tuple[Spot, ...]
    landmarks: Landmarks
    grade: int
    near_fovea: int | None
    threshold: float
    on_dust: tuple[Spot, ...] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Lesions of each kind."""
        return count(self.lesions)

    @property
    def quadrants(self) -> dict[str, int] | None:
        """Lesions in each quadrant that has some; None where the quadrants are not known."""
        if self.landmarks.fovea is None:
            return None
        named = [str(quadrant_of(spot, self.landmarks)) for spot in self.lesions]
        return {name: named.count(name) for name in sorted(set(named))}


@dataclass(frozen=True)
class Explanation:
    """A graded photo with its evidence and, where the network has lesion maps, what they show.

    `row` is the photo's row of predictions, as `grade_photos` gives it. `marks` says how far marks
    of lesions can be believed, where that was counted (`drgrade calibrate --masks`). `drawn` is
    whether the grader learned from drawn eyes alone, `referable_from` the probability from which
    its operating point HS, where it has one, calls a photo referable.
    """

    row: dict[str, Any]
    prepared: Prepared
    evidence: Evidence
    sight: LesionFindings | None
    marks: dict[str, Any] | None = None
    drawn: bool = False
    referable_from: float | None = None

    @property
    def grade(self) -> int:
        """The grade that the network gave, 0 to 4."""
        return int(self.row["predicted"])

    @property
    def by_point(self) -> bool:
        """Whether `referable` was decided by the model's operating point, not by the grade."""
        return "referable" in self.row

    @property
    def referable(self) -> bool:
        """Whether the photo asks for a referral."""
        return bool(self.row["referable"]) if self.by_point else is_referable(self.grade)

    @property
    def is_below_the_point(self) -> bool:
        """Whether the grade asks for a referral and the operating point does not."""
        return self.by_point and is_referable(self.grade) and not self.referable

    @property
    def p_dme(self) -> float | None:
        """Probability of signs of macular edema, where the model gives it."""
        return self.row.get("p_dme")

    @property
    def evidence_outside(self) -> float:
        """The share of the evidence, for and against, of places on the margin around the retina."""
        strength = np.abs(self.evidence.says)
        if not strength.sum():
            return 0.0
        return float(strength[self._retina < ON_RETINA].sum() / strength.sum())

    @property
    def _retina(self) -> np.ndarray:
        """The share of retina in each place of the evidence, (h, w)."""
        field = Image.fromarray(field_of(self.prepared.pixels, FIELD_SIDE).astype(np.float32))
        return np.asarray(field.resize(self.evidence.places.shape[::-1], Image.Resampling.BOX))

    @property
    def strongest_is_unmarked(self) -> bool:
        """Whether clear evidence for a referral is strongest where no lesion is seen nearby."""
        if self.sight is None:
            return False
        says = np.where(self._retina < ON_RETINA, -np.inf, self.evidence.says)
        if says.max() < self.evidence.says.mean() + CLEAR[self.evidence.measure]:
            return False
        row, column = np.unravel_index(says.argmax(), says.shape)
        high, wide = says.shape
        return not any(
            abs(spot.y * high - row - 0.5) <= 1.5 + spot.diameter * high / 2
            and abs(spot.x * wide - column - 0.5) <= 1.5 + spot.diameter * wide / 2
            for spot in self.sight.lesions
        )

    @property
    def disagrees(self) -> bool:
        """Whether the lesions seen would make another grade than the network gave."""
        return self.sight is not None and self.sight.grade != self.grade


def explain_photo(
    engine: Engine,
    name: str,
    path: Path | DrgradeError,
    *,
    eye: str | None = None,
    threshold: float = THRESHOLD,
    sha256: str = "",
    retina_check: bool = True,
    quality_check: bool = True,
    dust: Dust | None = None,
) -> tuple[dict[str, Any], Explanation | None]:
    """The row of predictions of one photo, and why it is so; None where it has no grade.

    Args:
        engine: an opened model.
        name: of the photo, as it is reported.
        path: where it lies, or what is wrong with it.
        eye: `left` or `right` where that is known.
        threshold: of the probability from which a pixel is lesion.
        sha256: what the manifest says of the file; one of another hash has no grade.
        retina_check: give no grade to a picture that shows no retina in colour.
        quality_check: give no grade to a photograph that the model's quality check refuses.
        dust: of the cameras of a set; the photo is known by the hash of its file.
    """
    header = engine.header
    seen = prepare_photo(name, path, header.preprocess, sha256=sha256, retina_check=retina_check,
                         quality=header.quality if quality_check else None)  # fmt: skip
    if seen.prepared is None:
        return result_of(seen, None, header.weights_sha256).as_row(), None
    found = engine.forward(seen.prepared.pixels[None])
    (answer,) = answers_of(header, found.outputs)
    row = result_of(seen, answer, header.weights_sha256).as_row()
    if not answer.is_graded:
        return row, None
    sight = None
    if found.maps is not None:
        shares = np.exp(-np.logaddexp(0, -found.maps[0].astype(np.float64)))
        placed = dust_in_square(seen.prepared, dust)
        sight = see_lesions(shares, seen.prepared.pixels, eye=eye, threshold=threshold, dust=placed)
    return row, Explanation(row, seen.prepared, attribute(header, found), sight,
                            header.provenance.lesion_marks,
                            drawn=header.knows_drawn_eyes_alone,
                            referable_from=header.referable_from)  # fmt: skip


def see_lesions(
    shares: np.ndarray,
    pixels: np.ndarray,
    *,
    eye: str | None = None,
    threshold: float = THRESHOLD,
    dust: Sequence[DustSpot] | None = None,
) -> LesionFindings:
    """What maps (5, h, w), 0 to 1, of a square (S, S, 3) uint8 show; dust in shares of its side."""
    inside = field_of(pixels, shares.shape[-1])
    shares = shares * inside
    apart, on_dust = tell_apart(shares, inside, threshold), None
    if dust is not None:
        apart, on_dust = set_aside(apart, dust, inside, threshold)
    lesions = find_lesions(apart, inside, threshold)
    landmarks = find_landmarks(shares[MAPS.index("disc")], inside, eye, threshold)
    grade = grade_of_spots(lesions, landmarks)
    near = near_the_fovea(lesions, landmarks)
    return LesionFindings(shares, apart, lesions, landmarks, grade, near, threshold, on_dust)


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Everything an explanation says, as plain values."""
    evidence, sight = explanation.evidence, explanation.sight
    report: dict[str, Any] = {
        "kind": KIND,
        **explanation.row,
        "referable": explanation.referable,
        "referable_by": "operating point HS" if explanation.by_point else "grade",
        "referable_from": explanation.referable_from,
        "grade_and_point_disagree": explanation.is_below_the_point,
        "evidence": {
            "measure": evidence.measure,
            "total": evidence.total,
            "base": evidence.base,
            "neutral": evidence.neutral,
            "outside_the_retina": round(explanation.evidence_outside, DIGITS),
            "strongest_is_unmarked": explanation.strongest_is_unmarked,
            "lesions": {kind: round(adds, DIGITS) for kind, adds in evidence.lesions.items()},
            "places": np.round(evidence.places, DIGITS).tolist(),
        },
        "learned_from_drawn_eyes_alone": explanation.drawn,
        "lesions": None,
    }
    if sight is None:
        return report
    return report | {
        "threshold": sight.threshold,
        "marks_believed": explanation.marks,
        "counts": sight.counts,
        "on_dust": None
        if sight.on_dust is None
        else [_placed(spot, explanation.prepared) for spot in sight.on_dust],
        "quadrants": sight.quadrants,
        "grade_of_lesions": sight.grade,
        "hard_exudates_near_fovea": sight.near_fovea,
        "eye": sight.landmarks.eye,
        "eye_by": sight.landmarks.eye_by or None,
        "disc": _placed(sight.landmarks.disc, explanation.prepared) or None,
        "fovea": _fovea(sight.landmarks, explanation.prepared),
        "lesions": [
            {**_placed(spot, explanation.prepared), "quadrant": quadrant_of(spot, sight.landmarks)}
            for spot in sight.lesions
        ],
    }


def to_photo(prepared: Prepared, x: float, y: float) -> tuple[float, float, float]:
    """A place in shares of the square's side as px of the photo's file, and px a side."""
    field, (height, width) = prepared.field, prepared.seen
    side = max(field.width, field.height)
    across, down = prepared.photo.width / width, prepared.photo.height / height
    left = field.left - (side - field.width) // 2
    top = field.top - (side - field.height) // 2
    return (left + x * side) * across, (top + y * side) * down, side * across


def dust_in_square(prepared: Prepared, dust: Dust | None) -> list[DustSpot] | None:
    """The dust of a photo in shares of the square's side; None where it is not known."""
    spots = dust.of(prepared.photo.sha256) if dust else None
    if spots is None:
        return None
    left, top, side = to_photo(prepared, 0.0, 0.0)
    return [spot.scaled((spot.x - left) / side, (spot.y - top) / side, 1 / side) for spot in spots]


def _placed(spot: Spot | None, prepared: Prepared) -> dict[str, Any]:
    if spot is None:
        return {}
    x, y, side = to_photo(prepared, spot.x, spot.y)
    shares = {k: round(v, DIGITS) if isinstance(v, float) else v for k, v in asdict(spot).items()}
    return shares | {"x_px": round(x, 1), "y_px": round(y, 1),
                     "diameter_px": round(spot.diameter * side, 1)}  # fmt: skip


def _fovea(landmarks: Landmarks, prepared: Prepared) -> dict[str, float] | None:
    if landmarks.fovea is None:
        return None
    x, y = landmarks.fovea
    across, down, _ = to_photo(prepared, x, y)
    return {"x": round(x, DIGITS), "y": round(y, DIGITS),
            "x_px": round(across, 1), "y_px": round(down, 1)}  # fmt: skip
