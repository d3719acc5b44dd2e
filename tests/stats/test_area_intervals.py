"""Intervals of areas over patients: against DeLong, against resampled patients, at the ends."""

import numpy as np
import pytest

from drgrade.errors import Reason
from drgrade.stats import metrics
from drgrade.stats.area_intervals import area, macro_area
from drgrade.stats.intervals import wilson
from drgrade.stats.ranking import rank_pairs
from drgrade.stats.resampling import resampled_areas

GENERATOR = np.random.default_rng(7)
M = 600
SEVERITY = np.repeat(GENERATOR.normal(size=M), 2) + 0.3 * GENERATOR.normal(size=2 * M)
GRADE = np.searchsorted([0.4, 0.8, 1.2, 1.6], SEVERITY)
SCORE = SEVERITY + np.repeat(GENERATOR.normal(size=M), 2)
PATIENTS = np.repeat(np.arange(M), 2)


def _logit(p):
    return np.log(p / (1 - p))


def test_where_rows_are_independent_the_error_is_that_of_delong():
    found = area(GRADE >= 2, SCORE, np.arange(2 * M))
    areas, covariance = metrics.delong(GRADE >= 2, SCORE)
    half = 1.962 * np.sqrt(covariance[0, 0]) / (areas[0] * (1 - areas[0]))
    assert found.value == pytest.approx(areas[0])
    assert (_logit(found.high) - _logit(found.low)) / 2 == pytest.approx(half, rel=0.005)


def test_the_interval_is_that_of_resampled_patients_where_they_are_many():
    found = area(GRADE >= 2, SCORE, PATIENTS)
    drawn = resampled_areas([rank_pairs(GRADE >= 2, SCORE)], PATIENTS)[0]
    expected = np.quantile(drawn, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.004)


def test_every_eye_twice_tells_as_much_as_once():
    once, positive = np.arange(2 * M), GRADE >= 2
    one = area(positive, SCORE, once)
    two = area(np.repeat(positive, 2), np.repeat(SCORE, 2), np.repeat(once, 2))
    assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high))


def test_turning_the_score_around_turns_the_interval_around():
    there, back = (area(GRADE >= 2, sign * SCORE, PATIENTS) for sign in (1, -1))
    assert (1 - there.high, 1 - there.low) == pytest.approx((back.low, back.high))


def test_the_macro_area_is_the_mean_of_five_and_narrower_than_its_rarest():
    p = np.exp(-((SCORE[:, None] - np.array([-0.5, 0.6, 1.0, 1.4, 2.2])) ** 2))
    found = macro_area(GRADE, p, PATIENTS)
    rarest = area(GRADE == 3, p[:, 3], PATIENTS)
    assert found.value == pytest.approx(metrics.macro_auc(GRADE, p).value)
    assert 0 < found.high - found.low < rarest.high - rarest.low


def test_a_perfect_order_of_few_patients_is_no_certainty():
    found = area([False] * 30 + [True] * 8, np.arange(38), np.arange(38))
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == wilson(8, 8)[0]


def test_a_score_that_is_the_same_for_all_is_half_with_no_spread():
    found = area(GRADE >= 2, np.zeros(2 * M), PATIENTS)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_one_patient_on_a_side_has_no_interval_and_says_so():
    found = area([True, True, False, False, False], [3, 1, 2, 0, 1], [0, 0, 1, 2, 3])
    assert found.low is None
    assert found.reason == Reason("one_unit_on_a_side", {"unit": "patients"})


def test_one_side_alone_and_an_absent_grade_are_undefined_with_their_reason():
    assert area(np.zeros(9, dtype=bool), np.arange(9), np.arange(9)).value is None
    constant = np.zeros(9, dtype=int)
    undefined = macro_area(constant, np.full((9, 5), 0.2), constant)
    assert undefined.reason == Reason("auc_undefined_for_grade", {"grade": 0})
