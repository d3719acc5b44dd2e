"""What is in a drawn photograph and no retinopathy: drusen, reflections, dust, haze, bad focus."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import expit

from drgrade.data.phantom.anatomy import Canvas, noise

CHANCES = {
    "drusen": 0.1, "myelinated": 0.015, "sheen": 0.12, "dust": 0.15, "rosette": 0.07,
    "lashes": 0.03, "defocus": 0.22, "dark": 0.12, "bright": 0.07, "flare": 0.1, "haze": 0.2,
}  # fmt: skip
REJECT, USABLE = 1.0, 0.45  # summed harm from which a photograph cannot be graded; is not good
HARM = {"lashes": 0.5, "defocus": 1.0, "dark": 0.9, "bright": 0.9, "flare": 0.6, "haze": 1.0}


@dataclass(frozen=True)
class Disturber:
    """One disturber: its kind, its strength (0 none, 1 hides the retina), its chance."""

    kind: str
    strength: float
    seed: int


def draw_disturbers(
    patient: np.random.Generator, eye: np.random.Generator
) -> tuple[Disturber, ...]:
    """Draw what disturbs a photograph; drusen and haze belong to the patient's age."""
    age = patient.uniform(0.3, 1.7)
    found = []
    for kind, chance in CHANCES.items():
        often = chance * age if kind in ("drusen", "haze") else chance
        if eye.random() < often:
            strength = min(1.6, float(eye.exponential(0.38)) + 0.08)
            found.append(Disturber(kind, strength, int(eye.integers(1 << 31))))
    return tuple(found)


def quality_of(disturbers: tuple[Disturber, ...]) -> str:
    """`good`, `usable` or `reject` (the words of the EyeQ set), by the summed harm."""
    harm = sum(HARM.get(each.kind, 0.0) * each.strength for each in disturbers)
    return "reject" if harm >= REJECT else "usable" if harm >= USABLE else "good"


def strength_of(disturbers: tuple[Disturber, ...], kind: str) -> float:
    """The strength of one kind, 0 where it is absent."""
    return sum(each.strength for each in disturbers if each.kind == kind)


def in_the_eye(
    picture: np.ndarray, canvas: Canvas, disc: tuple[float, float],
    disturbers: tuple[Disturber, ...],
) -> None:  # fmt: skip
    """Paint what lies in the retina, before any lesion: drusen, myelinated fibres, sheen."""
    for each in disturbers:
        generator = np.random.default_rng(each.seed)
        if each.kind == "drusen":
            _drusen(picture, canvas, each, generator)
        elif each.kind == "myelinated":
            _myelinated(picture, canvas, disc, generator)
        elif each.kind == "sheen":
            ring = np.exp(-((np.hypot(canvas.x, canvas.y * 0.85) - 0.2) ** 2) / 0.002)
            turn = np.cos(np.arctan2(canvas.y, canvas.x) - generator.uniform(0, 6.3))
            picture += np.float32(0.12 * each.strength) * ring * np.maximum(turn, 0)


def _drusen(
    picture: np.ndarray, canvas: Canvas, drusen: Disturber, generator: np.random.Generator
) -> None:
    light = np.float32(picture[0].mean())
    spots = np.zeros((canvas.size, canvas.size), np.float32)
    for _ in range(int(8 + 50 * drusen.strength)):
        x, y = generator.normal(0, 0.2, 2)
        r = generator.uniform(0.007, 0.022)
        line = np.exp(-(((canvas.x[0] - x) / r) ** 2)), np.exp(-(((canvas.y[:, 0] - y) / r) ** 2))
        np.maximum(spots, line[1][:, None] * line[0][None], out=spots)
    for plane, value in zip(picture, (1.25, 0.9, 0.45), strict=True):
        plane += np.float32(0.35) * spots * (np.float32(value) * light - plane)


def _myelinated(
    picture: np.ndarray, canvas: Canvas, disc: tuple[float, float], generator: np.random.Generator
) -> None:
    dx, dy = canvas.x - np.float32(disc[0]), canvas.y - np.float32(disc[1])
    far, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    toward = generator.choice([-1, 1]) * generator.uniform(1.1, 2.0)
    fan = np.cos(np.clip((angle - toward) * 2.2, -np.pi / 2, np.pi / 2))
    feather = 1 + 0.35 * np.sin(angle * 70) + 0.2 * noise(generator, canvas.size, 30)
    cover = fan * expit((far - 0.11) * 60) * expit((0.3 * feather - far) * 40) * np.float32(0.75)
    for plane, value in zip(picture, (1.0, 0.92, 0.75), strict=True):
        plane += cover * (np.float32(value) - plane)


def in_the_light(
    picture: np.ndarray, canvas: Canvas, disturbers: tuple[Disturber, ...]
) -> np.ndarray:
    """What lies between retina and film: haze, flare, dust, lashes, too much or little light."""
    for each in disturbers:
        if each.kind in _OPTICS:
            picture = _OPTICS[each.kind](picture, canvas, each, np.random.default_rng(each.seed))
    return picture


def _haze(
    picture: np.ndarray, canvas: Canvas, haze: Disturber, generator: np.random.Generator
) -> np.ndarray:
    most = np.float32(min(0.85, 0.55 * haze.strength))
    share = most * (1 + 0.25 * noise(generator, canvas.size, 3)).clip(0.4, 1.15)
    veil = picture.mean(axis=(1, 2)) * np.array([1.0, 1.1, 1.05])
    return picture + share * (veil.astype(np.float32)[:, None, None] - picture)


def _flare(
    picture: np.ndarray, canvas: Canvas, flare: Disturber, generator: np.random.Generator
) -> np.ndarray:
    across, down, _ = canvas.place
    x, y = generator.uniform(-0.8, 0.8, 2)
    width = generator.uniform(0.15, 0.6)
    glow = np.exp(-((across - x) ** 2 + (down - y) ** 2) / np.float32(2 * width**2))
    colour = np.array([0.5, 0.42, 0.38]) * generator.uniform(0.7, 1.2, 3)
    return picture + glow * (flare.strength * colour).astype(np.float32)[:, None, None]


def _dust(
    picture: np.ndarray, canvas: Canvas, dust: Disturber, generator: np.random.Generator
) -> np.ndarray:
    """Specks on the lens: out of focus, round, grey or bright; some lenses have a swarm of them."""
    across, down, _ = canvas.place
    swarm = generator.random() < 0.3
    many, spread = (int(generator.integers(12, 50)), 0.12) if swarm else (9, 0.5)
    x0, y0 = generator.uniform(-0.7, 0.7, 2) * swarm
    most = 0.14 + 0.2 * dust.strength
    for _ in range(int(generator.integers(1, many))):
        x, y = np.array([x0, y0]) + generator.normal(0, spread, 2)
        r, light = generator.uniform(0.01, 0.045), generator.uniform(0.04, most)
        rows = slice(*np.searchsorted(down[:, 0], (y - r - 0.02, y + r + 0.02)))
        columns = slice(*np.searchsorted(across[0], (x - r - 0.02, x + r + 0.02)))
        far = np.hypot(across[rows, columns] - np.float32(x), down[rows, columns] - np.float32(y))
        speck = expit((r - far) * np.float32(300))
        shade = light * generator.choice([-0.6, 1.0], p=[0.3, 0.7])
        picture[:, rows, columns] += speck * np.float32(shade)
    return picture


def _rosette(
    picture: np.ndarray, canvas: Canvas, rosette: Disturber, generator: np.random.Generator
) -> np.ndarray:
    """The lens's reflection: a small wreath of pale dots near the middle."""
    across, down, _ = canvas.place
    x, y = generator.normal(0, 0.15, 2)
    many, r = int(generator.integers(4, 9)), generator.uniform(0.02, 0.05)
    dots = np.zeros_like(across)
    for turn in np.arange(many) * (6.2832 / many):
        far = np.hypot(across - np.float32(x + r * np.cos(turn)),
                       down - np.float32(y + r * np.sin(turn)))  # fmt: skip
        dots += np.exp(-((far / np.float32(0.4 * r)) ** 2))
    light = (0.05 + 0.2 * rosette.strength) * generator.uniform((0.5, 0.6, 0.5), (1.0, 1.0, 1.0))
    return picture + dots * light.astype(np.float32)[:, None, None]


def _lashes(
    picture: np.ndarray, canvas: Canvas, lashes: Disturber, generator: np.random.Generator
) -> np.ndarray:
    """Dark blurred arcs at the lower or upper rim."""
    across, down, _ = canvas.place
    low = generator.choice([-1.0, 1.0])
    shade = np.zeros_like(across)
    for _ in range(int(3 + 8 * lashes.strength)):
        foot, bend = generator.uniform(-0.8, 0.8), generator.normal(0, 0.6)
        up = 1 - down * np.float32(low)
        line = across - np.float32(foot) - np.float32(bend) * up * up
        hair = np.exp(-((line / np.float32(0.02)) ** 2)) * expit(
            (generator.uniform(0.3, 0.8) - up) * 12
        )
        shade = np.maximum(shade, hair)
    return picture * (1 - np.float32(0.75) * gaussian_filter(shade, canvas.size / 170))


def _dark(
    picture: np.ndarray, canvas: Canvas, dark: Disturber, generator: np.random.Generator
) -> np.ndarray:
    """Too little light, and less on one side, as with a small pupil."""
    across, down, _ = canvas.place
    x, y = generator.normal(0, 0.6, 2)
    side = expit((0.5 - (across * np.float32(x) + down * np.float32(y))) * 4)
    left = np.exp(-1.6 * dark.strength)
    return picture * (left + (1 - left) * 0.6 * side).astype(np.float32)


def _bright(
    picture: np.ndarray, canvas: Canvas, bright: Disturber, generator: np.random.Generator
) -> np.ndarray:
    return picture * np.float32(1 + 1.3 * bright.strength)


_Optic = Callable[[np.ndarray, Canvas, Disturber, np.random.Generator], np.ndarray]
_OPTICS: dict[str, _Optic] = {
    "haze": _haze, "flare": _flare, "dust": _dust, "rosette": _rosette, "lashes": _lashes,
    "dark": _dark, "bright": _bright,
}  # fmt: skip
