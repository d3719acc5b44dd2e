"""What not looking scores, by hand and on the lab's own lists."""

import numpy as np
import polars as pl
import pytest

from drgrade.evaluation.baselines import UNKNOWN, Rows, floors, majority, other_eye, rows_of


def _rows(*cells):
    patients, eyes, grades = zip(*cells, strict=True)
    return Rows(np.array(patients), np.array(eyes), np.array(grades), np.array(patients))


PAIRS = _rows(("7", "left", 2), ("7", "right", 3), ("8", "left", 0), ("", "left", 1))


def test_the_other_eye_is_that_of_the_same_patient():
    assert other_eye(PAIRS).tolist() == [3, 2, UNKNOWN, UNKNOWN]


def test_the_worse_photograph_of_the_other_eye_counts():
    rows = _rows(("7", "left", 2), ("7", "right", 1), ("7", "right", 4), ("7", "right", 0))
    assert other_eye(rows).tolist() == [4, 2, 2, 2]


def test_photographs_of_unknown_eyes_have_no_other_eye():
    rows = _rows(("7", "", 2), ("7", "", 3))
    assert other_eye(rows).tolist() == [UNKNOWN, UNKNOWN]


def test_the_copy_from_train_answers_0_where_train_has_no_other_eye():
    train = _rows(("7", "right", 4))
    judged = _rows(("7", "left", 3), ("9", "left", 2))
    assert other_eye(judged, train, default=0).tolist() == [4, 0]


def test_the_majority_is_the_milder_of_two_as_frequent():
    assert majority([3, 3, 1, 1, 0]).tolist() == [1] * 5


def test_floors_say_why_they_are_missing():
    found = {floor.name: floor for floor in floors(_rows(("", "", 1), ("", "", 0)))}
    assert found["other_eye"].qwk.value is None
    assert found["other_eye"].accuracy.reason.code == "no_other_eye_among_rows"
    assert found["train_other_eye"].accuracy.reason.code == "no_train_rows"


def test_floors_of_rows_without_eyes_say_so_even_with_train_rows():
    last = floors(_rows(("", "", 1)), PAIRS)[-1]
    assert last.accuracy.reason.code == "no_patient_and_eye"


def test_rows_without_a_reference_grade_are_left_out():
    table = pl.DataFrame(
        {"photo": ["a", "b"], "patient": [None, "7"], "eye": [None, "left"], "grade": [1, None]},
        schema_overrides={"patient": pl.String, "eye": pl.String},
    )
    rows = rows_of(table)
    assert (rows.patients.tolist(), rows.units.tolist(), rows.grades.tolist()) == ([""], ["a"], [1])


@pytest.fixture(scope="module")
def lab_floors(shared):
    parts = [_lab_rows(shared / "lab3", part) for part in ("test", "train")]
    return {floor.name: floor for floor in floors(*parts)}


def _lab_rows(folder, part, skip=0):
    names = (folder / f"{part}_img.csv").read_text().split()[skip:]
    grades = (folder / f"{part}_label.csv").read_text().split()[skip:]
    patients, eyes = (np.array(side) for side in zip(*(n.split("_") for n in names), strict=True))
    return Rows(patients, eyes, np.array(grades, dtype=int), patients)


def test_always_0_has_5154_of_7026_on_the_labs_test(lab_floors):
    found = lab_floors["always_0"]
    assert (found.n, round(100 * found.accuracy.value, 3)) == (7026, 73.356)
    assert found.qwk.value == 0.0


def test_a_reader_that_takes_line_1_for_a_header_gets_the_labs_73_352_percent(shared):
    rows = _lab_rows(shared / "lab3", "test", skip=1)
    found = floors(rows)[0]
    assert (found.n, round(100 * found.accuracy.value, 3)) == (7025, 73.352)


def test_copying_the_other_eye_from_train_has_84_73_percent_on_the_labs_test(lab_floors):
    found = lab_floors["train_other_eye"]
    assert round(100 * found.accuracy.value, 2) == 84.73
    assert round(found.qwk.value, 3) == 0.723


def test_the_majority_of_the_labs_test_is_grade_0(lab_floors):
    assert lab_floors["majority"].accuracy == lab_floors["always_0"].accuracy
