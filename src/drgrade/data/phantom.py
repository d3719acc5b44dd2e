"""Drawn fundus photographs: lesions that can be counted, a grade that follows from them, masks.

An eye is drawn from (seed, number) alone, so any one can be drawn again; no patient's photograph
is used. Coordinates are shares of half the field, x to the right, y down, the fovea in the middle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.special import expit

from drgrade.data.manifest import Manifest, write_manifest
from drgrade.data.phantom_anatomy import (
    Anatomy,
    Canvas,
    background,
    draw_anatomy,
    make_canvas,
    noise,
    paint_disc,
    paint_vessels,
)
from drgrade.data.phantom_lesions import (
    BITS,
    PRERETINAL,
    Lesion,
    draw_lesions,
    grade_of,
    severities,
)
from drgrade.files import write_bytes
from drgrade.grades import EYES
from drgrade.progress import track

SICKER = 0.25  # where the severities centre: about half the eyes have a lesion
JPEG_QUALITY = 92


@dataclass(frozen=True)
class Eye:
    """One drawn eye before it is painted."""

    patient: str
    side: str
    anatomy: Anatomy
    lesions: tuple[Lesion, ...]
    grade: int


@dataclass(frozen=True)
class Painted:
    """A drawn photo (S, S, 3) uint8 and the mask of its lesions (S, S) uint8, bits as `BITS`."""

    pixels: np.ndarray
    mask: np.ndarray


def draw_eye(seed: int, number: int, *, shift: float = SICKER) -> Eye:
    """Draw eye `number` of a set: patient `number // 2`, right eye first."""
    patient_number, which = divmod(number, 2)
    of_patient = np.random.default_rng([seed, patient_number, 0])
    severity = severities(of_patient, shift)[which]
    of_eye = np.random.default_rng([seed, patient_number, 1 + which])
    side = EYES[1 - which]
    anatomy = draw_anatomy(of_patient, of_eye, side)
    lesions = draw_lesions(of_eye, float(severity), anatomy.disc_x)
    grade = grade_of(lesions, anatomy.disc_x)
    return Eye(f"drawn{seed}-{patient_number:06d}", side, anatomy, lesions, grade)


def paint(eye: Eye, size: int = 512) -> Painted:
    """Paint an eye at `size` px; the same eye gives the same bytes."""
    canvas = make_canvas(eye.anatomy, size)
    picture = background(canvas, eye.anatomy)
    mask = np.zeros((size, size), np.uint8)
    mask[paint_disc(picture, canvas, eye.anatomy)] |= 1 << BITS["disc"]
    paint_vessels(picture, canvas, eye.anatomy)
    for lesion in sorted(eye.lesions, key=lambda each: -each.radius):
        _paint_lesion(picture, mask, canvas, lesion)
    return Painted(_photographed(picture, canvas, eye.anatomy), mask * canvas.field)


COLOURS = {
    "microaneurysm": (0.42, 0.06, 0.05), "haemorrhage": (0.36, 0.05, 0.04),
    "hard_exudate": (0.99, 0.88, 0.45), "soft_exudate": (0.95, 0.86, 0.70),
    "new_vessel": (0.55, 0.08, 0.07), "irma": (0.5, 0.1, 0.08), "beading": (0.38, 0.06, 0.06),
    PRERETINAL: (0.30, 0.03, 0.03),
}  # fmt: skip


def _paint_lesion(picture: np.ndarray, mask: np.ndarray, canvas: Canvas, lesion: Lesion) -> None:
    """Paint one lesion into the window around it, and mark it in the mask."""
    window = _window(canvas, lesion)
    if window is None:
        return
    x, y = canvas.x[window] - lesion.x, canvas.y[window] - lesion.y
    cover = _SHAPES.get(lesion.kind, _blot)(x, y, lesion)
    light = picture[window].mean(axis=2, keepdims=True) * 2.2
    colour = np.array(COLOURS[lesion.kind], np.float32)
    tinted = colour * np.clip(light, 0.5, 1.1)
    picture[window] += cover[..., None] * (tinted - picture[window])
    bit = BITS.get(lesion.kind, BITS["haemorrhage"])
    mask[window] |= (cover > 0.35).astype(np.uint8) << bit


def _window(canvas: Canvas, lesion: Lesion) -> tuple[slice, slice] | None:
    scale = canvas.size / float(canvas.x[0, -1] - canvas.x[0, 0])
    reach = max(3, int(lesion.radius * scale * 1.6) + 2)
    column = int((lesion.x - canvas.x[0, 0]) * scale)
    row = int((lesion.y - canvas.y[0, 0]) * scale)
    box = [max(0, row - reach), min(canvas.size, row + reach + 1), max(0, column - reach),
           min(canvas.size, column + reach + 1)]  # fmt: skip
    if box[0] >= box[1] or box[2] >= box[3]:
        return None
    return slice(box[0], box[1]), slice(box[2], box[3])


def _soft(distance: np.ndarray, radius: float, edge: float) -> np.ndarray:
    return expit((radius - distance) / (radius * edge))


def _blot(x: np.ndarray, y: np.ndarray, lesion: Lesion) -> np.ndarray:
    generator = np.random.default_rng(lesion.seed)
    angle = np.arctan2(y, x)
    wobble = sum(generator.normal(0, 0.07) * np.cos(k * angle + generator.uniform(0, 6.3))
                 for k in (2, 3, 5))  # fmt: skip
    return 0.85 * _soft(np.hypot(x, y) * (1 + wobble), lesion.radius, 0.12)


def _dot(x: np.ndarray, y: np.ndarray, lesion: Lesion) -> np.ndarray:
    return 0.8 * _soft(np.hypot(x, y), lesion.radius, 0.2)


def _wool(x: np.ndarray, y: np.ndarray, lesion: Lesion) -> np.ndarray:
    return 0.75 * np.exp(-(x**2 + 1.8 * y**2) / (2 * (lesion.radius * 0.55) ** 2))


def _boat(x: np.ndarray, y: np.ndarray, lesion: Lesion) -> np.ndarray:
    below = expit(y / 0.01)
    return 0.92 * _soft(np.hypot(x, y * 1.4), lesion.radius, 0.06) * below


def _tangle(x: np.ndarray, y: np.ndarray, lesion: Lesion) -> np.ndarray:
    generator = np.random.default_rng(lesion.seed)
    cover = np.zeros_like(x)
    for _ in range(5):
        turns = np.cumsum(generator.normal(0, 0.4, 70)) + generator.uniform(0, 6.3)
        steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * lesion.radius * 0.06
        for px, py in np.cumsum(steps, axis=0):
            near = np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * 0.005**2))
            np.maximum(cover, near * (np.hypot(px, py) < lesion.radius * 1.3), out=cover)
    return 0.8 * cover


def _beads(x: np.ndarray, y: np.ndarray, lesion: Lesion) -> np.ndarray:
    angle = np.random.default_rng(lesion.seed).uniform(0, np.pi)
    cover = np.zeros_like(x)
    for place in np.linspace(-1, 1, 5) * lesion.radius:
        bead = np.hypot(x - place * np.cos(angle), y - place * np.sin(angle))
        np.maximum(cover, _soft(bead, 0.014, 0.2), out=cover)
    return 0.85 * cover


_SHAPES = {
    "microaneurysm": _dot, "soft_exudate": _wool, "new_vessel": _tangle, "irma": _tangle,
    "beading": _beads, PRERETINAL: _boat,
}  # fmt: skip


def _photographed(picture: np.ndarray, canvas: Canvas, anatomy: Anatomy) -> np.ndarray:
    """What a camera makes of it: focus, exposure, the field's soft edge, grain."""
    generator = np.random.default_rng([anatomy.seed, 3])
    blurred = gaussian_filter(picture, (anatomy.blur * canvas.size / 512,) * 2 + (0,))
    grain = 0.012 * generator.normal(size=blurred.shape) + 0.01 * noise(generator, canvas.size, 60)[
        ..., None
    ]  # fmt: skip
    edge = gaussian_filter(canvas.field.astype(np.float32), canvas.size / 400)
    seen = (blurred * anatomy.exposure + grain) * edge[..., None]
    return (np.clip(seen, 0, 1) * 255).astype(np.uint8)


def draw_set(
    n: int, folder: Path, *, size: int = 512, seed: int = 0, shift: float = SICKER
) -> Manifest:
    """Draw `n` photos into a folder: `photos/`, `masks/` and `manifest.csv`; drawn ones are kept.

    Args:
        n: photos; two consecutive ones are the eyes of one patient.
        folder: where to.
        size: side in pixels.
        seed: of the set; the same seed draws the same photos.
        shift: how sick the patients are; larger is sicker.
    """
    folder = Path(folder)
    rows = [_draw_one(folder, seed, i, size, shift)
            for i in track(range(n), n, "drawing")]  # fmt: skip
    manifest = Manifest(_table(rows), folder, {"source": "drawn", "seed": seed})
    write_manifest(manifest, folder / "manifest.csv")
    return manifest


def _draw_one(folder: Path, seed: int, number: int, size: int, shift: float) -> dict[str, object]:
    eye = draw_eye(seed, number, shift=shift)
    name = f"{eye.patient}_{eye.side}"
    photo, mask = folder / "photos" / f"{name}.jpg", folder / "masks" / f"{name}.png"
    if not (photo.is_file() and mask.is_file()):
        painted = paint(eye, size)
        write_bytes(photo, _encoded(painted.pixels, "JPEG", quality=JPEG_QUALITY, subsampling=0))
        write_bytes(mask, _encoded(painted.mask, "PNG"))
    return {"photo": f"photos/{photo.name}", "patient": eye.patient, "eye": eye.side,
            "grade": eye.grade, "mask": f"masks/{mask.name}"}  # fmt: skip


def _encoded(pixels: np.ndarray, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def _table(rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    table = pl.DataFrame(list(rows), schema={
        "photo": pl.String, "patient": pl.String, "eye": pl.String, "grade": pl.Int8,
        "mask": pl.String})  # fmt: skip
    return table.with_columns(
        pl.lit(None, pl.String).alias("group"), pl.lit(None, pl.String).alias("split")
    )
