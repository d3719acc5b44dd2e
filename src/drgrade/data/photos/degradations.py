"""Faults of a photograph with a known strength: a quality model is trained and tested on them.

Strength 0 changes nothing, 1 leaves nothing to grade. Chance is drawn in one step (`draw_fault`)
and applied deterministically in another, so that five strengths of one fault differ in nothing
else. The black margin stays black.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from drgrade.errors import choose

Square = npt.NDArray[np.float32]
MARGIN = 0.03  # of full light; what is darker in all colours is the margin
SOFTEST = 0.02  # of the side: the blur of strength 1, 24 px at 1,200 px
DARKEST, BRIGHTEST = 0.06, 5.0  # the gain of strength 1
THICKEST = 0.97  # how much of the light is scattered by a haze of strength 1
GRAIN = 0.025  # of full light: the most that a sensor adds, whatever the fault
COARSEST = 1.2  # px: the widest grain, as compression and resizing leave it
FADED_IN = 0.1  # strength from which the grain is whole, so that strength 0 changes nothing


@dataclass(frozen=True)
class Fault:
    """One fault as drawn: its name, the seed of its grain, and where it comes from."""

    name: str
    seed: int
    angle: float  # of a shade or a cut, in radians
    grain: float  # of full light
    coarse: float  # px, how wide the grain is


def draw_fault(generator: np.random.Generator, name: str) -> Fault:
    """Draw what is left to chance in a fault.

    Raises:
        UnknownNameError: no such fault.
    """
    choose(FAULTS, name, "fault")
    seed, angle = int(generator.integers(1 << 31)), float(generator.uniform(0, 2 * np.pi))
    grain, coarse = generator.uniform(0, GRAIN), generator.uniform(0, COARSEST)
    return Fault(name, seed, angle, float(grain), float(coarse))


def degraded(square: Square, fault: Fault, strength: float) -> Square:
    """A square (S, S, 3), 0 to 1, with a fault of a strength from 0 to 1."""
    if strength <= 0:
        return square
    inside = square.max(axis=2, keepdims=True) > MARGIN
    changed = FAULTS[fault.name][0](square, fault, strength)
    share = np.float32(fault.grain * min(1.0, strength / FADED_IN))
    seen = np.clip(changed + share * _grain(square.shape, fault), 0, 1)
    return np.where(inside, seen, square).astype(np.float32)


def _grain(shape: tuple[int, ...], fault: Fault) -> Square:
    """What a sensor adds, of spread 1: out of focus too it stays sharp."""
    grain = np.random.default_rng(fault.seed).standard_normal(shape, np.float32)
    soft = gaussian_filter(grain, (fault.coarse, fault.coarse, 0))
    return np.asarray(soft / soft.std(), np.float32)


def _defocus(square: Square, fault: Fault, strength: float) -> Square:
    sigma = strength * SOFTEST * len(square)
    inside = (square.max(axis=2, keepdims=True) > MARGIN).astype(np.float32)
    soft = gaussian_filter(square * inside, (sigma, sigma, 0))
    return soft / np.maximum(gaussian_filter(inside, (sigma, sigma, 0)), 1e-3)


def _haze(square: Square, fault: Fault, strength: float) -> Square:
    """Scattered light over a softened picture, as behind a cataract: tinted, one side lighter."""
    inside = square.max(axis=2) > MARGIN
    colour = square[inside].mean(axis=0) if inside.any() else np.zeros(3, np.float32)
    generator = np.random.default_rng([fault.seed, 1])
    tint = np.exp(generator.normal((0.0, 0.05, 0.0), (0.15, 0.15, 0.3)))
    light = generator.uniform(0.6, 1.4) * tint * (0.6 * colour + 0.4 * colour.mean())
    lit = 0.7 + 0.6 * _from_one_side(len(square), fault.angle, 0.5, 0.6)[..., None]
    scattered = THICKEST * strength
    soft = _defocus(square, fault, 0.2 * strength)
    return soft * (1 - scattered) + light.astype(np.float32) * lit * scattered


def _dark(square: Square, fault: Fault, strength: float) -> Square:
    return square * np.float32(DARKEST**strength)


def _bright(square: Square, fault: Fault, strength: float) -> Square:
    return square * np.float32(BRIGHTEST**strength)


def _shade(square: Square, fault: Fault, strength: float) -> Square:
    """A soft shadow that covers a share of the field from one side."""
    return square * _from_one_side(len(square), fault.angle, strength, 0.25)[..., None]


def _cut(square: Square, fault: Fault, strength: float) -> Square:
    """A lid or a rim that hides a share of the field from one side."""
    return square * _from_one_side(len(square), fault.angle, strength, 0.01)[..., None]


def _from_one_side(side: int, angle: float, share: float, width: float) -> Square:
    """1 where light comes in, `DARKEST` where not; the border lies `share` of the way across."""
    line = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    along = line[None] * np.cos(angle) + line[:, None] * np.sin(angle)
    away = (along - (2 * share - 1)) / width
    lit = 1 / (1 + np.exp(-np.clip(away, -30, 30)))
    return (DARKEST + (1 - DARKEST) * lit).astype(np.float32)


FAULTS: dict[str, tuple[Callable[[Square, Fault, float], Square], str]] = {
    "defocus": (_defocus, "focus"),
    "haze": (_haze, "light"),
    "dark": (_dark, "light"),
    "bright": (_bright, "light"),
    "shade": (_shade, "light"),
    "cut": (_cut, "field"),
}  # what each does, and which quality it takes
