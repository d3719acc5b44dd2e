"""Counts of grades tell a scale that is not 0 to 4, and never call a real set so."""

import pytest

from drgrade.data.audit.label_scale import only_grade, scale_of

REAL = {  # published counts of grades 0 to 4
    "EyePACS": (25810, 2443, 5292, 873, 708),
    "APTOS": (1805, 370, 999, 193, 295),
    "IDRiD": (168, 25, 168, 93, 62),
    "Messidor-2": (1017, 270, 347, 75, 35),
    "DDR": (6266, 630, 4477, 236, 913),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_set_looks_like_what_it_is(name):
    assert scale_of(REAL[name]) == ""


@pytest.mark.parametrize("name", REAL)
def test_a_real_set_turned_upside_down_is_seen_where_its_ends_tell(name):
    turned = REAL[name][::-1]
    assert scale_of(turned) == ("reversed" if min(turned) == turned[0] else "")


def test_grades_that_begin_at_1_look_one_based():
    assert scale_of((0, 700, 100, 150, 50)) == "one-based"


def test_two_grades_look_binary():
    assert scale_of((700, 300, 0, 0, 0)) == "binary"


def test_of_few_photographs_nothing_is_said():
    assert scale_of((0, 60, 20, 10, 5)) == ""


def test_as_many_of_each_grade_look_like_themselves():
    assert scale_of((80, 80, 80, 80, 80)) == ""


def test_one_grade_alone_is_seen_from_twenty_photographs_on():
    assert only_grade((0, 0, 20, 0, 0)) == 2
    assert only_grade((19, 0, 0, 0, 0)) is None
    assert only_grade((50, 1, 0, 0, 0)) is None
