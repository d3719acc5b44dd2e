"""Masks lie beside the squares of their photographs, and the smallest lesion survives."""

import struct

import numpy as np
import pytest
from PIL import Image

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos.field import Field
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.masks import MAPS, planes, read_mask, square_mask
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import MaskError

WHOLE = Field(0, 0, 400, 400)


def test_one_pixel_of_a_microaneurysm_survives_a_reduction_to_a_fortieth():
    mask = np.zeros((400, 400), np.uint16)
    mask[123, 317] = 1
    square = square_mask(mask, WHOLE, (400, 400), 10)
    assert np.argwhere(square).tolist() == [[3, 7]]


def test_each_kind_keeps_its_own_bit_and_so_does_the_disc():
    mask = np.zeros((400, 400), np.uint16)
    mask[:100] = 1 << 2
    mask[:, :100] |= 1 << 3
    mask[300:] |= 1 << 4
    mask[:, 300:] |= 1 << 5  # new vessels: no map shows them
    square = square_mask(mask, WHOLE, (400, 400), 4)
    assert square.tolist() == [[12, 4, 4, 4], [8, 0, 0, 0], [8, 0, 0, 0], [24, 16, 16, 16]]


def test_a_mask_of_another_size_than_its_photo_is_cut_at_the_same_place():
    small = np.zeros((200, 200), np.uint16)
    small[100:, 100:] = 1
    large = small.repeat(4, axis=0).repeat(4, axis=1)
    field = Field(100, 100, 300, 300)
    one = square_mask(small, field, (400, 400), 20)
    other = square_mask(large, field, (400, 400), 20)
    assert np.array_equal(one, other)
    assert one.sum() == 100


def test_a_mask_of_another_aspect_than_its_photo_lands_where_the_whole_one_does():
    full = np.zeros((600, 900), np.uint16)
    full[80:160, 200:320] = full[400:500, 600:700] = 1
    squeezed = np.asarray(Image.fromarray(full.astype(np.uint8)).resize((300, 300)))
    field = Field(100, 0, 800, 600)
    one = square_mask(full, field, (600, 900), 128)
    other = square_mask(squeezed.astype(np.uint16), field, (600, 900), 128)
    assert (one & other).sum() / (one | other).sum() > 0.9


def test_a_narrow_field_is_padded_as_its_photo_is():
    mask = np.ones((400, 400), np.uint16)
    square = square_mask(mask, Field(0, 100, 400, 300), (400, 400), 8)
    assert square.sum(axis=1).tolist() == [0, 0, 8, 8, 8, 8, 0, 0]


def test_the_masks_of_drawn_photographs_lie_on_their_lesions(tmp_path):
    """Exudates are brighter than the ring around them in the square that a network sees."""
    manifest = draw_set(60, tmp_path, size=256, seed=5)
    sick = manifest.table.filter(manifest.table["n_hard_exudate"] > 5)
    bright = []
    for photo, mask in zip(sick["photo"], sick["mask"], strict=True):
        prepared = open_photo(tmp_path / photo, Preprocess(size=128), retina_check=False)
        square = square_mask(read_mask(tmp_path / mask), prepared.field, prepared.seen, 128)
        lesion = planes(square[None])[0, 2] > 0
        green = prepared.pixels[:, :, 1].astype(float)
        bright.append(green[lesion].mean() - green[~lesion & (green > 10)].mean())
    assert np.median(bright) > 5


def test_planes_are_in_the_order_of_the_kinds():
    bits = np.array([[[1, 2], [4, 8]]], np.uint8)
    assert planes(bits).shape == (1, len(MAPS), 2, 2)
    assert planes(bits).argmax(axis=1).tolist() == [[[0, 1], [2, 3]]]


def test_a_mask_that_is_missing_or_has_three_colours_is_refused_with_its_name(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "colour.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "colour.png").read_bytes()[:40])
    with pytest.raises(MaskError, match=r"colour\.png must be a PNG of one channel.*RGB"):
        read_mask(tmp_path / "colour.png")
    with pytest.raises(MaskError, match=r"cut\.png cannot be read"):
        read_mask(tmp_path / "cut.png")
    with pytest.raises(MaskError, match=r"no mask .*none\.png"):
        read_mask(tmp_path / "none.png")


def test_a_mask_of_two_hundred_million_pixels_is_refused_in_a_line(tmp_path):
    Image.new("1", (20_000, 10_000)).save(tmp_path / "huge.png")
    with pytest.raises(MaskError, match=r"huge\.png cannot be read"):
        read_mask(tmp_path / "huge.png")


def test_whatever_a_decoder_raises_on_a_mask_is_told_in_a_line(tmp_path, monkeypatch):
    def raises(*_, **__):
        raise struct.error("unpack requires a buffer of 4 bytes")

    (tmp_path / "cut.png").touch()
    monkeypatch.setattr(Image, "open", raises)
    with pytest.raises(MaskError, match=r"cut\.png cannot be read: unpack requires"):
        read_mask(tmp_path / "cut.png")


@pytest.mark.parametrize("value", [255, 31])
def test_a_mask_of_black_and_white_names_no_kind_and_is_refused(tmp_path, value):
    mask = np.zeros((40, 40), np.uint8)
    mask[3:9, 3:9] = value
    Image.fromarray(mask).save(tmp_path / "white.png")
    with pytest.raises(MaskError, match=r"white\.png has every kind .* a mask has a bit a kind"):
        read_mask(tmp_path / "white.png")
