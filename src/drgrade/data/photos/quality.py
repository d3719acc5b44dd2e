"""How good a photograph is for grading: focus, light and field, each 0 to 1, without torch.

Figures of the square (how much changes at which scale, how light it is, how much of the field is
lit) go through a small network of one hidden layer, trained on faults of known strength.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter

Floats = npt.NDArray[np.float64]
QUALITIES = ("focus", "light", "field")
SIDE = 192  # px, on which the figures are taken; a blur of a hundredth of the side is two of them
SCALES = (
    0.6,
    1.2,
    2.4,
    4.8,
    9.6,
)  # px, widths of the Gaussians between which changes are looked at
DISC = 0.47  # of the side: what lies farther out is the rim's
MARGIN = 0.03  # of full light; what is darker in all colours is the margin
DARKEST = 0.02  # of full light, added before a logarithm
STRONG = 95  # percentile of changes: vessels and lesions, where the rest is plain
SECTORS = 12  # of the outer half of the disc
DARK, LIGHT = 0.12, 0.95  # of full light: what is darker or lighter shows nothing


@dataclass(frozen=True)
class Quality:
    """Three qualities of one photograph, 0 (nothing can be graded) to 1 (no fault)."""

    focus: float
    light: float
    field: float

    @property
    def worst(self) -> tuple[str, float]:
        """The lowest of them, and its name."""
        return min(((name, getattr(self, name)) for name in QUALITIES), key=lambda pair: pair[1])


@dataclass(frozen=True)
class QualityModel:
    """Weights from figures (F,) to `QUALITIES`; as arrays they travel in a model file."""

    mean: Floats  # (F,)
    spread: Floats  # (F,)
    hidden: Floats  # (F + 1, H), the last row added
    out: Floats  # (H + 1, 3)

    def of(self, square: np.ndarray) -> Quality:
        """The qualities of a square (S, S, 3) uint8, or float 0 to 1."""
        return Quality(*map(float, self.shares(figures_of(square)[None])[0]))

    def shares(self, figures: Floats) -> Floats:
        """Qualities (n, 3) of figures (n, F)."""
        inner = np.tanh(_with_one((figures - self.mean) / self.spread) @ self.hidden)
        return 1 / (1 + np.exp(-(_with_one(inner) @ self.out)))

    def as_arrays(self) -> dict[str, Floats]:
        """The weights by name."""
        return {"mean": self.mean, "spread": self.spread, "hidden": self.hidden, "out": self.out}


def from_arrays(arrays: Mapping[str, np.ndarray]) -> QualityModel:
    """What `as_arrays` gave."""
    return QualityModel(**{name: np.asarray(each, np.float64) for name, each in arrays.items()})


def _with_one(values: Floats) -> Floats:
    return np.concatenate([values, np.ones((len(values), 1))], axis=1)


def figures_of(square: np.ndarray) -> Floats:
    """What a square (S, S, 3), uint8 or float 0 to 1, looks like, (F,)."""
    light = _small(square)
    away = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    disc = np.hypot(away[:, None], away[None]) < DISC
    field = disc & (light.max(axis=2) > MARGIN)
    if not field.any():
        field = disc
    shown = light[field]
    spread = np.percentile(shown, (5, 50, 95), axis=0).ravel()
    shares = [field.sum() / disc.sum(), (shown.max(axis=1) < DARK).mean(),
              (shown.max(axis=1) > LIGHT).mean()]  # fmt: skip
    changes = [each for channel in (0, 1) for each in _changes(light[..., channel], field)]
    return np.array([*spread, *shares, *_sides(light.max(axis=2), away), *changes])


def _sides(light: np.ndarray, away: np.ndarray) -> Floats:
    """How much darker each sector is than the middle one, ascending, (SECTORS,): a logarithm."""
    distance = np.hypot(away[:, None], away[None])
    turn = np.arctan2(away[:, None], away[None]) / (2 * np.pi) + 0.5
    sector = np.minimum((turn * SECTORS).astype(int), SECTORS - 1)
    outer = (distance < DISC) & (distance > DISC / 2)
    means = np.array([light[outer & (sector == each)].mean() for each in range(SECTORS)])
    return np.sort(np.log(means + DARKEST) - np.log(np.median(means) + DARKEST))


def _small(square: np.ndarray) -> npt.NDArray[np.float32]:
    """The square at (SIDE, SIDE, 3), float 0 to 1."""
    if square.dtype != np.uint8:
        square = np.rint(np.clip(square, 0, 1) * 255).astype(np.uint8)
    if len(square) != SIDE:
        how = Image.Resampling.BOX if len(square) > SIDE else Image.Resampling.BILINEAR
        square = np.asarray(Image.fromarray(square).resize((SIDE, SIDE), how))
    return (square / 255).astype(np.float32)


def _changes(plane: np.ndarray, field: np.ndarray) -> Iterator[float]:
    """The logarithm of how much a channel changes at each scale: its spread, and where it is most.

    Smoothed inside the field alone, so that its edge is no change.
    """
    weights = field.astype(np.float32)
    logs = np.log(plane + DARKEST) * weights
    smooth = [gaussian_filter(logs, s) / np.maximum(gaussian_filter(weights, s), 1e-3)
              for s in SCALES]  # fmt: skip
    inside = gaussian_filter(weights, SCALES[1]) > 0.99
    inside = inside if inside.any() else field
    for fine, coarse in zip([np.log(plane + DARKEST), *smooth], smooth, strict=False):
        seen = (fine - coarse)[inside]
        yield float(np.log(seen.std() + 1e-4))
        yield float(np.log(np.percentile(np.abs(seen), STRONG) + 1e-4))
    yield float(smooth[-1][inside].std())
