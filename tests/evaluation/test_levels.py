"""Photographs, eyes and patients: the worse eye counts, and nobody is lost on the way."""

import numpy as np
import pytest

from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.errors import UnknownNameError
from drgrade.evaluation.analyses import analyses, flow, imageability, transported
from drgrade.evaluation.levels import (
    Endpoint,
    at_level,
    called_by,
    endpoints,
    judged,
    primary_level,
)
from drgrade.stats.metrics import predictive_values

from ..stats.test_oracles import EYEPACS_TEST_PAIRS, EYEPACS_TRAIN_PAIRS

REFERABLE = Endpoint("referable", 2)


def row(photo, grade, predicted, status="graded", **more):
    return {"photo": photo, "grade": grade, "predicted": predicted, "status": status, **more}


def eye(patient, side, grade, predicted, status="graded", **more):
    return row(f"{patient}_{side}", grade, predicted, status, patient=patient, eye=side, **more)


def pairs_as_rows(pairs) -> Predictions:
    """Both eyes of every patient of a table left by right, each graded like its fellow."""
    left, right = np.repeat(np.indices((5, 5)).reshape(2, 25), np.ravel(pairs), axis=1)
    rows = []
    for number, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        rows += [eye(str(number), "left", a, b), eye(str(number), "right", b, a)]
    return from_rows(rows)


@pytest.mark.parametrize(
    ("pairs", "counts", "share"),
    [
        (EYEPACS_TRAIN_PAIRS, [12155, 1442, 3022, 499, 445], 0.22581563514206002),
        (EYEPACS_TEST_PAIRS, [18650, 2231, 4474, 673, 760], 0.22050918321636553),
    ],
)
def test_o7_the_worse_eye_of_the_eyepacs_patients(pairs, counts, share):
    patients = at_level(pairs_as_rows(pairs), REFERABLE, "patient")
    assert np.bincount(patients.grades, minlength=5).tolist() == counts
    assert patients.positive.mean() == pytest.approx(share, abs=1e-15)


def test_an_eye_takes_the_worst_of_its_photographs():
    rows = [eye("1", "left", 0, 1), eye("1", "left", 2, 0), eye("1", "right", 0, 0)]
    eyes = at_level(from_rows(rows), REFERABLE, "eye")
    assert eyes.grades.tolist() == [2, 0]
    assert eyes.predicted.tolist() == [1, 0]


def test_a_patient_with_an_eye_called_is_called_though_the_other_is_ungradable():
    rows = [eye("1", "left", 2, 3), eye("1", "right", 0, None, "ungradable")]
    patient = at_level(from_rows(rows), REFERABLE, "patient")
    assert (patient.called.tolist(), patient.gradable.tolist()) == ([True], [True])


def test_a_patient_with_no_eye_called_and_one_ungradable_is_ungradable():
    rows = [eye("1", "left", 0, 0), eye("1", "right", 0, None, "error")]
    patient = at_level(from_rows(rows), REFERABLE, "patient")
    assert (patient.called.tolist(), patient.gradable.tolist()) == ([False], [False])


def test_an_eye_with_one_gradable_photograph_is_gradable():
    rows = [eye("1", "left", 0, 0), eye("1", "left", 0, None, "ungradable")]
    assert at_level(from_rows(rows), REFERABLE, "patient").gradable.tolist() == [True]


def test_a_photograph_without_a_patient_is_its_own_patient():
    rows = [row("a", 0, 0), row("b", 3, 3)]
    assert len(at_level(from_rows(rows), REFERABLE, "patient")) == 2
    assert primary_level(from_rows(rows).table) == "photo"


def test_photographs_of_a_group_are_resampled_together_at_every_level():
    rows = [row("a", 0, 0, group="g"), row("b", 3, 3, group="g"), row("c", 3, 0)]
    assert at_level(from_rows(rows), REFERABLE, "photo").clusters.tolist() == ["g", "g", "c"]
    assert at_level(from_rows(rows), REFERABLE, "patient").clusters.tolist() == ["g", "g", "c"]


def test_two_eyes_make_the_patient_the_primary_level():
    rows = [eye("1", "left", 0, 0), eye("1", "right", 0, 0)]
    assert primary_level(from_rows(rows).table) == "patient"


def test_duplicates_and_rows_without_a_reference_are_not_judged():
    rows = [row("a", 0, 0), row("b", 0, 0, "duplicate"), row("c", None, 0)]
    assert judged(from_rows(rows).table)["photo"].to_list() == ["a"]


def test_macular_edema_joins_the_endpoint_only_where_every_row_knows_it():
    known = from_rows([row("a", 0, 0, dme=1), row("b", 0, 0, dme=0)])
    referable = endpoints(known.table)[0]
    assert referable.with_dme
    assert at_level(known, referable, "photo").positive.tolist() == [True, False]
    partly = from_rows([row("a", 0, 0, dme=1), row("b", 0, 0, dme=None)])
    assert not endpoints(partly.table)[0].with_dme


def test_an_operating_point_answers_before_the_grade_does():
    table = from_rows([row("a", 2, 1, referable=True), row("b", 0, 3, referable=False)])
    assert called_by(table.table, REFERABLE) == "operating point"
    assert at_level(table, REFERABLE, "photo").called.tolist() == [True, False]


def test_another_level_is_answered_with_those_there_are():
    with pytest.raises(UnknownNameError, match="patient"):
        at_level(from_rows([row("a", 0, 0)]), REFERABLE, "patients")


def some(n, status, grade, predicted):
    return [row(f"{status}{grade}{predicted}-{i}", grade, predicted, status) for i in range(n)]


SCREENED = [
    *some(80, "graded", 0, 0), *some(10, "graded", 0, 2), *some(10, "ungradable", 0, None),
    *some(30, "graded", 3, 3), *some(5, "graded", 3, 0), *some(5, "error", 3, None),
]  # fmt: skip


def test_the_three_analyses_count_the_ungradable_as_they_say():
    a, b, c = analyses(at_level(from_rows(SCREENED), REFERABLE, "photo"))
    assert (a.sensitivity.value, a.specificity.value) == (35 / 40, 80 / 100)
    assert (b.sensitivity.value, b.specificity.value) == (30 / 35, 80 / 90)
    assert (c.sensitivity.value, c.specificity.value) == (30 / 40, 80 / 100)


def test_imageability_is_the_share_that_was_graded():
    assert imageability(at_level(from_rows(SCREENED), REFERABLE, "photo")).value == 125 / 140


def test_predictive_values_at_the_observed_prevalence_are_those_counted():
    a, _, _ = analyses(at_level(from_rows(SCREENED), REFERABLE, "photo"))
    observed = transported(a)[0]
    assert observed.is_observed
    assert (observed.ppv, observed.npv) == (a.ppv, a.npv)
    by_rule = predictive_values(a.sensitivity.value, a.specificity.value, observed.prevalence)
    assert [each.value for each in by_rule] == pytest.approx([a.ppv.value, a.npv.value])


def test_without_disease_sensitivity_is_not_available_and_never_zero_or_one():
    a, _, _ = analyses(at_level(from_rows(some(5, "graded", 0, 0)), REFERABLE, "photo"))
    assert a.sensitivity.value is None
    assert a.sensitivity.reason.code == "no_referable_photographs"
    assert transported(a) == ()


def test_the_flow_loses_each_photograph_at_its_own_step():
    rows = [
        *some(5, "graded", 0, 0), *some(4, "ungradable", 1, None), *some(3, "not_fundus", 2, None),
        *some(2, "error", None, None), *some(1, "duplicate", 4, None),
    ]  # fmt: skip
    found = flow(from_rows(rows).table)
    assert [(step.name, step.n) for step in found.steps] == [
        ("offered", 14), ("decoded", 12), ("fundus", 9), ("gradable", 5), ("graded", 5),
    ]  # fmt: skip
    assert found.steps[0].by_grade == (5, 4, 3, 0, 0, 2)
    assert found.duplicates == 1
