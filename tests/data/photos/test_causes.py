"""The reason names what is wrong with a file; an orientation that is none turns nothing."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from drgrade.data.photos.decode import read_photo
from drgrade.errors import PhotoError

from .made_files import reason, saved, smooth_picture, written


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return smooth_picture()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", [0, 9, 255, 65_535])
def test_an_orientation_that_does_not_exist_is_upright(tmp_path, picture, form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved(picture, form, exif=exif)
    photo = read_photo(written(tmp_path, content, f"x.{form.lower()}"))
    assert (photo.height, photo.width) == photo.pixels.shape[:2] == (64, 96)
    assert np.abs(photo.pixels.astype(int) - np.asarray(picture)).mean() < 4


def test_a_png_of_four_hundred_megapixels_is_too_large_and_not_truncated(tmp_path):
    assert reason(written(tmp_path, saved(Image.new("1", (20_000, 20_000)), "PNG"))) == (
        "too_many_pixels"
    )


def test_a_bigtiff_is_read(tmp_path, picture):
    tifffile.imwrite(tmp_path / "x.tif", np.asarray(picture), photometric="rgb", bigtiff=True)
    assert np.array_equal(read_photo(tmp_path / "x.tif").pixels, picture)


@pytest.mark.parametrize(
    ("kind", "named"),
    [(np.float32, "floating-point pixels"), (np.float64, "floating-point"),
     (np.uint32, "3 x 32-bit integer")],
)  # fmt: skip
def test_a_tiff_of_other_numbers_is_named_as_such(tmp_path, picture, kind, named):
    pixels = np.asarray(picture).astype(kind)
    tifffile.imwrite(tmp_path / "x.tif", pixels, photometric="rgb")
    with pytest.raises(PhotoError, match=f"unsupported encoding: .*{named}"):
        read_photo(tmp_path / "x.tif")


def test_a_git_lfs_pointer_is_named_as_such(tmp_path):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"
    assert reason(written(tmp_path, pointer.encode())) == "lfs_pointer"


def test_a_heic_file_is_named_as_such(tmp_path):
    path = written(tmp_path, b"\x00\x00\x00\x18ftypheic" + bytes(64), "photo.heic")
    with pytest.raises(PhotoError, match="unsupported encoding: HEIC"):
        read_photo(path)
