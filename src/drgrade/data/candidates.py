"""Which pairs of fingerprint squares are worth a close look, out of all pairs.

Each pair is looked at, in blocks, so that memory stays bounded. First the slow cosine waves of one
square, turned a little, against those of the other: one matrix product a block. A flip only changes
the sign of odd waves, so four products, of even and odd waves down and across, serve all four
flips. What is left is shifted onto each other at the turn and flip that brought it here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from drgrade.data.alignment import correlations, details, spectra, turned
from drgrade.data.fingerprint import SIDE, unpacked

WAVES = 10  # cosine waves a side; those of 3 to 11 half periods in all are kept
SLOWEST, FASTEST = 3, 11
TURNS = (-3.0, 0.0, 3.0)  # degrees
ALIKE = 0.85  # cosine of the waves from which a pair is shifted
BAND = 8  # highest wave a side of the spectra that are shifted, a pixel at a time
ROUGH = 0.56  # correlation of those from which a pair is a candidate
BLOCK = 1024  # squares at a time: a block of cosines stays in the processor's cache


@dataclass(frozen=True)
class Candidates:
    """Pairs of places (k,), and the signs (k,) of the flip of the first: down and across."""

    first: np.ndarray
    second: np.ndarray
    down: np.ndarray
    across: np.ndarray

    def only(self, kept: np.ndarray) -> "Candidates":
        """Those chosen by a mask (k,)."""
        return Candidates(self.first[kept], self.second[kept], self.down[kept], self.across[kept])

    @staticmethod
    def joined(parts: "Sequence[Candidates]") -> "Candidates":
        """One after the other; at least one."""
        return Candidates(
            np.concatenate([each.first for each in parts]),
            np.concatenate([each.second for each in parts]),
            np.concatenate([each.down for each in parts]),
            np.concatenate([each.across for each in parts]),
        )


def candidates(packed: np.ndarray) -> Iterator[Candidates]:
    """Candidates among packed squares (n, bytes), block by block; a pair and flip comes once."""
    blocks = [slice(at, at + BLOCK) for at in range(0, len(packed), BLOCK)]
    if not blocks:
        return
    waves = np.concatenate([slow_waves(unpacked(packed[b])) for b in blocks])
    shapes = np.concatenate([spectra(details(unpacked(packed[b])), BAND) for b in blocks])
    for number, rows in enumerate(blocks):
        squares = unpacked(packed[rows])
        looks = [(slow_waves(turned(squares, t)), _flipped_shapes(squares, t)) for t in TURNS]
        for columns in blocks[number:]:
            parts = [
                _shifted(_alike(look, waves[columns]), flipped, shapes[columns])
                for look, flipped in looks
            ]
            yield _once(parts, rows.start, columns.start)


def slow_waves(squares: np.ndarray) -> np.ndarray:
    """The slow cosine waves of squares (n, SIDE, SIDE) as unit vectors (n, d) float32."""
    place = np.arange(SIDE) + 0.5
    basis = np.cos(np.pi * np.arange(WAVES)[:, None] * place / SIDE).astype(np.float32)
    down, across = _kept_waves()
    waves = (basis @ squares @ basis.T)[:, down, across]
    size = np.linalg.norm(waves, axis=1, keepdims=True)
    return np.divide(waves, size, out=np.zeros_like(waves), where=size > 0)


def _kept_waves() -> tuple[np.ndarray, np.ndarray]:
    """Down and across, sorted into four runs: even and even, even and odd, odd and even, both."""
    down, across = np.indices((WAVES, WAVES)).reshape(2, -1)
    kept = (down + across >= SLOWEST) & (down + across <= FASTEST)
    down, across = down[kept], across[kept]
    order = np.argsort(2 * (down % 2) + across % 2, kind="stable")
    return down[order], across[order]


def _alike(first: np.ndarray, second: np.ndarray) -> Candidates:
    """Pairs of a block whose slow waves are alike after one of the flips."""
    down, across = _kept_waves()
    ends = np.cumsum(np.bincount(2 * (down % 2) + across % 2))[:-1]
    even, odd_across, odd_down, odd = (
        a @ b.T for a, b in zip(np.split(first, ends, 1), np.split(second, ends, 1), strict=True)
    )
    # A flip's cosine is even + across * odd_across + down * odd_down + down * across * odd.
    found = [
        _reaching(even + odd, odd_across + odd_down, 1),
        _reaching(even - odd, odd_across - odd_down, -1),
    ]
    return Candidates.joined(found)


def _reaching(still: np.ndarray, changing: np.ndarray, both: int) -> Candidates:
    """Where the better of two flips reaches `ALIKE`; `both` is the product of their two signs."""
    reached = still + np.abs(changing) >= ALIKE
    first, second = np.divmod(np.flatnonzero(reached), reached.shape[1])
    across = np.where(changing[first, second] < 0, -1, 1)
    return Candidates(first, second, both * across, across)


def _flipped_shapes(squares: np.ndarray, degrees: float) -> dict[tuple[int, int], np.ndarray]:
    moved = turned(details(squares), degrees)
    return {(d, a): spectra(moved[:, ::d, ::a], BAND) for d in (1, -1) for a in (1, -1)}


def _shifted(
    pairs: Candidates, flipped: dict[tuple[int, int], np.ndarray], shapes: np.ndarray
) -> Candidates:
    """Those that reach `ROUGH` after a shift."""
    kept = np.zeros(len(pairs.first), dtype=bool)
    for (down, across), shape in flipped.items():
        here = np.flatnonzero((pairs.down == down) & (pairs.across == across))
        for at in range(0, len(here), 4 * BLOCK):
            some = here[at : at + 4 * BLOCK]
            fit = correlations(shape[pairs.first[some]], shapes[pairs.second[some]], BAND, 1.0)
            kept[some] = fit >= ROUGH
    return pairs.only(kept)


def _once(parts: list[Candidates], row: int, column: int) -> Candidates:
    """Pairs of several turns, each pair and flip once, first < second, by place in the list."""
    pairs = Candidates.joined(parts)
    first, second = pairs.first + row, pairs.second + column
    rows = np.stack([first, second, pairs.down, pairs.across], axis=1)[first < second]
    return Candidates(*np.unique(rows, axis=0).T)
