"""Quality: what faults take is learned, and repeats to the last bit."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F

from drgrade.data.phantom.drawing import draw_eye, paint
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


def test_a_short_training_learns_from_faults_and_repeats(squares):
    settings = QualitySettings(epochs=20, batch=8)
    first, again = (train_quality(squares, settings) for _ in range(2))
    made, wanted = faulty_batch(squares, [1, 0, 0])
    assert qualities_of(first, made) == qualities_of(again, made)
    with torch.no_grad():
        before, after = (F.binary_cross_entropy_with_logits(each(made), wanted).item()
                         for each in (QualityNetwork().eval(), first))  # fmt: skip
    assert after < before
