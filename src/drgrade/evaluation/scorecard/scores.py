"""Every figure of one table of predictions, with its interval, its floors and its warnings."""

import functools
import math
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from drgrade.data.sources.registry import is_drawn
from drgrade.data.tables.groups import unit_of
from drgrade.data.tables.predictions import Predictions
from drgrade.errors import PredictionsError
from drgrade.evaluation.analyses import endpoint_shares
from drgrade.evaluation.baselines import Floor, Strings, floors, rows_of
from drgrade.evaluation.checks.check import (
    Check,
    check_drawn,
    check_patients,
    check_trivial,
)
from drgrade.evaluation.levels import refuse_unanswered
from drgrade.icdr import REFERABLE_FROM
from drgrade.provenance.photo_set import DRAWN
from drgrade.stats import metrics
from drgrade.stats.area_intervals import area, macro_area
from drgrade.stats.estimate import Estimate, Flags, Floats, Ints, missing, with_unit
from drgrade.stats.intervals import (
    Score,
    from_replicates,
    ratio,
)
from drgrade.stats.metrics import COLLAPSE_SHARE
from drgrade.stats.referable import referable_score
from drgrade.stats.resampling import RESAMPLES, resampled_confusions

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest


@dataclass(frozen=True)
class Scores:
    """What one grader scored on the graded photographs of one split that have a reference grade.

    `statuses` counts all rows offered; `patients` is None where no patient is known. What is
    resampled are `clusters` of the kind `unit`: groups, patients or photos. A referable
    answer is the column `referable` where every row has it (`referable_rule` says "operating
    point"), else a predicted grade of 2 or worse ("grade"). `confusion` has the reference in rows.
    """

    split: str | None
    models: tuple[str, ...]
    n: int
    patients: int | None
    clusters: int
    unit: str
    statuses: dict[str, int]
    counts: tuple[int, ...]
    answers: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    accuracy: Estimate
    balanced_accuracy: Estimate
    qwk: Estimate
    kappa: Estimate
    macro_auc: Estimate
    referable_auc: Estimate
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    referable_rule: str
    majority_share: float
    largest_answer_share: float
    collapsed: bool
    floors: tuple[Floor, ...]
    checks: tuple[Check, ...]
    seed: int
    resamples: int

    @property
    def warnings(self) -> tuple[Check, ...]:
        """The checks that fire."""
        return tuple(check for check in self.checks if check.fires)

    @property
    def row_normalised(self) -> Floats:
        """Shares of each reference grade, shape (5, 5); NaN in the row of an absent grade."""
        return metrics.row_normalised(self.confusion)

    def as_json(self) -> dict[str, Any]:
        """All figures as plain lists and dictionaries; what is undefined is null."""
        content = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        shares = self.row_normalised.tolist()
        content["row_normalised"] = [[None if math.isnan(x) else x for x in row] for row in shares]
        content["warnings"] = [check.code for check in self.warnings]
        return content


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return value.as_json()  # type: ignore[union-attr]  # Estimate, Floor and Check have one
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def score(
    predictions: Predictions,
    manifest: "Manifest | None" = None,
    seed: int = 0,
    *,
    resamples: int = RESAMPLES,
) -> Scores:
    """Judge the rows of one split; the manifest lends patients, eyes and the train grades.

    Raises:
        PredictionsError: rows of several splits, or no graded row with a reference grade.
    """
    whole = with_patients(predictions, manifest)
    split = _split_of(whole.table)
    judged = whole.graded()
    if judged.table.is_empty():
        raise PredictionsError(
            "a score needs a graded row with a reference grade, "
            f"got none among {whole.table.height} rows; fill the columns grade and predicted"
        )
    refuse_unanswered(judged.table)
    found = _score(judged, _arrays(judged, seed, resamples))
    checks = (
        check_trivial(found["answers"], found["counts"], found["qwk"], found["referable_auc"]),
        check_patients(judged.table),
        check_drawn(_is_drawn(predictions, manifest), _drawn_model(predictions)),
    )
    train = None if manifest is None else rows_of(manifest.part("train").table)
    scores = Scores(
        split=split,
        statuses=dict(whole.table["status"].value_counts().sort("status").iter_rows()),
        floors=floors(rows_of(judged.table), train, seed=seed),
        checks=checks,
        **found,
    )
    return with_unit(scores, scores.unit)


def _split_of(table: pl.DataFrame) -> str | None:
    found = table["split"].unique().sort().to_list()
    if len(found) > 1:
        raise PredictionsError(
            f"rows of one split are scored at a time, got {found}; use predictions.part('test')"
        )
    return found[0] if found else None


def with_patients(predictions: Predictions, manifest: "Manifest | None") -> Predictions:
    """Patients and eyes that the predictions lack, from the manifest's row of the same photo.

    Groups are the manifest's where it has any, as it ties them over the rows of all splits.
    """
    if manifest is None:
        return predictions
    known = manifest.table.select("photo", "patient", "eye", group=_tied(manifest))
    table = predictions.table
    if "group" not in table.columns:
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias("group"))
    lent = known.unique("photo", keep="first")
    table = table.join(lent, on="photo", how="left", suffix="_known", maintain_order="left")
    table = table.with_columns(
        pl.coalesce("patient", "patient_known"),
        pl.coalesce("eye", "eye_known"),
        pl.coalesce("group_known", "group").alias("group"),
    )
    return Predictions(
        table.drop("patient_known", "eye_known", "group_known"), predictions.provenance
    )


def _tied(manifest: "Manifest") -> pl.Series:
    """The label of each row that is in a group; null for the others."""
    rows = manifest.table
    named = rows["group"] if "group" in rows.columns else pl.Series([None] * rows.height)
    labels = pl.Series(manifest.groups().tolist(), dtype=pl.String)
    return labels.zip_with(named.is_not_null(), pl.Series([None], dtype=pl.String))


def _drawn_model(predictions: Predictions) -> bool:
    return predictions.provenance.train_source == DRAWN


def _is_drawn(predictions: Predictions, manifest: "Manifest | None") -> bool | None:
    if predictions.provenance.drawn is not None:
        return predictions.provenance.drawn
    return None if manifest is None else is_drawn(manifest.provenance.source)


@dataclass(frozen=True)
class _Judged:
    """The judged rows as arrays of shape (n,), and how they are resampled."""

    grade: Ints
    predicted: Ints
    called: Flags
    probabilities: Floats | None
    units: Strings
    seed: int
    resamples: int

    @property
    def positive(self) -> Flags:
        return self.grade >= REFERABLE_FROM


def _arrays(judged: Predictions, seed: int, resamples: int) -> _Judged:
    predicted = judged.predicted()
    referable = judged.table["referable"]
    at_point = not referable.null_count()
    called = referable.to_numpy().astype(bool) if at_point else predicted >= REFERABLE_FROM
    probabilities = judged.probabilities() if judged.has_probabilities else None
    grade, units = judged.grades(), judged.clusters()
    return _Judged(grade, predicted, called, probabilities, units, seed, resamples)


def _agreement(rows: _Judged, cm: Ints) -> dict[str, Estimate]:
    """What the whole matrix tells, from one set of resampled matrices."""
    drawn = resampled_confusions(
        rows.grade, rows.predicted, rows.units, resamples=rows.resamples, seed=rows.seed
    )
    scores: dict[str, Score] = {
        "balanced_accuracy": metrics.balanced_accuracies,
        "qwk": metrics.kappas,
        "kappa": functools.partial(metrics.kappas, weights="none"),
    }
    whole, n = cm.astype(float), len(rows.grade)
    return {
        name: from_replicates(
            float(of(whole)), of(drawn), n, seed=rows.seed, reason=metrics.NO_CHANCE
        )
        for name, of in scores.items()
    }


def _areas(rows: _Judged) -> dict[str, Estimate]:
    p, n = rows.probabilities, len(rows.grade)
    if p is None:
        return dict.fromkeys(("macro_auc", "referable_auc"), missing(metrics.NO_PROBABILITIES, n))
    return {
        "macro_auc": macro_area(rows.grade, p, rows.units),
        "referable_auc": area(rows.positive, referable_score(p), rows.units),
    }


def _score(judged: Predictions, rows: _Judged) -> dict[str, Any]:
    """The fields of `Scores` that follow from the judged rows alone."""
    n = len(rows.grade)
    cm = metrics.confusion(rows.grade, rows.predicted)
    counts, answers = (tuple(cm.sum(axis).tolist()) for axis in (1, 0))
    patients = judged.table["patient"].drop_nulls().n_unique()
    return {
        "models": tuple(judged.table["model"].drop_nulls().unique().sort()),
        "n": n,
        "patients": patients or None,
        "clusters": len(set(rows.units.tolist())),
        "unit": unit_of(judged.table),
        "counts": counts,
        "answers": answers,
        "confusion": tuple(tuple(row) for row in cm.tolist()),
        "accuracy": ratio(rows.grade == rows.predicted, rows.units),
        **_agreement(rows, cm),
        **_areas(rows),
        **endpoint_shares(rows.positive, rows.called, rows.units),
        "referable_rule": "grade" if judged.table["referable"].null_count() else "operating point",
        "majority_share": max(counts) / n,
        "largest_answer_share": max(answers) / n,
        "collapsed": max(answers) / n > COLLAPSE_SHARE,
        "seed": rows.seed,
        "resamples": rows.resamples,
    }
