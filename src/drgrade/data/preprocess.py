"""From a photo to an undistorted square around its field of view; deterministic."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from drgrade.data.photo import Photo, read_photo
from drgrade.errors import PhotoError

VERSION = 1
TOO_SMALL = "too small"
LEAST_DIFFERENCE = 5.0  # of 255; below it lies the noise of JPEG
NARROW = 0.02  # of the height; a field narrower by more has lost a side
SEEN_SIDE = 256  # px, the long side of the small copy on which the field is looked for


@dataclass(frozen=True)
class Preprocess:
    """How a photo becomes a square; travels inside the model file."""

    size: int = 512
    crop: Literal["field", "none"] = "field"
    version: int = VERSION

    @property
    def hash(self) -> str:
        """Identity of these settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Field:
    """The field of view in pixels: its box, and its centre and radius."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width of the box in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height of the box in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Prepared:
    """A square (S, S, 3) uint8, the facts of the photo it came from, and its field."""

    pixels: np.ndarray
    photo: Photo
    field: Field


def find_field(pixels: np.ndarray) -> Field:
    """Find the box of the field of view; the whole photo where it has no margin.

    The margin's colour is that of the corners. A pixel is lit that differs from it by more than a
    twentieth of what the brightest tenth does; a row or column is lit that has a fiftieth of such
    pixels. Corners that are lit retina (as bright as a third of the photo, and red) are no margin.
    Cameras cut the circle at top and bottom: a box narrower than tall has lost a dark side, and is
    widened by as much on both.
    """
    height, width = pixels.shape[:2]
    step = max(1, max(height, width) // SEEN_SIDE)
    small = _averaged(pixels, step)
    margin = np.median(_corners(small), axis=0)
    whole = Field(0, 0, width, height)
    if _is_retina(margin, small):
        return whole
    differs = np.abs(small - margin).max(axis=2)
    lit = differs > max(LEAST_DIFFERENCE, 0.05 * float(np.percentile(differs, 90)))
    rows = np.flatnonzero(lit.mean(axis=1) > 0.02)
    columns = np.flatnonzero(lit.mean(axis=0) > 0.02)
    if len(rows) < 0.2 * lit.shape[0] or len(columns) < 0.2 * lit.shape[1]:
        return whole
    left, right = int(columns[0] - 1) * step, int(columns[-1] + 2) * step
    top, bottom = max(0, int(rows[0] - 1) * step), min(height, int(rows[-1] + 2) * step)
    lost = max(0, (bottom - top) - (right - left))
    if lost < NARROW * (bottom - top):
        lost = 0
    return Field(max(0, left - lost), top, min(width, right + lost), bottom)


def _averaged(pixels: np.ndarray, step: int) -> np.ndarray:
    """The photo in blocks of `step` px, averaged, so that grain is no light; (h, w, 3) float."""
    height, width = (side // step * step for side in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // step, step, width // step, step, 3)
    return blocks.mean(axis=(1, 3))


def _corners(small: np.ndarray) -> np.ndarray:
    """The pixels of the four corners, (n, 3)."""
    high, wide = (max(1, side // 40) for side in small.shape[:2])
    parts = [small[rows, columns].reshape(-1, 3)
             for rows in (slice(0, high), slice(-high, None))
             for columns in (slice(0, wide), slice(-wide, None))]  # fmt: skip
    return np.concatenate(parts)


def _is_retina(colour: np.ndarray, small: np.ndarray) -> bool:
    bright = float(np.percentile(small.max(axis=2), 90))
    return bool(colour.max() > bright / 3 and colour[0] > 1.3 * colour[2] + 10)


def prepare(pixels: np.ndarray, settings: Preprocess) -> np.ndarray:
    """Crop to the field, pad to a square with black, area-average to (S, S, 3) uint8."""
    height, width = pixels.shape[:2]
    field = find_field(pixels) if settings.crop == "field" else Field(0, 0, width, height)
    return _square(pixels, field, settings.size)


def read_prepared(path: Path, settings: Preprocess) -> Prepared:
    """Read and prepare one photo; raises PhotoError with the reason."""
    photo = read_photo(path, wanted_side=settings.size)
    if (short := min(photo.width, photo.height)) < settings.size:
        raise PhotoError(TOO_SMALL, f"short side {short} px, the model reads {settings.size} px")
    height, width = photo.pixels.shape[:2]
    whole = Field(0, 0, width, height)
    field = find_field(photo.pixels) if settings.crop == "field" else whole
    square = _square(photo.pixels, field, settings.size)
    facts = Photo(np.empty((0, 0, 3), np.uint8), photo.width, photo.height, photo.bytes,
                  photo.sha256, photo.format, photo.notes)  # fmt: skip
    return Prepared(square, facts, field)


def _square(pixels: np.ndarray, field: Field, size: int) -> np.ndarray:
    inside = pixels[field.top : field.bottom, field.left : field.right]
    side = max(field.width, field.height)
    canvas = np.zeros((side, side, 3), np.uint8)
    top, left = (side - field.height) // 2, (side - field.width) // 2
    canvas[top : top + field.height, left : left + field.width] = inside
    if side == size:
        return canvas
    how = Image.Resampling.BOX if side > 2 * size else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(canvas).resize((size, size), how))
