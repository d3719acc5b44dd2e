"""The whole judgement of one table: scores, three levels, three analyses, flow, warnings."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from drgrade.errors import PredictionsError, UsageError, nearest
from drgrade.evaluation import answer_checks as answers
from drgrade.evaluation import screening_checks as screening
from drgrade.evaluation.analyses import (
    Analysis,
    Flow,
    Transport,
    analyses,
    flow,
    imageability,
    transported,
)
from drgrade.evaluation.calibration import Calibration, calibration
from drgrade.evaluation.checks import Check
from drgrade.evaluation.frozen_points import FrozenPoint, frozen_points
from drgrade.evaluation.grade_scores import GradeScores, grade_scores
from drgrade.evaluation.input_checks import check_drift, check_numbers, check_preprocess
from drgrade.evaluation.intervals import bootstrap_auc
from drgrade.evaluation.joining import check_rows, join, refuse_strangers
from drgrade.evaluation.ledger import Looks
from drgrade.evaluation.other_eye import Substitution, substitute
from drgrade.evaluation.point_checks import check_points
from drgrade.evaluation.ranking import roc
from drgrade.evaluation.resampling import RESAMPLES
from drgrade.evaluation.scorecard import NO_PROBABILITIES, Scores, score, with_patients
from drgrade.evaluation.subgroups import Subgroup, subgroups
from drgrade.evaluation.units import (
    LEVELS,
    Endpoint,
    Units,
    at_level,
    called_by,
    endpoints,
    judged,
    primary_level,
)
from drgrade.evaluation.values import Estimate, missing
from drgrade.evaluation.worst_errors import WrongAnswer, worst_errors
from drgrade.grades import GRADES
from drgrade.predictions import Predictions

if TYPE_CHECKING:
    from drgrade.data.manifest import Manifest

FORMAT = 1
ABOUT = ("source", "licence", "address", "notes")  # what a manifest says of its photographs


@dataclass(frozen=True)
class Detection:
    """How one endpoint was found at one level: analyses A, B, C and the area under the ROC."""

    endpoint: Endpoint
    level: str
    n: int
    positives: int
    ungradable: int
    called_by: str
    analyses: tuple[Analysis, Analysis, Analysis]
    auc: Estimate
    imageability: Estimate

    @property
    def primary(self) -> Analysis:
        """Analysis A, intention to screen."""
        return self.analyses[0]


@dataclass(frozen=True)
class Judgement:
    """Everything a scorecard shows; `detections` holds every endpoint at every level.

    `primary` is the level that decides: patients where one has two eyes, else photographs.
    `points` are the operating points that travel with the table, as they do on its rows.
    `calibration` (None without probabilities), `roc` (x and y) and `subgroups` are of referable
    photographs. `leak_declared` says that the set's own source divides it so that it leaks.
    `about` is what the manifest says of the photographs; `looks` counts looks at this test set.
    """

    scores: Scores
    primary: str
    detections: tuple[Detection, ...]
    transport: tuple[Transport, ...]
    flow: Flow
    by_grade: GradeScores
    worst: tuple[WrongAnswer, ...]
    points: tuple[FrozenPoint, ...]
    calibration: Calibration | None
    roc: tuple[tuple[float, ...], tuple[float, ...]] | None
    subgroups: tuple[Subgroup, ...]
    checks: tuple[Check, ...]
    facts: dict[str, Any]
    about: dict[str, Any]
    leaked_share: float
    leak_declared: bool
    looks: Looks | None

    def detection(self, endpoint: str = "referable", level: str = "") -> Detection:
        """One endpoint at one level, the primary one by default."""
        wanted = (endpoint, level or self.primary)
        return next(d for d in self.detections if (d.endpoint.name, d.level) == wanted)

    @property
    def warnings(self) -> tuple[Check, ...]:
        """The checks that fire, errors first."""
        return tuple(sorted((c for c in self.checks if c.fires), key=lambda c: (c.level, c.code)))

    @property
    def has_error(self) -> bool:
        """Whether a warning of level E fires: the figures must not be used."""
        return any(check.level == "E" for check in self.warnings)

    def as_json(self) -> dict[str, Any]:
        """All figures of the page as plain values; what is undefined is null."""
        return {
            "format": FORMAT,
            "primary_level": self.primary,
            "scores": self.scores.as_json() | {"checks": None},
            "detections": [asdict(detection) for detection in self.detections],
            "predictive_values": [asdict(each) for each in self.transport],
            "flow": self.flow.as_json(),
            "by_grade": self.by_grade.as_json(),
            "operating_points": [each.as_json() for each in self.points],
            "worst_errors": [each.as_json() for each in self.worst],
            "calibration": asdict(self.calibration) if self.calibration else None,
            "subgroups": [asdict(each) for each in self.subgroups],
            "checks": [check.as_json() for check in self.checks],
            "warnings": [check.code for check in self.warnings],
            "facts": self.facts,
            "about": self.about,
            "looks": self.looks.as_json() if self.looks else None,
            "leaked_share": self.leaked_share,
            "leak_declared": self.leak_declared,
        }


def pick_split(predictions: Predictions, asked: str = "") -> Predictions:
    """The rows of the split asked for; `test` by default, or the only split there is.

    Raises:
        UsageError: no such split, or several and none of them is `test`.
    """
    found = predictions.table["split"].unique().drop_nulls().sort().to_list()
    wanted = asked or ("test" if "test" in found else found[0] if len(found) == 1 else "")
    if not found and not asked:
        return predictions
    if wanted not in found:
        hint = nearest(asked, found) if asked else ""
        raise UsageError(
            f"one split is judged, got '{asked}'{hint} among {', '.join(found) or 'none'}; "
            "name one with --split"
        )
    return predictions.part(wanted)


def judge(
    predictions: Predictions,
    manifest: "Manifest | None" = None,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    looks: Looks | None = None,
) -> Judgement:
    """Judge the rows of one split; the manifest lends patients, train grades and what was left out.

    `looks` is what the ledger says of these rows (`ledger.look_at`), for the report.

    Raises:
        PredictionsError: rows of several splits, a photo twice, photos that the manifest does not
            have, or nothing graded to judge.
    """
    _refuse_twins(predictions)
    split = next(iter(predictions.table["split"].drop_nulls()), None)
    beside = None if manifest is None else join(predictions, manifest, split)
    if beside is not None:
        refuse_strangers(beside)
    scores = score(predictions, manifest, seed, resamples=resamples)
    known = with_patients(predictions, manifest)
    level = primary_level(judged(known.table))
    found = tuple(
        _detect(known, endpoint, each, seed, resamples)
        for endpoint in endpoints(judged(known.table))
        for each in LEVELS
    )
    main, photos = (
        next(d for d in found if (d.endpoint.name, d.level) == ("referable", each))
        for each in (level, "photo")
    )
    share, declared = _leak(known, manifest)
    meant, curve = _probabilities(known, main.endpoint, seed, resamples)
    groups = subgroups(known, main.endpoint)
    swapped = substitute(known.graded(), seed=seed, resamples=resamples)
    overall = photos.primary.sensitivity
    about_answers = _answer_checks(scores, known, overall, meant, groups, swapped)
    about_screening = _screening_checks(scores, known, manifest, main, (share, declared))
    about_inputs = (
        check_drift(known.table, known.facts),
        check_preprocess(known.facts),
        check_numbers(known.table),
        check_rows(beside),
        check_points(predictions.facts),
    )
    checks = (*scores.checks, *about_screening, *about_answers, *about_inputs)
    return Judgement(
        scores=scores,
        primary=level,
        detections=found,
        transport=transported(main.primary),
        flow=flow(known.table),
        by_grade=grade_scores(known.graded(), seed=seed, resamples=resamples),
        worst=worst_errors(known, main.endpoint),
        points=frozen_points(known, main.endpoint, list(dict.fromkeys(("photo", level)))),
        calibration=meant,
        roc=curve,
        subgroups=groups,
        checks=tuple(sorted(checks, key=lambda check: check.code)),
        facts=predictions.facts,
        about={} if manifest is None else {key: manifest.facts.get(key) for key in ABOUT},
        leaked_share=share,
        leak_declared=declared,
        looks=looks,
    )


def _refuse_twins(predictions: Predictions) -> None:
    rows = predictions.table.filter(pl.col("status") != "duplicate")
    twice = rows.filter(pl.col("photo").is_duplicated())
    if not twice.is_empty():
        raise PredictionsError(
            f"each photo is judged once, got '{twice['photo'][0]}' and {twice.height - 1} more "
            "rows of photos that come twice; give the further ones status duplicate"
        )


def _detect(
    predictions: Predictions, endpoint: Endpoint, level: str, seed: int, resamples: int
) -> Detection:
    units = at_level(predictions, endpoint, level)
    return Detection(
        endpoint=endpoint,
        level=level,
        n=len(units),
        positives=int(units.positive.sum()),
        ungradable=int((~units.gradable).sum()),
        called_by=called_by(judged(predictions.table), endpoint),
        analyses=analyses(units),
        auc=_area(units, predictions.has_probabilities, seed, resamples),
        imageability=imageability(units),
    )


def _area(units: Units, has_probabilities: bool, seed: int, resamples: int) -> Estimate:
    """AUC over the units that have a score."""
    if not has_probabilities:
        return missing(NO_PROBABILITIES, len(units))
    kept = units.gradable
    return bootstrap_auc(
        units.positive[kept], units.score[kept], units.clusters[kept],
        resamples=resamples, seed=seed,
    )  # fmt: skip


def _leak(predictions: Predictions, manifest: "Manifest | None") -> tuple[float, bool]:
    """The share of judged rows whose patient is in another split, and whether that is declared."""
    if manifest is None:
        return 0.0, False
    table = judged(predictions.table)
    others = manifest.table.filter(
        ~pl.col("photo").is_in(table["photo"].implode())
        & pl.col("split").is_in(["train", "tune", "calibrate"])
    )
    seen = others["patient"].drop_nulls().unique()
    shared = table["patient"].is_in(seen.implode()).fill_null(value=False).sum()
    share = float(shared / max(1, table.height))
    facts = predictions.facts | manifest.facts
    return share, bool(facts.get("leak_declared"))


def _probabilities(
    predictions: Predictions, endpoint: Endpoint, seed: int, resamples: int
) -> tuple[Calibration | None, tuple[tuple[float, ...], tuple[float, ...]] | None]:
    """Calibration and the ROC curve of graded photographs; None where there are no scores."""
    if not predictions.has_probabilities:
        return None, None
    photos = at_level(predictions, endpoint, "photo")
    kept = photos.gradable
    positive, score_ = photos.positive[kept], photos.score[kept]
    found = calibration(
        positive, score_, photos.clusters[kept], resamples=resamples, seed=seed
    )  # fmt: skip
    curve = roc(positive, score_) if 0 < positive.sum() < len(positive) else None
    return found, None if curve is None else (tuple(curve[0].tolist()), tuple(curve[1].tolist()))


def _screening_checks(
    scores: Scores,
    predictions: Predictions,
    manifest: "Manifest | None",
    main: Detection,
    leak: tuple[float, bool],
) -> tuple[Check, ...]:
    photos = at_level(predictions, main.endpoint, "photo")
    everybody, gradable, _ = main.analyses
    by_grade = [int((photos.grades == grade).sum()) for grade in GRADES]
    return (
        screening.check_leak(manifest, *leak),
        screening.check_choice(predictions.facts),
        screening.check_size(everybody),
        screening.check_prevalence(photos, predictions.facts),
        screening.check_grades(by_grade),
        screening.check_ungradable(photos.grades, photos.gradable),
        screening.check_flattery(everybody, gradable),
        screening.check_edema(main.endpoint),
    )


def _answer_checks(
    scores: Scores,
    predictions: Predictions,
    overall: Estimate,
    meant: Calibration | None,
    groups: tuple[Subgroup, ...],
    swapped: Substitution | None,
) -> tuple[Check, ...]:
    return (
        answers.check_calibration(meant),
        answers.check_subgroups(groups, overall),
        answers.check_too_good(scores.referable_auc, scores.qwk, swapped),
        answers.check_sides(groups, predictions.facts.get("mirror_changes")),
        answers.check_label_noise(predictions.graded()),
        answers.check_scale(scores.confusion),
    )
