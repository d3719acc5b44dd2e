"""How alike two fingerprint squares are: turned, scaled and shifted onto each other.

Only details count (vessels, lesions). Squares are compared through their spectra, where a shift is
a phase: the correlations of a pair at all shifts are one row of a matrix product. Waves count by
their frequency, as if slopes of light were compared: a disc and a macula in the same places, which
many eyes share, weigh less than the vessels, which no two eyes share.
"""

from functools import lru_cache
from itertools import product

import numpy as np

from drgrade.data.photos.fingerprint import SIDE

SOFT = 1.5  # px of the square; only what changes faster separates one eye from another
INNER = 0.82  # of the radius: rims look alike
SHIFT = 3.0  # px to each side
BAND = 12  # highest wave a side: what is finer is lost by a recompression
TURNS = (-3.5, 0.0, 3.5)  # degrees, of the first look: a pixel between shifts
SCALES = (0.95, 1.0, 1.05)
PROMISING = 0.40  # correlation at the first look, from which a pair gets the second
NEAR_TURNS = (-1.5, 0.0, 1.5)  # degrees, of the second look, around the best of the first
NEAR_SCALES = (0.975, 1.0, 1.025)
STEP = 0.5  # px between shifts at the second look
PAIRS = 1024  # compared at a time


def likeness(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The best correlation (k,) of the details of squares (k, SIDE, SIDE), flipped alike already.

    Turns to 5 degrees, scales to 8 %, shifts to 3 px of 32, half a pixel at a time; pairs below
    `PROMISING` at nine turns and scales keep the figure of that first look.
    """
    parts = [
        _two_looks(details(first[at : at + PAIRS]), details(second[at : at + PAIRS]))
        for at in range(0, len(first), PAIRS)
    ]
    return np.concatenate([np.empty(0, np.float32), *parts])


def _two_looks(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    coarse = list(product(TURNS, SCALES))
    fits = np.stack([_fit(first, second, [one], 1.0) for one in coarse])
    best, place = fits.max(axis=0), fits.argmax(axis=0)
    for number, (degrees, scale) in enumerate(coarse):
        near = np.flatnonzero((best >= PROMISING) & (place == number))
        if len(near):
            around = [(degrees + d, scale * s) for d, s in product(NEAR_TURNS, NEAR_SCALES)]
            again = _fit(first[near], second[near], around, STEP)
            best[near] = np.maximum(best[near], again)
    return best


def details(squares: np.ndarray) -> np.ndarray:
    """Vessels and lesions alone: squares (n, SIDE, SIDE) less their blurred selves, inside."""
    away = np.arange(SIDE)[:, None] - np.arange(SIDE)[None]
    blur = np.exp(-0.5 * (away / SOFT) ** 2).astype(np.float32)
    inside = (squares != 0).astype(np.float32)
    around = (blur @ squares @ blur) / np.maximum(blur @ inside @ blur, 1e-6)
    middle = np.arange(SIDE) - (SIDE - 1) / 2
    inner = np.hypot(middle[:, None], middle[None]) < INNER * SIDE / 2
    left: np.ndarray = (squares - around) * inside * inner
    return left


def spectra(details: np.ndarray, band: int) -> np.ndarray:
    """Waves up to `band` a side of details (n, SIDE, SIDE), by their frequency.

    Unit vectors (n, m) complex64.
    """
    down, across = _waves(band)
    waves = np.fft.rfft2(details)[:, down, across].astype(np.complex64)
    mirror = np.where(across > 0, np.sqrt(2), 1.0)  # of those across, which is left out
    waves *= (np.hypot(down, across) * mirror).astype(np.float32)
    size = np.linalg.norm(waves, axis=1, keepdims=True)
    return np.divide(waves, size, out=np.zeros_like(waves), where=size > 1e-4)


def correlations(first: np.ndarray, second: np.ndarray, band: int, step: float) -> np.ndarray:
    """The best correlation (k,) of pairs of spectra (k, m) over shifts `step` px apart."""
    joint = np.ascontiguousarray(first * np.conj(second))
    found: np.ndarray = (joint.view(np.float32) @ _phases(band, step)).max(axis=1)
    return found


def turned(squares: np.ndarray, degrees: float, scale: float = 1.0) -> np.ndarray:
    """Squares (n, SIDE, SIDE) turned and scaled about their middle, between pixels linearly."""
    columns = np.ascontiguousarray(squares.reshape(len(squares), SIDE * SIDE).T)
    sources, weights = _turning(degrees, scale)
    moved = columns[sources[0]] * weights[0][:, None]
    for source, weight in zip(sources[1:], weights[1:], strict=True):
        moved += columns[source] * weight[:, None]
    return np.ascontiguousarray(moved.T).reshape(squares.shape)


def _fit(
    first: np.ndarray, second: np.ndarray, ways: list[tuple[float, float]], step: float
) -> np.ndarray:
    """The best correlation (k,) over ways, each degrees and scale, and shifts `step` px apart."""
    aim = spectra(second, BAND)
    best = np.zeros(len(first), np.float32)
    for degrees, scale in ways:
        moved = spectra(turned(first, degrees, scale), BAND)
        np.maximum(best, correlations(moved, aim, BAND, step), out=best)
    return best


def _waves(band: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of the kept waves in a real spectrum: down (negative ones too) and across."""
    down, across = np.indices((2 * band + 1, band + 1)).reshape(2, -1)
    return down - band, across


@lru_cache(maxsize=8)
def _phases(band: int, step: float) -> np.ndarray:
    """What turns the joint waves of a pair, real and imaginary in turn, into its correlations."""
    down, across = _waves(band)
    places = np.arange(-SHIFT, SHIFT + step / 2, step)
    y, x = (each.ravel() for each in np.meshgrid(places, places, indexing="ij"))
    angle = 2 * np.pi / SIDE * (down[:, None] * y + across[:, None] * x)
    both = np.stack([np.cos(angle), -np.sin(angle)], axis=1)
    return both.reshape(2 * len(down), -1).astype(np.float32)


@lru_cache(maxsize=64)
def _turning(degrees: float, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """The four pixels that each pixel of a turned square comes from, and their weights, (4, px)."""
    middle = (SIDE - 1) / 2
    y, x = np.indices((SIDE, SIDE)) - middle
    angle = np.deg2rad(degrees)
    from_y = ((np.cos(angle) * y - np.sin(angle) * x) / scale + middle).ravel()
    from_x = ((np.sin(angle) * y + np.cos(angle) * x) / scale + middle).ravel()
    sources, weights = [], []
    for below, right in product((0, 1), (0, 1)):
        row, column = np.floor(from_y).astype(int) + below, np.floor(from_x).astype(int) + right
        inside = (row >= 0) & (row < SIDE) & (column >= 0) & (column < SIDE)
        weight = (1 - np.abs(from_y - row)) * (1 - np.abs(from_x - column))
        sources.append(row.clip(0, SIDE - 1) * SIDE + column.clip(0, SIDE - 1))
        weights.append(np.where(inside, weight, 0.0).astype(np.float32))
    return np.array(sources), np.array(weights)
