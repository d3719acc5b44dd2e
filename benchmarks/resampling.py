"""Resampling a table of 53,576 photographs by patient, against a loop over scikit-learn.

Two thousand resamples of quadratic kappa, accuracy, sensitivity and specificity. The loop copies
the rows of drawn patients and calls scikit-learn; a few of its turns are timed and scaled.

Command: OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/resampling.py
"""

import platform
import resource
import time

import numpy as np
import sklearn
from ratios import Ratio, report
from sklearn.metrics import accuracy_score, cohen_kappa_score, recall_score

from drgrade.stats import metrics
from drgrade.stats.resampling import RESAMPLES, resampled_confusions

PATIENTS = 26_788  # EyePACS test, two eyes each
TURNS, REPEATS = 10, 3
SHARES = (0.7379, 0.0702, 0.1467, 0.0227, 0.0225)  # of the grades


def made(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Grades, predictions and patients of a made table, (n,) each; eyes and errors go together."""
    generator = np.random.default_rng(seed)
    patient = np.repeat(np.arange(PATIENTS), 2)
    first = generator.choice(5, size=PATIENTS, p=SHARES)
    other = np.where(generator.random(PATIENTS) < 0.85, first, generator.permutation(first))
    grade = np.stack([first, other], 1).ravel()
    off = np.where(generator.random(len(grade)) < 0.2, generator.integers(-1, 2, len(grade)), 0)
    return grade, np.clip(grade + off, 0, 4), patient


def ours(grade: np.ndarray, predicted: np.ndarray, patient: np.ndarray) -> np.ndarray:
    """The four scores in each resample, (4, resamples)."""
    drawn = resampled_confusions(grade, predicted, patient)
    table = metrics.collapse(drawn)
    return np.stack([
        metrics.kappas(drawn), metrics.accuracies(drawn),
        metrics.sensitivities(table), metrics.specificities(table),
    ])  # fmt: skip


def loop(grade: np.ndarray, predicted: np.ndarray, patient: np.ndarray, turns: int) -> np.ndarray:
    """The same by copying rows and calling scikit-learn, (4, turns)."""
    generator = np.random.default_rng(1)
    begins = np.flatnonzero(np.diff(patient, prepend=-1))
    found = []
    for _ in range(turns):
        chosen = begins[generator.integers(0, PATIENTS, PATIENTS)]
        rows = np.concatenate([chosen, chosen + 1])
        g, p = grade[rows], predicted[rows]
        found.append((
            cohen_kappa_score(g, p, weights="quadratic", labels=range(5)), accuracy_score(g, p),
            recall_score(g >= 2, p >= 2), recall_score(g < 2, p < 2),
        ))  # fmt: skip
    return np.array(found).T


def peak() -> float:
    """The largest memory this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def loop_seconds(columns: tuple[np.ndarray, np.ndarray, np.ndarray]) -> float:
    """Seconds of 2,000 turns of the loop, from 10 that were timed; the first is not counted."""
    loop(*columns, 1)
    begin = time.perf_counter()
    loop(*columns, TURNS)
    return (time.perf_counter() - begin) / TURNS * RESAMPLES


def machine() -> str:
    """Processor and versions, for a table of results."""
    return (
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"scikit-learn {sklearn.__version__}"
    )


def main() -> None:
    """Time both ways in turn, and print them, their ratio and the memory that ours took."""
    columns = made()
    ours(*(column[:200] for column in columns))
    before = peak()
    seconds, theirs = [], []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        mine = ours(*columns)
        seconds.append(time.perf_counter() - begin)
        grown = peak() - before
        theirs.append(loop_seconds(columns))
    print(f"{RESAMPLES:,} resamples of {len(columns[0]):,} photographs by patient; {machine()}")
    print(f"drgrade                {min(seconds):8.2f} s, peak memory grew by {grown:.0f} MiB")
    print(f"loop over scikit-learn {min(theirs):8.1f} s, scaled from {TURNS} resamples")
    report(Ratio("resampling four scores by patient", "a loop over scikit-learn",
                 [slow / fast for slow, fast in zip(theirs, seconds, strict=True)]))  # fmt: skip
    spread = loop(*columns, 40).std(1) / mine.std(1)
    print("spread of the loop's 40 / of ours:", ", ".join(f"{each:.2f}" for each in spread))


if __name__ == "__main__":
    main()
