"""Twins of a photograph are found by their fingerprints; other eyes are not."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drgrade.data.audit.candidates import candidates
from drgrade.data.audit.duplicates import Pair, near_duplicates
from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.field import find_field
from drgrade.data.photos.fingerprint import HEX_DIGITS, fingerprint, packed_of

EYES = 6


def printed(picture: np.ndarray | Image.Image) -> str:
    pixels = np.ascontiguousarray(picture)
    return fingerprint(pixels, find_field(pixels))


def places(found: list[Pair]) -> set[tuple[int, int]]:
    return {(pair.first, pair.second) for pair in found}


def recompressed(picture: Image.Image, quality: int = 30) -> Image.Image:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=quality)
    return Image.open(held).convert("RGB")


def turned_and_cropped(picture: Image.Image) -> Image.Image:
    whole = picture.rotate(-4, Image.Resampling.BILINEAR)
    return whole.crop((16, 20, picture.width - 10, picture.height))


TWINS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "itself": lambda photo: photo,
    "mirrored": lambda photo: photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "upside down": lambda photo: photo.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "upside down and mirrored": lambda photo: photo.transpose(Image.Transpose.ROTATE_180),
    "a quarter of the size": lambda photo: photo.reduce(4),
    "twice the size": lambda photo: photo.resize((2 * photo.width, 2 * photo.height)),
    "recompressed": recompressed,
    "turned": lambda photo: photo.rotate(5, Image.Resampling.BILINEAR),
    "cropped": lambda photo: photo.crop((20, 8, photo.width - 12, photo.height - 10)),
    "all together": lambda photo: recompressed(
        turned_and_cropped(photo).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    ),
}


@pytest.fixture(scope="module")
def eyes() -> list[Image.Image]:
    return [Image.fromarray(paint(draw_eye(0, 2 * number), 512).pixels) for number in range(EYES)]


@pytest.fixture(scope="module")
def prints(eyes: list[Image.Image]) -> list[str]:
    return [printed(eye) for eye in eyes]


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS)
def test_a_twin_is_found_and_nothing_else(
    eyes: list[Image.Image], prints: list[str], twin: Callable[[Image.Image], Image.Image]
) -> None:
    assert places(near_duplicates([*prints, printed(twin(eyes[1]))])) == {(1, EYES)}


def test_drawn_eyes_are_no_twins_of_each_other(prints: list[str]) -> None:
    assert near_duplicates(prints) == []


def test_the_answer_does_not_depend_on_the_order(
    eyes: list[Image.Image], prints: list[str]
) -> None:
    twin = printed(turned_and_cropped(eyes[2]))
    [pair] = near_duplicates([*prints, twin])
    [turned] = near_duplicates([twin, *reversed(prints)])
    assert (pair.first, pair.second) == (2, EYES)
    assert turned == Pair(0, EYES - 2, pair.likeness)


def test_the_answer_is_the_same_each_time(prints: list[str]) -> None:
    assert near_duplicates(prints * 2) == near_duplicates(prints * 2)


def test_a_photograph_is_wholly_like_itself(prints: list[str]) -> None:
    [pair] = near_duplicates([prints[0], prints[0]])
    assert pair.likeness == pytest.approx(1, abs=0.03)


def test_rows_without_a_fingerprint_are_left_out(prints: list[str]) -> None:
    text = prints[0]
    assert places(near_duplicates([None, text, "short", "g" * HEX_DIGITS, text])) == {(1, 4)}
    assert near_duplicates([None, text]) == []
    assert near_duplicates([]) == []


def test_empty_photographs_are_no_twins() -> None:
    assert near_duplicates(["0" * HEX_DIGITS] * 3) == []


def test_pairs_across_blocks_are_found(prints: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = places(near_duplicates(prints * 2))
    monkeypatch.setattr("drgrade.data.audit.candidates.BLOCK", 5)
    assert places(near_duplicates(prints * 2)) == whole == {(i, i + EYES) for i in range(EYES)}


def test_a_candidate_is_named_once_and_in_order(prints: list[str]) -> None:
    packed = np.array([packed_of(text) for text in prints * 2])
    [found] = candidates(packed)
    assert (found.first < found.second).all()
    pairs = list(zip(found.first, found.second, found.down, found.across, strict=True))
    assert len(pairs) == len(set(pairs))


def altered(picture: Image.Image, draw: np.random.Generator) -> Image.Image:
    """Turned to 5 degrees, cropped to 5 % a side, quality 30 to 90, half of them mirrored."""
    turned = picture.rotate(draw.uniform(-5, 5), Image.Resampling.BILINEAR)
    left, top, right, bottom = draw.uniform(0, 0.05, 4)
    width, height = picture.size
    kept = (int(left * width), int(top * height), int((1 - right) * width),
            int((1 - bottom) * height))  # fmt: skip
    twin = recompressed(turned.crop(kept), int(draw.integers(30, 91)))
    return twin.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if draw.integers(2) else twin


@pytest.fixture(scope="module")
def stored(shared: Path) -> list[Image.Image]:
    """100 photographs of many cameras as they lie, 1,024 px wide."""
    files = sorted((shared / "eyepacs" / "images").iterdir())[:100]
    return [Image.open(file).convert("RGB") for file in files]


def named(
    photos: list[Image.Image], twins: list[Image.Image]
) -> tuple[float, set[tuple[int, int]]]:
    """The share of photographs whose twin is found, and the pairs that are none."""
    found = places(near_duplicates([*map(printed, photos), *map(printed, twins)]))
    own = {(i, i + len(photos)) for i in range(len(photos))}
    return len(found & own) / len(photos), found - own


@pytest.mark.proof
@pytest.mark.parametrize("kind", [kind for kind in TWINS if kind != "all together"])
def test_twins_of_real_photographs_are_found_and_strangers_are_not(
    stored: list[Image.Image], kind: str
) -> None:
    share, strangers = named(stored, [TWINS[kind](photo) for photo in stored])
    assert share >= 0.99
    assert strangers == set()


@pytest.mark.proof
def test_real_photographs_altered_in_every_way_at_once_are_found(stored: list[Image.Image]) -> None:
    twins = [altered(p, np.random.default_rng([1, i])) for i, p in enumerate(stored)]
    share, strangers = named(stored, twins)
    assert share >= 0.99
    assert strangers == set()
