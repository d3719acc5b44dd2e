"""Intervals and paired differences: closed forms for proportions, patients resampled for the rest.

Photographs of one patient are alike, so patients are the unit that is drawn, never photographs.
"""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from drgrade.errors import Reason
from drgrade.icdr import NUMBER_OF_GRADES
from drgrade.stats.estimate import PATIENTS, Estimate, Floats, missing
from drgrade.stats.metrics import NO_PHOTOS, kappa, kappa_standard_error
from drgrade.stats.ranking import ONE_SIDED, RankedPairs, rank_pairs
from drgrade.stats.resampling import (
    RESAMPLES,
    patient_index,
    resampled_areas,
    resampled_confusions,
    resampled_counts,
)

__all__ = [
    "Estimate",
    "bootstrap",
    "clopper_pearson",
    "from_replicates",
    "kappa_normal",
    "largest_design_effect",
    "logit_t",
    "mean",
    "paired_auc_difference",
    "paired_difference",
    "photographs_needed",
    "proportion",
    "ratio",
    "ratio_standard_error",
    "resampled_confusions",
    "simulated_near",
    "small_sample_note",
    "wilson",
]

Numbers = npt.ArrayLike
Score = Callable[[Floats], Floats]

LEVEL = 0.95
NO_SPREAD = 1e-12  # of patients' shares: rounding
FEW = 30  # patients; below, their spread alone says too little of itself
KAPPA_COVERS = {12: 85, 25: 91, 50: 92, 100: 93}  # docs/results/coverage.md; where it is defined
FLAWLESS = Reason("no_error_in_resamples")
NOTHING_TO_COUNT = Reason("nothing_to_count")
ENOUGH_DEFINED = 0.9  # an interval from fewer resamples describes other data than ours
ENOUGH_PATIENTS = 500  # from here on coverage was measured to be right (docs/results/coverage.md)


def _z(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


def _t(df: int, level: float) -> float:
    from scipy.special import stdtrit  # costs a fifth of a second: only who asks pays it

    return float(stdtrit(df, 0.5 + level / 2))


def wilson(hits: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval (1927) of `hits` out of `n`; `n` may be an effective number."""
    z2 = _z(level) ** 2
    p = hits / n
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return float(low), float(1.0 if hits == n else min(1.0, middle + half))


def clopper_pearson(hits: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Clopper and Pearson's exact interval (1934) of `hits` out of `n`."""
    from scipy.special import betaincinv  # costs a fifth of a second: only who asks pays it

    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits, n - hits + 1, tail))
    high = 1.0 if hits == n else float(betaincinv(hits + 1, n - hits, 1 - tail))
    return low, high


PROPORTIONS = {"Wilson": wilson, "Clopper-Pearson": clopper_pearson}
METHODS = {"Wilson": "wilson", "Clopper-Pearson": "clopper_pearson"}


def proportion(hits: int, n: int, method: str = "Wilson", level: float = LEVEL) -> Estimate:
    """A proportion of independent units with its `Wilson` or `Clopper-Pearson` interval."""
    if n == 0:
        return missing(NOTHING_TO_COUNT)
    low, high = PROPORTIONS[method](hits, n, level)
    return Estimate(hits / n, low, high, Reason(METHODS[method]), n)


def ratio_standard_error(hits: Numbers, trials: Numbers) -> float:
    """Standard error of sum(hits) / sum(trials) over patients: Cochran's ratio estimator."""
    a, b = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    m = len(a)
    rest = a - b * (a.sum() / b.sum())
    return float(np.sqrt(m / (m - 1) * (rest**2).sum()) / b.sum())


def largest_design_effect(trials: Numbers) -> float:
    """How much errors fully shared within patients inflate a variance: sum(b^2) / sum(b).

    trials: the photographs that count of each patient (m,). Compute it, do not assume it.
    """
    b = np.asarray(trials, dtype=float)
    return float((b**2).sum() / b.sum())


def photographs_needed(share: float, half_width: float, design_effect: float = 1.0) -> int:
    """Photographs of one side that make the 95 % interval of a share `half_width` either way."""
    independent = _z(LEVEL) ** 2 * share * (1 - share) / half_width**2
    return int(np.ceil(design_effect * independent))


def small_sample_note(n: int, unit: str = PATIENTS) -> Reason | None:
    """What to know of intervals of `n` units drawn; None where their coverage is as said."""
    if n >= ENOUGH_PATIENTS:
        return None
    at, times = simulated_near(n)
    return Reason("few_units_for_interval", {"n": n, "unit": unit, "at": at, "times": times})


def simulated_near(n: int) -> tuple[int, int]:
    """The largest simulated number of patients up to `n`, and the coverage of kappa there in %."""
    at = max((m for m in KAPPA_COVERS if m <= n), default=min(KAPPA_COVERS))
    return at, KAPPA_COVERS[at]


def ratio(
    is_hit: Numbers, patients: Numbers, among: Numbers | None = None, level: float = LEVEL
) -> Estimate:
    """A proportion of photographs nested in patients: (n,) flags and (n,) patient labels.

    `among` flags the photographs that count (the positives, for sensitivity); patients without
    one still belong to the sample. One photograph a patient: Wilson. Otherwise the ratio estimator
    with a logit interval, and where it has no spread (all or none are hits, or every patient has
    the same share), Wilson on the number of photographs divided by the largest possible design
    effect, sum(b^2) / sum(b).

    The quantile is Student's t of the patients that count, less one. Fewer than 30 of them may
    come out alike by chance: then no end lies inside Wilson's interval of independent photographs.
    From 30 on t alone covers 95 %, and that floor would widen usual intervals by 0.2 points or
    more, so it is not asked for (simulated, 1 to 60 photographs a patient).
    """
    counted = np.ones(np.shape(is_hit)) if among is None else np.asarray(among, dtype=float)
    index = patient_index(patients)
    trials = np.bincount(index, weights=counted)
    hits = np.bincount(index, weights=counted * np.asarray(is_hit, dtype=float))
    n = int(trials.sum())
    if n == 0:
        return missing(NOTHING_TO_COUNT)
    if trials.max() == 1:
        return proportion(int(hits.sum()), n, level=level)
    share = float(hits.sum() / n)
    spread = ratio_standard_error(hits, trials) if len(trials) > 1 else 0.0
    if share in (0.0, 1.0) or spread < NO_SPREAD:
        effective = n / largest_design_effect(trials)
        low, high = wilson(share * effective, effective, level)
        return Estimate(share, low, high, Reason("wilson_effective_number"), n)
    counting = int(np.count_nonzero(trials))
    low, high = logit_t(share, spread, counting - 1, level)
    if counting >= FEW:
        return Estimate(share, low, high, Reason("ratio_logit_t", {"unit": PATIENTS}), n)
    floor = wilson(float(hits.sum()), n, level)
    low, high = min(low, floor[0]), max(high, floor[1])
    return Estimate(share, low, high, Reason("ratio_logit_t_wilson", {"unit": PATIENTS}), n)


def logit_t(value: float, error: float, df: int, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a share or an area in (0, 1) on the logit scale, with Student's t."""
    middle, half = np.log(value / (1 - value)), _t(df, level) * error / (value * (1 - value))
    low, high = (float(1 / (1 + np.exp(-(middle + sign * half)))) for sign in (-1, 1))
    return low, high


def mean(values: Numbers, patients: Numbers, level: float = LEVEL) -> Estimate:
    """The mean of (n,) values of photographs nested in patients: ratio estimator, Student's t."""
    index, numbers = patient_index(patients), np.asarray(values, dtype=float)
    n = len(numbers)
    if n == 0:
        return missing(Reason("nothing_to_average"))
    value = float(numbers.mean())
    if index.max() == 0:
        return Estimate(value, None, None, None, n, Reason("one_unit_only", {"unit": PATIENTS}))
    trials = np.bincount(index)
    error = ratio_standard_error(np.bincount(index, weights=numbers), trials)
    half = _t(len(trials) - 1, level) * error
    return Estimate(value, value - half, value + half, Reason("ratio_t", {"unit": PATIENTS}), n)


def kappa_normal(cm: Numbers, weights: str = "quadratic", level: float = LEVEL) -> Estimate:
    """Kappa with its normal interval (Fleiss, Cohen, Everitt 1969): for independent pairs only."""
    n = int(np.sum(cm))
    found, error = kappa(cm, weights), kappa_standard_error(cm, weights)
    if found.value is None or error.value is None:
        return missing(found.reason or error.reason or NO_PHOTOS, n)
    half = _z(level) * error.value
    low, high = found.value - half, found.value + half
    return Estimate(found.value, low, high, Reason("normal_independent_pairs"), n)


def from_replicates(
    value: float | None,
    replicates: Floats,
    n: int,
    *,
    seed: int = 0,
    reason: Reason | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The percentile interval of `value` from its replicates (r,), NaN where undefined."""
    if value is None or np.isnan(value):
        return missing(reason or Reason("undefined_on_these_rows"), n)
    known = replicates[~np.isnan(replicates)]
    drawn = {"unit": PATIENTS, "resamples": len(replicates), "seed": seed}
    method = Reason("bootstrap_percentile", drawn)
    if len(known) < ENOUGH_DEFINED * len(replicates):
        undefined = {"n": len(replicates) - len(known), "of": len(replicates)}
        why = Reason("undefined_in_resamples", undefined)
        return Estimate(float(value), None, None, method, n, why)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    if low == high == 1.0:  # a score without an error: 1 to 1 would claim that none can come
        return Estimate(float(value), None, None, method, n, FLAWLESS)
    return Estimate(float(value), float(low), float(high), method, n)


def bootstrap(
    score: Score,
    grade: Numbers,
    predicted: Numbers,
    patients: Numbers,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
) -> Estimate:
    """A score of confusion matrices, such as `metrics.kappas`, with patients resampled.

    `score` takes (..., 5, 5) and returns (...), NaN where undefined.
    """
    k = NUMBER_OF_GRADES
    cells = np.asarray(grade) * k + np.asarray(predicted)

    def whole(counts: Floats) -> Floats:
        return score(counts.reshape(*counts.shape[:-1], k, k))

    return _of_counts(whole, cells, k**2, patients, resamples, seed, level)


def paired_difference(
    score: Score,
    grade: Numbers,
    first: Numbers,
    second: Numbers,
    patients: Numbers,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
) -> Estimate:
    """Score of `second` minus score of `first` on the same photographs, patients resampled."""
    k = NUMBER_OF_GRADES
    cells = (np.asarray(grade) * k + np.asarray(first)) * k + np.asarray(second)

    def difference(counts: Floats) -> Floats:
        cube = counts.reshape(*counts.shape[:-1], k, k, k)
        return score(cube.sum(-2)) - score(cube.sum(-1))

    return _of_counts(difference, cells, k**3, patients, resamples, seed, level)


def _of_counts(
    score: Score,
    cells: Numbers,
    size: int,
    patients: Numbers,
    resamples: int,
    seed: int,
    level: float,
) -> Estimate:
    """A score of counts (..., size), and its interval, from each photograph's cell (n,)."""
    places = np.asarray(cells).astype(np.int64)
    if not places.size:
        return missing(NO_PHOTOS)
    value = float(score(np.bincount(places, minlength=size).astype(float)))
    drawn = resampled_counts(places, patients, size, resamples, seed)
    return from_replicates(value, score(drawn), places.size, seed=seed, level=level)


def _area(pairs: RankedPairs, n: int) -> float:
    return float(pairs.areas(np.ones((1, n)))[0])


def paired_auc_difference(
    is_positive: Numbers,
    first: Numbers,
    second: Numbers,
    patients: Numbers,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
) -> Estimate:
    """AUC of `second` minus AUC of `first` on the same photographs, patients resampled."""
    n = np.size(first)
    rankings = [rank_pairs(is_positive, score) for score in (first, second)]
    before, after = (_area(pairs, n) for pairs in rankings)
    if np.isnan(before):
        return missing(ONE_SIDED, n)
    drawn = resampled_areas(rankings, patients, resamples, seed)
    return from_replicates(after - before, drawn[1] - drawn[0], n, seed=seed, level=level)
