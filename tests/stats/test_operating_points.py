"""Operating points: the edge of the rule, exactly, and never an invented one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgrade.stats.intervals import ratio
from drgrade.stats.operating_points import (
    high_sensitivity,
    high_specificity,
    operating_points,
    settings_hash,
    smallest_count,
)

SENSITIVE, SPECIFIC = 0.90, 0.95


def some(n=400, seed=0, digits=2):
    """Scores with many ties, more of the positives high; two photographs a patient."""
    chance = np.random.default_rng(seed)
    positive = chance.random(n) < 0.3
    score = np.round(chance.beta(2 + 3 * positive, 4 - 2 * positive), digits)
    return positive, score, np.arange(n) // 2


def test_hs_of_ten_positives_is_the_ninth_score_and_is_itself_referred():
    score = np.arange(1, 11) / 10
    assert high_sensitivity(np.ones(10, dtype=bool), score) == 0.2


def test_hp_of_twenty_negatives_is_the_smallest_score_above_the_nineteenth():
    score = np.append(np.arange(1, 21) / 100, 0.195)
    positive = np.arange(21) == 20
    assert high_specificity(positive, score) == 0.195


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_hs_keeps_its_rule_and_no_larger_score_does(seed):
    positive, score, _ = some(seed=seed)
    found = high_sensitivity(positive, score)
    larger = np.unique(score[score > found])
    assert (score[positive] >= found).mean() >= SENSITIVE
    assert all((score[positive] >= each).mean() < SENSITIVE for each in larger)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_hp_keeps_its_rule_and_no_smaller_score_does(seed):
    positive, score, _ = some(seed=seed)
    found = high_specificity(positive, score)
    smaller = np.unique(score[score < found])
    assert (score[~positive] < found).mean() >= SPECIFIC
    assert all((score[~positive] < each).mean() < SPECIFIC for each in smaller)


def test_the_count_that_a_share_asks_for_has_no_rounding_error():
    counts = {n: smallest_count(0.90, n) for n in range(1, 400)}
    assert {n: count for n, count in counts.items() if count != -(-9 * n // 10)} == {}


def test_where_too_many_without_disease_share_the_top_there_is_no_hp_and_the_reason_says_so():
    positive = np.repeat([True, False], 50)
    _, hp = operating_points(positive, np.ones(100), np.arange(100))
    assert hp.threshold is None
    assert hp.reason.code == "highest_score_shared"
    assert hp.reason.values["share"] == pytest.approx(0.05)
    assert hp.sensitivity.value is None


def test_fewer_than_ten_on_a_side_give_no_point_and_the_count():
    positive = np.arange(100) < 9
    hs, hp = operating_points(positive, np.linspace(1, 0, 100), np.arange(100))
    assert hs.threshold is None
    assert hs.reason.code == "too_few_photographs_for_point"
    assert hs.reason.values == {"needed": 10, "side": "positive", "n": 9}
    assert hp.threshold is not None
    nobody, _ = operating_points(np.zeros(100, dtype=bool), np.linspace(1, 0, 100), np.arange(100))
    assert nobody.threshold is None


def test_the_stored_figures_are_those_of_the_threshold_over_patients():
    positive, score, patients = some()
    hs, _ = operating_points(positive, score, patients)
    assert hs.sensitivity == ratio(score >= hs.threshold, patients, positive)
    assert hs.specificity == ratio(score < hs.threshold, patients, ~positive)
    assert (hs.positives, hs.negatives) == (positive.sum(), (~positive).sum())


def test_asked_for_the_lower_bound_hs_is_never_higher_and_its_interval_starts_at_85():
    positive, score, patients = some(200)
    plain, bound = (operating_points(positive, score, patients, lower_bound=asked)[0]
                    for asked in (False, True))  # fmt: skip
    assert plain.sensitivity.low < 0.85 <= bound.sensitivity.low
    assert bound.threshold < plain.threshold


def test_a_stored_threshold_forgives_the_last_digits_of_the_photograph_that_set_it():
    positive, score, patients = some()
    for point in operating_points(positive, score, patients):
        again = (score - 1e-6 >= point.threshold, score + 1e-6 >= point.threshold)
        assert (again[0] == again[1]).all()


def test_scores_without_room_between_them_are_kept_apart():
    positive = np.arange(20) < 10
    score = np.where(positive, 0.5, np.nextafter(0.5, 0))
    hs, hp = operating_points(positive, score, np.arange(20))
    assert (hs.threshold, hp.threshold) == (0.5, 0.5)
    assert (hs.specificity.value, hp.sensitivity.value) == (1.0, 1.0)


def test_ten_positives_cannot_show_a_lower_bound_of_85():
    positive = np.arange(100) < 10
    hs, _ = operating_points(positive, np.linspace(1, 0, 100), np.arange(100), lower_bound=True)
    assert hs.threshold is None
    assert hs.reason.code == "no_threshold_with_lower_bound"
    assert hs.reason.values == {"bound": 0.85, "unit": "patients"}


def test_settings_have_the_same_hash_in_any_order():
    assert settings_hash({"size": 1, "crop": 2}) == settings_hash({"crop": 2, "size": 1})
    assert settings_hash({"size": 1}) != settings_hash({"size": 2})


def test_a_threshold_that_refers_everybody_is_zero_and_never_less():
    positive, score = np.repeat([True, False], 20), np.zeros(40)
    hs, _ = operating_points(positive, score, np.arange(40))
    assert hs.threshold == 0.0
