"""Whether probabilities mean what they say: reliability, ECE, Brier score, slope and intercept."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drgrade.errors import Reason
from drgrade.stats.estimate import PATIENTS, Estimate, Flags, Floats, Ints, missing
from drgrade.stats.intervals import from_replicates
from drgrade.stats.ranking import ONE_SIDED
from drgrade.stats.resampling import RESAMPLES, patient_index, patient_weights

BINS = 15
STEPS = 50
CLOSE = 1e-9
REDRAWN = 400  # sets of labels drawn from the probabilities
EDGE = 1e-6  # logits of 0 and 1 are infinite
NORMAL_95 = 1.959963984540054

FIT = Reason("logistic_fit_robust", {"unit": PATIENTS})
ALL_ALIKE = Reason("all_probabilities_alike")
NOT_FITTED = Reason("fit_does_not_converge")


@dataclass(frozen=True)
class Bin:
    """Photographs of similar probability: how many, their mean probability, and the share."""

    n: int
    mean: float
    share: float


@dataclass(frozen=True)
class Calibration:
    """How far the probability of one endpoint can be taken at its word.

    `slope` 1 and `intercept` 0 are perfect; a slope below 1 says that it is too sure of itself.
    `ece_by_chance` is what the ECE in equally full bins stays below, 95 times of 100, where these
    probabilities are the truth and photographs independent (eyes of a patient give more still):
    the ECE of few photographs is never near 0.
    """

    n: int
    brier: Estimate
    ece_width: Estimate
    ece_mass: Estimate
    slope: Estimate
    intercept: Estimate
    bins: tuple[Bin, ...]
    ece_by_chance: float = 0.0


def equal_width(p: npt.ArrayLike, bins: int = BINS) -> Ints:
    """The bin of each probability, (n,) in 0 to bins - 1, all bins equally wide."""
    return np.minimum((np.asarray(p, dtype=float) * bins).astype(np.int64), bins - 1)


def equal_mass(p: npt.ArrayLike, bins: int = BINS) -> Ints:
    """The bin of each probability, all bins equally full; equal probabilities share a bin."""
    scores = np.asarray(p, dtype=float)
    first = np.searchsorted(np.sort(scores), scores, side="left")
    return first * bins // max(1, len(scores))


def reliability(positive: Flags, p: Floats, places: Ints) -> tuple[Bin, ...]:
    """The bins that hold anything, in order."""
    counts = np.bincount(places)
    sums = [np.bincount(places, weights=side.astype(float)) for side in (p, positive)]
    return tuple(
        Bin(int(n), float(mean / n), float(hits / n))
        for n, mean, hits in zip(counts, *sums, strict=True)
        if n
    )


def ece(positive: Flags, p: Floats, places: Ints) -> float:
    """Expected calibration error (Naeini et al. 2015): mean gap of share and probability."""
    gaps = [each.n * abs(each.share - each.mean) for each in reliability(positive, p, places)]
    return float(sum(gaps) / len(p))


def logistic_fit(
    positive: npt.ArrayLike, p: npt.ArrayLike, patients: npt.ArrayLike
) -> tuple[Floats, Floats] | None:
    """Intercept and slope of the logit (Cox 1958) and their standard errors over patients.

    Returns:
        Two arrays of shape (2,), or None where there is no finite best fit.
    """
    y = np.asarray(positive, dtype=float)
    clipped = np.clip(np.asarray(p, dtype=float), EDGE, 1 - EDGE)
    x = np.column_stack([np.ones(len(y)), np.log(clipped / (1 - clipped))])
    beta = np.zeros(2)
    for _ in range(STEPS):
        fitted = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        curvature = (x * (fitted * (1 - fitted))[:, None]).T @ x
        if np.linalg.cond(curvature) > 1 / EDGE**2:
            return None
        step = np.linalg.solve(curvature, x.T @ (y - fitted))
        beta = beta + step
        if abs(step).max() < CLOSE:
            return beta, _robust_errors(x * (y - fitted)[:, None], curvature, patients)
    return None


def _robust_errors(pulls: Floats, curvature: Floats, patients: npt.ArrayLike) -> Floats:
    """Liang and Zeger's sandwich (1986): what each patient pulls, summed."""
    index = patient_index(patients)
    m = int(index.max()) + 1
    each = np.column_stack([np.bincount(index, weights=column) for column in pulls.T])
    inverse = np.linalg.inv(curvature)
    spread = inverse @ (each.T @ each) @ inverse * m / max(1, m - 1)
    return np.sqrt(np.diag(spread))


def calibration(
    positive: npt.ArrayLike,
    p: npt.ArrayLike,
    patients: npt.ArrayLike,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Calibration:
    """Calibration of an endpoint: (n,) flags, probabilities and patient labels."""
    flags, scores = np.asarray(positive, dtype=bool), np.asarray(p, dtype=float)
    n = len(flags)
    width, mass = equal_width(scores), equal_mass(scores)
    drawn = _replicates(flags, scores, (width, mass), patients, resamples, seed)
    values = (
        float(((scores - flags) ** 2).mean()),
        ece(flags, scores, width),
        ece(flags, scores, mass),
    )
    brier, by_width, by_mass = (
        from_replicates(value, replicates, n, seed=seed)
        for value, replicates in zip(values, drawn, strict=True)
    )
    intercept, slope = _fitted(flags, scores, patients)
    shown = reliability(flags, scores, mass)
    by_chance = _ece_by_chance(scores, mass, seed)
    return Calibration(n, brier, by_width, by_mass, slope, intercept, shown, by_chance)


def _ece_by_chance(scores: Floats, places: Ints, seed: int) -> float:
    """The 95th percentile of the ECE of labels that are drawn from the probabilities themselves."""
    generator = np.random.default_rng([seed, REDRAWN])
    counts = np.bincount(places)
    expected = np.bincount(places, weights=scores)
    found = []
    for _ in range(REDRAWN):
        drawn = generator.random(len(scores)) < scores
        gaps = np.abs(np.bincount(places, weights=drawn, minlength=len(counts)) - expected)
        found.append(gaps.sum() / len(scores))
    return float(np.quantile(found, 0.95))


def _fitted(flags: Flags, scores: Floats, patients: npt.ArrayLike) -> tuple[Estimate, Estimate]:
    is_one_sided = not 0 < flags.sum() < len(flags)
    is_level = not is_one_sided and np.ptp(scores) == 0
    found = None if is_one_sided or is_level else logistic_fit(flags, scores, patients)
    if found is None:
        why = ONE_SIDED if is_one_sided else ALL_ALIKE if is_level else NOT_FITTED
        return missing(why, len(flags)), missing(why, len(flags))
    pairs = [(float(b), NORMAL_95 * float(error)) for b, error in zip(*found, strict=True)]
    one, two = (Estimate(b, b - half, b + half, FIT, len(flags)) for b, half in pairs)
    return one, two


def _replicates(
    flags: Flags,
    scores: Floats,
    binnings: tuple[Ints, ...],
    patients: npt.ArrayLike,
    resamples: int,
    seed: int,
) -> list[Floats]:
    """Brier score and ECE of each binning in each resample; bins stay where they are."""
    index = patient_index(patients)
    m = int(index.max()) + 1
    sums = np.stack([np.bincount(index), np.bincount(index, weights=(scores - flags) ** 2)], 1)
    gaps = [_sums(index * width + places, scores - flags, (m, width))
            for places in binnings for width in [int(places.max()) + 1]]  # fmt: skip
    parts = []
    for times in patient_weights(index, resamples, seed):
        weights = times.astype(float)
        total, squared = (weights @ sums).T
        apart = [np.abs(weights @ table).sum(1) for table in gaps]
        parts.append(np.stack([squared, *apart]) / total)
    return list(np.concatenate(parts, axis=1))


def _sums(cells: Ints, values: Floats, shape: tuple[int, int]) -> Floats:
    flat = np.bincount(cells, weights=values, minlength=shape[0] * shape[1])
    return flat.astype(float).reshape(shape)
