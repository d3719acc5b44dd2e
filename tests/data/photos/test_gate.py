"""What shows no retina in colour is refused; a retina is not."""

from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageDraw

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.decode import read_photo
from drgrade.data.photos.gate import (
    NO_RETINA,
    NOISE,
    NOT_COLOUR,
    RULES,
    appearance_of,
    refuse_other_pictures,
)
from drgrade.data.photos.preprocess import Preprocess, prepare
from drgrade.errors import PhotoError

SETTINGS = Preprocess(256)
RETINA = Path(skimage.data.__file__).parent / "retina.jpg"


def squared(pixels: np.ndarray) -> np.ndarray:
    return prepare(pixels[..., :3], SETTINGS)


def reason_of(pixels: np.ndarray) -> str:
    """Why a picture is refused; empty where it is not."""
    try:
        refuse_other_pictures(squared(pixels))
    except PhotoError as error:
        return error.code
    return ""


@pytest.fixture(scope="module")
def retina() -> np.ndarray:
    return read_photo(RETINA).pixels


def test_a_photograph_of_a_retina_is_let_through(retina):
    assert reason_of(retina) == ""


def test_drawn_eyes_that_can_be_graded_are_let_through():
    eyes = [draw_eye(31, number) for number in range(40)]
    gradable = [paint(eye, 320).pixels for eye in eyes if eye.quality == "good"]
    assert len(gradable) > 20
    assert [reason_of(pixels) for pixels in gradable] == [""] * len(gradable)


def test_a_retina_without_colour_is_told_as_such(retina):
    red_free = np.repeat(retina[..., 1:2], 3, axis=2)
    assert reason_of(red_free) == NOT_COLOUR
    assert reason_of(255 - red_free) == NOT_COLOUR


def test_a_retina_in_other_colours_is_none(retina):
    assert reason_of(retina[..., ::-1]) == NO_RETINA
    assert reason_of(255 - retina) == NO_RETINA


def test_noise_is_told_as_such():
    pixels = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    assert reason_of(pixels) == NOISE


def test_a_page_of_text_is_none_on_paper_of_any_colour():
    for paper in ((250, 248, 240), (220, 150, 90)):
        page = Image.new("RGB", (512, 512), paper)
        pen = ImageDraw.Draw(page)
        for row in range(0, 512, 14):
            pen.text((10, row), "name, date of birth, findings, " * 3, fill=(20, 10, 0))
        assert reason_of(np.asarray(page)) != ""


def test_a_sky_in_the_colours_of_a_retina_is_none():
    down = np.linspace(0, 1, 400)[:, None, None]
    sky = np.array([230, 150, 90]) - down * np.array([60, 90, 60])
    assert reason_of(np.broadcast_to(sky, (400, 400, 3)).astype(np.uint8)) != ""


@pytest.mark.parametrize("name", ["chelsea", "astronaut", "coffee", "rocket", "camera", "page"])
def test_other_photographs_are_none(name):
    pixels = getattr(skimage.data, name)()
    colours = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    assert reason_of(colours) in (NO_RETINA, NOT_COLOUR)


def test_an_external_eye_and_a_face_seen_through_a_round_field_are_none():
    eye = Image.new("RGB", (512, 512), (215, 160, 130))
    pen = ImageDraw.Draw(eye)
    pen.ellipse((40, 150, 470, 360), fill=(235, 225, 220))
    pen.ellipse((160, 155, 350, 350), fill=(90, 60, 30))
    pen.ellipse((215, 210, 295, 290), fill=(10, 8, 8))
    face = Image.fromarray(skimage.data.astronaut()[30:200, 150:310]).resize((512, 512))
    away = np.hypot(*(np.mgrid[:512, :512] - 255.5)) < 240
    for picture in (eye, face):
        assert reason_of(np.asarray(picture) * away[..., None].astype(np.uint8)) == NO_RETINA


def test_a_refusal_names_the_figure_and_its_bound(retina):
    with pytest.raises(PhotoError, match=r"^not colour: .* 0.0\d+, in a retina by at least 0.05$"):
        refuse_other_pictures(squared(np.repeat(retina[..., 1:2], 3, axis=2)))


def test_the_figures_hardly_depend_on_the_size_of_the_square(retina):
    one, two = (appearance_of(prepare(retina, Preprocess(size))) for size in (224, 512))
    for rule in RULES:
        assert getattr(one, rule.figure) == pytest.approx(getattr(two, rule.figure), abs=0.03)


def test_fewer_than_one_in_fifty_real_photographs_are_refused(shared):
    for name in ("idrid", "hrf", "rfmid2"):
        photos = sorted((shared / name / "images").iterdir())[:: 1 if name == "hrf" else 9]
        refused = [path.name for path in photos
                   if reason_of(read_photo(path, wanted_side=256).pixels)]  # fmt: skip
        assert len(refused) <= len(photos) / 50, refused
