"""Patients drawn with replacement: what they add to confusion matrices, and how often they weigh.

A patient counts only by what it adds to the confusion matrix. Patients who add the same are
exchangeable, so a resample of a matrix is one multinomial draw over the distinct additions:
exact, and thousands of times faster than copying rows. Areas under a ROC curve need the rows
themselves; they get them as weights, in chunks that fit a fixed budget of memory.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from drgrade.evaluation.ranking import RankedPairs
from drgrade.evaluation.values import Floats, Ints
from drgrade.grades import NUMBER_OF_GRADES

Numbers = npt.ArrayLike

RESAMPLES = 2000
BUDGET = 1 << 22  # numbers held at once while resampling: 32 MiB


def patient_index(patients: Numbers) -> Ints:
    """Number the patients of the rows 0, 1, 2, ...: (n,) labels give (n,) indices."""
    return np.unique(np.asarray(patients), return_inverse=True)[1].astype(np.int64)


def _additions(cells: Ints, patients: Numbers, size: int) -> tuple[Ints, Ints]:
    """The distinct rows of counts that patients add (u, size), and how many patients add each."""
    index = patient_index(patients)
    order = np.argsort(index, kind="stable")
    index, cells = index[order], cells[order]
    m, chunk = int(index[-1]) + 1, max(1, BUDGET // size)
    parts, times = [], []
    for begin in range(0, m, chunk):
        rows = slice(*np.searchsorted(index, [begin, begin + chunk]))
        held = min(chunk, m - begin)
        flat = np.bincount((index[rows] - begin) * size + cells[rows], minlength=held * size)
        part, count = np.unique(flat.reshape(held, size), axis=0, return_counts=True)
        parts.append(part)
        times.append(count)
    added, back = np.unique(np.concatenate(parts), axis=0, return_inverse=True)
    return added, np.bincount(back.ravel(), weights=np.concatenate(times)).astype(np.int64)


def resampled_counts(
    cells: Ints, patients: Numbers, size: int, resamples: int = RESAMPLES, seed: int = 0
) -> Floats:
    """Counts by cell in each resample of the patients: (n,) cells give (resamples, size)."""
    added, times = _additions(cells, patients, size)
    generator = np.random.default_rng(seed)
    m = int(times.sum())
    chunk = max(1, BUDGET // max(len(times), size))
    parts = []
    for begin in range(0, resamples, chunk):
        drawn = generator.multinomial(m, times / m, size=min(chunk, resamples - begin))
        parts.append(drawn.astype(float) @ added.astype(float))
    return np.concatenate(parts)


def resampled_confusions(
    grade: Numbers,
    predicted: Numbers,
    patients: Numbers,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Floats:
    """Confusion matrices of resampled patients, shape (resamples, 5, 5); rows are the reference."""
    cells = np.asarray(grade) * NUMBER_OF_GRADES + np.asarray(predicted)
    counts = resampled_counts(
        cells.astype(np.int64), patients, NUMBER_OF_GRADES**2, resamples, seed
    )
    return counts.reshape(-1, NUMBER_OF_GRADES, NUMBER_OF_GRADES)


def row_weights(patients: Numbers, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each row is drawn, in chunks of shape (r, n) that fit the budget."""
    index = patient_index(patients)
    m = int(index.max()) + 1
    generator = np.random.default_rng(seed)
    chunk = max(1, min(resamples, BUDGET // (4 * index.size)))
    for begin in range(0, resamples, chunk):
        rows = min(chunk, resamples - begin)
        drawn = generator.integers(0, m, size=(rows, m)) + m * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * m).reshape(rows, m)
        yield times.astype(float)[:, index]


def resampled_areas(
    rankings: list[RankedPairs], patients: Numbers, resamples: int = RESAMPLES, seed: int = 0
) -> Floats:
    """AUC of each ranking in each resample, shape (rankings, resamples)."""
    parts = [
        np.array([pairs.areas(weights) for pairs in rankings])
        for weights in row_weights(patients, resamples, seed)
    ]
    return np.concatenate(parts, axis=1)
