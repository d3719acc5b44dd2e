"""The five grades in full agree with their definitions and with scikit-learn."""

import numpy as np
import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.evaluation.grade_scores import grade_scores

GENERATOR = np.random.default_rng(3)
GRADES = GENERATOR.integers(0, 5, 200)
ANSWERS = np.clip(GRADES + GENERATOR.integers(-2, 3, 200), 0, 4)


def table(grades, answers, probabilities=None):
    rows = []
    for i, (grade, answer) in enumerate(zip(grades, answers, strict=True)):
        p = {} if probabilities is None else {f"p{k}": probabilities[i][k] for k in range(5)}
        rows.append({"photo": str(i), "patient": str(i // 2), "grade": int(grade),
                     "predicted": int(answer), "status": "graded", **p})  # fmt: skip
    return from_rows(rows)


def test_recall_and_precision_are_those_of_scikit_learn():
    witness = pytest.importorskip("sklearn.metrics")
    found = grade_scores(table(GRADES, ANSWERS), resamples=50).grades
    recall = witness.recall_score(GRADES, ANSWERS, average=None)
    precision = witness.precision_score(GRADES, ANSWERS, average=None)
    assert [each.recall.value for each in found] == pytest.approx(recall)
    assert [each.precision.value for each in found] == pytest.approx(precision)


def test_linear_kappa_is_that_of_scikit_learn():
    witness = pytest.importorskip("sklearn.metrics")
    found = grade_scores(table(GRADES, ANSWERS), resamples=50)
    theirs = witness.cohen_kappa_score(GRADES, ANSWERS, weights="linear")
    assert found.linear_kappa.value == pytest.approx(theirs)


def test_right_one_off_and_more_add_up_to_everybody():
    found = grade_scores(table(GRADES, ANSWERS), resamples=50)
    right = (GRADES == ANSWERS).mean()
    assert right + found.off_by_one.value + found.off_by_more.value == pytest.approx(1)


def test_a_grade_that_is_absent_or_never_said_has_no_share():
    grades = grade_scores(table([0, 0, 1], [0, 2, 1]), resamples=20).grades
    assert grades[2].recall.value is None
    assert grades[2].precision.value == 0
    assert grades[4].recall.reason.code == "no_photograph_of_grade"
    assert grades[4].precision.reason.code == "no_answer_of_grade"


def test_a_sure_and_right_answer_has_no_distance_and_an_even_one_has_its_mean():
    sure = np.eye(5)[[0, 4]]
    assert grade_scores(table([0, 4], [0, 4], sure)).expected_error.value == 0
    even = np.full((2, 5), 0.2)
    assert grade_scores(table([0, 4], [0, 4], even)).expected_error.value == pytest.approx(2)
    assert grade_scores(table([0, 4], [0, 4])).expected_error.value is None
