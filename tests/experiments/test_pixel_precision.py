"""Average precision of pixels: scikit-learn as a witness, and photos as what is resampled."""

import numpy as np
import pytest
from pixel_precision import (
    BINS,
    NO_LESION,
    REACH,
    PixelCounts,
    count_pixels,
    lesion_share,
    pixel_auprc,
)
from sklearn.metrics import average_precision_score

INSIDE = np.ones((40, 40), bool)


def photo(seed: int, better: float) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    truth = generator.random((40, 40)) < 0.05
    return generator.normal(-3, 1, (40, 40)) + better * truth, truth


def counted(better: float, photos: int = 12) -> PixelCounts:
    return PixelCounts.joined([count_pixels(*photo(i, better), INSIDE) for i in range(photos)])


def test_the_area_is_that_of_scikit_learn_on_the_binned_scores():
    maps, masks = zip(*(photo(i, 2.0) for i in range(12)), strict=True)
    bins = np.floor((np.array(maps) + REACH) / (2 * REACH) * BINS)
    wanted = average_precision_score(np.array(masks).ravel(), bins.ravel())
    assert pixel_auprc(counted(2.0)).value == pytest.approx(wanted, abs=1e-12)


def test_bins_move_the_area_by_less_than_a_thousandth():
    maps, masks = zip(*(photo(i, 2.0) for i in range(12)), strict=True)
    exact = average_precision_score(np.array(masks).ravel(), np.array(maps).ravel())
    assert pixel_auprc(counted(2.0)).value == pytest.approx(exact, abs=1e-3)


def test_a_map_that_knows_nothing_has_the_share_of_lesion_pixels():
    counts = PixelCounts.joined(
        [count_pixels(np.zeros((40, 40)), photo(i, 0)[1], INSIDE) for i in range(5)]
    )
    assert pixel_auprc(counts).value == pytest.approx(lesion_share(counts))


def test_a_map_that_is_its_mask_has_one():
    truth = photo(0, 0)[1]
    assert pixel_auprc(count_pixels(20.0 * truth - 10, truth, INSIDE)).value == 1.0


def test_what_lies_outside_the_field_does_not_count():
    logits, truth = photo(0, 2.0)
    field = np.zeros((40, 40), bool)
    field[:20] = True
    half = count_pixels(logits[:20], truth[:20], INSIDE[:20])
    whole = count_pixels(logits, truth, field)
    assert np.array_equal(half.lesion, whole.lesion)
    assert np.array_equal(half.other, whole.other)


def test_without_a_lesion_there_is_a_reason_instead_of_a_number():
    found = pixel_auprc(count_pixels(np.zeros((40, 40)), np.zeros((40, 40), bool), INSIDE))
    assert found.value is None
    assert found.reason == NO_LESION


def test_the_interval_holds_the_value_and_says_that_photos_were_drawn():
    found = pixel_auprc(counted(2.0))
    assert found.contains(found.value)
    assert found.method.code == "bootstrap_percentile"
    assert found.method.values["unit"] == "photos"


def test_photos_that_are_copies_of_each_other_have_no_spread():
    one = count_pixels(*photo(3, 2.0), INSIDE)
    found = pixel_auprc(PixelCounts.joined([one] * 6))
    assert found.high - found.low < 1e-12
