"""Twins of a photograph are found by their fingerprints; other eyes are not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drgrade.data.duplicates import candidates, near_duplicates
from drgrade.data.field import find_field
from drgrade.data.fingerprint import HEX_DIGITS, fingerprint, square_of
from drgrade.data.phantom import draw_eye, paint


def printed(picture: np.ndarray) -> str:
    return fingerprint(picture, find_field(picture))


@pytest.fixture(scope="module")
def eyes() -> list[np.ndarray]:
    return [paint(draw_eye(0, 2 * number), 256).pixels for number in range(6)]


def test_a_fingerprint_is_text_of_one_length_and_reads_back(eyes: list[np.ndarray]) -> None:
    text = printed(eyes[0])
    square = square_of(text)
    assert len(text) == HEX_DIGITS
    assert square is not None
    assert square.shape == (32, 32)


@pytest.mark.parametrize("text", ["", "ab", "g" * HEX_DIGITS])
def test_what_is_no_fingerprint_of_ours_has_no_square(text: str) -> None:
    assert square_of(text) is None


@pytest.mark.parametrize("turned", [np.fliplr, np.flipud, lambda p: p[::-1, ::-1], lambda p: p])
def test_flipped_twins_are_found(eyes: list[np.ndarray], turned: object) -> None:
    twin = np.ascontiguousarray(turned(eyes[0]))  # type: ignore[operator]
    found = near_duplicates([*map(printed, eyes), printed(twin)])
    assert (0, 6) in {(pair.first, pair.second) for pair in found}


def test_a_turned_twin_is_found(eyes: list[np.ndarray]) -> None:
    twin = np.asarray(Image.fromarray(eyes[1]).rotate(4, Image.Resampling.BILINEAR))
    found = near_duplicates([*map(printed, eyes), printed(twin)])
    assert (1, 6) in {(pair.first, pair.second) for pair in found}


def test_rows_without_a_fingerprint_are_left_out(eyes: list[np.ndarray]) -> None:
    text = printed(eyes[0])
    assert [(p.first, p.second) for p in near_duplicates([None, text, "short", text])] == [(1, 3)]
    assert near_duplicates([None, text]) == []


def test_each_pair_is_named_once_and_in_order() -> None:
    squares = np.random.default_rng(0).normal(size=(9, 32, 32)).astype(np.float32)
    pairs = candidates(np.concatenate([squares, squares]))
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert {(i, i + 9) for i in range(9)} <= {tuple(pair) for pair in pairs.tolist()}


@pytest.mark.proof
def test_the_same_photograph_is_found_and_other_eyes_are_not(shared: Path) -> None:
    """Mirrored twins of 60 real photographs: all found, and no two photographs taken for one."""
    files = sorted((shared / "eyepacs" / "images").iterdir())[:60]
    photos = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    twins = [np.ascontiguousarray(photo[:, ::-1]) for photo in photos]
    found = near_duplicates([*map(printed, photos), *map(printed, twins)])
    assert {(p.first, p.second) for p in found} == {(i, i + 60) for i in range(60)}
