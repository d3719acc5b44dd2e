"""The field of view is found and not cut; the square is undistorted and always the same."""

from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageDraw, ImageFont

from drgrade.data.photos.decode import read_photo
from drgrade.data.photos.field import _averaged, brightest, find_field
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.preprocess import Preprocess, prepare
from drgrade.errors import PhotoError

RETINA = Path(skimage.data.__file__).parent / "retina.jpg"


def fundus(height=400, width=600, cx=300.0, cy=200.0, radius=180.0, level=150, margin=0):
    """A made disc of light on a margin, (H, W, 3) uint8."""
    y, x = np.mgrid[0:height, 0:width]
    distance = np.hypot(x - cx, y - cy)
    shade = level * (1.1 - 0.3 * (distance / radius) ** 2)
    pixels = np.where((distance < radius)[..., None], shade[..., None] * [1.0, 0.6, 0.3], margin)
    return pixels.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"level": 40},
        {"radius": 90.0},
        {"cx": 190.0},
        {"cy": 90.0},
        {"radius": 260.0},
        {"margin": 12},
    ],
    ids=str,
)
def test_the_field_is_found_and_not_cut(settings):
    made = {"cx": 300.0, "cy": 200.0, "radius": 180.0} | settings
    field = find_field(fundus(**made))
    box = [made["cx"] - made["radius"], made["cy"] - made["radius"],
           made["cx"] + made["radius"], made["cy"] + made["radius"]]  # fmt: skip
    left, top, right, bottom = np.clip(box, 0, [600, 400, 600, 400])
    assert field.left <= left + 3
    assert field.top <= top + 3
    assert field.right >= right - 3
    assert field.bottom >= bottom - 3
    assert field.width <= right - left + 12
    assert field.height <= bottom - top + 12


def test_a_photo_without_margin_is_kept_whole():
    photo = fundus(radius=900.0)
    field = find_field(photo)
    assert (field.left, field.top, field.right, field.bottom) == (0, 0, 600, 400)


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_the_small_copy_has_the_mean_of_every_block_to_the_last_bit(step):
    photo = np.random.default_rng(0).integers(0, 256, (45, 64, 3), dtype=np.uint8)
    high, wide = 45 // step, 64 // step
    blocks = photo[: high * step, : wide * step].reshape(high, step, wide, step, 3)
    assert np.array_equal(_averaged(photo, step), blocks.mean(axis=(1, 3)))


def test_the_small_copy_of_a_huge_white_photo_is_white():
    assert _averaged(np.full((600, 900, 3), 255, np.uint8), 300).tolist() == [[[255.0] * 3] * 3] * 2


def test_the_brightest_of_three_colours_is_their_maximum():
    photo = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    assert np.array_equal(brightest(photo), photo.max(axis=2))


@pytest.mark.parametrize("level", [0, 255])
def test_a_photo_of_one_colour_is_kept_whole(level):
    assert find_field(np.full((40, 60, 3), level, np.uint8)).width == 60


def test_a_mirrored_photo_has_the_mirrored_field():
    photo = fundus(cx=220.0)
    field, mirrored = find_field(photo), find_field(photo[:, ::-1])
    assert abs(field.left - (600 - mirrored.right)) <= 4


def test_the_square_is_not_distorted():
    square = prepare(fundus(), Preprocess(size=128)).max(axis=2) > 20
    assert abs(int(square.any(axis=0).sum()) - int(square.any(axis=1).sum())) <= 2


@pytest.mark.parametrize("size", [28, 64, 128, 300])
def test_the_square_has_the_size_asked_for(size):
    assert prepare(fundus(), Preprocess(size=size)).shape == (size, size, 3)


def test_the_same_bytes_give_the_same_square(tmp_path):
    Image.fromarray(fundus()).save(tmp_path / "a.jpg", quality=90)
    settings = Preprocess(size=64)
    one, two = (
        open_photo(tmp_path / "a.jpg", settings, retina_check=False).pixels for _ in range(2)
    )
    assert np.array_equal(one, two)


def test_reading_at_reduced_scale_changes_the_square_little(tmp_path):
    large = Image.fromarray(fundus()).resize((2400, 1600), Image.Resampling.BICUBIC)
    large.save(tmp_path / "a.jpg", quality=95)
    settings = Preprocess(size=64)
    reduced = open_photo(tmp_path / "a.jpg", settings, retina_check=False).pixels.astype(int)
    full = prepare(read_photo(tmp_path / "a.jpg").pixels, settings)
    assert np.abs(reduced - full).mean() < 3


@pytest.fixture(scope="module")
def retina() -> np.ndarray:
    return read_photo(RETINA).pixels


@pytest.fixture(scope="module", params=["png", "tiff", "webp", "bmp"])
def other_file(request, retina, tmp_path_factory) -> Path:
    """The retina's pixels in another kind of file, written once for all sizes."""
    other = tmp_path_factory.mktemp("other") / f"eye.{request.param}"
    how = {"png": {"compress_level": 1}, "webp": {"lossless": True, "method": 0}}
    Image.fromarray(retina).save(other, **how.get(request.param, {}))
    return other


@pytest.mark.parametrize("size", [128, 384, 512, 1000])
def test_the_same_pixels_in_another_kind_of_file_give_the_same_square(retina, other_file, size):
    settings = Preprocess(size=size)
    jpeg = open_photo(RETINA, settings, retina_check=False).pixels.astype(int)
    as_it_was = np.abs(prepare(retina, settings) - jpeg).mean()
    again = open_photo(other_file, settings, retina_check=False).pixels
    assert np.abs(again - jpeg).mean() < min(0.4, as_it_was / 4)


def test_a_photo_of_another_format_hardly_larger_than_asked_for_is_left_as_it_is(tmp_path):
    Image.fromarray(fundus()).save(tmp_path / "a.png")
    assert np.array_equal(read_photo(tmp_path / "a.png", wanted_side=399).pixels, fundus())


def in_a_frame(pixels, wide, high):
    """A photo in the middle of a black frame so many times its size."""
    height, width = pixels.shape[:2]
    frame = np.zeros((int(height * high), int(width * wide), 3), np.uint8)
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    frame[top : top + height, left : left + width] = pixels
    return frame


@pytest.mark.parametrize(("wide", "high"), [(1.9, 2.4), (1.0, 3.0), (3.0, 1.0), (3.0, 3.0)])
@pytest.mark.parametrize("form", ["jpg", "png"])
def test_a_black_frame_around_a_photo_hardly_changes_its_square(tmp_path, wide, high, form):
    photo = np.asarray(Image.fromarray(fundus()).resize((1800, 1200), Image.Resampling.BICUBIC))
    for name, pixels in {"bare": photo, "framed": in_a_frame(photo, wide, high)}.items():
        how = {"quality": 95} if form == "jpg" else {"compress_level": 1}
        Image.fromarray(pixels).save(tmp_path / f"{name}.{form}", **how)
    settings = Preprocess(size=384)
    bare, framed = (open_photo(tmp_path / f"{name}.{form}", settings, retina_check=False)
                    for name in ("bare", "framed"))  # fmt: skip
    assert framed.field.height >= 384
    assert np.abs(framed.pixels.astype(int) - bare.pixels).mean() < 2


def test_a_strip_below_a_photo_does_not_have_it_decoded_smaller(tmp_path):
    photo = np.asarray(Image.fromarray(fundus(radius=260.0)).resize((1020, 680)))
    Image.fromarray(np.pad(photo, ((0, 120), (0, 0), (0, 0)))).save(tmp_path / "a.jpg", quality=95)
    assert (
        open_photo(tmp_path / "a.jpg", Preprocess(size=384), retina_check=False).field.height >= 384
    )


def test_a_photo_whose_field_is_mostly_dark_is_not_read_again(tmp_path):
    photo = np.asarray(Image.fromarray(fundus()).resize((1800, 1200), Image.Resampling.BICUBIC))
    Image.fromarray(photo * (np.arange(1200) < 300)[:, None, None].astype(np.uint8)).save(
        tmp_path / "a.jpg", quality=95
    )
    prepared = open_photo(tmp_path / "a.jpg", Preprocess(size=384), retina_check=False)
    assert prepared.field.height < 384
    assert prepared.seen == (450, 675)


def test_a_small_retina_in_a_small_photo_is_taken_as_it_is(tmp_path):
    Image.fromarray(in_a_frame(fundus(), 2, 2)).save(tmp_path / "a.png")
    prepared = open_photo(tmp_path / "a.png", Preprocess(size=512), retina_check=False)
    assert prepared.seen == (800, 1200)


def test_a_photo_smaller_than_the_model_reads_is_too_small(tmp_path):
    Image.fromarray(fundus(100, 120, 60, 50, 45)).save(tmp_path / "a.png")
    with pytest.raises(PhotoError, match="too small: short side 100 px, the model reads 128 px"):
        open_photo(tmp_path / "a.png", Preprocess(size=128), retina_check=False)


def test_without_crop_the_whole_photo_is_the_square():
    photo = np.random.default_rng(0).integers(0, 256, (28, 28, 3), dtype=np.uint8)
    assert np.array_equal(prepare(photo, Preprocess(size=28, crop="none")), photo)


def test_settings_are_told_apart_by_their_hash():
    assert Preprocess(size=128).hash != Preprocess(size=512).hash
    assert Preprocess(size=128).hash == Preprocess(size=128).hash


@pytest.mark.proof
@pytest.mark.parametrize("name", ["idrid", "eyepacs", "rfmid2", "hrf", "idrid_seg"])
def test_no_real_field_of_view_is_cut(shared, name):
    """Nothing brighter than 40 of 255 and than a third of the field lies outside the box.

    A five-hundredth of a photo is left to dust, camera text and the halo of a JPEG.
    """
    for path in sorted((shared / name / "images").iterdir()):
        pixels = read_photo(path, wanted_side=256).pixels
        field = find_field(pixels)
        light = pixels.max(axis=2)
        outside = light.copy()
        outside[field.top : field.bottom, field.left : field.right] = 0
        inside = light[field.top : field.bottom, field.left : field.right]
        assert (outside > max(40, float(np.median(inside)) / 3)).mean() < 0.002, path.name


def test_glow_beside_the_field_is_left_out():
    photo = fundus(level=200, cx=300.0, radius=180.0)
    x = np.arange(600)[None, :, None]
    glow = np.where((x > 60) & (x < 540), 24, 0).astype(np.uint8)
    field = find_field(np.maximum(photo, glow))
    assert field.left > 100
    assert field.right < 500


def test_a_side_that_is_bright_outside_the_circle_is_not_cut():
    photo = fundus(level=200, cx=300.0, radius=180.0)
    photo[100:300, 480:560] = 120
    assert find_field(photo).right >= 558


def test_half_a_photo_keeps_the_half_that_is_there():
    photo = fundus(level=200)
    photo[200:] = 0
    field = find_field(photo)
    assert field.left <= 123
    assert field.right >= 477
    assert 195 <= field.bottom <= 215


def captioned(photo, *, above):
    """A photo with a black strip above or below it, and a line of white writing in the strip."""
    strip = Image.new("RGB", (photo.shape[1], 80))
    writing = "Name 1234567  OD  2020-01-01  MACULA"
    ImageDraw.Draw(strip).text((60, 36), writing, "white", ImageFont.load_default(24))
    parts = (np.asarray(strip), photo)
    return np.concatenate(parts if above else parts[::-1])


CUT = {"radius": 260.0, "level": 200}  # at the photo's upper and lower side


@pytest.mark.parametrize(
    "made", [{"level": 200}, CUT, {"margin": 12}, CUT | {"level": 60}], ids=str
)
def test_writing_above_or_below_the_retina_is_no_part_of_its_field(made):
    photo = fundus(**made)
    bare = find_field(photo)
    below, above = (find_field(captioned(photo, above=above)) for above in (False, True))
    assert abs(below.top - bare.top) <= 4
    assert abs(below.bottom - bare.bottom) <= 8
    assert abs(above.top - 80 - bare.top) <= 8
    assert abs(above.bottom - 80 - bare.bottom) <= 4


def test_writing_that_touches_the_retina_is_left_out_below_its_circle():
    photo = fundus(level=200)
    photo[376:396:2, 100:500:3] = 255
    assert find_field(photo).bottom <= 388


def test_a_retina_that_reaches_beyond_its_circle_above_and_below_is_not_cut():
    photo = fundus(level=200, radius=150.0)
    photo[20:60, 200:400] = photo[340:380, 200:400] = 120
    field = find_field(photo)
    assert field.top <= 20
    assert field.bottom >= 380


def test_a_black_band_across_a_retina_does_not_part_it():
    photo = fundus(level=200)
    photo[270:290] = 0
    field = find_field(photo)
    assert field.bottom >= 378
