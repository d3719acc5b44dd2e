"""Lesions of drawn eyes as objects: how many, which kinds, where."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from drgrade.data.phantom.vessels import Vessel
from drgrade.icdr import PRERETINAL, VITREOUS, PlacedLesion

BITS = {
    "microaneurysm": 0, "haemorrhage": 1, "hard_exudate": 2, "soft_exudate": 3, "disc": 4,
    "new_vessel": 5, "irma": 6, "beading": 7, PRERETINAL: 8, VITREOUS: 9, "laser_scar": 10,
}  # fmt: skip
EYES_ALIKE = 0.91  # of the severities, so that the grades of two eyes correlate as published: 0.81
RADII = {
    "microaneurysm": (0.0035, 0.0095), "haemorrhage": (0.008, 0.042),
    "hard_exudate": (0.003, 0.012), "soft_exudate": (0.025, 0.085), "new_vessel": (0.08, 0.17),
    "irma": (0.035, 0.085), "beading": (0.10, 0.16), PRERETINAL: (0.12, 0.3), VITREOUS: (0.35, 0.9),
    "laser_scar": (0.02, 0.034),
}  # fmt: skip

FAINT = {  # the middle of the strengths, their spread from eye to eye and from lesion to lesion
    "microaneurysm": (0.2, 0.3, 0.32), "haemorrhage": (0.18, 0.3, 0.38),
    "hard_exudate": (0.15, 0.45, 0.4), "soft_exudate": (0.65, 0.4, 0.3),
    "new_vessel": (0.5, 0.3, 0.2), "irma": (0.45, 0.3, 0.2),
}  # fmt: skip

Sees = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Lesion(PlacedLesion):
    """One lesion as it is drawn: where it lies, how it looks, and its chance."""

    seed: int
    form: str = ""  # of a haemorrhage: dot, blot or flame; of an exudate: speck, ring or star
    angle: float = 0.0  # of its long axis
    strength: float = 1.0  # how plainly it is seen


@dataclass(frozen=True)
class Ground:
    """Where lesions can lie: the disc's place, the vessels, and which places the camera sees."""

    disc: tuple[float, float]
    vessels: Callable[[], tuple[Vessel, ...]]
    sees: Sees
    middle: tuple[float, float]


def severities(generator: np.random.Generator, shift: float) -> np.ndarray:
    """How sick a patient's two eyes are, (2,), normal around `shift`."""
    both = generator.normal()
    own = generator.normal(size=2)
    return shift + np.sqrt(EYES_ALIKE) * both + np.sqrt(1 - EYES_ALIKE) * own


def draw_lesions(
    generator: np.random.Generator, severity: float, ground: Ground
) -> tuple[Lesion, ...]:
    """Draw the lesions of an eye: the sicker, the more and the worse kinds, all in sight."""
    found: list[Lesion] = []
    for kind, number in _counts(generator, severity).items():
        for _ in range(number):
            found += _DRAWN.get(kind, _scattered)(generator, kind, ground)
    if not found:
        return ()
    seen = ground.sees(np.array([(each.x, each.y) for each in found]))
    shown = [each for each, inside in zip(found, seen, strict=True) if inside]
    return tuple(_with_strengths(generator, shown))


def _with_strengths(generator: np.random.Generator, lesions: list[Lesion]) -> list[Lesion]:
    """Faint lesions are many, in some eyes and among all, as measured in photographs."""
    own = dict(zip(FAINT, generator.standard_normal(len(FAINT)), strict=True))
    each = generator.standard_normal(len(lesions))
    found = []
    for lesion, chance in zip(lesions, each, strict=True):
        if lesion.kind in FAINT:
            middle, eye, single = FAINT[lesion.kind]
            strength = float(middle * np.exp(eye * own[lesion.kind] + single * chance))
            found.append(replace(lesion, strength=min(1.0, strength)))
        else:
            found.append(lesion)
    return found


def _counts(generator: np.random.Generator, s: float) -> dict[str, int]:
    def some(rate: float) -> int:
        return int(generator.poisson(max(rate, 0.0)))

    counts = {"microaneurysm": some(7 * max(s, 0.0) + 24 * max(s - 0.4, 0.0))}
    if s > 0.55:
        counts |= {
            "haemorrhage": some(16 * (s - 0.5) ** 1.5), "hard_exudate": some(6 * (s - 0.5)),
            "soft_exudate": some(2.6 * (s - 0.6)), "irma": some(0.12 * (s - 0.5)),
        }  # fmt: skip
    if s > 1.3:
        counts |= {
            "haemorrhage": some(60 * (s - 0.7)), "irma": some(2.0 * (s - 1.1)),
            "beading": some(1.8 * (s - 1.2)),
        }  # fmt: skip
    if s > 1.75:
        counts |= {"new_vessel": some(2.8 * (s - 1.6)), PRERETINAL: some(0.8 * (s - 1.7)),
                   VITREOUS: some(0.5 * (s - 1.9))}  # fmt: skip
        counts["laser"] = int(generator.random() < 0.35)
    return counts


def _one(
    generator: np.random.Generator, kind: str, place: tuple[float, float], form: str = "",
    angle: float = 0.0,
) -> Lesion:  # fmt: skip
    low, high = RADII[kind]
    radius = float(low * (high / low) ** generator.random())
    seed = int(generator.integers(1 << 31))
    return Lesion(kind, float(place[0]), float(place[1]), radius, seed, form, angle)


def _place(generator: np.random.Generator, ground: Ground, spread: float) -> tuple[float, float]:
    """A place in sight, off disc and fovea."""
    for _ in range(40):
        x, y = generator.normal(0, spread, 2) + np.array(ground.middle) * min(1.0, 2 * spread)
        off = np.hypot(x, y) > 0.06 and np.hypot(x - ground.disc[0], y - ground.disc[1]) > 0.2
        if off and ground.sees(np.array([(x, y)]))[0]:
            return float(x), float(y)
    return float(x), float(y)


def _scattered(generator: np.random.Generator, kind: str, ground: Ground) -> list[Lesion]:
    return [_one(generator, kind, _place(generator, ground, 0.45))]


def _haemorrhage(generator: np.random.Generator, kind: str, ground: Ground) -> list[Lesion]:
    """Dots and blots anywhere; flames along the nerve fibres, which run away from the disc."""
    place = _place(generator, ground, 0.45)
    form = str(generator.choice(["dot", "blot", "flame"], p=[0.5, 0.32, 0.18]))
    along = np.arctan2(place[1] - ground.disc[1], place[0] - ground.disc[0])
    lesion = _one(generator, kind, place, form, float(along + generator.normal(0, 0.2)))
    grown = {"dot": 0.6, "blot": 1.0, "flame": 1.25}[form]
    return [replace(lesion, radius=lesion.radius * grown)]


def _exudates(generator: np.random.Generator, kind: str, ground: Ground) -> list[Lesion]:
    """One group of hard exudates: scattered, a ring around a leak, a star at the macula."""
    form = str(generator.choice(["speck", "ring", "star"], p=[0.6, 0.28, 0.12]))
    many = int(3 * 30 ** generator.random())
    if form == "star":
        rays = np.repeat(generator.uniform(0, 2 * np.pi, 7), many)[: 2 * many]
        far = generator.uniform(0.05, 0.22, len(rays))
        places = np.stack([np.cos(rays), np.sin(rays)], 1) * far[:, None]
        many = len(rays)
    else:
        centre = np.array(_place(generator, ground, 0.32))
        spread = generator.uniform(0.015, 0.09) * generator.exponential(1.0, (many, 1))
        places = centre + generator.normal(0, 1, (many, 2)) * spread
        if form == "ring":
            turns = generator.uniform(0, 2 * np.pi) + generator.uniform(0, 4.8, many)
            far = generator.uniform(0.07, 0.15) * generator.normal(
                1, generator.uniform(0.08, 0.3), many
            )
            places = centre + np.stack([np.cos(turns), np.sin(turns)], 1) * far[:, None]
    coarse = np.exp(generator.normal(0, 0.35))
    group = [_one(generator, kind, place, form) for place in places]
    return [replace(each, radius=float(each.radius * coarse)) for each in group]


def _on_vein(generator: np.random.Generator, kind: str, ground: Ground) -> list[Lesion]:
    """Beading lies on a large vein, IRMA beside a smaller one."""
    wide = (0.012, 1.0) if kind == "beading" else (0.004, 0.012)
    points = [vessel.points[(vessel.widths > wide[0]) & (vessel.widths < wide[1])]
              for vessel in ground.vessels() if vessel.vein]  # fmt: skip
    every = np.concatenate(points)
    off = np.hypot(*(every - ground.disc).T) > 0.3
    every = every[off & ground.sees(every) & (np.hypot(*every.T) > 0.25)]
    if not len(every):
        return []
    return [_one(generator, kind, every[generator.integers(len(every))])]


def _new_vessel(generator: np.random.Generator, kind: str, ground: Ground) -> list[Lesion]:
    """New vessels at the disc or elsewhere, half and half."""
    if generator.random() < 0.5:
        return [_one(generator, kind, tuple(ground.disc + generator.normal(0, 0.06, 2)), "disc")]
    return [_one(generator, kind, _place(generator, ground, 0.5), "elsewhere")]


def _laser(generator: np.random.Generator, kind: str, ground: Ground) -> list[Lesion]:
    """Scars of a treatment of the whole periphery, in rows outside the arcades."""
    line = np.arange(-1.6, 1.6, generator.uniform(0.09, 0.14))
    places = np.stack(np.meshgrid(line, line), 2).reshape(-1, 2)
    places = places + generator.normal(0, 0.016, places.shape)
    outside = (np.hypot(places[:, 0], places[:, 1] * 1.25) > 0.72)  # fmt: skip
    outside &= np.hypot(*(places - ground.disc).T) > 0.33
    kept = places[outside & ground.sees(places) & (generator.random(len(places)) < 0.85)]
    return [_one(generator, "laser_scar", place) for place in kept]


_DRAWN: dict[str, Callable[[np.random.Generator, str, Ground], list[Lesion]]] = {
    "haemorrhage": _haemorrhage, "hard_exudate": _exudates, "beading": _on_vein, "irma": _on_vein,
    "new_vessel": _new_vessel, "laser": _laser,
}  # fmt: skip
