"""How good a photograph is for grading: focus, light and field, each 0 to 1, without torch.

Figures of the square (how much changes at which scale, how light it is, how much of the field is
lit) go through a small network of one hidden layer, trained on faults of known strength.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from drgrade.data.photos.field import brightest

Floats = npt.NDArray[np.float64]
Plane = npt.NDArray[np.float32]
QUALITIES = ("focus", "light", "field")
SIDE = 192  # px, on which the figures are taken; a blur of a hundredth of the side is two of them
SCALES = (0.6, 1.2, 2.4, 4.8, 9.6)  # px, widths of the Gaussians between which changes are measured
DISC = 0.47  # of the side: what lies farther out is the rim's
MARGIN = 0.03  # of full light; what is darker in all colours is the margin
DARKEST = 0.02  # of full light, added before a logarithm
WELL_INSIDE = (
    0.99  # of the second Gaussian's weight: farther in than this nothing of the rim is seen
)
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
    strongest = brightest(light)
    disc = _disc()
    field = disc & (strongest > MARGIN)
    if not field.any():
        field = disc
    spread = [_at(light[..., channel][field], 5, 50, 95) for channel in range(3)]
    shown = strongest[field]
    shares = [field.sum() / disc.sum(), (shown < DARK).mean(), (shown > LIGHT).mean()]
    seen = [*np.transpose(spread).ravel(), *shares, *_sides(strongest), *_changes(light, field)]
    return np.array(seen)


def _sides(light: Plane) -> Floats:
    """How much darker each sector is than the middle one, ascending, (SECTORS,): a logarithm."""
    sectors = _sectors().ravel()  # the last one is what lies outside
    sums = np.bincount(sectors, light.ravel(), SECTORS + 1)[:SECTORS]
    means = sums / np.bincount(sectors, minlength=SECTORS + 1)[:SECTORS]
    return np.sort(np.log(means + DARKEST) - np.log(np.median(means) + DARKEST))


@cache
def _distances() -> Floats:
    """How far each pixel lies from the middle, as a share of the side, (SIDE, SIDE)."""
    away = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    return np.hypot(away[:, None], away[None])


@cache
def _disc() -> npt.NDArray[np.bool_]:
    return _distances() < DISC


@cache
def _sectors() -> npt.NDArray[np.int64]:
    """Which sector of the outer half of the disc each pixel lies in; `SECTORS` outside of it."""
    away = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    turn = np.arctan2(away[:, None], away[None]) / (2 * np.pi) + 0.5
    sector = np.minimum((turn * SECTORS).astype(np.int64), SECTORS - 1)
    return np.where(_disc() & (_distances() > DISC / 2), sector, SECTORS)


def _small(square: np.ndarray) -> Plane:
    """The square at (SIDE, SIDE, 3), float 0 to 1."""
    if square.dtype != np.uint8:
        square = np.rint(np.clip(square, 0, 1) * 255).astype(np.uint8)
    if len(square) != SIDE:
        how = Image.Resampling.BOX if len(square) > SIDE else Image.Resampling.BILINEAR
        square = np.asarray(Image.fromarray(square).resize((SIDE, SIDE), how))
    return (square / 255).astype(np.float32)


def _changes(light: Plane, field: npt.NDArray[np.bool_]) -> Iterator[float]:
    """How much red and green change at each scale, logarithms: the spread, and where it is most.

    Smoothed inside the field alone, so that its edge is no change.
    """
    weights, smoothed = _coverage(field)
    inside = smoothed[1] > WELL_INSIDE
    where = np.flatnonzero(inside if inside.any() else field)
    for channel in (0, 1):
        finer = np.log(light[..., channel] + DARKEST)
        within, shown = finer * weights, finer.ravel()[where]
        for width, weight in zip(SCALES, smoothed, strict=True):
            coarser = _smooth(within, width).ravel()[where] / weight.ravel()[where]
            change = shown - coarser
            yield float(np.log(change.std() + 1e-4))
            yield float(np.log(_at(np.abs(change), STRONG)[0] + 1e-4))
            shown = coarser
        yield float(shown.std())


def _at(values: Plane, *percents: int) -> list[float]:
    """What `np.percentile` gives of values (n,), in a third of its time."""
    where = [(len(values) - 1) * percent / 100 for percent in percents]
    below = [int(each) for each in where]
    above = [min(each + 1, len(values) - 1) for each in below]
    ordered = np.partition(values, sorted({*below, *above}))
    return [float(ordered[low] + (ordered[high] - ordered[low]) * (each - low))
            for each, low, high in zip(where, below, above, strict=True)]  # fmt: skip


def _coverage(field: npt.NDArray[np.bool_]) -> tuple[Plane, list[Plane]]:
    """The field as weights, and how much of each Gaussian lies in it; the whole disc is kept."""
    return _whole_disc() if np.array_equal(field, _disc()) else _covered(field)


@cache
def _whole_disc() -> tuple[Plane, list[Plane]]:
    return _covered(_disc())


def _covered(field: npt.NDArray[np.bool_]) -> tuple[Plane, list[Plane]]:
    weights = field.astype(np.float32)
    return weights, [np.maximum(_smooth(weights, width), 1e-3) for width in SCALES]


def _smooth(plane: Plane, width: float) -> Plane:
    """A plane (SIDE, SIDE) through a Gaussian; what lies outside counts as nothing."""
    blur = _gaussian(width)
    return np.asarray(blur @ plane @ blur.T, np.float32)


@cache
def _gaussian(width: float) -> Plane:
    """A matrix (SIDE, SIDE) that smooths columns from the left; each inner row adds up to 1."""
    away = np.arange(SIDE)
    bell = np.exp(-((away[:, None] - away[None]) ** 2) / (2 * width**2))
    return (bell / bell[SIDE // 2].sum()).astype(np.float32)
