"""Rows say what is known and what was answered, and counts say what they come to."""

import pytest

from drgrade.inference.rows import Tally, row_of


def test_a_table_graded_again_keeps_nothing_of_its_earlier_answers():
    known = {"photo": "a.png", "grade": 2, "p3": 0.8, "predicted": 3, "p_dme": 0.9, "status":
             "graded", "referable": True, "model": "old", "reason": "x", "camera": "C",
             "learned_before": True}  # fmt: skip
    answer = {"photo": "a.png", "status": "error", "reason": "not a file", "model": "new"}
    assert row_of(known, answer) == {"photo": "a.png", "grade": 2, "camera": "C", "status": "error",
                                     "reason": "not a file", "model": "new"}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "by_grade", "by_edema"),
    [
        ({"predicted": 2, "referable": False}, 1, 0),
        ({"predicted": 0, "referable": False, "p_dme": 0.6}, 0, 1),
        ({"predicted": 2, "referable": True, "p_dme": 0.9}, 0, 0),
        ({"predicted": 0, "referable": False, "p_dme": 0.2}, 0, 0),
        ({"predicted": 3}, 0, 0),
        ({"status": "error"}, 0, 0),
    ],
)
def test_what_is_below_the_point_and_referable_by_the_scale_is_counted(row, by_grade, by_edema):
    tally = Tally()
    tally.add({"photo": "a.png", "status": "graded", "predicted": None} | row)
    assert (tally.by_grade, tally.by_edema) == (by_grade, by_edema)
    assert len(tally.remarks()) == by_grade + by_edema


def test_rows_are_counted_by_status_and_reason_whatever_value_was_found():
    tally = Tally()
    given = [{"status": "graded", "predicted": 0}, {"status": "error", "reason": "empty file: a"},
             {"status": "error", "reason": "empty file: b"},
             {"status": "ungradable", "reason": "too small: 3 px"}]  # fmt: skip
    assert list(tally.over(given)) == given
    assert (tally.total, tally.failed) == (4, 3)
    assert [line.split(maxsplit=2) for line in tally.summary()] == [
        ["1", "graded"], ["2", "error", "empty file"], ["1", "ungradable", "too small"]
    ]  # fmt: skip


def test_where_all_are_graded_nothing_is_listed():
    tally = Tally()
    tally.add({"status": "graded", "predicted": 0})
    assert tally.summary() == []
