"""Paint lesions into a drawn fundus, each in the window around it, and mark them in the mask."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw
from scipy.special import expit

from drgrade.data.phantom.anatomy import Canvas, to_pixels
from drgrade.data.phantom.lesions import BITS, Lesion
from drgrade.data.phantom.vessels import Vessel
from drgrade.icdr import PRERETINAL, VITREOUS

MARKED = 0.2  # cover from which a pixel belongs to a lesion
BLOOD = {
    "microaneurysm": (0.4, 0.95, 0.6), "haemorrhage": (0.55, 1.25, 0.75),
    "new_vessel": (0.25, 0.75, 0.5), "irma": (0.25, 0.75, 0.5), PRERETINAL: (0.8, 2.0, 1.2),
    VITREOUS: (0.6, 1.5, 1.0),
}  # fmt: skip
PALE = {
    "hard_exudate": (1.12, 0.98, 0.55), "soft_exudate": (1.02, 0.86, 0.66),
    "laser_scar": (0.98, 0.78, 0.52),
}  # fmt: skip


def bead(vessels: tuple[Vessel, ...], lesions: tuple[Lesion, ...]) -> tuple[Vessel, ...]:
    """The vessels with their large veins swollen and narrowed where beading lies."""
    beads = [lesion for lesion in lesions if lesion.kind == "beading"]
    if not beads:
        return vessels
    return tuple(_beaded(vessel, beads) if vessel.vein and vessel.widths[0] > 0.012 else vessel
                 for vessel in vessels)  # fmt: skip


def _beaded(vessel: Vessel, beads: list[Lesion]) -> Vessel:
    close = [np.hypot(*(vessel.points - (each.x, each.y)).T) < each.radius for each in beads]
    near = np.any(close, axis=0)
    waves = 1.15 + 0.55 * np.cos(np.arange(len(near)) * np.pi)
    return replace(vessel, widths=np.where(near, vessel.widths * waves, vessel.widths))


def mark_beads(
    mask: np.ndarray, canvas: Canvas, veins: np.ndarray, lesions: tuple[Lesion, ...]
) -> None:
    """Mark the veins inside the reach of each beading."""
    for lesion in lesions:
        if lesion.kind == "beading":
            near = np.hypot(canvas.x - lesion.x, canvas.y - lesion.y) < lesion.radius
            mask[near & (veins > MARKED)] |= np.uint16(1 << BITS["beading"])


def paint_lesion(picture: np.ndarray, mask: np.ndarray, canvas: Canvas, lesion: Lesion) -> None:
    """Paint one lesion into picture (3, S, S) and mask (S, S) uint16."""
    window = _window(canvas, lesion)
    if window is None:
        return
    x, y = canvas.x[window] - np.float32(lesion.x), canvas.y[window] - np.float32(lesion.y)
    shape = _SHAPES.get(lesion.kind, _blot)(x, y, lesion, canvas)
    cover = shape * np.float32(lesion.strength)
    part = picture[(slice(None), *window)]
    if lesion.kind in BLOOD:
        for plane, take in zip(part, BLOOD[lesion.kind], strict=True):
            plane *= np.exp(cover * np.float32(-take))
    else:
        light = np.float32(0.4 + 0.6 * float(part[0].mean()))
        for plane, value in zip(part, PALE[lesion.kind], strict=True):
            plane += cover * (np.float32(value) * light - plane)
    marked = shape > min(MARKED, 0.5 * float(shape.max(initial=0)))
    mask[window] |= marked.astype(np.uint16) << np.uint16(BITS[lesion.kind])
    if lesion.kind == "laser_scar":
        _darken_middle(part, x, y, lesion)


def _window(canvas: Canvas, lesion: Lesion) -> tuple[slice, slice] | None:
    reach = max(3, int(lesion.radius * canvas.scale * 1.8) + 2)
    column, row = to_pixels(canvas, np.array([(lesion.x, lesion.y)]))[0].astype(int)
    top, left = max(0, row - reach), max(0, column - reach)
    bottom, right = min(canvas.size, row + reach + 1), min(canvas.size, column + reach + 1)
    if top >= bottom or left >= right:
        return None
    return slice(top, bottom), slice(left, right)


def _soft(distance: np.ndarray, lesion: Lesion, edge: float) -> np.ndarray:
    r = np.float32(lesion.radius)
    return expit((r - distance) / (r * np.float32(edge)))


def _wobbly(x: np.ndarray, y: np.ndarray, lesion: Lesion, amount: float) -> np.ndarray:
    """Distance from the middle of an outline that is no circle."""
    generator = np.random.default_rng(lesion.seed)
    angle = np.arctan2(y, x)
    size = np.ones_like(x)
    for turns in (2, 3, 5):
        size += np.float32(generator.normal(0, amount)) * np.cos(
            turns * angle + np.float32(generator.uniform(0, 6.3)))  # fmt: skip
    return np.hypot(x, y) * size


def _dot(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    return np.float32(0.85) * _soft(np.hypot(x, y), lesion, 0.3)


def _blot(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    if lesion.form != "flame":
        return np.float32(0.8) * _soft(_wobbly(x, y, lesion, 0.09), lesion, 0.25)
    cos, sin = np.float32(np.cos(lesion.angle)), np.float32(np.sin(lesion.angle))
    along, across = x * cos + y * sin, (y * cos - x * sin) * np.float32(2.6)
    fibres = 1 - np.float32(0.22) * (1 + np.sin(across * np.float32(9 / lesion.radius)))
    return np.float32(0.95) * fibres * _soft(np.hypot(along, across), lesion, 0.28)


def _speck(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    return np.float32(0.85) * _soft(_wobbly(x, y, lesion, 0.11), lesion, 0.3)


def _wool(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    far = _wobbly(x, y * np.float32(1.3), lesion, 0.12) / np.float32(0.6 * lesion.radius)
    return np.float32(0.6) * np.exp(-0.5 * far * far)


def _scar(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    strength = np.float32(0.25 + 0.35 * (lesion.seed % 100) / 100)
    return strength * _soft(_wobbly(x, y, lesion, 0.06), lesion, 0.14)


def _darken_middle(part: np.ndarray, x: np.ndarray, y: np.ndarray, lesion: Lesion) -> None:
    if lesion.seed % 3 == 0:
        pigment = np.exp(-(x * x + y * y) / np.float32(0.3 * lesion.radius**2))
        part *= 1 - np.float32(0.5) * pigment


def _boat(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    """Blood that has sunk: flat above, round below."""
    return _soft(np.hypot(x, y * np.float32(1.4)), lesion, 0.07) * expit(y / np.float32(0.012))


def _cloud(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    generator = np.random.default_rng(lesion.seed)
    coarse = generator.random((7, 7), np.float32)
    rough = Image.fromarray(coarse).resize(x.shape[::-1], Image.Resampling.BICUBIC)
    far = (x * x + y * y) / np.float32((0.75 * lesion.radius) ** 2)
    return np.exp(-far) * (np.float32(0.35) + np.asarray(rough))


def _tangle(x: np.ndarray, y: np.ndarray, lesion: Lesion, canvas: Canvas) -> np.ndarray:
    """A net of fine winding vessels: loops for new ones, a short crooked piece for IRMA."""
    generator = np.random.default_rng(lesion.seed)
    fine = 4
    height, width = x.shape
    image = Image.new("L", (width * fine, height * fine))
    pen = ImageDraw.Draw(image)
    unit = canvas.scale * fine
    zero = -np.array([x[0, 0], y[0, 0]]) * unit
    many, turning = (9, 0.35) if lesion.kind == "new_vessel" else (3, 0.6)
    for _ in range(many):
        turns = generator.uniform(0, 6.3) + np.cumsum(generator.normal(0, turning, 26))
        moves = np.stack([np.cos(turns), np.sin(turns)], 1) * lesion.radius * 0.085
        line = np.cumsum(moves, axis=0) * unit + zero
        pen.line(line.ravel().tolist(), fill=220, width=max(2, round(0.0045 * unit)))
    return np.asarray(image.reduce(fine), np.float32) / 255


_SHAPES: dict[str, Callable[[np.ndarray, np.ndarray, Lesion, Canvas], np.ndarray]] = {
    "microaneurysm": _dot, "hard_exudate": _speck, "soft_exudate": _wool, "laser_scar": _scar,
    "new_vessel": _tangle, "irma": _tangle, PRERETINAL: _boat, VITREOUS: _cloud,
}  # fmt: skip
