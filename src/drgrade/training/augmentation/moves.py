"""Moving training photos: chance is drawn in one step and applied, batched, in another."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from drgrade.recipe.recipe import Augment


@dataclass(frozen=True)
class Draws:
    """What happens to each photo of a batch; every array has shape (n,)."""

    mirror: np.ndarray
    upside_down: np.ndarray
    angle: np.ndarray  # degrees, counter-clockwise
    scale: np.ndarray
    aspect: np.ndarray
    right: np.ndarray  # share of the side
    down: np.ndarray
    brightness: np.ndarray
    contrast: np.ndarray

    @property
    def moves(self) -> bool:
        """Whether anything but flips moves a pixel."""
        still = (self.angle == 0) & (self.scale == 1) & (self.aspect == 1)
        return bool((~(still & (self.right == 0) & (self.down == 0))).any())

    @property
    def recolours(self) -> bool:
        """Whether any photo changes in brightness or contrast."""
        return bool(((self.brightness != 1) | (self.contrast != 1)).any())


def draw(generator: np.random.Generator, n: int, settings: Augment) -> Draws:
    """Draw the changes of `n` photos; the same generator state gives the same draws."""

    def within(largest: float) -> np.ndarray:
        return generator.uniform(-largest, largest, n)

    def times(largest: float) -> np.ndarray:
        return np.exp(within(np.log1p(largest)))

    flips = generator.integers(0, 2, (2, n)).astype(bool) & settings.flip
    return Draws(
        mirror=flips[0],
        upside_down=flips[1],
        angle=within(settings.rotation),
        scale=times(settings.scale),
        aspect=times(settings.aspect),
        right=within(settings.translation),
        down=within(settings.translation),
        brightness=times(settings.brightness),
        contrast=times(settings.contrast),
    )


def apply(squares: torch.Tensor, draws: Draws) -> torch.Tensor:
    """Apply draws to squares (n, 3, S, S), float 0 to 1; black comes in from outside.

    Flips alone move pixels exactly; everything else is one bilinear resampling.
    """
    squares = move(squares, draws)
    return _recolour(squares, draws) if draws.recolours else squares


def move(squares: torch.Tensor, draws: Draws) -> torch.Tensor:
    """Move pixels as drawn and leave colours alone; for masks (n, k, S, S) as for photos."""
    if draws.moves:
        return _resample(squares, draws)
    return _flip(_flip(squares, draws.mirror, 3), draws.upside_down, 2)


def _flip(squares: torch.Tensor, chosen: np.ndarray, axis: int) -> torch.Tensor:
    if not chosen.any():
        return squares
    mask = torch.from_numpy(chosen).to(squares.device)[:, None, None, None]
    return torch.where(mask, squares.flip(axis), squares)


def _resample(squares: torch.Tensor, draws: Draws) -> torch.Tensor:
    angle = np.deg2rad(draws.angle)
    across = draws.scale * np.sqrt(draws.aspect) * np.where(draws.mirror, -1, 1)
    along = draws.scale / np.sqrt(draws.aspect) * np.where(draws.upside_down, -1, 1)
    cos, sin = np.cos(angle), np.sin(angle)
    rows = np.stack(
        [
            np.stack([cos / across, -sin / across, -2 * draws.right], axis=1),
            np.stack([sin / along, cos / along, -2 * draws.down], axis=1),
        ],
        axis=1,
    )
    theta = torch.from_numpy(rows).to(squares)
    grid = F.affine_grid(theta, list(squares.shape), align_corners=False)
    return F.grid_sample(squares, grid, mode="bilinear", align_corners=False)


def _recolour(squares: torch.Tensor, draws: Draws) -> torch.Tensor:
    inside = squares.amax(dim=1, keepdim=True) > 0.02  # the black margin stays black
    mean = squares.mean(dim=(1, 2, 3), keepdim=True)
    brightness = _column(draws.brightness, squares)
    contrast = _column(draws.contrast, squares)
    changed = ((squares - mean) * contrast + mean) * brightness
    return torch.where(inside, changed.clamp(0, 1), squares)


def _column(values: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(values).to(like)[:, None, None, None]
