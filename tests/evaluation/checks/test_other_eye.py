"""The other eye in place of the photograph: the score of a patient is told from that of a photo."""

import numpy as np
import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.evaluation.checks.answers import check_too_good
from drgrade.evaluation.checks.other_eye import substitute
from drgrade.stats.estimate import Estimate
from drgrade.stats.metrics import confusion, kappa

FEW = 300
GOOD = Estimate(0.9, 0.88, 0.92, None, 100)


def eyes(patients=400, seed=0):
    """Grades of both eyes, (patients, 2), alike in three of four patients."""
    generator = np.random.default_rng(seed)
    both = np.repeat(generator.integers(0, 5, (patients, 1)), 2, axis=1)
    other = generator.random(patients) < 0.25
    both[other, 1] = generator.integers(0, 5, other.sum())
    return both


def table(grades, answers, **more):
    return from_rows([
        {"photo": f"{i}_{eye}", "patient": f"{i}", "eye": eye, "grade": int(grade),
         "predicted": int(answer), "status": "graded", **more}
        for i, (pair, given) in enumerate(zip(grades, answers, strict=True))
        for eye, grade, answer in zip(("left", "right"), pair, given, strict=True)
    ])  # fmt: skip


def one_off(grades, share, seed=1):
    generator = np.random.default_rng(seed)
    moved = np.where(grades < 4, grades + 1, grades - 1)
    return np.where(generator.random(grades.shape) < share, moved, grades)


def of_the_patient(grades):
    """Both eyes get one answer, between the two labels: it can only come from the patient."""
    return np.repeat(np.round(grades.mean(axis=1, keepdims=True)).astype(int), 2, axis=1)


def test_the_agreements_are_those_counted_by_hand():
    grades = eyes()
    answers = one_off(grades, 0.3)
    found = substitute(table(grades, answers), resamples=FEW)
    swapped = answers[:, ::-1]
    assert found.photo == pytest.approx(kappa(confusion(grades.ravel(), answers.ravel())).value)
    assert found.other_photo == pytest.approx(
        kappa(confusion(grades.ravel(), swapped.ravel())).value
    )
    assert found.other_label == pytest.approx(
        kappa(confusion(grades.ravel(), grades[:, ::-1].ravel())).value
    )
    assert found.added.value == pytest.approx(found.photo - found.other_label)
    assert (found.n, found.patients) == (800, 400)


def test_w18_fires_where_both_eyes_get_the_patients_answer():
    grades = eyes()
    found = check_too_good(GOOD, GOOD, substitute(table(grades, of_the_patient(grades))))
    (why,) = found.values["why"]
    assert why.code == "of_the_patient"
    assert why.values == {"share": pytest.approx(1.0), "patients": 400}


def test_w18_is_silent_where_the_answer_follows_the_photograph():
    grades = eyes()
    found = substitute(table(grades, one_off(grades, 0.1)), resamples=FEW)
    assert found.added.low > 0 > found.excess.high
    assert check_too_good(GOOD, GOOD, found).state == "silent"


def test_w18_is_silent_where_there_is_nothing_to_survive():
    grades = eyes()
    found = substitute(table(grades, np.zeros_like(grades)), resamples=FEW)
    assert found.added.high < 0
    assert check_too_good(GOOD, GOOD, found).state == "silent"


def test_w18_is_not_fired_by_chance_where_the_photographs_add_little():
    """An answer that is noise around the patient, no better than the other eye's label."""
    fired = [
        substitute(table(grades := eyes(seed=s), one_off(grades[:, ::-1], 0.05, s)), resamples=FEW)
        .is_of_the_patient
        for s in range(20)
    ]  # fmt: skip
    assert not any(fired)


def test_w18_is_blind_where_few_patients_have_both_eyes_but_still_sees_a_score_too_high():
    few = table(eyes(199), eyes(199))
    assert substitute(few) is None
    found = check_too_good(GOOD, GOOD, None)
    assert (found.state, found.reasons) == ("not checkable", ("no_pairs",))
    assert check_too_good(Estimate(0.999, 0.99, 1.0, None, 100), GOOD, None).fires


def test_without_patients_or_eyes_nothing_is_substituted():
    grades = eyes()
    assert substitute(table(grades, grades, patient=None)) is None
    assert substitute(table(grades, grades, eye=None)) is None


def test_labels_of_one_grade_are_no_agreement_to_speak_of():
    grades = np.zeros((100, 2), dtype=int)
    assert substitute(table(grades, grades), resamples=FEW) is None


def test_an_eye_of_two_photographs_answers_with_the_worse():
    grades = eyes(200)
    twice = table(grades, grades).table
    mild = twice.filter(eye="right").with_columns(photo=twice.filter(eye="right")["photo"] + "b")
    rows = from_rows([*twice.to_dicts(), *mild.with_columns(predicted=0, grade=0).to_dicts()])
    found = substitute(rows, resamples=FEW)
    once = substitute(table(grades, grades), resamples=FEW)
    assert found.n == 600
    assert found.patients == once.patients == 200
