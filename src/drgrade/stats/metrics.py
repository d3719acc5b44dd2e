"""Scores as pure functions of arrays, always over the five grades.

A score of one confusion matrix is a `Value`: a number, or None with the reason where it is
undefined. Its plural (`kappas` beside `kappa`) takes matrices of shape (..., 5, 5) and returns
an array of shape (...), NaN where undefined: that is what resampling uses.
Rows of a matrix are the reference, columns the prediction.
"""

import numpy as np
import numpy.typing as npt

from drgrade.errors import PredictionsError, Reason, choose
from drgrade.icdr import NUMBER_OF_GRADES, REFERABLE_FROM
from drgrade.stats.estimate import Floats, Ints, Value, value_of
from drgrade.stats.ranking import auc, delong, grade_aucs, macro_auc

COLLAPSE_SHARE = 0.95  # of the photographs with one answer, above which a grader has collapsed
__all__ = [
    "Value",
    "accuracies",
    "accuracy",
    "auc",
    "balanced_accuracies",
    "balanced_accuracy",
    "collapse",
    "confusion",
    "delong",
    "fleiss_kappa",
    "grade_aucs",
    "kappa",
    "kappa_standard_error",
    "kappa_standard_errors",
    "kappas",
    "macro_auc",
    "majority_share",
    "mcnemar",
    "npv",
    "npvs",
    "off_by",
    "ppv",
    "ppvs",
    "precisions",
    "predictive_values",
    "recalls",
    "row_normalised",
    "sensitivities",
    "sensitivity",
    "specificities",
    "specificity",
]

Numbers = npt.ArrayLike
WEIGHTS = {
    "quadratic": lambda apart: apart**2,
    "linear": lambda apart: apart,
    "none": lambda apart: (apart > 0).astype(float),
}

NO_PHOTOS = Reason("no_graded_photographs")
NO_POSITIVES = Reason("no_referable_photographs")
NO_NEGATIVES = Reason("no_non_referable_photographs")
NONE_CALLED = Reason("none_called_referable")
ALL_CALLED = Reason("all_called_referable")
NO_PROBABILITIES = Reason("no_probabilities")
NO_CHANCE = Reason("one_grade_only")


def confusion(grade: Numbers, predicted: Numbers) -> Ints:
    """Count predictions by reference grade: (n,) and (n,) of 0 to 4 give (5, 5).

    Raises:
        PredictionsError: a grade that is not one of 0 to 4, or none for each.
    """
    rows, columns = (_grades(side) for side in (grade, predicted))
    if rows.shape != columns.shape:
        raise PredictionsError(
            f"a prediction is needed for each grade, got {columns.size} for {rows.size} grades"
        )
    cells = rows * NUMBER_OF_GRADES + columns
    counts = np.bincount(cells, minlength=NUMBER_OF_GRADES**2)
    return counts.reshape(NUMBER_OF_GRADES, NUMBER_OF_GRADES)


def _grades(numbers: Numbers) -> Ints:
    given = np.asarray(numbers).ravel()
    if given.dtype.kind not in "biuf":
        raise PredictionsError(f"grades must be numbers 0 to 4, got {given[0]}; map them first")
    with np.errstate(invalid="ignore"):  # what is no number at all is handled below
        grades = given.astype(np.int64)
    wrong = given[(grades < 0) | (grades >= NUMBER_OF_GRADES) | (grades != given)]
    if wrong.size:
        raise PredictionsError(f"grades must be 0 to 4, got {wrong[0]}; map the labels first")
    return grades


def collapse(cm: Numbers, from_grade: int = REFERABLE_FROM) -> Floats:
    """Confusion matrices (..., 5, 5) as two by two tables (..., 2, 2) of an endpoint.

    Index 1 is positive: grade `from_grade` or worse.
    """
    counts = np.asarray(cm, dtype=float)
    parts = (slice(None, from_grade), slice(from_grade, None))
    table = [[counts[..., r, c].sum((-2, -1)) for c in parts] for r in parts]
    return np.moveaxis(np.array(table), (0, 1), (-2, -1))


def row_normalised(cm: Numbers) -> Floats:
    """Each row divided by its sum; NaN in the row of a grade that does not occur."""
    counts = np.asarray(cm, dtype=float)
    return _ratio(counts, counts.sum(-1, keepdims=True))


def _ratio(part: Floats, whole: Floats) -> Floats:
    shape = np.broadcast_shapes(part.shape, whole.shape)
    out = np.full(shape, np.nan)
    return np.divide(part, whole, out=out, where=np.broadcast_to(whole != 0, shape))


def _diagonal(counts: Floats) -> Floats:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def accuracies(cm: Numbers) -> Floats:
    """Share of right grades, shape (...)."""
    counts = np.asarray(cm, dtype=float)
    return _ratio(_diagonal(counts).sum(-1), counts.sum((-2, -1)))


def accuracy(cm: Numbers) -> Value:
    """Share of right grades."""
    return value_of(accuracies(cm), NO_PHOTOS)


def recalls(cm: Numbers) -> Floats:
    """Share of each reference grade that graded right, shape (..., 5); NaN where it is absent."""
    counts = np.asarray(cm, dtype=float)
    return _ratio(_diagonal(counts), counts.sum(-1))


def precisions(cm: Numbers) -> Floats:
    """Share of each predicted grade that is right, shape (..., 5); NaN where never predicted."""
    counts = np.asarray(cm, dtype=float)
    return _ratio(_diagonal(counts), counts.sum(-2))


def balanced_accuracies(cm: Numbers) -> Floats:
    """Mean recall of the grades that occur in the reference, shape (...)."""
    each = recalls(cm)
    occurs = ~np.isnan(each)
    total = np.where(occurs, each, 0.0).sum(-1)
    return _ratio(total, occurs.sum(-1).astype(float))


def balanced_accuracy(cm: Numbers) -> Value:
    """Mean recall of the grades that occur in the reference."""
    return value_of(balanced_accuracies(cm), NO_PHOTOS)


def majority_share(cm: Numbers) -> Value:
    """Share of the most frequent reference grade: the accuracy of always answering it."""
    rows = np.asarray(cm, dtype=float).sum(-1)
    return value_of(_ratio(rows.max(-1), rows.sum(-1)), NO_PHOTOS)


def off_by(cm: Numbers) -> tuple[Value, Value]:
    """Shares of photographs graded one step off, and two or more steps off."""
    counts = np.asarray(cm, dtype=float)
    apart = _steps(counts.shape[-1])
    n = counts.sum()
    one, more = counts[apart == 1].sum(), counts[apart > 1].sum()
    return value_of(_ratio(one, n), NO_PHOTOS), value_of(_ratio(more, n), NO_PHOTOS)


def _steps(k: int) -> Floats:
    steps = np.arange(k, dtype=float)
    return np.abs(steps[:, None] - steps[None, :])


def _disagreement(k: int, weights: str) -> Floats:
    apart = _steps(k)
    weighted: Floats = choose(WEIGHTS, weights, "weighting of kappa")(apart)
    return weighted / weighted.max()


def kappas(cm: Numbers, weights: str = "quadratic") -> Floats:
    """Cohen's kappa (1960, weighted 1968) of matrices (..., K, K), shape (...).

    `weights` is `quadratic`, `linear` or `none`. NaN where chance disagreement is zero.
    """
    counts = np.asarray(cm, dtype=float)
    w = _disagreement(counts.shape[-1], weights)
    observed = (w * counts).sum((-2, -1))
    rows, columns = counts.sum(-1), counts.sum(-2)
    by_chance = np.einsum("...i,ij,...j->...", rows, w, columns)
    return 1.0 - _ratio(observed * counts.sum((-2, -1)), by_chance)


def kappa(cm: Numbers, weights: str = "quadratic") -> Value:
    """Cohen's kappa: `quadratic` (QWK), `linear` or `none`; n/a where chance cannot disagree."""
    empty = not np.asarray(cm).sum()
    return value_of(kappas(cm, weights), NO_PHOTOS if empty else NO_CHANCE)


def kappa_standard_errors(cm: Numbers, weights: str = "quadratic") -> Floats:
    """Standard error of kappa for independent pairs, shape (...).

    Fleiss, Cohen, Everitt 1969: Large sample standard errors of kappa and weighted kappa.
    """
    counts = np.asarray(cm, dtype=float)
    n = counts.sum((-2, -1))
    p = _ratio(counts, n[..., None, None])
    v = 1.0 - _disagreement(counts.shape[-1], weights)
    rows, columns = p.sum(-1), p.sum(-2)
    chance = np.einsum("...i,ij,...j->...", rows, v, columns)
    k = kappas(counts, weights)
    mean_row = np.einsum("ij,...j->...i", v, columns)[..., :, None]
    mean_column = np.einsum("ij,...i->...j", v, rows)[..., None, :]
    spread = v - (mean_row + mean_column) * (1.0 - k)[..., None, None]
    squared = (p * spread**2).sum((-2, -1)) - (k - chance * (1.0 - k)) ** 2
    return _ratio(np.sqrt(np.maximum(squared, 0.0)), np.sqrt(n) * (1.0 - chance))


def kappa_standard_error(cm: Numbers, weights: str = "quadratic") -> Value:
    """Standard error of kappa for independent pairs (Fleiss, Cohen, Everitt 1969)."""
    return value_of(kappa_standard_errors(cm, weights), NO_CHANCE)


def fleiss_kappa(ratings: Numbers) -> Value:
    """Agreement of several readers (Fleiss 1971): (n, readers) grades 0 to 4, each photo by all.

    Raises:
        PredictionsError: a grade outside 0 to 4.
    """
    table = np.asarray(ratings)
    if table.size == 0 or table.shape[1] < 2:
        return Value(None, Reason("two_readers_needed"))
    n, readers = table.shape
    cells = np.repeat(np.arange(n), readers) * NUMBER_OF_GRADES + _grades(table)
    flat = np.bincount(cells, minlength=n * NUMBER_OF_GRADES)
    counts = flat.reshape(n, NUMBER_OF_GRADES).astype(float)
    alike = (counts * (counts - 1)).sum() / (n * readers * (readers - 1))
    by_chance = ((counts.sum(0) / (n * readers)) ** 2).sum()
    return value_of(_ratio(np.array(alike - by_chance), np.array(1 - by_chance)), NO_CHANCE)


def sensitivities(table: Numbers) -> Floats:
    """Share of the positives found, from two by two tables (..., 2, 2) of `collapse`."""
    counts = np.asarray(table, dtype=float)
    return _ratio(counts[..., 1, 1], counts[..., 1, :].sum(-1))


def specificities(table: Numbers) -> Floats:
    """Share of the negatives let go, from two by two tables (..., 2, 2) of `collapse`."""
    counts = np.asarray(table, dtype=float)
    return _ratio(counts[..., 0, 0], counts[..., 0, :].sum(-1))


def ppvs(table: Numbers) -> Floats:
    """Share of positive answers that are right, from two by two tables (..., 2, 2)."""
    counts = np.asarray(table, dtype=float)
    return _ratio(counts[..., 1, 1], counts[..., :, 1].sum(-1))


def npvs(table: Numbers) -> Floats:
    """Share of negative answers that are right, from two by two tables (..., 2, 2)."""
    counts = np.asarray(table, dtype=float)
    return _ratio(counts[..., 0, 0], counts[..., :, 0].sum(-1))


def sensitivity(table: Numbers) -> Value:
    """Share of the positives found, from the two by two table of `collapse`."""
    return value_of(sensitivities(table), NO_POSITIVES)


def specificity(table: Numbers) -> Value:
    """Share of the negatives let go, from the two by two table of `collapse`."""
    return value_of(specificities(table), NO_NEGATIVES)


def ppv(table: Numbers) -> Value:
    """Positive predictive value at the prevalence of the table."""
    return value_of(ppvs(table), NONE_CALLED)


def npv(table: Numbers) -> Value:
    """Negative predictive value at the prevalence of the table."""
    return value_of(npvs(table), ALL_CALLED)


def predictive_values(sens: float, spec: float, prevalence: float) -> tuple[Value, Value]:
    """PPV and NPV carried to another prevalence by Bayes' rule."""
    true, false = sens * prevalence, (1 - spec) * (1 - prevalence)
    right, wrong = spec * (1 - prevalence), (1 - sens) * prevalence
    positive = _ratio(np.array(true), np.array(true + false))
    negative = _ratio(np.array(right), np.array(right + wrong))
    return (
        value_of(positive, Reason("none_would_be_called_referable")),
        value_of(negative, Reason("all_would_be_called_referable")),
    )


def mcnemar(b: int, c: int) -> float:
    """Exact two-sided p of McNemar's test: `b` and `c` are the pairs that disagree, each way."""
    from scipy.special import bdtr  # costs a fifth of a second: only who tests pays it

    if b + c == 0:
        return 1.0
    return min(1.0, 2.0 * float(bdtr(min(b, c), b + c, 0.5)))
