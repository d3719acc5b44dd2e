"""The healthy parts of a drawn eye: pigment, choroid, macula, disc and the painted vessels.

Coordinates are shares of half the field, x to the right, y down, the fovea at (0, 0). Pictures are
(3, S, S) float32, 1 is white.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.special import expit

from drgrade.data.phantom.camera import Camera, field_of
from drgrade.data.phantom.vessels import Vessel, grow_vessels

TURNS = 1200  # steps of a full turn in the table of the choroid's vessels
FAIR = np.array([0.88, 0.47, 0.26], np.float32)
MIDDLE = np.array([0.74, 0.34, 0.12], np.float32)
DARK = np.array([0.46, 0.22, 0.11], np.float32)
ARTERY, VEIN = (0.07, 0.48, 0.4), (0.22, 0.68, 0.45)  # how much light of each colour they take


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
    tint: tuple[float, float]  # how much greener and bluer than the pigment says, logarithms
    choroid: float  # how much the choroid's vessels show
    sheen: float  # of the nerve fibres in young eyes
    macula: float
    vessel_depth: float  # how dark the vessels are
    texture: float  # how grainy the retina is
    shade: float  # how unevenly it is lit
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
    green = min(0.4, patient.normal(0.16, 0.33))
    tint = green, green + min(0.28, 1.5 * green + patient.normal(-0.1, 0.45))
    cup, size = patient.beta(4, 5), patient.uniform(0.12, 0.175)
    choroid = patient.beta(1.3, 3) * (1.3 - pigment)
    tortuosity, caliber = patient.beta(1.5, 4), patient.uniform(0.85, 1.15)
    centred_on_disc = patient.random() < 0.18
    nasal = 1 if side == "right" else -1
    disc_x, disc_y = nasal * eye.uniform(0.6, 0.76), eye.normal(-0.06, 0.04)
    share = eye.normal(1.0, 0.06) if centred_on_disc else abs(eye.normal(0.08, 0.18))
    return Anatomy(
        disc_x=disc_x, disc_y=disc_y, disc_radius=size * eye.uniform(0.96, 1.04),
        disc_shape=eye.uniform(0.86, 1.0), cup=0.2 + 0.6 * cup,
        atrophy=max(0.0, eye.normal(-0.3, 0.6)), pigment=pigment, tint=tint, choroid=choroid,
        sheen=max(0.0, 0.7 - age) * eye.uniform(0.3, 1), macula=eye.uniform(0.25, 1.15),
        vessel_depth=patient.uniform(0.27, 0.72), texture=float(np.exp(eye.normal(-0.6, 0.5))),
        shade=eye.uniform(0.3, 2.8), light=tuple(eye.normal(0, 0.42, 2)),
        tortuosity=tortuosity, caliber=caliber,
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
    tint = np.array([0.0, *anatomy.tint]) + generator.normal(0, [0.06, 0.06, 0.12])
    colour = _pigment(anatomy.pigment) * np.exp(tint).astype(np.float32)
    size, x, y = canvas.size, canvas.x, canvas.y
    lx, ly = anatomy.light
    across, down, _ = canvas.place
    fall, fine = np.float32(0.13 * anatomy.shade), np.float32(anatomy.texture)
    away = (across - np.float32(lx)) ** 2 + (down - np.float32(ly)) ** 2
    light = np.maximum(np.float32(1.03) - fall * away, np.float32(0.25))
    light *= 1 + np.float32(0.065 * anatomy.shade) * noise(generator, size, 3)
    light *= 1 + np.float32(0.018) * fine * noise(generator, size, 48)
    mottle = 0.018 * noise(generator, size, 9) + np.float32(0.015) * fine * noise(
        generator, size, 90
    )
    far = np.hypot(x, y)
    if anatomy.choroid > 0.1:
        mottle += np.float32(0.15 * anatomy.choroid) * _streaks(generator, canvas, anatomy)
    deep = np.exp(far * far * np.float32(-1 / (2 * 0.16**2)))
    pit = np.exp(far * far * np.float32(-1 / (2 * 0.05**2)))
    dark = np.float32(anatomy.macula) * (np.float32(0.24) * deep + np.float32(0.22) * pit)
    red, rest = np.float32(0.75), np.float32(1.2)
    takes = np.stack([dark * red - 0.5 * mottle, dark * rest - 1.2 * mottle, dark * rest - mottle])
    picture = colour[:, None, None] * light * np.exp(-takes)
    if anatomy.sheen > 0.1:
        ring = np.exp(-((far - 0.33) ** 2) / 0.02) * (0.5 + 0.5 * noise(generator, size, 12))
        picture += np.float32(0.1 * anatomy.sheen) * np.maximum(ring, 0)
    return picture.astype(np.float32)


def _streaks(generator: np.random.Generator, canvas: Canvas, anatomy: Anatomy) -> np.ndarray:
    """The choroid's vessels (S, S) around 0: streaks that spread from a place behind the macula."""
    coarse = generator.standard_normal((9, 150), np.float32)
    fine = Image.fromarray(coarse).resize((TURNS, 160), Image.Resampling.BICUBIC)
    ridges = np.abs(np.asarray(fine)) - np.float32(0.6)
    side, down = generator.uniform(0.1, 0.5), generator.uniform(-0.3, 0.3)
    x = canvas.x[::2, ::2] - np.float32(side * np.sign(anatomy.disc_x))
    y = canvas.y[::2, ::2] - np.float32(down)
    far, swirl = np.hypot(x, y), generator.normal(0, 0.4)
    turn = np.arctan2(y, x) + np.float32(swirl) * far
    turn += np.float32(0.025) * noise(generator, len(x), 14)
    patchy = expit(3 * noise(generator, len(x), 4)) * np.minimum(far * np.float32(2.5), 1)
    across = (turn * np.float32(TURNS / 6.2832)).astype(np.int32) % TURNS
    along = np.minimum(far * np.float32(100), 159).astype(np.int32)
    whole = Image.fromarray(ridges[along, across] * patchy)
    return np.asarray(whole.resize((canvas.size, canvas.size), Image.Resampling.BILINEAR))


def _pigment(share: float) -> np.ndarray:
    if share < 0.5:
        return FAIR + (MIDDLE - FAIR) * np.float32(2 * share)
    return MIDDLE + (DARK - MIDDLE) * np.float32(2 * share - 1)


def paint_disc(picture: np.ndarray, canvas: Canvas, anatomy: Anatomy) -> np.ndarray:
    """Paint disc, rim, cup and the crescent beside it; returns the disc's mask (S, S) bool."""
    generator = np.random.default_rng([anatomy.seed, 5])
    window = _around_disc(canvas, anatomy)
    part = picture[(slice(None), *window)]
    dx = canvas.x[window] - np.float32(anatomy.disc_x)
    dy = canvas.y[window] - np.float32(anatomy.disc_y)
    temporal, r = np.float32(-np.sign(anatomy.disc_x)), np.float32(anatomy.disc_radius)
    distance = np.hypot(dx / np.float32(anatomy.disc_shape), dy)
    own = part.mean(axis=(1, 2))
    light = (0.5 + 0.6 * float(own[0])) * generator.uniform(0.78, 1.12)
    if anatomy.atrophy > 0:
        beside = np.hypot(dx - temporal * r * 0.35, dy * 0.95)
        _lay(part, expit((r * 1.12 - beside) * 70) * min(0.5, 0.5 * anatomy.atrophy),
             own * np.array([1.12, 1.5, 1.6]))  # fmt: skip
    pallor = generator.uniform(0, 1)
    halo = np.exp(-np.maximum(distance - r, 0) / (0.5 * r)) * np.float32(0.12)
    _lay(part, halo, own * np.array([1.15, 1.35, 1.4]))
    edge = expit((r - distance) * generator.uniform(60, 150))
    pink = np.array([1.08, 0.52 + 0.22 * pallor, 0.24 + 0.2 * pallor])
    rim = np.maximum(light * pink, own * np.array([1.15, 1.3, 1.15]))
    _lay(part, edge * np.float32(0.9) * (1 + 0.2 * dx / r * temporal), rim)
    away = np.hypot(dx - temporal * r * 0.22, dy * 0.95)
    cup = expit((r * np.float32(anatomy.cup) - away) * generator.uniform(18, 65))
    rough = noise(generator, max(cup.shape), 14)[: cup.shape[0], : cup.shape[1]]
    cup *= np.float32(generator.uniform(0.45, 1.0)) * (1 + np.float32(0.12) * rough)
    _lay(
        part,
        cup,
        np.maximum(light * np.array([1.15, 0.9, 0.58]), rim * np.array([1.12, 1.45, 1.5])),
    )
    disc = np.zeros((canvas.size, canvas.size), bool)
    disc[window] = distance < r
    return disc


def _around_disc(canvas: Canvas, anatomy: Anatomy) -> tuple[slice, slice]:
    """The part of a picture that the disc and its halo reach."""
    column, row = to_pixels(canvas, np.array([(anatomy.disc_x, anatomy.disc_y)]))[0].astype(int)
    reach, last = int(3.6 * anatomy.disc_radius * canvas.scale) + 2, canvas.size - 2
    return (slice(min(max(0, row - reach), last), max(2, row + reach)),
            slice(min(max(0, column - reach), last), max(2, column + reach)))  # fmt: skip


def _lay(picture: np.ndarray, cover: np.ndarray, colour: np.ndarray) -> None:
    """Cover a picture with a colour where `cover` (S, S) says so."""
    for plane, value in zip(picture, colour, strict=True):
        plane += cover * (np.float32(value) - plane)


def paint_vessels(
    picture: np.ndarray, canvas: Canvas, vessels: tuple[Vessel, ...], depth: float, disc: np.ndarray
) -> np.ndarray:
    """Paint veins, then arteries with their reflex, paler on the disc; the veins' cover (S, S)."""
    veins, arteries, reflex = strokes(canvas, vessels)
    shown = np.where(disc, np.float32(0.6 * depth), np.float32(depth))
    for take, cover in ((VEIN, veins * shown), (ARTERY, arteries * shown)):
        for plane, share in zip(picture, take, strict=True):
            plane *= np.exp(cover * np.float32(-share))
    picture *= 1 + np.float32(0.22 * depth) * reflex
    return veins


def strokes(canvas: Canvas, vessels: tuple[Vessel, ...]) -> list[np.ndarray]:
    """Cover (S, S) by veins, arteries and reflexes, drawn finer and averaged."""
    fine = 2 if canvas.size >= 400 else 4
    images = [Image.new("L", (canvas.size * fine,) * 2) for _ in range(3)]
    pens = [ImageDraw.Draw(image) for image in images]
    ends = np.cumsum([len(vessel.points) for vessel in vessels])[:-1]
    places = np.concatenate([vessel.points for vessel in vessels])
    lines = np.split(to_pixels(canvas, places) * fine, ends)
    for vessel, line in reversed(list(zip(vessels, lines, strict=True))):  # thick ones on top
        _draw_vessel(pens, vessel, line, canvas.scale * fine)
    return [np.asarray(image.reduce(fine), np.float32) / 255 for image in images]


def _draw_vessel(
    pens: list[ImageDraw.ImageDraw], vessel: Vessel, places: np.ndarray, scale: float
) -> None:
    """Draw one vessel in pieces of one width each, paler where it is thinner than a pixel."""
    if len(places) < 2:
        return
    last, piece = len(places) - 1, 8
    if vessel.widths[0] > 0.012:
        is_beaded = (np.diff(vessel.widths) > 0).any()
        piece = 1 if is_beaded else 3
    for a in range(0, last, piece):
        width = float(vessel.widths[a]) * scale
        line = places[a : a + piece + 1].ravel().tolist()
        strength = int(255 * min(1.0, (0.35 + float(vessel.widths[a]) / 0.014)))
        pale = int(strength * min(1.0, width))
        pens[0 if vessel.vein else 1].line(
            line, fill=pale, width=max(1, round(width)), joint="curve" if width > 5 else None
        )
        if not vessel.vein and width > 4:
            pens[2].line(line, fill=220, width=max(1, round(width / 3)))
