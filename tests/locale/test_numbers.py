"""A figure is printed with enough digits that it does not contradict its own bound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgrade.errors import Reason
from drgrade.locale.catalogue import text
from drgrade.locale.numbers import digits_apart, to_decimals, to_significant

NUMBERS = st.floats(-1000, 1000, allow_subnormal=False)


@pytest.mark.parametrize(
    ("numbers", "least", "digits"),
    [((0.0503, 0.05), 3, 4), ((0.06, 0.05), 3, 3), ((0.05, 0.05), 3, 3), ((0.1153, 0.115), 2, 4)],
)
def test_as_many_decimals_as_show_the_comparison(numbers, least, digits):
    assert digits_apart(numbers, least) == digits


def test_significant_digits_too():
    assert digits_apart((0.1153, 0.115), 3, to_significant) == 4


@given(NUMBERS, NUMBERS)
def test_what_is_printed_never_turns_the_order_around(one, other):
    digits = digits_apart((one, other), 2)
    printed = to_decimals(one, digits), to_decimals(other, digits)
    if abs(one - other) > 1e-9:
        assert (printed[0] > printed[1]) == (one > other)


def test_the_catalogue_prints_figures_beside_their_bounds_so():
    high = Reason("ece_high", {"value": 0.05003})
    assert "0.05003, above 0.05" in text(high)
    about = {"figure": "contrast", "value": 0.11531, "side": "most", "bound": 0.1153}
    assert "0.11531, in a retina by at most 0.1153" in text(Reason("appearance", about))
