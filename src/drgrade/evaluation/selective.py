"""Selective referral: the photographs that a grader is least sure of go to a human.

A photograph is answered by the grader alone where its score is at least `threshold` away from the
cut; nearer ones are referred to a human. `risk` is the share of wrong answers among those that the
grader answers alone: the risk-coverage curve of El-Yaniv and Wiener (2010).

The promise. A patient with disease is missed where the grader alone lets one of that patient's
diseased photographs go; a referred photograph counts as found, so the human is taken to find
disease. Whether a patient is missed can only change from no to yes as fewer photographs are
referred. So the highest coverage at which Clopper and Pearson's one-sided 95 % lower bound over
patients is still at or above the promised sensitivity keeps the promise with probability 0.95 at
any number of patients, although it was chosen on them: nothing is tried past the first failure
(Angelopoulos et al. 2021, Learn then Test; Bates et al. 2021, risk-controlling prediction sets;
it is Wilks' tolerance limit of 1941). It holds for patients of the same kind, drawn independently
and not looked at when the network or the cut were chosen.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from drgrade.errors import Reason
from drgrade.locale.plain import as_plain
from drgrade.stats.estimate import Flags, Floats, Ints
from drgrade.stats.intervals import clopper_pearson
from drgrade.stats.resampling import patient_index

CONFIDENCE = 0.95
POINTS = 200  # of the curve


@dataclass(frozen=True)
class Chosen:
    """The point that keeps the promise: how far from the cut, and what it reaches here."""

    threshold: float
    coverage: float
    risk: float | None
    sensitivity: float
    low: float


@dataclass(frozen=True)
class Selective:
    """The curve from everything referred to nothing referred, and the point that keeps a promise.

    Arrays of shape (k,), threshold falling and coverage rising; `risk` is NaN where the grader
    answers nothing. `sensitivity` counts `n` patients with disease, referred ones as found; `low`
    is its one-sided 95 % lower bound. `chosen` is None where `reason` says why.
    """

    level: float
    cut: float
    n: int
    threshold: Floats
    coverage: Floats
    risk: Floats
    sensitivity: Floats
    low: Floats
    chosen: Chosen | None
    reason: Reason | None = None

    def as_json(self) -> dict[str, Any]:
        """The fields as plain values; what is undefined is null."""
        arrays = ("threshold", "coverage", "risk", "sensitivity", "low")
        plain = {
            name: [float(x) if np.isfinite(x) else None for x in getattr(self, name)]
            for name in arrays
        }
        return {**as_plain(self), **plain}


def selective_referral(
    positive: npt.ArrayLike,
    score: npt.ArrayLike,
    patients: npt.ArrayLike,
    level: float = 0.90,
    *,
    cut: float = 0.5,
) -> Selective:
    """The curve and the promise from (n,) flags, scores 0 to 1 and patient labels.

    `cut` is the score from which the grader answers "referable": 0.5, or an operating point.
    Far from it means sure, measured as a share of the way from the cut to 0 or to 1.
    """
    flags, scores = np.asarray(positive, dtype=bool), np.asarray(score, dtype=float)
    index = patient_index(patients)
    sure, called = sureness(scores, cut), scores >= cut
    let_go = _let_go(flags & ~called, sure, index)[np.unique(index[flags])]
    steps = _steps(sure)
    missed = np.array([(let_go >= step).sum() for step in steps])
    low = _lower_bounds(missed, len(let_go))
    kept = sure[None, :] >= steps[:, None]
    wrong = (kept & (called != flags)).sum(1)
    answered = kept.sum(1)
    risk = np.divide(wrong, answered, out=np.full(len(steps), np.nan), where=answered > 0)
    found = 1 - missed / max(1, len(let_go)) if len(let_go) else np.full(len(steps), np.nan)
    coverage = answered / max(1, len(flags))
    place, reason = _last_kept(low, level, len(let_go))
    chosen = None
    if place is not None:
        here = (float(x[place]) for x in (steps, coverage, risk, found, low))
        chosen = Chosen(*here)
    return Selective(level, cut, len(let_go), steps, coverage, risk, found, low, chosen, reason)


def sureness(score: Floats, cut: float) -> Floats:
    """How far each score lies from the cut, 0 at it and 1 at the end of its side."""
    room = np.where(score >= cut, max(1 - cut, 1e-12), max(cut, 1e-12))
    return abs(score - cut) / room


def _let_go(is_missed: Flags, sure: Floats, index: Ints) -> Floats:
    """The highest threshold at which each patient is still missed; minus infinity for never."""
    worst = np.full(int(index.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(worst, index[is_missed], sure[is_missed])
    return worst


def _steps(sure: Floats) -> Floats:
    """Thresholds, falling, from one that nothing reaches to one that everything reaches."""
    levels = np.unique(sure)[::-1]
    if len(levels) > POINTS:
        levels = levels[np.linspace(0, len(levels) - 1, POINTS).astype(int)]
    top = np.nextafter(sure.max(initial=1.0), np.inf)
    return np.concatenate([[top], levels])


def _lower_bounds(missed: Ints, n: int) -> Floats:
    """One-sided lower bounds of the share of `n` patients who are not missed, NaN without any."""
    if n == 0:
        return np.full(len(missed), np.nan)
    known = {m: clopper_pearson(n - m, n, 2 * CONFIDENCE - 1)[0] for m in set(missed.tolist())}
    return np.array([known[m] for m in missed.tolist()])


def _last_kept(low: Floats, level: float, n: int) -> tuple[int | None, Reason | None]:
    """The place of the last step before the first failure, or None and why."""
    if n == 0:
        return None, Reason("no_patient_with_disease")
    failed = np.flatnonzero(low < level)
    if failed.size and failed[0] == 0:
        return None, Reason("too_few_with_disease", {"n": n, "low": float(low[0]), "level": level})
    place = int(failed[0] - 1) if failed.size else len(low) - 1
    if place == 0:
        return None, Reason("nothing_left_to_grader", {"level": level})
    return place, None
