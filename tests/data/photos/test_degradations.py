"""Faults of known strength: none at 0, never less at more, the margin left alone."""

from itertools import pairwise

import numpy as np
import pytest

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.degradations import FAULTS, degraded, draw_fault
from drgrade.errors import UnknownNameError

STRENGTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


@pytest.fixture(scope="module")
def square() -> np.ndarray:
    return paint(draw_eye(1, 1), 96).pixels.astype(np.float32) / 255


@pytest.mark.parametrize("name", FAULTS)
def test_no_strength_changes_nothing(square, name):
    fault = draw_fault(np.random.default_rng(0), name)
    assert np.array_equal(degraded(square, fault, 0.0), square)


@pytest.mark.parametrize("name", FAULTS)
def test_each_strength_leaves_less_of_the_photograph_than_the_one_before(square, name):
    fault = draw_fault(np.random.default_rng(0), name)
    away = [np.abs(degraded(square, fault, each) - square).mean() for each in STRENGTHS]
    assert all(one < two for one, two in pairwise(away))


@pytest.mark.parametrize("name", FAULTS)
def test_the_margin_stays_and_light_stays_light(square, name):
    made = degraded(square, draw_fault(np.random.default_rng(0), name), 0.7)
    margin = square.max(axis=2) <= 0.03
    assert np.array_equal(made[margin], square[margin])
    assert made.min() >= 0
    assert made.max() <= 1


def test_the_same_draw_gives_the_same_photograph(square):
    faults = [draw_fault(np.random.default_rng(5), "shade") for _ in range(2)]
    assert np.array_equal(*(degraded(square, each, 0.5) for each in faults))


def test_an_unknown_fault_is_refused():
    with pytest.raises(UnknownNameError):
        draw_fault(np.random.default_rng(0), "blurr")
