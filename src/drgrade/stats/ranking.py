"""How well a score orders photographs: areas under the ROC curve, ties counted one half.

`auc` is the Mann-Whitney statistic; `delong` gives its variance (DeLong, DeLong, Clarke-Pearson
1988, by ranks); `RankedPairs` computes it under many sets of row weights, for resampling.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from drgrade.errors import Reason
from drgrade.icdr import GRADES
from drgrade.stats.estimate import Floats, Ints, Value, value_of

Numbers = npt.ArrayLike
ONE_SIDED = Reason("one_sided_endpoint")


@dataclass(frozen=True)
class RankedPairs:
    """Which negatives lie below and level with each positive, as places in a sorted list.

    positives: rows of the positives, ascending by score (p,). negatives: rows of the negatives,
    ascending by score (q,). below, upto: how many negatives score less, and less or equal (p,).
    """

    positives: Ints
    negatives: Ints
    below: Ints
    upto: Ints

    def of_patients(self, index: Ints) -> "RankedPairs":
        """The same pairs with each row named by its patient's number, so that patients weigh."""
        return replace(self, positives=index[self.positives], negatives=index[self.negatives])

    def areas(self, weights: Numbers) -> Floats:
        """AUC under weights of shape (r, n): shape (r,), NaN where a side weighs nothing.

        One set of weights at a time: its running sums then stay in the processor's cache.
        """
        return np.array([self._area(each) for each in np.asarray(weights)])

    def _area(self, weights: npt.NDArray[np.number]) -> float:
        heights = np.zeros(len(self.negatives) + 1, dtype=weights.dtype)
        np.cumsum(weights[self.negatives], out=heights[1:])
        won = (heights[self.below] + heights[self.upto]).astype(float)
        over = weights[self.positives].astype(float)
        total = 2.0 * float(over.sum()) * float(heights[-1])
        return float(over @ won) / total if total > 0 else float("nan")


def rank_pairs(is_positive: Numbers, score: Numbers) -> RankedPairs:
    """Sort once what every resample needs: (n,) flags and (n,) scores."""
    flags, scores = np.asarray(is_positive, dtype=bool), np.asarray(score, dtype=float)
    positives, negatives = (
        rows[np.argsort(scores[rows], kind="stable")]
        for rows in (np.flatnonzero(flags), np.flatnonzero(~flags))
    )
    ordered = scores[negatives]
    below = np.searchsorted(ordered, scores[positives], side="left")
    upto = np.searchsorted(ordered, scores[positives], side="right")
    return RankedPairs(positives, negatives, below, upto)


def auc(is_positive: Numbers, score: Numbers) -> Value:
    """Area under the ROC curve, ties one half: (n,) flags and (n,) scores."""
    pairs = rank_pairs(is_positive, score)
    area = pairs.areas(np.ones((1, np.size(score))))[0]
    return value_of(area, ONE_SIDED)


def roc(is_positive: Numbers, score: Numbers) -> tuple[Floats, Floats]:
    """The ROC curve: 1 - specificity and sensitivity at every threshold, from (0, 0) to (1, 1).

    Two arrays of shape (k + 1,) for k distinct scores; both sides of the endpoint must occur.
    """
    flags, scores = np.asarray(is_positive, dtype=bool), np.asarray(score, dtype=float)
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    sides = [np.cumsum(side[order])[last] / side.sum() for side in (~flags, flags)]
    x, y = (np.concatenate([[0.0], side]) for side in sides)
    return x, y


def grade_aucs(grade: Numbers, probabilities: Numbers) -> list[Value]:
    """One-against-rest AUC of each of the five grades: (n,) grades, (n, 5) probabilities."""
    grades, p = np.asarray(grade), np.asarray(probabilities, dtype=float)
    return [auc(grades == g, p[:, g]) for g in GRADES]


def macro_auc(grade: Numbers, probabilities: Numbers) -> Value:
    """Mean of the five one-against-rest AUCs; n/a where one of them is undefined."""
    areas = [area.value for area in grade_aucs(grade, probabilities)]
    known = [area for area in areas if area is not None]
    if len(known) < len(areas):
        return Value(None, Reason("auc_undefined_for_grade", {"grade": areas.index(None)}))
    return Value(float(np.mean(known)))


def delong(is_positive: Numbers, scores: Numbers) -> tuple[Floats, Floats]:
    """AUCs (k,) and their covariance (k, k) of `k` scores, (k, n) or (n,), on the same rows.

    For independent rows. NaN where a side of the endpoint has fewer than two rows.
    """
    flags = np.asarray(is_positive, dtype=bool)
    table = np.atleast_2d(np.asarray(scores, dtype=float))
    if min(flags.sum(), (~flags).sum()) < 2:
        return np.full(len(table), np.nan), np.full((len(table), len(table)), np.nan)
    over = np.array([placements(row[flags], row[~flags]) for row in table])
    under = np.array([1.0 - placements(row[~flags], row[flags]) for row in table])
    spread = np.cov(over) / over.shape[1] + np.cov(under) / under.shape[1]
    return over.mean(1), np.atleast_2d(spread)


def placements(ours: Floats, theirs: Floats) -> Floats:
    """Share of `theirs` that lies below each of `ours`, level ones counted one half."""
    ordered = np.sort(theirs)
    left = np.searchsorted(ordered, ours, side="left")
    right = np.searchsorted(ordered, ours, side="right")
    return (left + right) / (2.0 * len(theirs))
