"""The healthy parts of a drawn eye: pigment, choroid, macula, disc and the painted vessels.

Coordinates are shares of half the field, x to the right, y down, the fovea at (0, 0). Pictures are
(3, S, S) float32, 1 is white.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.special import expit

from drgrade.data.phantom_camera import Camera, field_of
from drgrade.data.phantom_vessels import Vessel, grow_vessels

FAIR = np.array([0.88, 0.47, 0.26], np.float32)
MIDDLE = np.array([0.74, 0.34, 0.12], np.float32)
DARK = np.array([0.46, 0.22, 0.13], np.float32)
ARTERY, VEIN = (0.15, 0.46, 0.3), (0.36, 0.72, 0.42)  # how much light of each colour they take


@dataclass(frozen=True)
class Canvas:
    """Place of every pixel in the eye, the field, the place in the camera; all (S, S)."""

    size: int
    x: np.ndarray
    y: np.ndarray
    field: np.ndarray
    place: tuple[np.ndarray, np.ndarray, np.ndarray]
    scale: float  # px to one unit of the eye
    origin: tuple[float, float]  # the fovea in px
    turn: float


@dataclass(frozen=True)
class Anatomy:
    """What was drawn by chance for one eye before any lesion."""

    disc_x: float  # the disc is on the nasal side: right in a right eye
    disc_y: float
    disc_radius: float
    disc_shape: float
    cup: float
    atrophy: float  # of the crescent beside the disc, 0 none
    pigment: float  # 0 fair to 1 dark
    choroid: float  # how much the choroid's vessels show
    sheen: float  # of the nerve fibres in young eyes
    macula: float
    light: tuple[float, float]
    tortuosity: float
    caliber: float
    gaze: tuple[float, float]  # the middle of the field, seen from the fovea
    turn: float
    seed: int

    @property
    def vessels(self) -> tuple[Vessel, ...]:
        """The vessel tree, grown from the seed."""
        return grow_vessels(self.seed, (self.disc_x, self.disc_y), self.tortuosity, self.caliber)


def draw_anatomy(patient: np.random.Generator, eye: np.random.Generator, side: str) -> Anatomy:
    """Draw an eye: pigment, age and build belong to the patient, the rest to the eye."""
    pigment, age = patient.uniform(0, 1), patient.uniform(0, 1)
    cup, size = patient.beta(4, 5), patient.uniform(0.115, 0.15)
    choroid = patient.beta(1.3, 3) * (1.3 - pigment)
    tortuosity, caliber = patient.beta(1.5, 4), patient.uniform(0.85, 1.15)
    centred_on_disc = patient.random() < 0.18
    nasal = 1 if side == "right" else -1
    disc_x, disc_y = nasal * eye.uniform(0.6, 0.7), eye.normal(-0.06, 0.04)
    share = eye.normal(1.0, 0.06) if centred_on_disc else abs(eye.normal(0.08, 0.18))
    return Anatomy(
        disc_x=disc_x, disc_y=disc_y, disc_radius=size * eye.uniform(0.96, 1.04),
        disc_shape=eye.uniform(0.86, 1.0), cup=0.2 + 0.6 * cup,
        atrophy=max(0.0, eye.normal(-0.3, 0.6)), pigment=pigment, choroid=choroid,
        sheen=max(0.0, 0.7 - age) * eye.uniform(0.3, 1), macula=eye.uniform(0.6, 1.2),
        light=tuple(eye.normal(0, 0.2, 2)), tortuosity=tortuosity, caliber=caliber,
        gaze=(share * disc_x, eye.normal(0, 0.05)), turn=eye.normal(0, 0.06),
        seed=int(eye.integers(1 << 31)),
    )  # fmt: skip


def make_canvas(anatomy: Anatomy, camera: Camera, size: int) -> Canvas:
    """Coordinates and field mask of an eye before a camera at `size` px."""
    across, down, field = place = field_of(camera, size)
    cos, sin = np.float32(np.cos(anatomy.turn)), np.float32(np.sin(anatomy.turn))
    gx, gy = np.float32(anatomy.gaze[0]), np.float32(anatomy.gaze[1])
    zoom = np.float32(camera.zoom)
    x = (across * cos + down * sin) / zoom + gx
    y = (down * cos - across * sin) / zoom + gy
    scale = camera.radius * camera.zoom * size / 2
    middle = [(c + 1) * size / 2 for c in camera.centre]
    origin = (middle[0] - scale * float(gx * cos - gy * sin),
              middle[1] - scale * float(gx * sin + gy * cos))  # fmt: skip
    return Canvas(size, x, y, field, place, scale, origin, anatomy.turn)


def to_pixels(canvas: Canvas, points: np.ndarray) -> np.ndarray:
    """Places in the eye (n, 2) as places in px (n, 2)."""
    cos, sin = np.cos(canvas.turn), np.sin(canvas.turn)
    turned = np.asarray(points) @ np.array([[cos, sin], [-sin, cos]])
    return turned * canvas.scale + np.array(canvas.origin)


def sees(anatomy: Anatomy, camera: Camera, points: np.ndarray, margin: float = 0.03) -> np.ndarray:
    """Which places in the eye (n, 2) lie inside the camera's field, (n,) bool."""
    cos, sin = np.cos(anatomy.turn), np.sin(anatomy.turn)
    seen = (np.asarray(points) - anatomy.gaze) @ np.array([[cos, sin], [-sin, cos]]) * camera.zoom
    inside = np.hypot(*seen.T) < 1 - margin
    return inside & (seen[:, 1] > margin - camera.cut[0]) & (seen[:, 1] < camera.cut[1] - margin)


def noise(generator: np.random.Generator, size: int, cells: int) -> np.ndarray:
    """Smooth noise (size, size) around 0, about `cells` bumps a side."""
    coarse = generator.standard_normal((cells + 3, cells + 3), np.float32)
    whole = Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC,
                                           box=(1, 1, cells + 2, cells + 2))  # fmt: skip
    return np.asarray(whole, np.float32)


def background(canvas: Canvas, anatomy: Anatomy) -> np.ndarray:
    """The fundus without vessels, (3, S, S) float."""
    generator = np.random.default_rng([anatomy.seed, 1])
    colour = _pigment(anatomy.pigment) * np.exp(generator.normal(0, [0.06, 0.12, 0.3])).astype(
        np.float32
    )
    size, x, y = canvas.size, canvas.x, canvas.y
    lx, ly = anatomy.light
    across, down, _ = canvas.place
    light = 1.03 - 0.2 * ((across - np.float32(lx)) ** 2 + (down - np.float32(ly)) ** 2)
    light *= 1 + 0.035 * noise(generator, size, 5) + 0.018 * noise(generator, size, 48)
    mottle = 0.03 * noise(generator, size, 9) + 0.015 * noise(generator, size, 90)
    ridges = np.abs(noise(generator, size, 26) + 0.5 * noise(generator, size, 44)) - 0.7
    far = np.hypot(x, y)
    mottle += np.float32(0.13 * anatomy.choroid) * ridges * np.minimum(far * 1.6, 1)
    deep = np.exp(far * far * np.float32(-1 / (2 * 0.16**2)))
    pit = np.exp(far * far * np.float32(-1 / (2 * 0.05**2)))
    dark = np.float32(anatomy.macula) * (np.float32(0.24) * deep + np.float32(0.22) * pit)
    red, rest = np.float32(0.75), np.float32(1.2)
    takes = np.stack([dark * red - 0.5 * mottle, dark * rest - 1.2 * mottle, dark * rest - mottle])
    picture = colour[:, None, None] * light * np.exp(-takes)
    if anatomy.sheen > 0.1:
        ring = np.exp(-((far - 0.33) ** 2) / 0.02) * (0.5 + 0.5 * noise(generator, size, 12))
        picture += np.float32(0.09 * anatomy.sheen) * np.maximum(ring, 0)
    return picture.astype(np.float32)


def _pigment(share: float) -> np.ndarray:
    if share < 0.5:
        return FAIR + (MIDDLE - FAIR) * np.float32(2 * share)
    return MIDDLE + (DARK - MIDDLE) * np.float32(2 * share - 1)


def paint_disc(picture: np.ndarray, canvas: Canvas, anatomy: Anatomy) -> np.ndarray:
    """Paint disc, rim, cup and the crescent beside it; returns the disc's mask (S, S) bool."""
    generator = np.random.default_rng([anatomy.seed, 5])
    dx, dy = canvas.x - np.float32(anatomy.disc_x), canvas.y - np.float32(anatomy.disc_y)
    temporal = np.float32(-np.sign(anatomy.disc_x))
    r = np.float32(anatomy.disc_radius)
    distance = np.hypot(dx / np.float32(anatomy.disc_shape), dy)
    light = np.float32(0.45 + 0.62 * float(picture[0].mean()))
    if anatomy.atrophy > 0:
        beside = np.hypot(dx - temporal * r * 0.35, dy * 0.95)
        _lay(picture, expit((r * 1.12 - beside) * 70) * min(0.5, 0.5 * anatomy.atrophy),
             (0.92, 0.68, 0.42), light)  # fmt: skip
    pallor = generator.uniform(0, 1)
    halo = np.exp(-np.maximum(distance - r, 0) / (0.5 * r)) * np.float32(0.12)
    _lay(picture, halo, (1.0, 0.7, 0.42), light)
    edge = expit((r - distance) * generator.uniform(55, 110))
    rim = (1.06, 0.66 + 0.12 * pallor, 0.27 + 0.13 * pallor)
    _lay(picture, edge * np.float32(0.82) * (1 + 0.12 * dx / r * temporal), rim, light)
    away = np.hypot(dx - temporal * r * 0.12, dy * 0.95)
    cup = expit((r * np.float32(anatomy.cup) - away) * generator.uniform(40, 75)) * np.float32(0.85)
    _lay(picture, cup, (1.1, 0.9, 0.5 + 0.12 * pallor), light)
    return distance < r


def _lay(
    picture: np.ndarray, cover: np.ndarray, colour: tuple[float, float, float], light: np.float32
) -> None:
    """Cover a picture with a colour where `cover` (S, S) says so."""
    for plane, value in zip(picture, colour, strict=True):
        plane += cover * (np.float32(value) * light - plane)


def paint_vessels(picture: np.ndarray, canvas: Canvas, vessels: tuple[Vessel, ...]) -> np.ndarray:
    """Paint veins, then arteries with their bright reflex; returns the veins' cover (S, S)."""
    veins, arteries, reflex = strokes(canvas, vessels)
    for take, cover in ((VEIN, veins), (ARTERY, arteries)):
        for plane, share in zip(picture, take, strict=True):
            plane *= np.exp(cover * np.float32(-share))
    picture *= 1 + np.float32(0.22) * reflex
    return veins


def strokes(canvas: Canvas, vessels: tuple[Vessel, ...]) -> list[np.ndarray]:
    """Cover (S, S) by veins, arteries and reflexes, drawn finer and averaged."""
    fine = 2 if canvas.size >= 400 else 4
    images = [Image.new("L", (canvas.size * fine,) * 2) for _ in range(3)]
    pens = [ImageDraw.Draw(image) for image in images]
    for vessel in reversed(vessels):  # thick ones last, on top
        _draw_vessel(pens, canvas, vessel, fine)
    return [np.asarray(image.reduce(fine), np.float32) / 255 for image in images]


def _draw_vessel(
    pens: list[ImageDraw.ImageDraw], canvas: Canvas, vessel: Vessel, fine: int
) -> None:
    """Draw one vessel in pieces of one width each, paler where it is thinner than a pixel."""
    if len(vessel.points) < 2:
        return
    places = to_pixels(canvas, vessel.points) * fine
    last, piece = len(places) - 1, 1 if vessel.widths[0] > 0.012 else 8
    for a in range(0, last, piece):
        width = float(vessel.widths[a]) * canvas.scale * fine
        line = places[a : a + piece + 1].ravel().tolist()
        strength = int(255 * min(1.0, (0.35 + float(vessel.widths[a]) / 0.014)))
        pale = int(strength * min(1.0, width))
        pens[0 if vessel.vein else 1].line(
            line, fill=pale, width=max(1, round(width)), joint="curve" if width > 5 else None
        )
        if not vessel.vein and width > 4:
            pens[2].line(line, fill=220, width=max(1, round(width / 3)))
