"""Looks of another camera: drawn in one step, applied in another, the margin left black."""

from dataclasses import fields, replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.recipe.recipe import Augment
from drgrade.training.augmentation.other_camera import (
    Looks,
    apply_looks,
    changes_looks,
    compressed,
    draw_looks,
)

STRONG = Augment(colour=0.3, gamma=0.4, light=0.4, blur=0.01, noise=0.03, jpeg=30)


def squares(n: int = 3, side: int = 32) -> torch.Tensor:
    made = torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(0)) * 0.8 + 0.1
    made[:, :, :4] = 0
    return made


def plain(n: int = 3) -> Looks:
    none = np.zeros(n)
    return Looks(np.ones((n, 3)), np.ones(n), np.zeros((n, 3)), none, none, none.astype(int), 0,
                 np.ones(n))  # fmt: skip


def test_the_same_generator_state_gives_the_same_looks():
    one, two = (draw_looks(np.random.default_rng(3), 5, STRONG) for _ in range(2))
    assert all(np.array_equal(getattr(one, f.name), getattr(two, f.name)) for f in fields(Looks))


def test_no_look_is_the_identity():
    assert torch.allclose(apply_looks(squares(), plain()), squares())
    assert not changes_looks(Augment(rotation=180, brightness=0.5))


@pytest.mark.parametrize("key", ["colour", "gamma", "light", "blur", "noise"])
def test_each_look_changes_the_field_and_leaves_the_margin_black(key):
    settings = Augment(**{key: getattr(STRONG, key)})
    assert changes_looks(settings)
    changed = apply_looks(squares(), draw_looks(np.random.default_rng(1), 3, settings))
    assert not torch.allclose(changed[:, :, 8:], squares()[:, :, 8:], atol=1e-3)
    assert changed[:, :, :4].abs().max() == 0
    assert 0 <= changed.min() <= changed.max() <= 1


def test_a_gain_is_a_gain():
    looks = replace(plain(), gains=np.tile([0.5, 1.0, 0.25], (3, 1)))
    changed = apply_looks(squares(), looks)
    assert torch.allclose(changed[:, 0], squares()[:, 0] * 0.5)
    assert torch.allclose(changed[:, 1], squares()[:, 1])


def test_blur_keeps_the_mean_and_takes_the_detail():
    level = torch.full((1, 3, 64, 64), 0.5)
    level[:, :, 32, 32] = 1.0
    looks = replace(plain(1), blur=np.array([0.03]))
    soft = apply_looks(level, looks)
    middle = (slice(None), slice(None), slice(16, 48), slice(16, 48))
    assert float(soft[middle].mean()) == pytest.approx(float(level[middle].mean()), abs=1e-4)
    assert soft[0, 0, 32, 32] < 0.55


def test_each_photo_has_a_blur_of_its_own():
    looks = replace(plain(2), blur=np.array([0.0, 0.03]))
    changed = apply_looks(squares(2), looks)
    assert torch.allclose(changed[0, :, 8:-4], squares(2)[0, :, 8:-4], atol=1e-5)
    assert not torch.allclose(changed[1, :, 8:-4], squares(2)[1, :, 8:-4], atol=1e-2)


def test_a_low_quality_leaves_blocks_and_none_leaves_bytes():
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    looks = replace(plain(2), quality=np.array([0, 20]))
    found = compressed(pixels, looks)
    assert np.array_equal(found[0], pixels[0])
    assert np.abs(found[1].astype(int) - pixels[1]).mean() > 5


def test_saturation_moves_colours_and_leaves_grey_and_the_other_draws_alone():
    plain, more = (draw_looks(np.random.default_rng(3), 2, Augment(gamma=0.2, saturation=each))
                   for each in (0.0, 0.8))  # fmt: skip
    assert np.array_equal(plain.gamma, more.gamma)
    assert plain.seed == more.seed
    grey = torch.full((2, 3, 4, 4), 0.5)
    assert torch.allclose(apply_looks(grey, more), apply_looks(grey, plain))
    coloured = grey.clone()
    coloured[:, 0] = 0.8
    spread = [(seen.amax(1) - seen.amin(1)).mean() for seen in
              (apply_looks(coloured, each) for each in (plain, more))]  # fmt: skip
    assert spread[0] != spread[1]
