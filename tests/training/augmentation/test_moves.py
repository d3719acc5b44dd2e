"""Augmentation: drawn in one step, applied in another."""

from dataclasses import fields, replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.recipe.recipe import Augment
from drgrade.training.augmentation.moves import Draws, apply, draw

STRONG = Augment(rotation=180, translation=0.2, scale=0.15, brightness=0.2, contrast=0.2)


def squares(n=4, side=32):
    return torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(0))


def still(n=4):
    ones, zeros, no = np.ones(n), np.zeros(n), np.zeros(n, bool)
    return Draws(no, no, zeros, ones, ones, zeros, zeros, ones, ones)


def test_the_same_generator_state_gives_the_same_draws():
    one, two = (draw(np.random.default_rng(3), 5, STRONG) for _ in range(2))
    assert all(np.array_equal(getattr(one, f.name), getattr(two, f.name)) for f in fields(Draws))


def test_no_change_is_the_identity():
    assert torch.equal(apply(squares(), still()), squares())


def test_flipping_twice_is_the_identity():
    draws = replace(still(), mirror=np.array([True, False, True, False]))
    assert torch.equal(apply(apply(squares(), draws), draws), squares())


def test_a_flip_moves_no_value():
    draws = replace(still(), mirror=np.ones(4, bool), upside_down=np.ones(4, bool))
    assert torch.equal(apply(squares(), draws), squares().flip(2, 3))


def test_a_half_turn_is_both_flips():
    draws = replace(still(), angle=np.full(4, 180.0))
    assert torch.allclose(apply(squares(), draws), squares().flip(2, 3), atol=1e-4)


def test_a_resampled_mirror_is_the_exact_mirror():
    draws = replace(still(), mirror=np.ones(4, bool), angle=np.full(4, 1e-9))
    assert torch.allclose(apply(squares(), draws), squares().flip(3), atol=1e-4)


def test_a_turn_and_its_opposite_keep_the_middle():
    smooth = torch.linspace(0, 1, 64).expand(1, 3, 64, 64).contiguous()
    there = replace(still(1), angle=np.array([30.0]))
    back = replace(still(1), angle=np.array([-30.0]))
    returned = apply(apply(smooth, there), back)
    assert torch.allclose(returned[..., 24:40, 24:40], smooth[..., 24:40, 24:40], atol=0.02)


def test_translation_moves_by_its_share_of_the_side():
    draws = replace(still(1), right=np.array([0.25]))
    moved = apply(squares(1), draws)
    assert torch.allclose(moved[..., 8:], squares(1)[..., :-8], atol=1e-4)
    assert moved[..., :8].abs().max() < 1e-4


def test_the_black_margin_stays_black_whatever_the_contrast():
    photo = squares(1)
    photo[..., :8] = 0
    changed = apply(photo, replace(still(1), contrast=np.array([0.7]), brightness=np.array([1.2])))
    assert changed[..., :8].abs().max() == 0


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_drawn_stays_between_0_and_1(seed):
    moved = apply(squares(), draw(np.random.default_rng(seed), 4, STRONG))
    assert moved.shape == squares().shape
    assert moved.min() >= 0
    assert moved.max() <= 1
