"""A photo's statistics say what it looks like, whatever its size."""

import numpy as np
import pytest

from drgrade.data.photos.field import Field
from drgrade.data.photos.statistics import photo_statistics


def disc(side: int) -> np.ndarray:
    """A grey disc of 100 on black, half as wide as the photo."""
    away = np.arange(side) - (side - 1) / 2
    inside = np.hypot(away[:, None], away[None]) < side / 4
    return np.where(inside[..., None], np.uint8(100), np.uint8(0)).repeat(3, axis=2)


@pytest.mark.parametrize("side", [200, 1600])
def test_light_and_blackness_do_not_depend_on_the_size(side: int) -> None:
    found = photo_statistics(disc(side), Field(side // 4, side // 4, 3 * side // 4, 3 * side // 4))
    assert found["black_share"] == pytest.approx(1 - np.pi / 16, abs=0.01)
    assert found["brightness"] == pytest.approx(100, abs=2)


def test_the_ratio_of_the_field_is_width_over_height() -> None:
    assert photo_statistics(disc(100), Field(10, 20, 70, 60))["field_ratio"] == 1.5


def test_green_counts_most_for_brightness() -> None:
    photo = np.zeros((20, 20, 3), np.uint8)
    photo[..., 1] = 200
    found = photo_statistics(photo, Field(0, 0, 20, 20))
    assert found["brightness"] == pytest.approx(0.587 * 200)
