"""Vessel trees of drawn eyes: arcades placed as in a right or left eye, their branches, widths.

Coordinates are shares of half the field, the fovea at (0, 0); widths are in the same unit.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

STEPS = 48  # points of an arcade
FOVEA_FREE = 0.10  # radius around the fovea without vessels


@dataclass(frozen=True)
class Vessel:
    """One vessel from its origin outwards: points (n, 2), widths (n,), and whether it is a vein."""

    points: np.ndarray
    widths: np.ndarray
    vein: bool


@lru_cache(maxsize=8)
def grow_vessels(
    seed: int, disc: tuple[float, float], tortuosity: float, caliber: float
) -> tuple[Vessel, ...]:
    """The vessels of an eye, thick ones first; `tortuosity` 0 to 1, `caliber` scales all widths."""
    generator = np.random.default_rng([seed, 2])
    mains = _arcades(generator, disc, tortuosity, caliber)
    found = list(mains)
    parents = mains
    for level in range(2):
        parents = _branches(generator, parents, disc, tortuosity, level)
        found += parents
    return tuple(sorted(found, key=lambda each: -float(each.widths[0])))


def _arcades(
    generator: np.random.Generator, disc: tuple[float, float], tortuosity: float, caliber: float
) -> list[Vessel]:
    """Four arteries and four veins that leave the disc, and short ones towards the macula."""
    nasal = 1.0 if disc[0] > 0 else -1.0
    root = np.add(disc, (nasal * generator.uniform(0.01, 0.07), 0.0))
    found = []
    for up in (-1, 1):
        height, far = generator.uniform(0.42, 0.78), generator.uniform(0.5, 0.9)
        bow, droop = generator.uniform(-0.85, -0.25), generator.uniform(0.15, 1.6)
        for vein in (False, True):
            width = caliber * (0.029 if vein else 0.0205) * generator.uniform(0.85, 1.15)
            own = height + generator.normal(0, 0.06) + (0.03 if vein else -0.02)
            temporal = [
                (0.0, 0.0),
                (generator.normal(0.02, 0.12), -generator.uniform(0.7, 1.15) * own),
                (bow + generator.normal(0, 0.15), -1.4 * own),
                (-1.65, -own * (droop + generator.normal(0, 0.15))),
            ]
            side = [(0.0, 0.0), (generator.normal(0.05, 0.05), -0.3 * far),
                    (0.4, -far * generator.uniform(0.5, 1.1)),
                    (generator.uniform(0.9, 1.3), -far * generator.uniform(0.6, 1.3))]  # fmt: skip
            for nodes, thin in ((temporal, 1.0), (side, 0.72)):
                start = generator.normal(0, 0.012, 2)
                path = _bezier(np.array(nodes) * [nasal, -up]) + root + start
                found.append(_wavy(generator, path, width * thin, vein, tortuosity))
            macular = [
                (0.0, 0.0),
                (-0.1, up * 0.02),
                (-0.25, -up * -0.07),
                (generator.uniform(-0.5, -0.36), up * generator.uniform(0.05, 0.16)),
            ]
            path = _bezier(np.array(macular) * [nasal, 1]) + root
            found.append(_wavy(generator, path, width * 0.38, vein, tortuosity))
    return found


def _bezier(nodes: np.ndarray) -> np.ndarray:
    t = np.linspace(0, 1, STEPS)[:, None]
    return 3 * (1 - t) ** 2 * t * nodes[1] + 3 * (1 - t) * t**2 * nodes[2] + t**3 * nodes[3]


def _wavy(
    generator: np.random.Generator, path: np.ndarray, width: float, vein: bool, tortuosity: float
) -> Vessel:
    """Let a smooth path wind to its sides and taper."""
    t = np.linspace(0, 1, STEPS)
    along = np.gradient(path, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.hypot(*along.T)[:, None]
    waves = sum(
        generator.normal(0, 0.5)
        / turns**0.8
        * np.sin(turns * t * 6.28 + generator.uniform(0, 6.28))
        for turns in (1.0, 1.7, 2.9, 5.3, 9.1)
    )
    swing = (0.014 + 0.045 * tortuosity) * waves * np.minimum(t * 5, 1)
    return Vessel(path + across * np.asarray(swing)[:, None], width * (1 - 0.62 * t), vein)


def _branches(
    generator: np.random.Generator, parents: list[Vessel], disc: tuple[float, float],
    tortuosity: float, level: int,
) -> list[Vessel]:  # fmt: skip
    """One generation of branches, walked all at once."""
    starts, headings, widths, veins, sides = [], [], [], [], []
    for parent in parents:
        many = len(parent.points)
        if many < 8 or parent.widths[0] < 0.003:
            continue
        each = 2 if level else _first_branches(float(parent.widths[0]))
        spread = np.linspace(0.24, 0.8, each) + generator.uniform(-0.09, 0.09, each)
        for order, at in enumerate((spread * (many - 2)).astype(int)):
            step = parent.points[at + 1] - parent.points[at]
            side = (-1.0, 1.0)[(order + int(parent.vein)) % 2]
            starts.append(parent.points[at])
            headings.append(np.arctan2(step[1], step[0]) + side * generator.uniform(0.3, 0.95))
            widths.append(parent.widths[at] * generator.uniform(0.4, 0.8))
            veins.append(parent.vein)
            sides.append(side)
    if not starts:
        return []
    steps, length = (38, 28)[level], (0.026, 0.02)[level]
    points = _walk(generator, np.array(starts), np.array(headings), -np.array(sides),
                   (steps, length * (0.8 + 0.2 * level)), tortuosity)  # fmt: skip
    taper = 1 - 0.6 * np.linspace(0, 1, steps)
    return [_cut(Vessel(path, width * taper, vein), disc)
            for path, width, vein in zip(points, widths, veins, strict=True)]  # fmt: skip


def _first_branches(width: float) -> int:
    """How many branches leave a trunk: most leave the arcades."""
    return 5 if width > 0.015 else 3 if width > 0.009 else 1


def _walk(
    generator: np.random.Generator, starts: np.ndarray, headings: np.ndarray, bends: np.ndarray,
    steps: tuple[int, float], tortuosity: float,
) -> np.ndarray:  # fmt: skip
    """Paths (n, steps, 2) that swing back towards the parent's way and wander a little."""
    n, (many, length) = len(starts), steps
    wander = generator.normal(0, 0.08 + 0.2 * tortuosity, (n, many))
    wander = wander + np.roll(wander, 1, axis=1)
    back = bends[:, None] * generator.uniform(0.0, 0.035, (n, 1))
    angle = headings[:, None] + np.cumsum(wander * 0.6 + back, axis=1)
    own = length * generator.uniform(0.4, 1.25, (n, 1))
    moves = np.stack([np.cos(angle), np.sin(angle)], 2) * own[..., None]
    moves[:, 0] = 0
    return starts[:, None] + np.cumsum(moves, axis=1)


def _cut(vessel: Vessel, disc: tuple[float, float]) -> Vessel:
    """End a branch where it would enter the fovea or the disc."""
    x, y = vessel.points.T
    near = x * x + y * y < FOVEA_FREE**2
    near[5:] |= ((x - disc[0]) ** 2 + (y - disc[1]) ** 2 < 0.12**2)[5:]
    stop = int(near.argmax()) or len(near)
    return Vessel(vessel.points[:stop], vessel.widths[:stop], vessel.vein)
