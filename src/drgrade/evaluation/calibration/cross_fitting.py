"""What a correction does to probabilities that it was not fitted on.

The rows are cut into parts, by the folds that they come from or else by patient, and each part is
corrected by what the others fit. A correction judged on its own rows always looks good.
"""

from typing import Any

import numpy as np

from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.calibration.fit import recalibration, too_few
from drgrade.icdr import REFERABLE_FROM
from drgrade.modelfile.correction import Method
from drgrade.stats.estimate import Floats, Ints
from drgrade.stats.referable import referable_score
from drgrade.stats.reliability import Calibration, calibration

PARTS = 5


def cross_fitted(graded: Predictions, method: Method) -> dict[str, Any]:
    """Slope, Brier score and ECE of the referable score before and after, as plain values.

    Args:
        graded: rows with a reference grade and probabilities before any correction.
        method: of the correction; `none` has no after.

    Returns:
        `parts`, `before` and, for a correction, `after`; empty where the rows beside a part are too
        few to fit it.
    """
    grades, before = graded.grades(), graded.probabilities()
    figures: dict[str, Any] = {"parts": 0, "before": _figures(graded, before)}
    if method == "none":
        return figures
    part = _parts(graded)
    after = before.copy()
    for each in np.unique(part):
        others = part != each
        if too_few(grades[others]):
            return {}
        fitted = recalibration(method, before[others], grades[others])
        after[~others] = fitted.apply(before[~others])
    return figures | {"parts": len(np.unique(part)), "after": _figures(graded, after)}


def _parts(graded: Predictions) -> Ints:
    """The part of each row: its fold, else one of five that patients are dealt to."""
    if "fold" in graded.table.columns and graded.table["fold"].null_count() == 0:
        return np.unique(graded.table["fold"].to_numpy(), return_inverse=True)[1]
    groups, of_row = np.unique(graded.clusters(), return_inverse=True)
    return (np.random.default_rng(0).permutation(len(groups)) % PARTS)[of_row]


def _figures(graded: Predictions, probabilities: Floats) -> dict[str, Any]:
    positive = graded.grades() >= REFERABLE_FROM
    found: Calibration = calibration(positive, referable_score(probabilities), graded.clusters())
    return {
        "slope": found.slope.as_json(),
        "brier": found.brier.as_json(),
        "ece": found.ece_mass.as_json(),
        "ece_by_chance": found.ece_by_chance,
    }
