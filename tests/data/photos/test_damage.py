"""Damage inside of a file is found, whatever decoder passes over it; a whole file has none."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from drgrade.data.photos.decode import read_photo
from drgrade.errors import PhotoError

from .made_files import saved

rng = np.random.default_rng(5)


def disc(height: int = 320, width: int = 400) -> np.ndarray:
    """A round field with grain in it, on black, (H, W, 3) uint8."""
    y, x = np.mgrid[:height, :width]
    inside = np.hypot(y - height / 2, x - width / 2) < 0.49 * height
    grain = rng.integers(-20, 20, (height, width, 3))
    return ((np.array([190, 110, 60]) + grain) * inside[..., None]).astype(np.uint8)


PIXELS = disc()
PICTURE = Image.fromarray(PIXELS)


def tiled(**options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, PIXELS, photometric="rgb", tile=(64, 64), **options)
    return buffer.getvalue()


WHOLE = {
    "TIFF, raw": saved(PICTURE, "TIFF"),
    "TIFF, raw tiles": tiled(),
    **{f"TIFF, {kind}": saved(PICTURE, "TIFF", compression=kind)
       for kind in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd")},
    "PNG": saved(PICTURE, "PNG"),
    "WebP": saved(PICTURE, "WEBP", quality=90),
    "WebP, lossless": saved(PICTURE, "WEBP", lossless=True),
    "CMYK JPEG": saved(PICTURE.convert("CMYK"), "JPEG", quality=90),
    "progressive JPEG": saved(PICTURE, "JPEG", progressive=True, quality=90),
    "JPEG 2000": saved(PICTURE, "JPEG2000"),
    "BMP": saved(PICTURE, "BMP"),
}  # fmt: skip


def code_of(folder, content: bytes) -> str:
    """The code of the refusal of a file; empty where it is read."""
    (folder / "photo").write_bytes(content)
    try:
        read_photo(folder / "photo")
    except PhotoError as error:
        return error.code
    return ""


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_read(tmp_path, kind):
    assert code_of(tmp_path, WHOLE[kind]) == ""


@pytest.mark.parametrize("share", [0.05, 0.2])
@pytest.mark.parametrize("start", [0.3, 0.45, 0.6])
@pytest.mark.parametrize("kind", WHOLE)
def test_a_zeroed_stretch_is_damage_in_every_format(tmp_path, capfd, kind, start, share):
    if kind == "progressive JPEG" or (kind == "TIFF, raw tiles" and share < 0.1):
        pytest.skip("it may fall on the last bits of a scan, or on less than a tile")
    content = bytearray(WHOLE[kind])
    first, number = int(len(content) * start), int(len(content) * share)
    content[first : first + number] = bytes(number)
    assert code_of(tmp_path, bytes(content)) == "damaged"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["TIFF, raw", "BMP"])
def test_pixels_that_were_never_written_at_the_end_are_damage(tmp_path, kind):
    content = bytearray(WHOLE[kind])
    content[-len(content) // 3 :] = bytes(len(content[-len(content) // 3 :]))
    assert code_of(tmp_path, bytes(content)) == "damaged"


def test_a_margin_above_and_below_and_black_eyelids_are_no_damage(tmp_path):
    cut = disc(320, 320)[60:260]
    framed = np.pad(cut, ((40, 40), (0, 0), (0, 0)))
    fading = PIXELS * np.linspace(1, 0, 320)[:, None, None]
    for pixels in (framed, fading.astype(np.uint8)):
        assert code_of(tmp_path, saved(Image.fromarray(pixels), "BMP")) == ""


def test_a_progressive_jpeg_that_lacks_its_last_scans_is_damage(tmp_path):
    whole = WHOLE["progressive JPEG"]
    scans = [place for place in range(len(whole)) if whole[place : place + 2] == b"\xff\xda"]
    assert len(scans) > 4
    for kept in (1, 3, len(scans) - 1):
        with_tables = whole.rfind(b"\xff\xc4", 0, scans[kept])
        assert code_of(tmp_path, whole[:with_tables] + b"\xff\xd9") == "damaged"


def test_a_strip_that_its_list_says_is_empty_is_damage(tmp_path):
    content = bytearray(tiled(compression="zlib"))
    with tifffile.TiffFile(io.BytesIO(bytes(content))) as file:
        sizes = file.pages[0].tags["TileByteCounts"]
    content[sizes.valueoffset + 8 : sizes.valueoffset + 10] = bytes(2)
    assert code_of(tmp_path, bytes(content)) == "damaged"


def test_a_png_whose_checksum_fails_is_damage_and_one_of_its_comment_is_none_of_the_pixels(
    tmp_path,
):
    content = bytearray(WHOLE["PNG"])
    data = content.index(b"IDAT")
    length = int.from_bytes(content[data - 4 : data])
    content[data + 4 + length] ^= 1
    assert code_of(tmp_path, bytes(content)) == "damaged"


def test_zeros_in_the_metadata_of_a_webp_are_no_damage(tmp_path):
    content = saved(PICTURE, "WEBP", quality=90, xmp=b"<x/>" + bytes(4096))
    assert code_of(tmp_path, content) == ""
