"""Predictive values at a prevalence that is given keep their promise of 95 in a hundred."""

import numpy as np
import pytest

from drgrade.errors import Reason
from drgrade.stats.estimate import Estimate, missing
from drgrade.stats.intervals import proportion
from drgrade.stats.metrics import predictive_values
from drgrade.stats.predictive import carried


@pytest.mark.parametrize("prevalence", [0.05, 0.2])
def test_the_interval_holds_the_truth_95_times_in_a_hundred(prevalence):
    rng = np.random.default_rng(1)
    true = [each.value for each in predictive_values(0.88, 0.92, prevalence)]
    held = np.zeros(2)
    for _ in range(1_000):
        sens = proportion(int(rng.binomial(80, 0.88)), 80)
        spec = proportion(int(rng.binomial(300, 0.92)), 300)
        held += [each.contains(value) for each, value in
                 zip(carried(sens, spec, prevalence), true, strict=True)]  # fmt: skip
    assert (held / 1_000 > 0.93).all()
    assert (held / 1_000 < 0.98).all()


def test_the_value_is_that_of_bayes_rule_and_lies_in_its_interval():
    found = carried(proportion(173, 198), proportion(556, 621), 0.1)
    by_rule = predictive_values(173 / 198, 556 / 621, 0.1)
    for each, value in zip(found, by_rule, strict=True):
        assert each.value == value.value
        assert each.low < each.value < each.high


@pytest.mark.parametrize(("hits", "of", "rights", "among"), [(20, 20, 30, 30), (0, 20, 20, 30)])
def test_shares_of_none_and_all_have_intervals_that_are_not_points(hits, of, rights, among):
    for each in carried(proportion(hits, of), proportion(rights, among), 0.1):
        assert 0 <= each.low <= each.value <= each.high <= 1
        assert each.high - each.low > 0.01


def test_without_an_interval_of_a_share_there_is_none():
    alone = Reason("one_unit_only", {"unit": "patients"})
    bare = Estimate(0.9, None, None, None, 10, alone)
    ppv, npv = carried(bare, proportion(9, 10), 0.1)
    assert (ppv.low, npv.high) == (None, None)
    assert ppv.reason == alone
    assert carried(missing(alone), proportion(9, 10), 0.1)[0].reason == alone
