"""The healthy parts of a drawn eye: field, background, disc, macula and vessels."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, zoom
from scipy.special import expit


@dataclass(frozen=True)
class Canvas:
    """Coordinates of every pixel in shares of half the field, and the field's mask, (S, S)."""

    size: int
    x: np.ndarray
    y: np.ndarray
    field: np.ndarray


@dataclass(frozen=True)
class Anatomy:
    """What was drawn by chance for one eye before any lesion."""

    disc_x: float  # the disc is on the nasal side: right in a right eye
    disc_y: float
    disc_radius: float
    cup: float
    pigment: float  # 0 fair to 1 dark
    light: tuple[float, float]
    radius: float  # of the field, in shares of half the square
    crop: float  # height of the field left after a camera's cut at top and bottom
    exposure: float
    blur: float
    seed: int


def draw_anatomy(patient: np.random.Generator, eye: np.random.Generator, side: str) -> Anatomy:
    """Draw an eye: pigment and camera belong to the patient, the rest to the eye."""
    pigment, radius = patient.uniform(0, 1), patient.uniform(0.9, 0.98)
    crop = 1.0 if patient.random() < 0.6 else patient.uniform(0.78, 0.95)
    cup, exposure = patient.uniform(0.25, 0.6), patient.uniform(0.8, 1.15)
    nasal = 1 if side == "right" else -1
    return Anatomy(
        disc_x=nasal * eye.uniform(0.48, 0.6), disc_y=eye.uniform(-0.06, 0.06),
        disc_radius=eye.uniform(0.12, 0.15), cup=cup, pigment=pigment,
        light=(eye.normal(0, 0.25), eye.normal(0, 0.25)), radius=radius, crop=crop,
        exposure=exposure, blur=abs(eye.normal(0, 0.4)), seed=int(eye.integers(1 << 31)),
    )  # fmt: skip


def make_canvas(anatomy: Anatomy, size: int) -> Canvas:
    """Coordinates and field mask of an eye at `size` px."""
    line = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(line / anatomy.radius, line / anatomy.radius)
    field = (np.hypot(x, y) < 1) & (np.abs(y) < anatomy.crop)
    return Canvas(size, x.astype(np.float32), y.astype(np.float32), field)


def noise(generator: np.random.Generator, size: int, cells: int) -> np.ndarray:
    """Smooth noise (size, size) around 0, about `cells` bumps a side."""
    coarse = generator.normal(size=(cells + 3, cells + 3))
    fine = zoom(coarse, (size + 2) / (cells + 3), order=3)[:size, :size]
    return np.asarray(fine, np.float32)


def background(canvas: Canvas, anatomy: Anatomy) -> np.ndarray:
    """The fundus without vessels, (S, S, 3) float 0 to 1."""
    generator = np.random.default_rng([anatomy.seed, 1])
    fair, dark = np.array([0.86, 0.47, 0.24]), np.array([0.52, 0.23, 0.11])
    colour = fair + (dark - fair) * anatomy.pigment
    lx, ly = anatomy.light
    light = 1.05 - 0.28 * ((canvas.x - lx) ** 2 + (canvas.y - ly) ** 2)
    texture = 0.035 * noise(generator, canvas.size, 8) + 0.02 * noise(generator, canvas.size, 40)
    base = colour * (light * (1 + texture))[..., None]
    fovea = np.exp(-(canvas.x**2 + canvas.y**2) / (2 * 0.11**2))
    base *= 1 - fovea[..., None] * np.array([0.22, 0.34, 0.35])
    return base.astype(np.float32)


def paint_disc(picture: np.ndarray, canvas: Canvas, anatomy: Anatomy) -> np.ndarray:
    """Paint disc and cup; returns the disc's mask (S, S) bool."""
    distance = np.hypot(canvas.x - anatomy.disc_x, (canvas.y - anatomy.disc_y) * 0.92)
    edge = expit((anatomy.disc_radius - distance) * 70)
    cup = expit((anatomy.disc_radius * anatomy.cup - distance) * 60)
    for part, colour in ((edge, (0.98, 0.76, 0.48)), (cup, (1.0, 0.92, 0.74))):
        picture += (part * 0.85)[..., None] * (np.array(colour, np.float32) - picture)
    return distance < anatomy.disc_radius


def vessel_paths(anatomy: Anatomy) -> list[tuple[list[tuple[float, float]], float, bool]]:
    """Vessels as (points, width at the disc, is a vein): arcades, nasal vessels and branches."""
    generator = np.random.default_rng([anatomy.seed, 2])
    paths: list[tuple[list[tuple[float, float]], float, bool]] = []
    temporal = -np.sign(anatomy.disc_x)
    for up in (-1, 1):
        for vein in (False, True):
            shift = generator.normal(0, 0.05) + (0.07 if vein else 0.0)
            paths += _tree(generator, anatomy, temporal, up, 0.62 + shift, vein)
            paths += _tree(generator, anatomy, -temporal, up, 0.5 + shift, vein)
    return paths


def _tree(
    generator: np.random.Generator, anatomy: Anatomy, way: float, up: int, height: float, vein: bool
) -> list[tuple[list[tuple[float, float]], float, bool]]:
    """One arcade and its branches; it leaves the disc steeply and bends over the macula."""
    t = np.linspace(0, 1, 40)
    reach = 1.35 if way == -np.sign(anatomy.disc_x) else 0.5
    wave = np.cumsum(generator.normal(0, 0.012, 40))
    x = anatomy.disc_x + way * reach * t**1.3 + wave * 0.4
    y = anatomy.disc_y + up * height * np.sin(np.pi * np.minimum(t * 0.95, 0.8) ** 0.75) + wave
    main = list(zip(x.tolist(), y.tolist(), strict=True))
    width = (0.030 if vein else 0.022) * generator.uniform(0.85, 1.1)
    paths = [(main, width, vein)]
    for start in generator.choice(np.arange(5, 36), size=6, replace=False):
        turn = up * generator.choice([-1, 1]) * generator.uniform(0.4, 1.1)
        heading = np.arctan2(y[start] - y[start - 1], x[start] - x[start - 1]) + turn
        bends = heading + np.cumsum(generator.normal(0, 0.16, 16))
        length = generator.uniform(0.015, 0.03)
        points = np.cumsum(np.stack([np.cos(bends), np.sin(bends)], axis=1) * length, axis=0)
        branch = [(x[start] + a, y[start] + b) for a, b in points]
        paths.append((branch, width * (1 - t[start]) * 0.5 + 0.004, vein))
    return paths


def paint_vessels(picture: np.ndarray, canvas: Canvas, anatomy: Anatomy) -> None:
    """Paint arteries and veins, thinner and paler away from the disc."""
    kinds = ((False, (0.62, 0.18, 0.10), 0.62), (True, (0.42, 0.09, 0.07), 0.75))
    for vein, colour, strength in kinds:
        mask = _strokes(canvas, [p for p in vessel_paths(anatomy) if p[2] == vein], anatomy)
        soft = gaussian_filter(mask, canvas.size / 900) * strength
        picture += soft[..., None] * (np.array(colour, np.float32) * picture.mean() * 2 - picture)


def _strokes(
    canvas: Canvas, paths: list[tuple[list[tuple[float, float]], float, bool]], anatomy: Anatomy
) -> np.ndarray:
    fine = 2 * canvas.size
    image = Image.new("L", (fine, fine))
    pen = ImageDraw.Draw(image)
    for points, width, _ in paths:
        for i in range(len(points) - 1):
            ends = [(c * anatomy.radius + 1) / 2 * fine for p in points[i : i + 2] for c in p]
            thin = width * (1 - 0.75 * i / len(points)) * fine / 2
            pen.line(ends, fill=255, width=max(1, round(thin)))
    return np.asarray(image.reduce(2), np.float32) / 255
