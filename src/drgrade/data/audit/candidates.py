"""Which pairs of fingerprint squares are worth a close look, out of all pairs.

Each pair is looked at, in tiles, so that memory stays bounded. First the slow cosine waves of one
square, turned a little, against those of the other, each wave less its mean over eyes and divided
by its spread: vessels that leave a disc and arch around a macula make any two eyes alike. A flip
only changes the sign of odd waves, so four products, of even and odd waves down and across, serve
all four flips. What is left is shifted onto each other at the turn and flip that brought it here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from drgrade.data.audit.alignment import correlations, details, spectra, turned
from drgrade.data.photos.fingerprint import SIDE, unpacked

SLOWEST, FASTEST = 1, 10  # half periods of the cosine waves that are kept: down and across in all
# Mean of the waves of 0, 2, ... 10 half periods down and across, over the photographs of IDRiD and
# RFMiD 2.0 (benchmarks/near_duplicates.py --habit). Odd waves have none: a flip turns their sign.
COMMON = (
    (-5, -119, 24, 52, 48, 12),
    (-74, 118, 55, -39, -64, -28),
    (12, 54, -83, -54, 35, 19),
    (51, -53, -29, 45, 15, 17),
    (25, -26, 0, 34, 8, -27),
    (11, -26, 27, 1, -26, -5),
)
# Their standard deviation around it, of 0, 1, ... 10 half periods down and across.
SPREAD = (
    (5, 56, 92, 83, 76, 65, 69, 51, 60, 50, 51),
    (47, 25, 41, 37, 37, 38, 32, 30, 30, 28, 29),
    (52, 46, 68, 91, 78, 73, 70, 54, 66, 55, 59),
    (44, 31, 58, 55, 54, 48, 43, 42, 41, 42, 38),
    (46, 37, 69, 61, 74, 59, 56, 48, 54, 41, 45),
    (49, 31, 54, 45, 53, 46, 43, 39, 43, 38, 35),
    (63, 32, 68, 49, 65, 51, 44, 45, 47, 38, 35),
    (57, 30, 60, 43, 50, 41, 41, 37, 35, 30, 28),
    (59, 38, 63, 64, 56, 57, 46, 36, 34, 29, 31),
    (52, 29, 54, 38, 44, 39, 36, 32, 29, 27, 27),
    (49, 30, 51, 37, 40, 34, 37, 30, 28, 27, 27),
)
TURNS = (-3.0, 0.0, 3.0)  # degrees
SCALES = (0.95, 1.0, 1.05)  # at which they are shifted
ALIKE = 0.82  # cosine of the waves from which a pair is shifted
BAND = 8  # highest wave a side of the spectra that are shifted, a pixel at a time
ROUGH = 0.55  # correlation of those from which a pair is a candidate
BLOCK = 512  # squares a side of a tile: its products stay in the processor's cache
WIDE = 16  # tiles between whose pairs are gathered before they are shifted
PAIRS = 4096  # shifted at a time


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
    room = np.empty((6, BLOCK, BLOCK), np.float32)
    for rows in blocks:
        squares = unpacked(packed[rows])
        looks = [(slow_waves(turned(squares, t)), _flipped_shapes(squares, t)) for t in TURNS]
        for at in range(rows.start, len(packed), WIDE * BLOCK):
            columns = slice(at, at + WIDE * BLOCK)
            parts = [
                _shifted(_alike(look, waves[columns], room), flipped, shapes[columns])
                for look, flipped in looks
            ]
            yield _once(parts, rows.start, at)


def slow_waves(squares: np.ndarray) -> np.ndarray:
    """The slow cosine waves of squares (n, SIDE, SIDE) as unit vectors (n, d) float32.

    Less `COMMON` and divided by `SPREAD`; an empty square has none, its row is zero.
    """
    down, across = _kept_waves()
    waves = all_waves(squares)[:, down, across]
    seen = waves.any(axis=1, keepdims=True)
    common, spread = _habit()
    waves = (waves - common[down, across]) / spread[down, across]
    size = np.linalg.norm(waves, axis=1, keepdims=True)
    return np.divide(waves, size, out=np.zeros_like(waves), where=seen & (size > 0))


def all_waves(squares: np.ndarray) -> np.ndarray:
    """Cosine waves of squares (n, SIDE, SIDE) to `FASTEST` half periods, (n, down, across)."""
    place, number = np.arange(SIDE) + 0.5, np.arange(FASTEST + 1)[:, None]
    basis = np.cos(np.pi * number * place / SIDE) * np.where(number > 0, np.sqrt(2), 1)
    waves: np.ndarray = basis.astype(np.float32) @ squares @ basis.T.astype(np.float32)
    return waves


def _habit() -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the waves of eyes, both (down, across)."""
    common = np.zeros((FASTEST + 1, FASTEST + 1), np.float32)
    common[::2, ::2] = COMMON
    return common, np.array(SPREAD, np.float32)


@lru_cache(maxsize=1)
def _kept_waves() -> tuple[np.ndarray, np.ndarray]:
    """Down and across, sorted into four runs: even and even, even and odd, odd and even, both."""
    down, across = np.indices((FASTEST + 1, FASTEST + 1)).reshape(2, -1)
    speed = np.hypot(down, across)
    kept = (speed >= SLOWEST) & (speed <= FASTEST)
    down, across = down[kept], across[kept]
    order = np.argsort(2 * (down % 2) + across % 2, kind="stable")
    return down[order], across[order]


def _alike(first: np.ndarray, second: np.ndarray, room: np.ndarray) -> Candidates:
    """Pairs whose slow waves (n, d) and (m, d) are alike after one of the flips.

    `room` (6, BLOCK, BLOCK) is written over: fresh memory would cost more than the products.
    """
    found = []
    for at in range(0, len(second), BLOCK):
        here = _of_a_tile(first, second[at : at + BLOCK], room)
        found += [Candidates(p.first, p.second + at, p.down, p.across) for p in here]
    return Candidates.joined(found)


def _of_a_tile(first: np.ndarray, second: np.ndarray, room: np.ndarray) -> list[Candidates]:
    down, across = _kept_waves()
    ends = np.cumsum(np.bincount(2 * (down % 2) + across % 2))[:-1]
    even, odd_across, odd_down, odd, both, spare = room[:, : len(first), : len(second)]
    products = (even, odd_across, odd_down, odd)
    for out, a, b in zip(
        products, np.split(first, ends, 1), np.split(second, ends, 1), strict=True
    ):
        np.matmul(a, b.T, out=out)
    # A flip's cosine is even + across * odd_across + down * odd_down + down * across * odd.
    np.add(even, odd, out=both)
    np.subtract(even, odd, out=even)
    np.add(odd_across, odd_down, out=odd)
    np.subtract(odd_across, odd_down, out=odd_across)
    return [_reaching(both, odd, 1, spare), _reaching(even, odd_across, -1, spare)]


def _reaching(still: np.ndarray, changing: np.ndarray, both: int, spare: np.ndarray) -> Candidates:
    """Where the better of two flips reaches `ALIKE`; `both` is the product of their two signs."""
    np.add(np.abs(changing, out=spare), still, out=spare)
    first, second = np.divmod(np.flatnonzero(spare >= ALIKE), spare.shape[1])
    across = np.where(changing[first, second] < 0, -1, 1)
    return Candidates(first, second, both * across, across)


def _flipped_shapes(squares: np.ndarray, degrees: float) -> dict[tuple[int, int], np.ndarray]:
    """Spectra (scales, n, m) of turned squares at each of `SCALES`, by the signs of their flip."""
    moved = [turned(details(squares), degrees, scale) for scale in SCALES]
    return {
        (d, a): np.stack([spectra(each[:, ::d, ::a], BAND) for each in moved])
        for d, a in product((1, -1), (1, -1))
    }


def _shifted(
    pairs: Candidates, flipped: dict[tuple[int, int], np.ndarray], shapes: np.ndarray
) -> Candidates:
    """Those that reach `ROUGH` after a shift."""
    kept = np.zeros(len(pairs.first), dtype=bool)
    for (down, across), shape in flipped.items():
        here = np.flatnonzero((pairs.down == down) & (pairs.across == across))
        for at in range(0, len(here), PAIRS):
            some = here[at : at + PAIRS]
            aim = shapes[pairs.second[some]]
            fits = [correlations(each[pairs.first[some]], aim, BAND, 1.0) for each in shape]
            kept[some] = np.max(fits, axis=0) >= ROUGH
    return pairs.only(kept)


def _once(parts: list[Candidates], row: int, column: int) -> Candidates:
    """Pairs of several turns, each pair and flip once, first < second, by place in the list."""
    pairs = Candidates.joined(parts)
    first, second = pairs.first + row, pairs.second + column
    rows = np.stack([first, second, pairs.down, pairs.across], axis=1)[first < second]
    return Candidates(*np.unique(rows, axis=0).T)
