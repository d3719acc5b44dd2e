"""The five grades in full: recall and precision of each, kappas, and how far off answers are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from drgrade.data.tables.predictions import Predictions
from drgrade.errors import Reason
from drgrade.icdr import GRADES, NUMBER_OF_GRADES
from drgrade.locale.plain import as_plain
from drgrade.stats import metrics
from drgrade.stats.estimate import Estimate, Ints, missing
from drgrade.stats.intervals import bootstrap, mean, ratio
from drgrade.stats.resampling import RESAMPLES

NO_PHOTO_OF_GRADE = Reason("no_photograph_of_grade")
NO_ANSWER_OF_GRADE = Reason("no_answer_of_grade")


@dataclass(frozen=True)
class GradeScore:
    """One grade: photographs that have it, answers that say so, and how often both are right."""

    grade: int
    n: int
    answers: int
    recall: Estimate
    precision: Estimate


@dataclass(frozen=True)
class GradeScores:
    """What the whole matrix shows beyond one number; graded photographs, intervals over patients.

    `expected_error` is the mean distance of the expected grade, sum(k p_k), from the reference;
    `standard_errors` of the kappas are those of independent pairs (Fleiss, Cohen, Everitt 1969).
    """

    grades: tuple[GradeScore, ...]
    linear_kappa: Estimate
    off_by_one: Estimate
    off_by_more: Estimate
    expected_error: Estimate
    standard_errors: dict[str, float | None]

    def as_json(self) -> dict[str, Any]:
        """All figures as plain values."""
        plain: dict[str, Any] = as_plain(self)
        return plain


def grade_scores(graded: Predictions, *, seed: int = 0, resamples: int = RESAMPLES) -> GradeScores:
    """Score graded rows that have a reference grade (`Predictions.graded`)."""
    grade, predicted, units = graded.grades(), graded.predicted(), graded.clusters()
    apart = np.abs(grade - predicted)
    cm = metrics.confusion(grade, predicted)
    return GradeScores(
        grades=tuple(_of_grade(each, grade, predicted, units) for each in GRADES),
        linear_kappa=bootstrap(
            lambda cms: metrics.kappas(cms, "linear"),
            grade, predicted, units, seed=seed, resamples=resamples,
        ),
        off_by_one=ratio(apart == 1, units),
        off_by_more=ratio(apart > 1, units),
        expected_error=_expected_error(graded, grade, units),
        standard_errors={
            name: metrics.kappa_standard_error(cm, name).value for name in metrics.WEIGHTS
        },
    )  # fmt: skip


def _of_grade(which: int, grade: Ints, predicted: Ints, units: npt.ArrayLike) -> GradeScore:
    has, said = grade == which, predicted == which
    return GradeScore(
        grade=which,
        n=int(has.sum()),
        answers=int(said.sum()),
        recall=ratio(said, units, has) if has.any() else missing(NO_PHOTO_OF_GRADE),
        precision=ratio(has, units, said) if said.any() else missing(NO_ANSWER_OF_GRADE),
    )


def _expected_error(graded: Predictions, grade: Ints, units: npt.ArrayLike) -> Estimate:
    if not graded.has_probabilities:
        return missing(metrics.NO_PROBABILITIES, len(grade))
    expected = graded.probabilities() @ np.arange(NUMBER_OF_GRADES)
    return mean(np.abs(expected - grade), units)
