"""Does a picture show a retina in colour? What does not is refused, not graded.

Seven figures of the field, each with the range in which photographs of the retina lie: of its
colour, and of how green and red change from place to place. Blood absorbs green and hardly any red,
so that vessels and lesions stand out in the one and not in the other; in most other pictures all
channels change together, and more. In the colours of a retina, but with next to no change, it may
be one behind a cataract. The ranges were set on drawn photographs, IDRiD and RFMiD 2.0's
training part; `docs/results/gate.md` has what they refuse, of other sets too, and what they let
through.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from drgrade.data.photos.field import brightest
from drgrade.errors import PhotoError, Reason
from drgrade.locale.refusal import refusal

VERSION = 1  # of these rules; squares made under others are made anew
NOT_COLOUR = "not_colour"
NOISE = "noise"
HAZY = "too_hazy"
NO_RETINA = "no_retina"
UNGRADABLE = (NOT_COLOUR, NOISE, HAZY)  # a retina may be behind these
SIDE = 128  # px, on which the figures are taken; a smaller photo says too little
RIM = 0.46  # of the side: what lies farther out is the rim's
DIM = 0.15  # of the field's brightest tenth; what is darker is the margin's
DARK = 8  # of 255
INWARD = 5  # px from the margin, where changes are measured
FEWEST = 0.02  # of the disc; a field smaller than this has no figures
FINE, COARSE = 1.2, 5.0  # px, widths of the Gaussians between which changes are looked at
FLOOR = 16  # of 255, added before a logarithm


@dataclass(frozen=True)
class Appearance:
    """How the field of a square looks.

    `colour`: how far the weakest channel lies below the strongest, as a share of the strongest,
    middle over the field. `red`, `blue`: that channel's share of all light, mean. `hues`: spread of
    the logarithm of red over green. `contrast`: spread of the logarithm of green between `FINE` and
    `COARSE`. `together`: how red and green change together there, as a correlation. `noise`: spread
    of green from pixel to pixel as a share of its mean, in `contrast`s.
    """

    colour: float
    red: float
    blue: float
    hues: float
    contrast: float
    together: float
    noise: float


@dataclass(frozen=True)
class Rule:
    """One figure's range, and what a picture outside it is."""

    figure: str
    least: float
    most: float
    reason: str


RULES = (
    Rule("colour", 0.05, 1.0, NOT_COLOUR),
    Rule("red", 0.28, 1.0, NO_RETINA),
    Rule("blue", 0.0, 0.42, NO_RETINA),
    Rule("hues", 0.0, 0.60, NO_RETINA),
    Rule("contrast", 0.010, 1.0, HAZY),
    Rule("noise", 0.0, 2.5, NOISE),
    Rule("contrast", 0.0, 0.115, NO_RETINA),
    Rule("together", -1.0, 0.985, NO_RETINA),
    Rule("hues", 0.02, 1.0, NO_RETINA),
)


def appearance_of(square: np.ndarray) -> Appearance | None:
    """Measure the field of a square (S, S, 3) uint8; None where there is next to no field."""
    light = _small(square)
    strongest = brightest(light)
    away = np.arange(SIDE) - (SIDE - 1) / 2
    disc = away[:, None] ** 2 + away[None] ** 2 < (RIM * SIDE) ** 2
    field = disc & (strongest > max(DARK, DIM * float(np.percentile(strongest[disc], 90))))
    if field.sum() < FEWEST * disc.sum():
        return None
    colours = light[field]
    red, green, blue = np.ascontiguousarray(colours.T)
    total = red + green + blue + 1
    weakest, most = np.minimum(np.minimum(red, green), blue), brightest(colours)
    contrast, together, noise = _changes(light, field)
    return Appearance(
        colour=float(np.median(1 - weakest / (most + 1))),
        red=float((red / total).mean()),
        blue=float((blue / total).mean()),
        hues=float(np.log((red + DARK) / (green + DARK)).std()),
        contrast=contrast,
        together=together,
        noise=noise,
    )


def _small(square: np.ndarray) -> np.ndarray:
    """The square at (SIDE, SIDE, 3), float 0 to 255."""
    if len(square) == SIDE:
        return square.astype(np.float32)
    how = Image.Resampling.BOX if len(square) > SIDE else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(square).resize((SIDE, SIDE), how)).astype(np.float32)


def _changes(light: np.ndarray, field: np.ndarray) -> tuple[float, float, float]:
    """Contrast, togetherness and noise inside the field, away from its margin."""
    weights = field.astype(np.float32)

    def smooth(values: np.ndarray, width: float) -> np.ndarray:
        blur = _gaussian(width)
        return (blur @ (values * weights) @ blur) / (blur @ weights @ blur + 1e-3)

    inside = _without_margin(field)
    inside = inside if inside.any() else field
    green = light[..., 1]
    grain = (green - smooth(green, 1.0))[inside].std() / max(1.0, green[field].mean())
    logs = [np.log(light[..., channel] + FLOOR) for channel in (0, 1)]
    red, green = ((smooth(each, FINE) - smooth(each, COARSE))[inside] for each in logs)
    spread = float(red.std() * green.std())
    together = float(((red - red.mean()) * (green - green.mean())).mean()) / spread if spread else 0
    contrast = float(green.std())
    return contrast, together, float(grain) / max(contrast, 1e-6)


# By hand: scipy.ndimage decides the same on 360 photographs of HRF, RFMiD 2.0 and IDRiD, but makes
# the gate take 17 ms a photograph instead of 9, and its import adds 0.4 s to a command's start.
@cache
def _gaussian(width: float) -> np.ndarray:
    """A matrix (SIDE, SIDE) that smooths columns from the left and rows from the right."""
    away = np.arange(SIDE)
    bell = np.exp(-((away[:, None] - away[None]) ** 2) / (2 * width**2))
    return (bell / (width * np.sqrt(2 * np.pi))).astype(np.float32)


def _without_margin(field: np.ndarray) -> np.ndarray:
    """The field without what lies within `INWARD` steps up, down, left or right of its edge."""
    for _ in range(INWARD):
        wide = np.pad(field, 1)
        field = field & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return field


def refuse_other_pictures(square: np.ndarray) -> None:
    """Refuse a square (S, S, 3) uint8, of `SIDE` px or more, that shows no retina in colour.

    Raises:
        PhotoError: `not colour`, `noise`, `too hazy` or `no retina`, with the figure found and its
            bound.
    """
    seen = appearance_of(square)
    if seen is None:
        raise refusal(PhotoError, Reason(NO_RETINA, {"what": Reason("barely_lit")}))
    for rule in RULES:
        value = getattr(seen, rule.figure)
        if not rule.least <= value <= rule.most:
            side, bound = ("least", rule.least) if value < rule.least else ("most", rule.most)
            about = {"figure": rule.figure, "value": float(value), "side": side, "bound": bound}
            raise refusal(PhotoError, Reason(rule.reason, {"what": Reason("appearance", about)}))
