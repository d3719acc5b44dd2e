"""Fit a correction of probabilities: temperature by likelihood, or an isotonic referable score."""

import numpy as np

from drgrade.icdr import REFERABLE_FROM
from drgrade.modelfile.correction import Method, Recalibration, tempered
from drgrade.stats.estimate import Flags, Floats, Ints
from drgrade.stats.referable import referable_score

FEWEST = 10  # photographs on each side of the endpoint: fewer say nothing about a correction
LOG_T = (-3.0, 3.0)  # a twentieth to twenty times
AT_THE_END = 0.01  # of log T
ROUNDS = 60
GOLDEN = (5**0.5 - 1) / 2
LEAST = 1e-12  # the logarithm of a probability of 0 is infinite


def recalibration(method: Method, probabilities: Floats, grades: Ints) -> Recalibration:
    """Fit one correction on (n, 5) probabilities and (n,) reference grades.

    Fewer than `FEWEST` photographs on a side cannot be fitted; ask `too_few` first.
    """
    if method == "temperature":
        return Recalibration("temperature", fit_temperature(probabilities, grades))
    if method == "isotonic":
        knots = fit_isotonic(referable_score(probabilities), grades >= REFERABLE_FROM)
        return Recalibration("isotonic", 1.0, *knots)
    return Recalibration()


def too_few(grades: Ints) -> str:
    """Why these rows cannot correct anything; empty where they can."""
    positives = int((grades >= REFERABLE_FROM).sum())
    sides = {"with": positives, "without": len(grades) - positives}
    short = [f"{n} {side} referable disease" for side, n in sides.items() if n < FEWEST]
    return f"{FEWEST} graded photographs on each side are needed, got {', '.join(short)}" * bool(
        short
    )


def fit_temperature(probabilities: Floats, grades: Ints) -> float:
    """The temperature of the highest likelihood (Guo et al. 2017), 0.05 to 20, by golden section.

    The negative log-likelihood has one valley in 1 / T, so also in log T.
    """
    low, high = LOG_T
    for _ in range(ROUNDS):
        one, two = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if surprise(probabilities, grades, one) <= surprise(probabilities, grades, two):
            high = two
        else:
            low = one
    return float(np.exp((low + high) / 2))


def is_no_fit(temperature: float) -> bool:
    """Whether a fitted temperature lies at an end of its range: the likeliest is beyond it."""
    return abs(float(np.log(temperature))) > LOG_T[1] - AT_THE_END


def surprise(probabilities: Floats, grades: Ints, log_temperature: float) -> float:
    """Mean negative log-likelihood of the grades at a temperature, given as its logarithm."""
    p = tempered(probabilities, float(np.exp(log_temperature)))
    return float(-np.log(p[np.arange(len(grades)), grades].clip(LEAST)).mean())


def fit_isotonic(score: Floats, positive: Flags) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The never falling shares nearest to the flags by least squares, as knots for interpolation.

    Pool adjacent violators (Ayer et al. 1955). Each block gives its first and its last score.
    """
    at, first = np.unique(score, return_inverse=True)
    weights = np.bincount(first).astype(float)
    shares, sizes = pooled(np.bincount(first, weights=positive.astype(float)) / weights, weights)
    ends = np.cumsum(sizes)
    places = np.unique(np.concatenate([ends - sizes, ends - 1]))
    levels = np.repeat(shares, sizes)
    return tuple(at[places].tolist()), tuple(levels[places].tolist())


def pooled(values: Floats, weights: Floats) -> tuple[Floats, Ints]:
    """Neighbours that fall are pooled until none does: each block's mean and its length."""
    means: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while means and means[-1] >= mean:
            before = masses.pop()
            mean = (means.pop() * before + mean * mass) / (before + mass)
            mass, size = mass + before, size + sizes.pop()
        means.append(mean)
        masses.append(mass)
        sizes.append(size)
    return np.array(means), np.array(sizes, dtype=np.int64)
