"""How often the intervals we print hold the true value: patients with two eyes, simulated.

The eyes of a patient share a latent severity, cut into the grades of EyePACS' train set; its
correlation is such that their referable labels correlate at the published 0.81. The grader sees
each eye with an error, half of whose variance the two eyes share. The truth is integrated, not
simulated. Beside each interval stands the naive one that takes photographs as independent.
`--repetitions 5000` makes the table of docs/results/coverage.md.

Command: python benchmarks/interval_coverage.py [--repetitions 100] [--resamples 400]
             [--patients 100 500 2000]
"""

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from scipy.special import ndtr, ndtri

from drgrade.stats import intervals, metrics
from drgrade.stats.area_intervals import area
from drgrade.stats.estimate import Estimate
from drgrade.stats.ranking import rank_pairs
from drgrade.stats.resampling import resampled_areas

COUNTS = np.array([25810, 2443, 5292, 873, 708])  # EyePACS train, photographs by grade
BOTH_REFERABLE = 2907 / 17563  # patients with two referable eyes: a correlation of 0.808
CUTS = ndtri(np.cumsum(COUNTS)[:-1] / COUNTS.sum())
NOISE = 0.45  # of the grader, in standard deviations of the severity: a QWK of 0.79
SHARED = 0.5  # of the variance of the grader's error, by the eyes of a patient
ANSWER_CUTS = CUTS * np.sqrt(1 + NOISE**2)
PATIENTS = (100, 500, 2000)
SCORES = ("sensitivity", "specificity", "QWK", "AUC")
NORMAL = 1.959963984540054


@dataclass(frozen=True)
class Eyes:
    """Two eyes of each patient, (2m,): grades, the grader's answers and scores, patients."""

    grade: np.ndarray
    predicted: np.ndarray
    score: np.ndarray
    patients: np.ndarray


def correlation_of_eyes() -> float:
    """Of the latent severities, so that both eyes are referable as often as in EyePACS."""
    at, weight = np.polynomial.hermite_e.hermegauss(150)
    low, high = 0.0, 0.999
    for _ in range(50):
        middle = (low + high) / 2
        beyond = ndtr((np.sqrt(middle) * at - CUTS[1]) / np.sqrt(1 - middle))
        both = (weight * beyond**2).sum() / weight.sum()
        low, high = (middle, high) if both < BOTH_REFERABLE else (low, middle)
    return middle


def draw(m: int, correlation: float, generator: np.random.Generator) -> Eyes:
    """Two eyes each of `m` patients."""

    def pairs(shared: float) -> np.ndarray:
        whole, own = generator.normal(size=(m, 1)), generator.normal(size=(m, 2))
        return (np.sqrt(shared) * whole + np.sqrt(1 - shared) * own).ravel()

    severity = pairs(correlation)
    score = severity + NOISE * pairs(SHARED)
    grade, predicted = np.searchsorted(CUTS, severity), np.searchsorted(ANSWER_CUTS, score)
    return Eyes(grade, predicted, score, np.repeat(np.arange(m), 2))


def truths(steps: int = 4001) -> dict[str, float]:
    """The four scores of the whole population, by integrating over severity and over score."""
    z = np.linspace(-8, 8, steps)
    edges = np.concatenate([[-np.inf], CUTS, [np.inf]])
    answers = np.concatenate([[-np.inf], ANSWER_CUTS, [np.inf]])
    cm = np.zeros((5, 5))
    for row in range(5):
        inside = np.linspace(max(edges[row], -8), min(edges[row + 1], 8), steps)
        each = np.diff(ndtr((answers - inside[:, None]) / NOISE), axis=1)
        cm[row] = np.trapezoid(_bell(inside)[:, None] * each, inside, axis=0)
    wide = np.sqrt(1 + NOISE**2)
    y = z * wide
    referable = ndtr((y / wide**2 - CUTS[1]) / (NOISE / wide))  # of an eye with score y
    density = _bell(z) / wide
    healthy = np.append(0, np.cumsum(_middles(density * (1 - referable)) * np.diff(y)))
    won = np.trapezoid(density * referable * healthy, y)
    whole = won / (healthy[-1] * np.trapezoid(density * referable, y))
    table = metrics.collapse(cm)
    shares = metrics.sensitivities(table), metrics.specificities(table), metrics.kappas(cm), whole
    return {name: float(share) for name, share in zip(SCORES, shares, strict=True)}


def _bell(z: np.ndarray) -> np.ndarray:
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def _middles(values: np.ndarray) -> np.ndarray:
    return (values[1:] + values[:-1]) / 2


def ours(eyes: Eyes, resamples: int, seed: int) -> Iterator[Estimate]:
    """The intervals that a scorecard prints, in the order of SCORES."""
    positive, called = eyes.grade >= 2, eyes.predicted >= 2
    how = {"resamples": resamples, "seed": seed}
    yield intervals.ratio(called, eyes.patients, positive)
    yield intervals.ratio(~called, eyes.patients, ~positive)
    yield intervals.bootstrap(metrics.kappas, eyes.grade, eyes.predicted, eyes.patients, **how)
    yield area(positive, eyes.score, eyes.patients)


def naive(eyes: Eyes) -> Iterator[Estimate]:
    """The intervals of photographs taken as independent: Wilson, Fleiss-Cohen-Everitt, DeLong."""
    positive, called = eyes.grade >= 2, eyes.predicted >= 2
    yield intervals.proportion(int((called & positive).sum()), int(positive.sum()))
    yield intervals.proportion(int((~called & ~positive).sum()), int((~positive).sum()))
    yield intervals.kappa_normal(metrics.confusion(eyes.grade, eyes.predicted))
    areas, spread = metrics.delong(positive, eyes.score)
    half = NORMAL * float(spread[0, 0]) ** 0.5
    value = float(areas[0])
    yield Estimate(value, value - half, value + half, "DeLong", len(positive))


def percentile(eyes: Eyes, resamples: int, seed: int) -> Estimate:
    """The interval of AUC that is not printed any more, for what it covers."""
    pairs = rank_pairs(eyes.grade >= 2, eyes.score)
    value = float(pairs.areas(np.ones((1, len(eyes.grade))))[0])
    drawn = resampled_areas([pairs], eyes.patients, resamples, seed)[0]
    return intervals.from_replicates(value, drawn, len(eyes.grade), seed=seed)


@dataclass(frozen=True)
class Study:
    """What one simulated study is made of, the same for all."""

    patients: int
    resamples: int
    correlation: float
    truth: dict[str, float]


def holds(study: Study, seed: int) -> np.ndarray:
    """Which intervals of a study hold the truth: 4 of ours, 4 naive, and the percentile one.

    Shape (3, 9): is inside, the truth is below, the truth is above; all 0 where there is none.
    """
    eyes = draw(study.patients, study.correlation, np.random.default_rng((seed, study.patients)))
    found = [*ours(eyes, study.resamples, seed), *naive(eyes)]
    found.append(percentile(eyes, study.resamples, seed))
    true = [study.truth[name] for name in (*SCORES, *SCORES, "AUC")]
    out = np.zeros((3, len(found)))
    for number, (each, value) in enumerate(zip(found, true, strict=True)):
        if each.low is not None and each.high is not None:
            out[:, number] = each.contains(value), value < each.low, value > each.high
    return out


def simulate(
    repetitions: int, resamples: int = 400, patients: tuple[int, ...] = PATIENTS
) -> dict[int, np.ndarray]:
    """Shares of `repetitions` studies (3, 9), as `holds` has them, by number of patients."""
    correlation, truth = correlation_of_eyes(), truths()
    found = {}
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for m in patients:
            study = Study(m, resamples, correlation, truth)
            each = pool.map(partial(holds, study), range(repetitions), chunksize=20)
            found[m] = np.mean(list(each), axis=0)
    return found


def table(found: dict[int, np.ndarray], repetitions: int) -> str:
    """The shares as a Markdown table; a Monte-Carlo error is sqrt(c (1 - c) / repetitions)."""
    lines = [
        "| patients | score | ours covers, % | true value below / above | naive covers, % | "
        "shortfall, points |",
        "|---|---|---|---|---|---|",
    ]
    for m, shares in found.items():
        for number, name in enumerate(SCORES):
            inside, below, above = shares[:, number]
            plain = shares[0, number + len(SCORES)]
            lines.append(
                f"| {m:,} | {name} | {_with_error(inside, repetitions)} "
                f"| {below:.1%} / {above:.1%} | {_with_error(plain, repetitions)} "
                f"| {100 * (inside - plain):.1f} |"
            )
    shown = ", ".join(
        f"{m:,}: {_with_error(each[0, -1], repetitions)}" for m, each in found.items()
    )
    return "\n".join(lines) + f"\n\nPercentile bootstrap of AUC, by patients: {shown}\n"


def _with_error(share: float, repetitions: int) -> str:
    return f"{100 * share:.1f} ± {100 * (share * (1 - share) / repetitions) ** 0.5:.1f}"


def main() -> None:
    """Simulate, print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=100)
    parser.add_argument("--resamples", type=int, default=400)
    parser.add_argument("--patients", type=int, nargs="+", default=list(PATIENTS))
    parser.add_argument("--markdown", type=Path)
    asked = parser.parse_args()
    begin = time.perf_counter()
    found = simulate(asked.repetitions, asked.resamples, tuple(asked.patients))
    said = table(found, asked.repetitions)
    shown = ", ".join(f"{name} {value:.4f}" for name, value in truths().items())
    said = (
        f"Latent correlation of eyes {correlation_of_eyes():.4f}; true values: {shown}.\n\n{said}\n"
        f"{asked.repetitions:,} repetitions, {asked.resamples:,} resamples, "
        f"{time.perf_counter() - begin:.0f} s.\n"
    )
    print(said)
    if asked.markdown:
        asked.markdown.write_text(said, encoding="utf-8")


if __name__ == "__main__":
    main()
