"""Intervals of areas under the ROC curve, photographs nested in patients.

Obuchowski 1997 (Nonparametric analysis of clustered ROC curve data): the placements of DeLong,
summed over patients. On the logit scale, with Student's t of the patients on the smaller side:
near the end of the scale percentile intervals of few patients lie too high (measured in
docs/results/coverage.md).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drgrade.errors import Reason
from drgrade.icdr import GRADES
from drgrade.stats.estimate import PATIENTS, Estimate, Flags, Floats, Ints, missing
from drgrade.stats.intervals import LEVEL, logit_t, wilson
from drgrade.stats.ranking import ONE_SIDED, placements
from drgrade.stats.resampling import patient_index

METHOD = Reason("placements_logit_t", {"unit": PATIENTS})
AT_THE_END = Reason("wilson_smaller_side", {"unit": PATIENTS})
ONE_PATIENT = Reason("one_unit_on_a_side", {"unit": PATIENTS})

Numbers = npt.ArrayLike


@dataclass(frozen=True)
class _Area:
    """An area, what each patient pulls it by (m,), and the patients on the smaller side."""

    value: float
    pulls: Floats
    smaller: int


def area(is_positive: Numbers, score: Numbers, patients: Numbers, level: float = LEVEL) -> Estimate:
    """AUC of an endpoint: (n,) flags, scores and patient labels; n/a where one side is empty."""
    flags = np.asarray(is_positive, dtype=bool)
    if not 0 < flags.sum() < len(flags):
        return missing(ONE_SIDED, len(flags))
    found = _area(flags, np.asarray(score, dtype=float), patient_index(patients))
    return _estimate(found, len(flags), level)


def macro_area(
    grade: Numbers, probabilities: Numbers, patients: Numbers, level: float = LEVEL
) -> Estimate:
    """Mean of the five one-against-rest AUCs: (n,) grades, (n, 5) probabilities, (n,) patients."""
    grades, p = np.asarray(grade), np.asarray(probabilities, dtype=float)
    absent = [g for g in GRADES if not 0 < (grades == g).sum() < len(grades)]
    if absent:
        return missing(Reason("auc_undefined_for_grade", {"grade": absent[0]}), len(grades))
    index = patient_index(patients)
    each = [_area(grades == g, p[:, g], index) for g in GRADES]
    mean = _Area(
        float(np.mean([one.value for one in each])),
        np.mean([one.pulls for one in each], axis=0),
        min(one.smaller for one in each),
    )
    return _estimate(mean, len(grades), level)


def _area(flags: Flags, scores: Floats, index: Ints) -> _Area:
    won = placements(scores[flags], scores[~flags])
    lost = 1.0 - placements(scores[~flags], scores[flags])
    value, m = float(won.mean()), int(index.max()) + 1
    sides = ((index[flags], won), (index[~flags], lost))
    pulls = [np.bincount(at, weights=(v - value) / len(v), minlength=m) for at, v in sides]
    smaller = min(len(np.unique(at)) for at, _ in sides)
    return _Area(value, (pulls[0] + pulls[1]).astype(float), smaller)


def _estimate(found: _Area, n: int, level: float) -> Estimate:
    value, m, df = found.value, len(found.pulls), found.smaller - 1
    if not 0 < value < 1:  # the logit is infinite, and nothing has a spread
        low, high = wilson(value * found.smaller, found.smaller, level)
        return Estimate(value, low, high, AT_THE_END, n)
    if df < 1:
        return Estimate(value, None, None, METHOD, n, ONE_PATIENT)
    error = float(np.sqrt(m / (m - 1) * (found.pulls**2).sum()))
    low, high = logit_t(value, error, df, level)
    return Estimate(value, low, high, METHOD, n)
