"""What a fundus photo looks like, in little: a small square without illumination, as hex text.

The disc of the field of view is brought to one size, its green light is freed of the slow changes
of illumination, and what is left (vessels, disc, macula, lesions) is kept in fifteen steps. Two
photos of one exposure have squares that agree after a mirror, a small turn or a small crop.
"""

import numpy as np
from PIL import Image

from drgrade.data.photos.field import Field

SIDE = 32  # px of the square that is kept
FINE = 2 * SIDE  # px, on which illumination is removed
SOFT = 5.0  # px of the fine square: what changes slower is illumination
RIM = 0.92  # of the radius; what lies outside is left out, rims differ by a crop
REACH = 2.5  # standard deviations, where the steps end
STEPS = 7  # of REACH, to either side of the step 8; the digit 0 means outside the field
HEX_DIGITS = SIDE * SIDE  # one digit a pixel

Square = np.ndarray


def fingerprint(pixels: np.ndarray, field: Field) -> str:
    """The square of a photo (H, W, 3) uint8 and its field, as `HEX_DIGITS` hex digits."""
    light, inside = _disc(pixels, field)
    flat = _without_illumination(light, inside)
    small = flat.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
    kept = inside.reshape(SIDE, 2, SIDE, 2).all(axis=(1, 3))
    shown = (small - small[kept].mean()) / (float(small[kept].std()) or 1.0)
    steps = np.round(shown.clip(-REACH, REACH) / REACH * STEPS).astype(np.int64) + 1 + STEPS
    digits = np.where(kept, steps, 0).astype(np.uint8).ravel()
    return (digits[::2] << 4 | digits[1::2]).tobytes().hex()


def packed_of(text: str) -> np.ndarray | None:
    """The text as bytes (HEX_DIGITS / 2,), two pixels each; None where it is no fingerprint."""
    if len(text) != HEX_DIGITS:
        return None
    try:
        return np.frombuffer(bytes.fromhex(text), np.uint8)
    except ValueError:
        return None


def unpacked(packed: np.ndarray) -> np.ndarray:
    """Squares (n, SIDE, SIDE) float32, in standard deviations, of their bytes (n, ...)."""
    digits = np.stack([packed >> 4, packed & 15], axis=-1).reshape(-1, SIDE, SIDE)
    shown = (digits - np.float32(1 + STEPS)) * np.float32(REACH / STEPS)
    return np.where(digits > 0, shown, np.float32(0))


def square_of(text: str) -> Square | None:
    """The square (SIDE, SIDE) float32 in standard deviations; None where the text is no such."""
    packed = packed_of(text)
    return None if packed is None else unpacked(packed)[0]


def disc_mask(side: int) -> np.ndarray:
    """Which pixels of a square lie inside `RIM` of the disc that fills it, (side, side) bool."""
    away = np.arange(side) - (side - 1) / 2
    return np.hypot(away[:, None], away[None]) < RIM * side / 2


def _disc(pixels: np.ndarray, field: Field) -> tuple[np.ndarray, np.ndarray]:
    """Green light of the field, centred in a square of its longer side, and where the field is.

    Both (FINE, FINE), float and bool.
    """
    side = max(field.width, field.height)
    top, left = (side - field.height) // 2, (side - field.width) // 2
    canvas = np.zeros((side, side), np.uint8)
    canvas[top : top + field.height, left : left + field.width] = pixels[
        field.top : field.bottom, field.left : field.right, 1
    ]
    how = Image.Resampling.BOX if side > FINE else Image.Resampling.BILINEAR
    light = np.asarray(Image.fromarray(canvas).resize((FINE, FINE), how), dtype=float)
    place = (np.arange(FINE) + 0.5) * side / FINE
    rows = np.abs(place - side / 2) < field.height / 2 - side / FINE
    columns = np.abs(place - side / 2) < field.width / 2 - side / FINE
    return light, disc_mask(FINE) & rows[:, None] & columns[None]


def _without_illumination(light: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Light less its blurred self, divided by the spread around; 0 outside. (FINE, FINE)."""
    weight = np.maximum(_blurred(inside.astype(float)), 1e-6)
    detail = np.where(inside, light - _blurred(light * inside) / weight, 0.0)
    spread = np.sqrt(_blurred(detail**2) / weight)
    return detail / (spread + 0.5)  # half a grey step: an empty field stays empty


def _blurred(values: np.ndarray) -> np.ndarray:
    """A Gaussian blur of a square of the fine size."""
    away = np.arange(FINE)[:, None] - np.arange(FINE)[None]
    weights = np.exp(-0.5 * (away / SOFT) ** 2)
    return weights @ values @ weights.T / weights[FINE // 2].sum() ** 2
