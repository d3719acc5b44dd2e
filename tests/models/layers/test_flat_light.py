"""Pixels against their surroundings: a camera's light and colour go, lesions stay."""

import pytest

torch = pytest.importorskip("torch")

from drgrade.models.layers.flat_light import flattened


def retina(side: int = 128) -> torch.Tensor:
    """A reddish disc with a dark and a bright spot on black, (1, 3, side, side)."""
    down, across = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    colour = torch.tensor([0.5, 0.25, 0.12])[:, None, None]
    inside = (down - side / 2) ** 2 + (across - side / 2) ** 2 < (0.45 * side) ** 2
    square = colour * inside
    square[:, 60:64, 60:64] *= 0.6
    square[:, 70:74, 70:74] *= 1.5
    return square[None]


def test_margins_and_plain_retina_are_in_the_middle():
    flat = flattened(retina())
    assert torch.equal(flat[0, :, 0, 0], torch.full((3,), 0.5))
    assert torch.allclose(flat[0, :, 40, 64], torch.full((3,), 0.5), atol=0.02)


def test_dark_and_bright_lesions_stand_out_by_their_contrast():
    flat = flattened(retina())
    assert float(flat[0, 1, 62, 62]) == pytest.approx(0.5 + 0.5 * -0.737, abs=0.05)  # log2(0.6)
    assert float(flat[0, 1, 72, 72]) == pytest.approx(0.5 + 0.5 * 0.585, abs=0.05)  # log2(1.5)


def test_another_colour_and_slowly_changing_light_change_next_to_nothing():
    photo = retina()
    tinted = photo * torch.tensor([1.2, 0.8, 1.4])[:, None, None]
    slope = torch.linspace(0.7, 1.3, 128)[None, None, None, :]
    inside = photo.amax(dim=1, keepdim=True) > 0
    plain = flattened(photo)
    assert float(((flattened(tinted) - plain) * inside).abs().max()) < 0.02
    assert float(((flattened(photo * slope) - plain) * inside).abs().mean()) < 0.02
    raw = ((photo * slope - photo) * inside).abs().mean() / photo.mean()
    assert float(raw) > 0.1  # which is no small change


def test_a_black_square_is_no_error():
    assert torch.equal(flattened(torch.zeros(1, 3, 64, 64)), torch.full((1, 3, 64, 64), 0.5))
