"""A fingerprint is text of one length that reads back as a square."""

import numpy as np
import pytest

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.field import find_field
from drgrade.data.photos.fingerprint import (
    HEX_DIGITS,
    SIDE,
    fingerprint,
    packed_of,
    square_of,
    unpacked,
)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return paint(draw_eye(0, 0), 256).pixels


@pytest.fixture(scope="module")
def text(photo: np.ndarray) -> str:
    return fingerprint(photo, find_field(photo))


def test_a_fingerprint_is_text_of_one_length_and_reads_back(text: str) -> None:
    square = square_of(text)
    assert len(text) == HEX_DIGITS
    assert square is not None
    assert square.shape == (SIDE, SIDE)


def test_a_square_has_standard_deviations_inside_and_nothing_outside(text: str) -> None:
    square = square_of(text)
    assert square is not None
    inside = square[square != 0]
    assert np.std(inside) == pytest.approx(1, abs=0.1)
    assert square[0, 0] == 0


def test_the_packed_form_holds_two_pixels_a_byte(text: str) -> None:
    packed = packed_of(text)
    assert packed is not None
    assert packed.size == SIDE * SIDE // 2
    assert (unpacked(packed[None])[0] == square_of(text)).all()


def test_a_fingerprint_hardly_sees_colour_and_brightness(photo: np.ndarray, text: str) -> None:
    darker = (photo * np.array([0.9, 0.8, 0.5])).astype(np.uint8)
    other = square_of(fingerprint(darker, find_field(darker)))
    assert np.corrcoef(np.ravel(other), np.ravel(square_of(text)))[0, 1] > 0.95


@pytest.mark.parametrize("text", ["", "ab", "g" * HEX_DIGITS])
def test_what_is_no_fingerprint_of_ours_has_no_square(text: str) -> None:
    assert square_of(text) is None
