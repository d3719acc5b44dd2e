"""Stored thresholds are looked at and never moved."""

import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.evaluation.levels import Endpoint
from drgrade.evaluation.scorecard.frozen_points import frozen_points
from drgrade.provenance.model import ModelProvenance

REFERABLE = Endpoint("referable", 2)
POINT = {"name": "HS", "endpoint": "referable", "threshold": 0.4, "split": "calibrate"}


def table(*rows, points=(POINT,)):
    """Rows of (patient, eye, grade, probability of referable disease); None is ungradable."""
    made = []
    for patient, eye, grade, p in rows:
        row = {"photo": patient + eye, "patient": patient, "eye": eye, "grade": grade}
        if p is None:
            made.append(row | {"status": "error"})
            continue
        shares = {"p0": 1 - p, "p1": 0.0, "p2": p, "p3": 0.0, "p4": 0.0}
        made.append(row | {"status": "graded", "predicted": 2 if p > 0.5 else 0, **shares})
    return from_rows(made, ModelProvenance(operating_points=list(points)))


def test_an_answer_at_the_threshold_is_called_and_ungradable_is_referred():
    rows = table(("a", "left", 2, 0.4), ("b", "left", 2, 0.39), ("c", "left", 2, None),
                 ("d", "left", 0, 0.41), ("e", "left", 0, 0.1))  # fmt: skip
    (point,) = frozen_points(rows, REFERABLE, ["photo"])
    everybody, gradable, _ = point.analyses
    assert everybody.sensitivity.value == pytest.approx(2 / 3)
    assert gradable.sensitivity.value == pytest.approx(1 / 2)
    assert everybody.specificity.value == pytest.approx(1 / 2)


def test_a_patient_is_called_by_the_worse_eye():
    rows = table(("a", "left", 0, 0.1), ("a", "right", 2, 0.9), ("b", "left", 0, 0.1))
    _, patient = frozen_points(rows, REFERABLE, ["photo", "patient"])
    assert patient.analyses[0].n == 2
    assert patient.analyses[0].sensitivity.value == 1


def test_points_of_another_endpoint_and_points_without_a_threshold_are_passed_over():
    others = ({**POINT, "endpoint": "any_dr"}, {**POINT, "threshold": None})
    assert frozen_points(table(("a", "left", 2, 0.9), points=others), REFERABLE, ["photo"]) == ()


def test_without_probabilities_there_is_nothing_to_hold_against_a_threshold():
    rows = from_rows([{"photo": "a", "grade": 2, "predicted": 2, "status": "graded"}],
                     ModelProvenance(operating_points=(POINT,)))  # fmt: skip
    assert frozen_points(rows, REFERABLE, ["photo"]) == ()


@pytest.mark.parametrize("unknown", [{"split": None}, {"split": ""}])
def test_a_split_that_is_not_known_has_no_name(unknown):
    rows = table(("a", "left", 2, 0.9), points=[POINT | unknown])
    assert [point.split for point in frozen_points(rows, REFERABLE, ["photo"])] == [""]
