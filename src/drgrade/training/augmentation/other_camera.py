"""Looks of another camera: colour, gamma, uneven light, softness, grain and compression.

Chance is drawn in one step and applied, batched, in another, as in `augment`; the black margin
stays black.
"""

from dataclasses import dataclass

import numpy as np
import simplejpeg
import torch
import torch.nn.functional as F

from drgrade.recipe.recipe import Augment

DARK = 0.02  # of full light; below lies the margin
BEST_QUALITY = 95  # of JPEG
SOFTEST = 3.0  # blur kernels reach so many standard deviations


@dataclass(frozen=True)
class Looks:
    """How each photo of a batch is seen by its camera; arrays over the n photos."""

    gains: np.ndarray  # (n, 3), of red, green and blue
    gamma: np.ndarray  # (n,)
    light: np.ndarray  # (n, 3): slope across, slope down, bowl
    blur: np.ndarray  # (n,) standard deviation as a share of the side
    noise: np.ndarray  # (n,) standard deviation, of full light
    quality: np.ndarray  # (n,) of JPEG, 0 where not compressed anew
    seed: int  # of the grain
    saturation: np.ndarray  # (n,) 1 as it is, 0 without colour


def draw_looks(generator: np.random.Generator, n: int, settings: Augment) -> Looks:
    """Draw the looks of `n` photos; the same generator state gives the same."""

    def times(largest: float, *shape: int) -> np.ndarray:
        reach = np.log1p(largest)
        return np.exp(generator.uniform(-reach, reach, shape))

    qualities = np.zeros(n, np.int64)
    if settings.jpeg:
        qualities = generator.integers(settings.jpeg, BEST_QUALITY + 1, n)
    return Looks(
        gains=times(settings.colour, n, 3),
        gamma=times(settings.gamma, n),
        light=generator.uniform(-settings.light, settings.light, (n, 3)),
        blur=generator.uniform(0, settings.blur, n),
        noise=generator.uniform(0, settings.noise, n),
        quality=qualities,
        seed=int(generator.integers(1 << 31)),
        saturation=times(settings.saturation, n),  # last: what is drawn before stays what it was
    )


def changes_looks(settings: Augment) -> bool:
    """Whether a recipe asks for another camera at all."""
    return any((settings.colour, settings.gamma, settings.light, settings.blur, settings.noise,
                settings.jpeg, settings.saturation))  # fmt: skip


def compressed(squares: np.ndarray, looks: Looks) -> np.ndarray:
    """Squares (n, S, S, 3) uint8 written as JPEG and read again, where they are to be."""
    if not looks.quality.any():
        return squares
    return np.stack(
        [
            simplejpeg.decode_jpeg(simplejpeg.encode_jpeg(each, quality=int(quality)))
            if quality
            else each
            for each, quality in zip(np.ascontiguousarray(squares), looks.quality, strict=True)
        ]
    )


def apply_looks(squares: torch.Tensor, looks: Looks) -> torch.Tensor:
    """Apply all but the compression to squares (n, 3, S, S), float 0 to 1."""
    inside = squares.amax(dim=1, keepdim=True) > DARK
    changed = _blurred(squares, looks.blur) if looks.blur.any() else squares
    if (looks.gamma != 1).any():
        changed = changed.clamp(1e-4, 1) ** _column(looks.gamma, squares)
    changed = changed * torch.from_numpy(looks.gains).to(squares)[:, :, None, None]
    if (looks.saturation != 1).any():
        grey = changed.mean(dim=1, keepdim=True)
        changed = grey + (changed - grey) * _column(looks.saturation, squares)
    if looks.light.any():
        changed = changed * _field(looks.light, squares)
    if looks.noise.any():
        grain = torch.from_numpy(
            np.random.default_rng(looks.seed).standard_normal(tuple(squares.shape), np.float32)
        ).to(squares)
        changed = changed + grain * _column(looks.noise, squares)
    return torch.where(inside, changed.clamp(0, 1), squares)


def _field(light: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    """Uneven light (n, 1, S, S): 1 on average along a slope and a bowl, never below a tenth."""
    place = torch.linspace(-1, 1, like.shape[-1], device=like.device, dtype=like.dtype)
    across, down, bowl = torch.from_numpy(light).to(like).T[:, :, None, None]
    x, y = place[None, None, :], place[None, :, None]
    found = 1 + across * x + down * y + bowl * (x * x + y * y - 0.5)
    return found.clamp(min=0.1)[:, None]


def _blurred(squares: torch.Tensor, share: np.ndarray) -> torch.Tensor:
    """A Gaussian blur with each photo's own width, down and across."""
    n, planes, side, _ = squares.shape
    sigma = np.maximum(share * side, 1e-3)
    reach = max(1, int(np.ceil(SOFTEST * sigma.max())))
    away = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (away / sigma[:, None]) ** 2)
    kernel = torch.from_numpy(weights / weights.sum(axis=1, keepdims=True)).to(squares)
    kernel = kernel.repeat_interleave(planes, dim=0)[:, None]
    flat = squares.reshape(1, n * planes, side, side)
    flat = F.conv2d(flat, kernel[:, :, :, None], padding=(reach, 0), groups=n * planes)
    flat = F.conv2d(flat, kernel[:, :, None, :], padding=(0, reach), groups=n * planes)
    return flat.reshape(squares.shape)


def _column(values: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(values).to(like)[:, None, None, None]
