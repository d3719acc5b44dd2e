"""From rows a model was not trained on to its correction and its operating points.

Rows of split `calibrate` or `out_of_fold` alone may do that; whatever else is refused by name.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from drgrade import __version__
from drgrade.data.tables.groups import unit_of
from drgrade.data.tables.predictions import Predictions
from drgrade.errors import PredictionsError
from drgrade.evaluation.calibration.cross_fitting import cross_fitted
from drgrade.evaluation.calibration.fit import is_no_fit, recalibration, too_few
from drgrade.evaluation.calibration.fit_decision import fit_decision
from drgrade.evaluation.ledger import set_hash
from drgrade.evaluation.levels import at_level, endpoints, judged, refuse_twins
from drgrade.icdr import PROBABILITIES
from drgrade.locale.catalogue import text
from drgrade.modelfile.correction import Method, Recalibration, correction_of
from drgrade.modelfile.decision import Decision
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import Calibration, OperatingPoint
from drgrade.stats.estimate import Floats, Ints, with_unit
from drgrade.stats.operating_points import ChosenPoint, operating_points, settings_hash
from drgrade.stats.referable import referable_score

ALLOWED = ("calibrate", "out_of_fold")
SHORT = 16  # digits of the weights' hash in the column `model`


@dataclass(frozen=True)
class Calibrated:
    """What `calibrate` found: the correction, the points, and the rows they come from.

    `decision` has the threshold of HS for grade and referral; None where there is no such point.
    """

    recalibration: Recalibration
    points: tuple[ChosenPoint, ChosenPoint]
    split: str
    rows_hash: str
    rows: int
    cross_fitted: Mapping[str, Any] = field(default_factory=dict)
    decision: Decision | None = None

    def provenance(self, weights_sha256: str, preprocess: Mapping[str, Any]) -> ModelProvenance:
        """What the model's file and its predictions carry of it."""
        common = {
            "split": self.split,
            "rows_hash": self.rows_hash,
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "version": __version__,
            "weights_sha256": weights_sha256,
            "preprocess_hash": settings_hash(preprocess),
        }
        by = "this model" if self.split == "calibrate" else "models of its recipe, out of fold"
        about = {"rows": self.rows, "predicted_by": by, "cross_fitted": dict(self.cross_fitted)}
        return ModelProvenance(
            thresholds_chosen_on=self.split,
            operating_points=tuple(
                OperatingPoint.model_validate(each.as_json() | common) for each in self.points
            ),
            calibration=Calibration.model_validate(self.recalibration.as_json() | common | about),
            decision=None if self.decision is None else self.decision.stated,
        )


def rows_to_calibrate_on(predictions: Predictions) -> Predictions:
    """The rows of `calibrate` or of `out_of_fold`; rows of other splits stay unread.

    Raises:
        PredictionsError: neither is there, or both are.
    """
    found = predictions.table["split"].fill_null("no split").unique().sort().to_list()
    there = [split for split in ALLOWED if split in found]
    if len(there) == 1:
        return predictions.part(there[0])
    if there:
        raise PredictionsError(
            "calibration takes rows of one split, got calibrate and out_of_fold in one table; "
            "give two tables and calibrate with one of them"
        )
    raise PredictionsError(
        f"calibration takes rows of split calibrate or out_of_fold only, got "
        f"{', '.join(found) or 'no rows'}; predict the manifest's calibrate part "
        "(`drgrade data split` makes one), or train with --folds"
    )


def refuse_other_model(
    rows: Predictions, weights_sha256: str, recipe_hash: str, preprocess: Mapping[str, Any]
) -> None:
    """Refuse rows that say nothing about this model.

    Rows of split `calibrate` must be its own answers; `out_of_fold` rows those of its recipe.

    Raises:
        PredictionsError: another model, recipe or preprocessing, or unknown.
    """
    known = rows.provenance
    if rows.table["split"][0] == "out_of_fold":
        _same("recipe", known.recipe_hash or "unknown", recipe_hash or "unknown")
    else:
        _same("model", _weights(rows), weights_sha256)
    there = known.preprocess
    if there and settings_hash(there) != settings_hash(preprocess):
        raise PredictionsError(
            f"rows must be prepared as the model prepares them, got {there} for {dict(preprocess)};"
            " predict them again with this model"
        )


def uncorrected(rows: Predictions, kept: Recalibration) -> Predictions:
    """The rows with the probabilities that the network gave, before a correction that they tell of.

    A correction is fitted on these. `kept` is the one in the model's file: rows without provenance
    may or may not have it. Only a calibrated model fills their column referable.

    Raises:
        PredictionsError: rows of a corrected model without provenance.
    """
    known = rows.provenance
    if not (known.weights_sha256 or known.recipe_hash):
        _refuse_unknown_correction(rows, kept)
    correction = correction_of(known.calibration)
    if correction.method == "none":
        return rows
    graded = pl.col("status") == "graded"
    before = rows.table.filter(graded)
    undone = correction.undo(before.select(PROBABILITIES).to_numpy())
    columns = [pl.Series(name, undone[:, i]) for i, name in enumerate(PROBABILITIES)]
    table = pl.concat([before.with_columns(columns), rows.table.filter(~graded)])
    return Predictions(table, known.without("calibration"))


def _refuse_unknown_correction(rows: Predictions, kept: Recalibration) -> None:
    """Refuse rows without provenance that a calibrated model may have made.

    It may be this one, or their column says so. Corrected twice, probabilities would be wrong
    without a sign of it.
    """
    filled = rows.table.height - rows.table["referable"].null_count()
    if kept.method != "none":
        why = f"the model corrects its probabilities ({kept.method})"
    elif filled:
        why = f"a calibrated model made these rows (referable is filled in {filled})"
    else:
        return
    raise PredictionsError(
        f"{why}, and nothing beside these rows says whether theirs are corrected; keep the .json "
        "that `drgrade predict` wrote beside the .csv, or predict again"
    )


def _weights(rows: Predictions) -> str:
    """The hash that the rows carry: whole beside them, or its beginning in the column `model`."""
    beside = rows.provenance.weights_sha256
    models = rows.table["model"].drop_nulls().unique().to_list()
    return str(beside or (models[0] if len(models) == 1 and len(models[0]) == SHORT else "unknown"))


def _same(what: str, found: str, wanted: str) -> None:
    if found == "unknown" or wanted == "unknown" or not wanted.startswith(found):
        raise PredictionsError(
            f"these rows must be answers of the same {what}, got {what} {found[:SHORT]} for "
            f"{wanted[:SHORT]}; predict the calibrate rows with this model, or give out-of-fold "
            "rows of its recipe"
        )


def _usable(rows: Predictions) -> Predictions:
    """The graded rows with a reference grade; they carry probabilities, each photo once."""
    refuse_twins(rows)
    graded = rows.graded()
    if graded.table.is_empty():
        raise PredictionsError(
            f"calibration needs graded rows with a reference grade, got none among "
            f"{rows.table.height} rows; fill the column grade, or predict them again"
        )
    if not graded.has_probabilities:
        raise PredictionsError(
            f"calibration needs p0 to p4, got {graded.table.height} graded rows without; "
            "predict them again with the model"
        )
    return graded


def _correction(method: Method, graded: Predictions) -> Recalibration:
    grades = graded.grades()
    if method != "none" and (reason := too_few(grades)):
        raise PredictionsError(
            f"{reason}; add rows, or choose operating points alone with --method none"
        )
    found = recalibration(method, graded.probabilities(), grades)
    if method == "temperature" and is_no_fit(found.temperature):
        raise PredictionsError(
            f"no temperature from 0.05 to 20 fits these rows, the likeliest is beyond "
            f"{found.temperature:.2f}: the probabilities tell nothing, or all of it; look at "
            "them, or choose operating points alone with --method none"
        )
    return found


def calibrate(rows: Predictions, method: Method, *, lower_bound: bool = False) -> Calibrated:
    """Fit the correction, then choose HS and HP on the corrected scores of the same rows.

    Raises:
        PredictionsError: a photo twice, no probabilities, or nothing that a correction fits.
    """
    graded = _usable(rows)
    found = _correction(method, graded)
    units = at_level(graded, endpoints(judged(graded.table))[0], "photo")
    corrected = found.apply(graded.probabilities())
    score = referable_score(corrected)
    points = operating_points(units.positive, score, units.clusters, lower_bound=lower_bound)
    points = with_unit(points, unit_of(graded.table))
    return Calibrated(found, points, rows.table["split"][0], set_hash(rows), graded.table.height,
                      cross_fitted(graded, method),
                      _decision(corrected, graded.grades(), points[0]))  # fmt: skip


def _decision(corrected: Floats, grades: Ints, point: ChosenPoint) -> Decision | None:
    """Grade and referral at one point, with the cuts of the highest QWK beside it."""
    if point.threshold is None:
        return None
    return fit_decision(corrected, grades, point.threshold, f"{point.name}: {text(point.rule)}")
