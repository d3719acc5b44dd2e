"""A photograph that nobody can grade is refused with what it lacks; others keep their qualities."""

import json

import numpy as np
import pytest
from PIL import Image

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.intake import prepare_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.photos.quality import QUALITIES, Quality, QualityModel, figures_of
from drgrade.data.photos.quality_check import LACKS, QualityCheck, quality_check_of
from drgrade.errors import CheckpointError

LEAST = {"focus": 0.8, "light": 0.5, "field": 0.5}
SETTINGS = Preprocess(size=192)


def giving(*logits):
    """A check whose qualities are the same for every photograph."""
    figures = len(figures_of(np.zeros((8, 8, 3), np.uint8)))
    out = np.zeros((2, len(QUALITIES)))
    out[-1] = logits
    model = QualityModel(np.zeros(figures), np.ones(figures), np.zeros((figures + 1, 1)), out)
    return QualityCheck(model, LEAST)


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "eye.png"
    Image.fromarray(paint(draw_eye(7, 0), 256).pixels).save(path)
    return path


def test_a_good_photograph_is_let_through_with_its_qualities(photo):
    seen = prepare_photo("a", photo, SETTINGS, quality=giving(4, 3, 2))
    assert seen.pixels is not None
    known = seen.known.as_json()
    assert [known[name] for name in QUALITIES] == pytest.approx([0.982, 0.953, 0.881], abs=1e-3)


@pytest.mark.parametrize(("place", "name"), list(enumerate(QUALITIES)))
def test_what_falls_short_is_ungradable_by_its_own_reason(photo, place, name):
    logits = [4.0, 4.0, 4.0]
    logits[place] = -1.0
    seen = prepare_photo("a", photo, SETTINGS, quality=giving(*logits))
    assert seen.pixels is None
    assert seen.known.status == "ungradable"
    assert seen.refusal.code == LACKS[name]
    assert seen.refusal.values["least"] == LEAST[name]
    assert seen.refusal.values["value"] == pytest.approx(0.269, abs=1e-3)


def test_the_reason_is_what_falls_shortest_of_its_own_least():
    check = giving(0, 0, 0)
    assert check.lacking(Quality(0.8, 0.5, 0.5)) is None
    assert check.lacking(Quality(0.7, 0.4, 0.5)).code == LACKS["light"]


def test_nothing_is_asked_without_a_check(photo):
    assert "focus" not in prepare_photo("a", photo, SETTINGS).known.as_json()


def test_a_check_comes_back_from_json_and_says_the_same(photo):
    generator = np.random.default_rng(0)
    figures = len(figures_of(np.zeros((8, 8, 3), np.uint8)))
    model = QualityModel(generator.normal(size=figures), generator.uniform(1, 2, figures),
                         generator.normal(size=(figures + 1, 32)),
                         generator.normal(size=(33, 3)))  # fmt: skip
    check = QualityCheck(model, LEAST)
    again = quality_check_of(json.loads(json.dumps(check.as_json())))
    square = paint(draw_eye(7, 1), 192).pixels
    for name in QUALITIES:
        assert getattr(again.of(square), name) == pytest.approx(getattr(check.of(square), name),
                                                                abs=1e-3)  # fmt: skip
    assert again.least == LEAST
    assert quality_check_of(None) is None


@pytest.mark.parametrize("broken", [
    {"hidden": [[1.0]]}, {"mean": "no numbers"}, {"least": {"focus": 0.5}},
    {"out": [[float("nan")] * 3] * 2},
])  # fmt: skip
def test_a_file_with_another_quality_model_is_refused(broken):
    with pytest.raises(CheckpointError):
        quality_check_of(giving(0, 0, 0).as_json() | broken)
