"""A file of several pictures is refused with their number; a thumbnail beside one is none."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from drgrade.data.photos.decode import read_photo
from drgrade.errors import PhotoError

rng = np.random.default_rng(3)
PICTURES = [Image.fromarray(rng.integers(0, 255, (48, 64, 3), np.uint8)) for _ in range(3)]


def written(folder, form: str, pictures, **options):
    path = folder / "photo"
    if form == "TIFF":
        with tifffile.TiffWriter(path) as file:
            for each in pictures:
                file.write(np.asarray(each), photometric="rgb")
        return path
    first, *others = pictures
    first.save(path, form, save_all=True, append_images=others, **options)
    return path


def refused(path) -> PhotoError:
    with pytest.raises(PhotoError) as caught:
        read_photo(path)
    return caught.value


@pytest.mark.parametrize("form", ["TIFF", "PNG", "WEBP", "GIF", "MPO"])
@pytest.mark.parametrize("number", [2, 3])
def test_several_pictures_are_refused_with_their_number(tmp_path, form, number):
    error = refused(written(tmp_path, form, PICTURES[:number]))
    assert error.code == "several_frames"
    assert error.reason.values["frames"] == number


@pytest.mark.parametrize("form", ["TIFF", "PNG", "WEBP"])
def test_one_picture_saved_as_a_list_of_one_is_read(tmp_path, form):
    path = written(tmp_path, form, PICTURES[:1], **({"lossless": True} if form == "WEBP" else {}))
    assert np.array_equal(read_photo(path).pixels, PICTURES[0])


def test_a_gif_of_one_picture_is_named_as_what_it_is(tmp_path):
    assert refused(written(tmp_path, "GIF", PICTURES[:1])).code == "unsupported_encoding"


@pytest.mark.parametrize("form", ["TIFF", "MPO"])
def test_a_thumbnail_beside_the_photograph_is_no_further_picture(tmp_path, form):
    path = written(tmp_path, form, [PICTURES[0], PICTURES[1].resize((32, 24))])
    assert read_photo(path).pixels.shape == (48, 64, 3)


@pytest.mark.parametrize("is_big", [False, True])
def test_a_thumbnail_that_comes_first_is_not_taken_for_the_photograph(tmp_path, is_big):
    path, whole = tmp_path / "photo.tif", np.asarray(PICTURES[0])
    with tifffile.TiffWriter(path, bigtiff=is_big) as file:
        file.write(whole[::4, ::4], photometric="rgb", subfiletype=1)
        file.write(whole, photometric="rgb")
    assert np.array_equal(read_photo(path).pixels, whole)


def test_a_chain_of_pages_that_leads_back_ends(tmp_path):
    path = written(tmp_path, "TIFF", PICTURES[:2])
    with tifffile.TiffFile(path) as file:
        first, second = (page.offset for page in file.pages)
        entries = len(file.pages[1].tags)
    content = bytearray(path.read_bytes())
    after = second + 2 + 12 * entries
    content[after : after + 4] = first.to_bytes(4, "little")
    path.write_bytes(content)
    assert refused(path).reason.values["frames"] == 2


def test_a_text_in_a_png_that_names_an_animation_makes_none(tmp_path):
    from PIL.PngImagePlugin import PngInfo

    about, buffer = PngInfo(), io.BytesIO()
    about.add_text("Comment", "acTL fcTL")
    PICTURES[0].save(buffer, "PNG", pnginfo=about)
    (tmp_path / "x.png").write_bytes(buffer.getvalue())
    assert np.array_equal(read_photo(tmp_path / "x.png").pixels, PICTURES[0])
