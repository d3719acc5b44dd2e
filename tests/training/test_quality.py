"""Quality: what faults take is learned, and repeats to the last bit."""

import numpy as np
import pytest

pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.degradations import degraded, draw_fault
from drgrade.data.photos.quality import QUALITIES, Quality, figures_of, from_arrays
from drgrade.training.quality import QualitySettings, faulty, train_quality

SETTINGS = QualitySettings(views=8, steps=600)


@pytest.fixture(scope="module")
def squares() -> np.ndarray:
    return np.stack([paint(draw_eye(7, number), 192).pixels for number in range(10)])


@pytest.fixture(scope="module")
def model(squares):
    return train_quality(squares, SETTINGS)


def test_figures_are_numbers_whatever_the_picture():
    noise = np.random.default_rng(0).integers(0, 256, (192, 192, 3)).astype(np.uint8)
    pictures = np.zeros((64, 64, 3), np.uint8), np.full((300, 300, 3), 255, np.uint8), noise
    sizes = {figures_of(each).shape for each in pictures}
    assert len(sizes) == 1
    assert all(np.isfinite(figures_of(each)).all() for each in pictures)


def test_a_fault_follows_from_its_place(squares):
    one, two, other = (faulty(squares[0], [0, 1, step]) for step in (3, 3, 4))
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])
    assert not np.array_equal(one[0], other[0])


def test_the_quality_of_a_growing_fault_falls_and_the_others_stay(squares):
    for step in range(20):
        views, wanted, own = faulty(squares[0], [0, 2, step])
        assert len(views) == len(wanted)
        assert (np.diff(wanted[:, own]) < 0).all()
        assert (np.diff(np.delete(wanted, own, axis=1), axis=0) == 0).all()


@pytest.mark.parametrize(("fault", "quality"), [("defocus", "focus"), ("dark", "light")])
def test_faults_take_the_quality_that_is_theirs(squares, model, fault, quality):
    good = squares[0].astype(np.float32) / 255
    bad = degraded(good, draw_fault(np.random.default_rng(0), fault), 0.9)
    before, after = (getattr(model.of(each), quality) for each in (good, bad))
    assert before > after + 0.3


def test_a_model_comes_back_from_its_arrays_and_answers_with_shares(squares, model):
    again = from_arrays(model.as_arrays())
    found = model.of(squares[1])
    assert again.of(squares[1]) == found
    assert all(0 <= getattr(found, name) <= 1 for name in QUALITIES)
    assert Quality(0.9, 0.2, 0.5).worst == ("light", 0.2)
