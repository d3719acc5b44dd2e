"""Quality: what faults take is learned, and repeats to the last bit."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.degradations import degraded, draw_fault
from drgrade.models.quality import QUALITIES, Quality, QualityNetwork, qualities_of
from drgrade.training.quality import QualitySettings, faulty_batch, train_quality


@pytest.fixture(scope="module")
def squares() -> np.ndarray:
    return np.stack([paint(draw_eye(7, number), 96).pixels for number in range(16)])


def test_qualities_of_any_side_are_shares_and_the_worst_is_named():
    network = QualityNetwork().eval()
    for side in (96, 192, 256):
        (found,) = qualities_of(network, torch.rand(1, 3, side, side))
        assert all(0 <= getattr(found, name) <= 1 for name in QUALITIES)
    assert Quality(0.9, 0.2, 0.5).worst == ("light", 0.2)


def test_a_batch_follows_from_its_place(squares):
    one, two, other = (faulty_batch(squares, [0, 1, step]) for step in (3, 3, 4))
    assert torch.equal(one[0], two[0])
    assert torch.equal(one[1], two[1])
    assert not torch.equal(one[0], other[0])
    assert ((one[1] >= 0) & (one[1] <= 1)).all()


def test_a_short_training_already_tells_soft_from_sharp(squares):
    network = train_quality(squares, QualitySettings(epochs=30, batch=8))
    again = train_quality(squares, QualitySettings(epochs=30, batch=8))
    sharp = squares[0].astype(np.float32) / 255
    soft = degraded(sharp, draw_fault(np.random.default_rng(0), "defocus"), 1.0)
    shown = torch.from_numpy(np.stack([sharp, soft]).transpose(0, 3, 1, 2).copy())
    found, same = qualities_of(network, shown), qualities_of(again, shown)
    assert found == same
    assert found[0].focus > found[1].focus + 0.2
