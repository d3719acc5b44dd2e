"""The whole judgement of one table: scores, three levels, three analyses, flow, warnings."""

from typing import TYPE_CHECKING, Any

from drgrade.data.tables.predictions import Predictions
from drgrade.errors import UsageError, nearest
from drgrade.evaluation.analyses import analyses, flow, imageability, transported
from drgrade.evaluation.checks.other_eye import substitute
from drgrade.evaluation.edema import edema
from drgrade.evaluation.grade_scores import grade_scores
from drgrade.evaluation.join_manifest import Join, held_against
from drgrade.evaluation.levels import (
    LEVELS,
    Endpoint,
    Units,
    at_level,
    called_by,
    endpoints,
    judged,
    primary_level,
    refuse_twins,
)
from drgrade.evaluation.scorecard.evaluation import Curve, Detection, Evaluation
from drgrade.evaluation.scorecard.every_check import Evidence, every_check
from drgrade.evaluation.scorecard.frozen_points import frozen_points
from drgrade.evaluation.scorecard.leak import leak_of
from drgrade.evaluation.scorecard.scores import score, with_patients
from drgrade.evaluation.scorecard.worst_errors import worst_errors
from drgrade.evaluation.selective import Selective, selective_referral
from drgrade.evaluation.subgroups import subgroups
from drgrade.provenance.photo_set import SetProvenance
from drgrade.stats import metrics
from drgrade.stats.area_intervals import area
from drgrade.stats.estimate import Estimate, missing, with_unit
from drgrade.stats.ranking import roc
from drgrade.stats.reliability import Calibration, calibration
from drgrade.stats.resampling import RESAMPLES

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

HALF = 0.5  # the referable score from which a photograph is called where no point is frozen
ABOUT = ("source", "licence", "address", "notes")  # what a manifest says of its photographs


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


def evaluate_table(
    predictions: Predictions,
    manifest: "Manifest | None" = None,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    whole: Predictions | None = None,
) -> Evaluation:
    """Judge the rows of one split; the manifest lends patients, train grades and what was left out.

    `whole` is the table that the rows were taken from: without a manifest its other rows may show
    a leak. What the ledger says of these rows (`ledger.look_at`) is added by whoever shows them.

    Raises:
        PredictionsError: rows of several splits, a photo twice, photos that the manifest does not
            have, or nothing graded to judge.
    """
    beside = _beside(predictions, manifest)
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
    leak = leak_of(known, manifest, whole)
    points = frozen_points(known, main.endpoint, list(dict.fromkeys(("photo", level))))
    cut = next((point.threshold for point in points if point.name == "HS"), HALF)
    meant, curve, referred = _probabilities(known, main.endpoint, cut, seed, resamples)
    groups = subgroups(known, main.endpoint)
    evidence = Evidence(
        known, manifest, beside, scores, main, photos, meant, groups,
        substitute(known.graded(), seed=seed, resamples=resamples), leak,
    )  # fmt: skip
    judgement = Evaluation(
        scores=scores,
        primary=level,
        detections=found,
        transport=transported(main.primary),
        flow=flow(known.table, 0 if whole is None else whole.table.height - known.table.height),
        by_grade=grade_scores(known.graded(), seed=seed, resamples=resamples),
        worst=worst_errors(known, main.endpoint),
        points=points,
        calibration=meant,
        roc=curve,
        selective=referred,
        subgroups=groups,
        edema=edema(known, seed=seed, resamples=resamples),
        checks=every_check(evidence),
        provenance=predictions.provenance,
        about={} if manifest is None else _about(manifest.provenance),
        leaked_share=leak.share or 0.0,
        leak_declared=leak.is_declared,
    )
    return with_unit(judgement, scores.unit)


def _about(known: SetProvenance) -> dict[str, Any]:
    """What a manifest says of its photographs; null where it does not."""
    values = known.as_json()
    return {name: values.get(name) for name in ABOUT}


def _beside(predictions: Predictions, manifest: "Manifest | None") -> Join | None:
    """The table beside the manifest; what does not belong together is refused."""
    refuse_twins(predictions)
    return None if manifest is None else held_against(predictions, manifest)


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
        auc=_area(units, predictions.has_probabilities),
        imageability=imageability(units),
    )


def _area(units: Units, has_probabilities: bool) -> Estimate:
    """AUC over the units that have a score."""
    if not has_probabilities:
        return missing(metrics.NO_PROBABILITIES, len(units))
    kept = units.gradable
    return area(units.positive[kept], units.score[kept], units.clusters[kept])


def _probabilities(
    predictions: Predictions, endpoint: Endpoint, cut: float, seed: int, resamples: int
) -> tuple[Calibration | None, Curve | None, Selective | None]:
    """Calibration, ROC curve and selective referral of graded photographs, where there are scores.

    `cut` is that of selective referral: the model's frozen HS point, else one half.
    """
    if not predictions.has_probabilities:
        return None, None, None
    photos = at_level(predictions, endpoint, "photo")
    kept = photos.gradable
    positive, p, clusters = photos.positive[kept], photos.score[kept], photos.clusters[kept]
    found = calibration(positive, p, clusters, resamples=resamples, seed=seed)
    referred = selective_referral(positive, p, clusters, cut=cut)
    if not 0 < positive.sum() < len(positive):
        return found, None, referred
    x, y = roc(positive, p)
    return found, (tuple(x.tolist()), tuple(y.tolist())), referred
