"""One decoder: upright RGB, or a reason why not; never half a photo."""

import os
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from drgrade.data.photos.decode import Limits, read_photo, sides_of
from drgrade.errors import PhotoError

from .made_files import reason, saved, smooth_picture, written


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return smooth_picture()


FORMS = [("JPEG", {"quality": 95}), ("JPEG", {"progressive": True}), ("PNG", {}), ("TIFF", {}),
         ("WEBP", {"lossless": True})]  # fmt: skip


@pytest.mark.parametrize(("form", "options"), FORMS)
def test_every_format_gives_the_same_picture(tmp_path, picture, form, options):
    photo = read_photo(written(tmp_path, saved(picture, form, **options), f"x.{form.lower()}"))
    assert photo.pixels.dtype == np.uint8
    assert np.abs(photo.pixels.astype(int) - np.asarray(picture)).mean() < 4
    assert (photo.width, photo.height) == (96, 64)


@pytest.mark.parametrize(("form", "options"), FORMS)
@pytest.mark.parametrize("share", [0.01, 0.5, 0.98, -2])
def test_a_cut_file_is_refused_and_never_half_grey(tmp_path, picture, form, options, share):
    whole = saved(picture.resize((960, 640)), form, **options)
    kept = len(whole) + share if share < 0 else int(len(whole) * share)
    path = written(tmp_path, whole[:kept], f"x.{form.lower()}")
    if form in ("PNG", "WEBP", "TIFF") and share < 0:
        try:  # the last two bytes may be padding that decoders need not read
            pixels = read_photo(path).pixels
        except PhotoError:
            return
        assert np.array_equal(pixels, read_photo(written(tmp_path, whole)).pixels)
        return
    assert reason(path) in ("damaged", "not_an_image")


def test_an_empty_file_of_any_name_is_told_in_text_that_can_be_printed(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
    path.write_bytes(b"")
    with pytest.raises(PhotoError) as told:
        read_photo(path)
    assert str(told.value).encode("utf-8").endswith(rb"caf\xe9.jpg")


def test_an_empty_file_says_so(tmp_path):
    assert reason(written(tmp_path, b"")) == "empty_file"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>404</body></html>", b"%PDF-1.7\n", b"PK\x03\x04....", b"hello",
        b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"8BPS\x00\x01",
        b"\xd7\xcd\xc6\x9a",
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_whatever_its_name_and_nothing_is_run(
    tmp_path, content, monkeypatch
):
    monkeypatch.setattr(subprocess, "Popen", None)
    assert reason(written(tmp_path, content)) == "not_an_image"


def test_content_decides_and_a_wrong_name_is_noted_once(tmp_path, picture):
    photo = read_photo(written(tmp_path, saved(picture, "PNG"), "named.jpg"))
    assert photo.format == "PNG"
    assert photo.notes == ("named .jpg but holds PNG",)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_a_turned_photo_comes_out_upright(tmp_path, picture, orientation, form):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = written(tmp_path, saved(picture, form, exif=exif), f"x.{form.lower()}")
    with Image.open(path) as image:
        upright = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    photo = read_photo(path)
    assert photo.pixels.shape == upright.shape
    assert np.abs(photo.pixels.astype(int) - upright).max() <= 3
    assert (photo.height, photo.width) == upright.shape[:2]


def test_sixteen_bits_are_scaled_and_not_cut(tmp_path):
    values = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    photo = read_photo(written(tmp_path, saved(Image.fromarray(values), "PNG"), "x.png"))
    assert np.abs(photo.pixels[..., 0] - values / 257).max() <= 1


def written_tiff(folder, picture, **options):
    sixteen = np.asarray(picture).astype(np.uint16) * 257
    planar = options.get("planarconfig") == "separate"
    pixels = np.moveaxis(sixteen, 2, 0) if planar else sixteen
    tifffile.imwrite(folder / "photo.tif", pixels, photometric="rgb", **options)
    return folder / "photo.tif"


def test_a_tiff_of_sixteen_bits_whose_colours_lie_apart_is_refused(tmp_path, picture):
    path = written_tiff(tmp_path, picture, planarconfig="separate")
    with pytest.raises(PhotoError, match="unsupported encoding: planar 16-bit TIFF; save as PNG"):
        read_photo(path)


@pytest.mark.parametrize(
    "options",
    [{"planarconfig": "contig"}, {"planarconfig": "separate", "compression": "zlib"}],
    ids=str,
)
def test_other_tiffs_of_sixteen_bits_give_the_picture(tmp_path, picture, options):
    photo = read_photo(written_tiff(tmp_path, picture, **options))
    assert np.array_equal(photo.pixels, np.asarray(picture))


def test_hidden_borders_are_composited_on_black(tmp_path, picture):
    alpha = np.zeros((64, 96), np.uint8)
    alpha[16:48, 24:72] = 255
    white = np.asarray(picture).copy()
    white[alpha == 0] = 255
    image = Image.fromarray(np.dstack([white, alpha]))
    photo = read_photo(written(tmp_path, saved(image, "PNG"), "x.png"))
    assert np.array_equal(photo.pixels, np.asarray(picture) * (alpha > 0)[..., None])


@pytest.mark.parametrize("mode", ["P", "1", "L", "LA", "CMYK"])
def test_other_colour_modes_become_what_pillow_shows(tmp_path, picture, mode):
    image = picture.convert("L").convert("LA") if mode == "LA" else picture.convert(mode)
    form = "TIFF" if mode == "CMYK" else "PNG"
    photo = read_photo(written(tmp_path, saved(image, form), f"x.{form.lower()}"))
    assert np.abs(photo.pixels.astype(int) - np.asarray(image.convert("RGB"))).max() <= 1


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_a_jpeg_in_another_colour_space_is_converted(tmp_path, picture, mode):
    image = picture.convert(mode)
    photo = read_photo(written(tmp_path, saved(image, "JPEG", quality=95)))
    assert np.abs(photo.pixels.astype(int) - np.asarray(image.convert("RGB"))).mean() < 6


@pytest.mark.parametrize("wanted", [100, 240, 481, 640])
def test_reduced_decoding_never_goes_below_what_is_wanted(tmp_path, picture, wanted):
    path = written(tmp_path, saved(picture.resize((960, 640)), "JPEG", quality=95))
    photo = read_photo(path, wanted_side=wanted)
    assert min(photo.pixels.shape[:2]) >= wanted
    assert (photo.width, photo.height) == (960, 640)


@pytest.mark.parametrize(("form", "options"), FORMS)
def test_the_sides_of_a_picture_are_told_by_its_header_alone(tmp_path, picture, form, options):
    whole = saved(picture.rotate(90, expand=True), form, **options)
    assert sides_of(written(tmp_path, whole)) == (64, 96)


def test_what_has_no_header_has_no_sides_and_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    written(tmp_path, b"\xff\xd8\xff\xe0 no more")
    names = ("photo.jpg", "none.jpg", ".", "a\0.png", f"{'a' * 300}.png", "pipe.jpg")
    assert {sides_of(tmp_path / name) for name in names} == {None}


def test_limits_are_the_callers(tmp_path, picture):
    path = written(tmp_path, saved(picture, "PNG"), "x.png")
    assert reason(path, limits=Limits(pixels=100)) == "too_many_pixels"


@pytest.mark.parametrize("make", [lambda p: p.mkdir(), lambda p: None])
def test_a_folder_or_a_vanished_file_is_refused(tmp_path, make):
    make(tmp_path / "x.jpg")
    assert reason(tmp_path / "x.jpg") in ("not_a_file", "cannot_be_read")


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    assert reason(tmp_path / "a\0.png") == "cannot_be_read"


def test_the_hash_is_that_of_the_bytes_that_were_decoded(tmp_path, picture):
    from drgrade.runtime.files import sha256_file

    path = written(tmp_path, saved(picture, "PNG"), "x.png")
    assert read_photo(path).sha256 == sha256_file(path)


def test_items_of_an_array_file_are_read_by_their_number(tmp_path):
    images = np.arange(2 * 28 * 28 * 3, dtype=np.uint8).reshape(2, 28, 28, 3)
    np.savez(tmp_path / "set.npz", train_images=images)
    assert np.array_equal(read_photo(tmp_path / "set.npz#train/1").pixels, images[1])
    assert reason(tmp_path / "set.npz#train/2") == "no_such_item"


@pytest.mark.parametrize("number", ["\u00b2", "9" * 5000, "-1", ""])
def test_what_is_no_number_of_an_item_names_none(tmp_path, number):
    np.savez(tmp_path / "set.npz", train_images=np.zeros((3, 28, 28), np.uint8))
    assert reason(tmp_path / f"set.npz#train/{number}") == "no_such_item"


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((2, 28), np.uint8), ((2,), np.uint8), ((2, 28, 28, 4), np.uint8), ((2, 28, 28), float),
     ((2, 28, 28, 3), np.int64), ((2, 0, 28), np.uint8), ((2, 2, 28, 28, 3), np.uint8)],
)  # fmt: skip
def test_an_item_that_is_no_picture_of_bytes_is_refused_with_what_it_is(tmp_path, shape, kind):
    np.savez(tmp_path / "set.npz", train_images=np.zeros(shape, kind))
    with pytest.raises(PhotoError, match=r"unsupported encoding: an item is uint8 .*, got .* of"):
        read_photo(tmp_path / "set.npz#train/1")


def test_one_number_in_place_of_an_array_holds_no_item(tmp_path):
    np.savez(tmp_path / "set.npz", train_images=np.uint8(7))
    assert reason(tmp_path / "set.npz#train/0") == "no_such_item"


def test_an_array_file_with_a_pickle_inside_is_not_opened(tmp_path):
    np.savez(tmp_path / "set.npz", train_images=np.array([{"a": 1}], dtype=object))
    assert reason(tmp_path / "set.npz#train/0") == "cannot_be_read"


def test_an_array_file_that_is_cut_or_damaged_has_a_reason(tmp_path):
    np.savez_compressed(tmp_path / "set.npz", train_images=np.zeros((2, 28, 28, 3), np.uint8))
    whole = (tmp_path / "set.npz").read_bytes()
    np.save(tmp_path / "one.npy", np.zeros((2, 28, 28, 3), np.uint8))
    for name, content in {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "damaged": whole[:70] + bytes(8) + whole[78:],
        "of one array": (tmp_path / "one.npy").read_bytes(),
    }.items():
        written(tmp_path, content, f"{name}.npz")
        assert reason(tmp_path / f"{name}.npz#train/0") == "cannot_be_read", name


@pytest.mark.parametrize(
    ("options", "form"),
    [({"progressive": True}, "JPEG"), ({"subsampling": 2}, "JPEG"), ({}, "JPEG2000"), ({}, "WEBP")],
    ids=str,
)
def test_rarer_encodings_are_decoded(tmp_path, picture, options, form):
    path = written(tmp_path, saved(picture, form, quality=95, **options) if form != "JPEG2000"
                   else saved(picture, form))  # fmt: skip
    assert np.abs(read_photo(path).pixels.astype(int) - np.asarray(picture)).mean() < 4


def reframed(picture, frame: int, bits: int) -> bytes:
    """A JPEG whose frame header claims another process (SOFn) and precision."""
    content = bytearray(saved(picture, "JPEG"))
    start = content.index(b"\xff\xc0")
    content[start + 1], content[start + 4] = frame, bits
    return bytes(content)


@pytest.mark.parametrize(
    ("frame", "bits", "kind"),
    [
        (0xC1, 12, "extended JPEG of 12 bits"),
        (0xC3, 8, "lossless JPEG of 8 bits"),
        (0xC5, 8, "hierarchical JPEG"),
    ],
)
def test_a_jpeg_no_decoder_knows_is_named_as_such(tmp_path, picture, frame, bits, kind):
    path = written(tmp_path, reframed(picture, frame, bits))
    with pytest.raises(PhotoError, match=f"unsupported encoding: {kind}"):
        read_photo(path)


def test_adobes_inverted_cmyk_looks_like_its_rgb_twin(tmp_path, picture):
    cmyk = picture.convert("CMYK")
    path = written(tmp_path, saved(cmyk, "JPEG", quality=95))
    twin = np.asarray(cmyk.convert("RGB")).astype(int)
    assert np.abs(read_photo(path).pixels - twin).mean() < 4


def with_profile(picture, name: str, form: str = "PNG") -> bytes:
    """A picture whose ICC profile has other primaries than sRGB, or is sRGB's own."""
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(name))
    return saved(picture, form, icc_profile=profile.tobytes())


def test_srgbs_own_profile_changes_nothing(tmp_path, picture):
    photo = read_photo(written(tmp_path, with_profile(picture, "sRGB"), "x.png"))
    assert np.array_equal(photo.pixels, picture)
    assert photo.notes == ()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_another_colour_space_becomes_srgb_and_is_noted(tmp_path, picture, form):
    content = saved(picture, form, icc_profile=wide_profile())
    photo = read_photo(written(tmp_path, content, f"x.{form.lower()}"))
    assert photo.notes == ("converted to sRGB from wide",)
    change = photo.pixels.astype(int) - np.asarray(picture)
    assert 2 < np.abs(change).mean() < 40


@pytest.mark.parametrize("profile", [b"not a profile", bytes(200)])
def test_a_broken_colour_profile_is_noted_and_left_out(tmp_path, picture, profile):
    photo = read_photo(written(tmp_path, saved(picture, "PNG", icc_profile=profile), "x.png"))
    assert np.array_equal(photo.pixels, picture)
    assert photo.notes == ("colour profile that cannot be read left out",)


def test_a_lab_profile_is_not_applied_to_rgb(tmp_path, picture):
    photo = read_photo(written(tmp_path, with_profile(picture, "LAB"), "x.png"))
    assert np.array_equal(photo.pixels, picture)
    assert photo.notes == ("colour profile of Lab left out",)


def wide_profile() -> bytes:
    """A matrix profile (ICC.1:2010, 8.3) with AdobeRGB's primaries and a gamma of 2.2."""

    def fixed(*values: float) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(*values)

    gamma = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(2.2 * 256), 0)
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + bytes(79)
    tags = {
        b"desc": name, b"cprt": b"text\0\0\0\0none\0\0\0\0", b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.6097, 0.3111, 0.0195), b"gXYZ": xyz(0.2053, 0.6257, 0.0609),
        b"bXYZ": xyz(0.1492, 0.0632, 0.7446), b"rTRC": gamma, b"gTRC": gamma, b"bTRC": gamma,
    }  # fmt: skip
    table, body, place = b"", b"", 128 + 4 + 12 * len(tags)
    for sign, content in tags.items():
        table += sign + struct.pack(">II", place + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = bytes(8) + b"\x02\x40\0\0" + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += fixed(0.9642, 1.0, 0.8249)
    rest = struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", 128 + len(rest)) + (head + bytes(128))[4:128] + rest


ARITHMETIC = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDg"
    "sLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
    "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/yQARCAAQABgDASIAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPw"
    "D/ANyd6l6nYlZkBOzmmJD7m5iiTIQA9cQ3SniLhqic2dp7K7la9QNKUvLemhpj/QKMtj3oEXG5iXo2Jr2suUj/2Q=="
)


def test_an_arithmetic_coded_jpeg_looks_like_the_picture_it_was_made_of(tmp_path):
    import base64

    pixels = read_photo(written(tmp_path, base64.b64decode(ARITHMETIC))).pixels
    y, x = np.mgrid[0:16, 0:24]
    made_of = np.stack([x * 8, y * 12, 255 - x * 4 - y * 4], axis=2)
    assert np.abs(pixels.astype(int) - made_of).mean() < 6


def test_a_large_photo_is_turned_upright_and_pillow_says_nothing_of_it(
    tmp_path, picture, monkeypatch
):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5000)
    exif = Image.Exif()
    exif[0x0112] = 6
    path = written(tmp_path, saved(picture, "JPEG", exif=exif))
    found = read_photo(path)
    assert (found.width, found.height) == picture.size[::-1]


def test_a_broken_exif_block_leaves_the_colour_profile_in_use(tmp_path, picture):
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x07\0\xff\0\0\0\0\0\0\0"
    content = saved(picture, "JPEG", exif=exif, icc_profile=wide_profile())
    assert read_photo(written(tmp_path, content)).notes == ("converted to sRGB from wide",)
