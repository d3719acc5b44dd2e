"""Near-duplicates among fingerprints: a coarse index names candidates, the squares decide.

Coarse: 66 slow cosine waves of each square, as a direction. Mirrored and turned copies of each
square ask an index of cells (an inverted file: only the cells nearest to the question are looked
into). Fine: the squares of a candidate pair are turned, scaled and shifted onto each other, and
their correlation must reach `SAME`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from drgrade.data.fingerprint import SIDE, square_of

WAVES = 10  # cosine waves a side; those of 3 to 11 half periods in all are kept
SLOWEST, FASTEST = 3, 11
TURNS = (-3.0, 0.0, 3.0)  # degrees, of the copies that ask the index
FLIPS = tuple(product((1, -1), (1, -1)))  # as taken, upside down, mirrored, both
ALIKE = 0.86  # cosine of the waves from which a pair is a candidate
FINE_TURNS = (-5.0, -3.0, -1.0, 1.0, 3.0, 5.0)
SCALES = (0.92, 0.96, 1.0, 1.04, 1.08)
ROUGH = 0.35  # correlation over TURNS alone; below it a pair is not looked at further
SHIFT = 3  # px of the square
SOFT = 1.5  # px; only what changes faster tells one eye from another
INNER = 0.82  # of the radius: rims look alike
SAME = 0.595  # correlation of the squares from which a pair is one exposure
PROBES = 0.1  # of the cells, those nearest to a question
BLOCK = 4096  # questions at a time, pairs at a time: memory stays bounded


@dataclass(frozen=True)
class Pair:
    """Two places in the list of fingerprints, first < second, and how alike they are (0 to 1)."""

    first: int
    second: int
    likeness: float


def near_duplicates(fingerprints: Sequence[str | None]) -> list[Pair]:
    """All pairs of photos of one exposure, by place in the list; rows without one are left out."""
    found = [square_of(text) if text else None for text in fingerprints]
    known = np.array([i for i, square in enumerate(found) if square is not None], dtype=np.int64)
    if len(known) < 2:
        return []
    squares = np.array([found[i] for i in known], dtype=np.float32)
    pairs = candidates(squares)
    score = likeness(squares, pairs)
    kept = score >= SAME
    return [
        Pair(int(known[a]), int(known[b]), float(s))
        for (a, b), s in zip(pairs[kept], score[kept], strict=True)
    ]


def candidates(squares: np.ndarray) -> np.ndarray:
    """Pairs (k, 2) of squares (n, SIDE, SIDE) whose slow waves are alike, first < second."""
    waves = directions(squares)
    index = _cells(waves)
    found = [np.empty((0, 2), np.int64)]
    for turn, flip in product(TURNS, FLIPS):
        asked = directions(_turned(squares, turn)) * _flip_signs(*flip)
        found.append(_ask(asked, waves, index))
    return np.unique(np.concatenate(found), axis=0)


def directions(squares: np.ndarray) -> np.ndarray:
    """The slow cosine waves of squares (n, SIDE, SIDE) as unit vectors (n, d) float32."""
    place = np.arange(SIDE) + 0.5
    basis = np.cos(np.pi * np.arange(WAVES)[:, None] * place / SIDE).astype(np.float32)
    down, across = _kept_waves()
    waves = (basis @ squares @ basis.T)[:, down, across]
    size = np.linalg.norm(waves, axis=1, keepdims=True)
    return np.divide(waves, size, out=np.zeros_like(waves), where=size > 0)


def likeness(squares: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The best correlation (k,) of the details of each pair over flips, turns, scales, shifts."""
    step = BLOCK // 4
    parts = [_compared(squares, pairs[at : at + step]) for at in range(0, len(pairs), step)]
    return np.concatenate([np.empty(0, np.float32), *parts])


def _compared(squares: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Likeness (k,) of some pairs; those unlike at first sight keep their first figure."""
    flips = _nearest_flip(squares, pairs)
    first, second = details(squares[pairs[:, 0]]), details(squares[pairs[:, 1]])
    first = np.array([each[::d, ::x] for each, (d, x) in zip(first, flips, strict=True)])
    best = _best_fit(first, second, TURNS, (1.0,))
    near = np.flatnonzero(best > ROUGH)
    if len(near):
        again = _best_fit(first[near], second[near], FINE_TURNS, SCALES)
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


def _kept_waves() -> tuple[np.ndarray, np.ndarray]:
    down, across = np.indices((WAVES, WAVES)).reshape(2, -1)
    kept = (down + across >= SLOWEST) & (down + across <= FASTEST)
    return down[kept], across[kept]


def _flip_signs(down: int, across: int) -> np.ndarray:
    """What flipping a square does to its waves: odd ones change their sign."""
    waves = _kept_waves()
    return (down ** (waves[0] % 2) * across ** (waves[1] % 2)).astype(np.float32)


def _cells(waves: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Centres (c, d) drawn from the squares, and the places nearest to each."""
    number = max(1, min(int(np.sqrt(len(waves))), 400))
    chosen = np.random.default_rng(0).choice(len(waves), number, replace=False)
    centres = waves[np.sort(chosen)]
    nearest = np.concatenate(
        [(waves[s : s + BLOCK] @ centres.T).argmax(1) for s in range(0, len(waves), BLOCK)]
    )
    order = np.argsort(nearest, kind="stable")
    return centres, np.split(order, np.cumsum(np.bincount(nearest, minlength=number))[:-1])


def _ask(
    asked: np.ndarray, waves: np.ndarray, index: tuple[np.ndarray, list[np.ndarray]]
) -> np.ndarray:
    centres, cells = index
    probes = max(1, min(len(centres), int(np.ceil(PROBES * len(centres))) + 4))
    found = [np.empty((0, 2), np.int64)]
    for start in range(0, len(asked), BLOCK):
        block = asked[start : start + BLOCK]
        near = np.argpartition(-(block @ centres.T), probes - 1, axis=1)[:, :probes]
        looks = np.zeros((len(block), len(centres)), dtype=bool)
        np.put_along_axis(looks, near, True, axis=1)
        for cell, members in enumerate(cells):
            asking = np.flatnonzero(looks[:, cell])
            row, column = np.nonzero(block[asking] @ waves[members].T >= ALIKE)
            pair = np.stack([asking[row] + start, members[column]], axis=1)
            found.append(np.sort(pair[pair[:, 0] != pair[:, 1]], axis=1))
    return np.unique(np.concatenate(found), axis=0)


def _best_fit(
    first: np.ndarray, second: np.ndarray, turns: Sequence[float], scales: Sequence[float]
) -> np.ndarray:
    """Correlations (k,) by the Fourier transform: all shifts of one turn and scale at once."""
    transformed = np.conj(np.fft.rfft2(second))
    size = np.linalg.norm(second, axis=(1, 2))
    best = np.full(len(first), -1.0, np.float32)
    for turn, scale in product(turns, scales):
        moved = _turned(first, turn, scale)
        fit = np.fft.irfft2(np.fft.rfft2(moved) * transformed, (SIDE, SIDE))
        near = np.roll(fit, (SHIFT, SHIFT), axis=(1, 2))[:, : 2 * SHIFT + 1, : 2 * SHIFT + 1]
        scaled = near.max(axis=(1, 2)) / np.maximum(np.linalg.norm(moved, axis=(1, 2)) * size, 1e-6)
        np.maximum(best, scaled, out=best)
    return best


def _nearest_flip(squares: np.ndarray, pairs: np.ndarray) -> list[tuple[int, int]]:
    """The flip of the first square that makes a pair's slow waves most alike."""
    second = directions(squares[pairs[:, 1]])
    fits = np.array([
        np.max([(directions(_turned(squares[pairs[:, 0]], turn)) * _flip_signs(*flip) * second
                 ).sum(1) for turn in TURNS], axis=0)
        for flip in FLIPS
    ])  # fmt: skip
    return [FLIPS[i] for i in fits.argmax(0)]


def _turned(squares: np.ndarray, degrees: float, scale: float = 1.0) -> np.ndarray:
    """Squares (n, SIDE, SIDE) turned and scaled about their middle, between pixels linearly."""
    flat: np.ndarray = squares.reshape(len(squares), -1) @ _turning(degrees, scale).T
    return flat.reshape(squares.shape)


@lru_cache(maxsize=64)
def _turning(degrees: float, scale: float) -> np.ndarray:
    """The matrix that turns and scales a square written as one row."""
    middle = (SIDE - 1) / 2
    y, x = np.indices((SIDE, SIDE)) - middle
    angle = np.deg2rad(degrees)
    from_y = (np.cos(angle) * y - np.sin(angle) * x) / scale + middle
    from_x = (np.sin(angle) * y + np.cos(angle) * x) / scale + middle
    matrix = np.zeros((SIDE * SIDE, SIDE * SIDE), np.float32)
    to = np.arange(SIDE * SIDE)
    for below, right in product((0, 1), (0, 1)):
        row, column = np.floor(from_y).astype(int) + below, np.floor(from_x).astype(int) + right
        weight = (1 - np.abs(from_y - row)) * (1 - np.abs(from_x - column))
        inside = ((row >= 0) & (row < SIDE) & (column >= 0) & (column < SIDE)).ravel()
        source = (row * SIDE + column).ravel()[inside]
        matrix[to[inside], source] += weight.ravel()[inside].astype(np.float32)
    return matrix
