"""Shares of marks and lesions, with photographs as the sample."""

import numpy as np
import pytest

from drgrade.evaluation.lesion_reliability import believed, share


def test_shares_are_of_all_marks_and_of_all_lesions():
    counts = np.array([[[4, 3, 4, 10, 2]], [[6, 1, 2, 10, 1]], [[0, 0, 0, 5, 0]]])
    told = believed(counts, ["haemorrhage"])["haemorrhage"]
    assert (told["marks"], told["lesions"]) == (10, 25)
    assert told["right"]["value"] == pytest.approx(0.4)
    assert told["on_any"]["value"] == pytest.approx(0.6)
    assert told["marked"]["value"] == pytest.approx(3 / 25)
    assert told["right"]["low"] < 0.4 < told["right"]["high"]


def test_marks_that_are_right_together_tell_less_than_marks_apart():
    together = share(np.array([10, 0, 10, 0, 10, 0]), np.full(6, 10))
    apart = share(np.full(6, 5), np.full(6, 10))
    assert together.value == apart.value == 0.5
    assert together.high - together.low > apart.high - apart.low


def test_of_no_marks_nothing_is_said():
    told = believed(np.zeros((3, 1, 5), np.int64), ["microaneurysm"])["microaneurysm"]
    assert told["right"]["value"] is None
    assert told["right"]["reason"]["code"] == "nothing_to_count"


def test_without_photographs_nothing_is_said():
    told = believed(np.zeros((0, 1, 5), np.int64), ["microaneurysm"])["microaneurysm"]
    assert (told["marks"], told["marked"]["value"]) == (0, None)
