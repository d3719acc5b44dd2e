"""Does an exported file grade as its model does? Both answer the same photographs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from drgrade.data.photos.intake import prepare_photo
from drgrade.icdr import REFERABLE_FROM
from drgrade.inference.engine import Engine
from drgrade.inference.stream import Photo
from drgrade.locale.plain import as_plain
from drgrade.modelfile.header import ModelHeader
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import paired_difference
from drgrade.stats.metrics import collapse, kappas, sensitivities, specificities
from drgrade.stats.referable import referable_score

Outputs = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Bars:
    """What a proof has to show.

    `moved`: the largest change of a probability; None: not bounded by itself. `grades`,
    `referrals`: the largest share of photographs that change. `score`: the lower end of the 95 %
    interval of the change of QWK, and of sensitivity for referable DR, may not lie below.
    """

    photographs: int
    moved: float | None
    grades: float
    referrals: float
    score: float


EXACT = Bars(photographs=10, moved=1e-4, grades=0.0, referrals=0.0, score=0.0)
INT8 = Bars(photographs=100, moved=None, grades=0.05, referrals=0.02, score=-0.03)


@dataclass(frozen=True)
class Proof:
    """An exported file against its model, on `photographs`; `refused` more could not be graded.

    `outputs` and `probabilities`: the largest difference. `grades`, `referrals`: how many change,
    a referral by the model's operating point HS, or by the grade where it has none. `differences`:
    QWK, sensitivity and specificity for referable DR, the file's minus the model's, with patients
    resampled; empty without reference grades. `witness`: the largest difference of a probability
    between the model and another runtime that runs the same graph; None where there is none.
    """

    photographs: int
    refused: int
    outputs: float
    probabilities: float
    grades: int
    referrals: int
    referrals_by: str
    differences: Mapping[str, Estimate]
    witness: float | None
    bars: Bars

    @property
    def failures(self) -> tuple[str, ...]:
        """What does not hold, a phrase each; nothing where all does."""
        bars, n = self.bars, max(self.photographs, 1)
        checks = [
            (self.photographs >= bars.photographs,
             f"{self.photographs} photographs could be graded, at least {bars.photographs}"),
            (bars.moved is None or self.probabilities <= bars.moved,
             f"a probability moves by {self.probabilities:.2g}, at most {bars.moved}"),
            (bars.moved is None or self.witness is None or self.witness <= bars.moved,
             f"in ONNX Runtime a probability moves by {self.witness or 0:.2g}, "
             f"at most {bars.moved}"),
            (self.grades <= bars.grades * n,
             f"{self.grades} of {n} grades change, at most {bars.grades:.0%}"),
            (self.referrals <= bars.referrals * n,
             f"{self.referrals} of {n} referral decisions change, at most {bars.referrals:.0%}"),
            *((_is_kept(each, bars.score), f"{name} changes by {each}, at least {bars.score}")
              for name, each in self.differences.items() if name != "specificity"),
        ]  # fmt: skip
        return tuple(said for holds, said in checks if not holds)

    def as_json(self) -> dict[str, Any]:
        """All figures as plain values, and whether the proof holds."""
        return as_plain(self) | {"holds": not self.failures, "failures": list(self.failures)}


def _is_kept(difference: Estimate, least: float) -> bool:
    return difference.low is None or difference.low >= least


def squares_of(photos: Iterable[Photo], header: ModelHeader) -> tuple[np.ndarray, list[bool]]:
    """Prepared squares (n, S, S, 3) of the photographs that can be graded, and which these are."""
    size = header.preprocess.size
    seen = [prepare_photo(name, path, header.preprocess, sha256="".join(promised)).pixels
            for name, path, *promised in photos]  # fmt: skip
    there = [each for each in seen if each is not None]
    return np.stack(there) if there else np.empty((0, size, size, 3), np.uint8), [
        each is not None for each in seen
    ]


def prove(
    model: Engine,
    file: Engine,
    squares: np.ndarray,
    bars: Bars,
    *,
    refused: int = 0,
    witness: Outputs | None = None,
    grades: np.ndarray | None = None,
    patients: np.ndarray | None = None,
) -> Proof:
    """Answer the same squares (n, S, S, 3) with both, and count what changes.

    Args:
        model: what the file was made of.
        file: the exported file, opened as it will be.
        squares: prepared.
        bars: what has to be shown.
        refused: photographs that could not be prepared.
        witness: outputs of squares by another runtime.
        grades: reference grades (n,), -1 where unknown.
        patients: of each square (n,); None: each is its own.
    """
    first, second = _each(model.outputs, squares), _each(file.outputs, squares)
    old, old_grades = model.header.decode(first)
    new, new_grades = file.header.decode(second)
    point = model.header.referable_from
    referred = [
        given >= REFERABLE_FROM if point is None else referable_score(p) >= point
        for p, given in ((old, old_grades), (new, new_grades))
    ]
    seen = None if witness is None else model.header.decode(_each(witness, squares))[0]
    known = np.zeros(len(squares), bool) if grades is None else grades >= 0
    who = np.arange(len(squares)).astype(str) if patients is None else patients
    return Proof(
        photographs=len(squares),
        refused=refused,
        outputs=_largest(first, second),
        probabilities=_largest(old, new),
        grades=int((old_grades != new_grades).sum()),
        referrals=int((referred[0] != referred[1]).sum()),
        referrals_by="grade" if point is None else "operating point HS",
        differences={} if grades is None or not known.any() else _differences(
            grades[known], [each[known] for each in (old_grades, new_grades)],
            [each[known] for each in referred], who[known]),
        witness=None if seen is None else _largest(old, seen),
        bars=bars,
    )  # fmt: skip


def _each(outputs: Outputs, squares: np.ndarray) -> np.ndarray:
    """Outputs of squares, one by one: a proof of thousands takes no more memory than one of ten."""
    found = [outputs(square[None]) for square in squares]
    return np.concatenate(found) if found else np.zeros((0, 1), np.float32)


def _largest(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first.astype(np.float64) - second).max(initial=0.0))


def _differences(
    grades: np.ndarray, given: list[np.ndarray], referred: list[np.ndarray], patients: np.ndarray
) -> dict[str, Estimate]:
    first, second = (np.where(each, REFERABLE_FROM, 0) for each in referred)

    def of_calls(score: Callable[[np.ndarray], np.ndarray]) -> Estimate:
        return paired_difference(
            lambda cells: score(collapse(cells, REFERABLE_FROM)), grades, first, second, patients
        )

    return {
        "QWK": paired_difference(kappas, grades, given[0], given[1], patients),
        "sensitivity": of_calls(sensitivities),
        "specificity": of_calls(specificities),
    }
