"""Whether an explanation is true of the grader: does it point at lesions, and do they matter?

Two checks. Pointing (Zhang et al. 2018, arXiv:1608.00507): does the strongest place of the evidence
hold a lesion? Erasing: are the marked lesions, painted over with what surrounds them, missed more
than as many pixels of the same shapes elsewhere? A mark that is not missed does not matter.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

REACHES = (0.01, 0.03, 0.1, 0.3)  # of the side: how far around a pixel is looked at
ENOUGH = 0.02  # of the weight around a pixel that must be left for a surrounding to be told
TRIES = 200  # places a shape is tried at
LEAST_MOVE = 0.1  # of log-odds or of a grade; what moves the figure less does not matter to anybody
APART = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Pointing:
    """Whether the strongest place holds a lesion, and the share of places in the field that do."""

    hit: bool
    chance: float


@dataclass(frozen=True)
class Erasing:
    """How a figure moved when the marks were painted over, and when each of the decoys was.

    Moves are before less after: above 0, the figure fell.
    """

    marked: float
    decoys: tuple[float, ...]

    @property
    def stands_out(self) -> bool:
        """Whether the marks moved the figure more than every decoy did.

        A decoy lies on what is mostly smooth, so that little is lost with it: to stand out is
        necessary, and not enough.
        """
        return all(abs(self.marked) > abs(each) for each in self.decoys)

    @property
    def matters(self) -> bool:
        """Whether the marks stand out and moved the figure by a tenth or more."""
        return self.stands_out and abs(self.marked) >= LEAST_MOVE


def point(says: np.ndarray, lesion: np.ndarray, inside: np.ndarray) -> Pointing | None:
    """The pointing game on evidence (h, w), a mask and a field, (H, W) bool, H a multiple of h.

    A place holds a lesion when any pixel of it is lesion. None without a lesion in the field.
    """
    holds, seen = (_by_place(each, says.shape) for each in (lesion & inside, inside))
    if not holds.any():
        return None
    strongest = np.unravel_index(np.where(seen, says, -np.inf).argmax(), says.shape)
    return Pointing(bool(holds[strongest]), float(holds.sum() / seen.sum()))


def _by_place(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Whether any pixel of a place is in the mask; the edges of places are rounded."""
    rows, columns = (np.arange(side) * places // side for side, places in zip(
        mask.shape, shape, strict=True))  # fmt: skip
    found = np.zeros(shape, bool)
    np.logical_or.at(found, (rows[:, None], columns[None, :]), mask)
    return found


def painted_over(pixels: np.ndarray, mask: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """A square (S, S, 3) uint8 whose masked pixels have the blurred colour of what surrounds them.

    Surroundings are the field outside the mask, seen as near as there is enough of it.
    """
    known = (inside & ~mask).astype(np.float64)
    filled = pixels.astype(np.float64)
    waiting = mask.copy()
    for reach in REACHES:
        sigma = reach * len(pixels)
        weight = ndimage.gaussian_filter(known, sigma)
        ready = waiting & (weight > ENOUGH)
        for channel in range(3) if ready.any() else ():
            around = ndimage.gaussian_filter(pixels[..., channel] * known, sigma)
            filled[ready, channel] = around[ready] / weight[ready]
        waiting &= ~ready
        if not waiting.any():
            break
    return filled.round().astype(np.uint8)


def draw_decoy(
    generator: np.random.Generator, mask: np.ndarray, inside: np.ndarray
) -> np.ndarray | None:
    """Each connected part of a mask at a random other place of the field, off the mask; bool.

    As many pixels of the same shapes; None where a part finds no room.
    """
    free = inside & ~ndimage.binary_dilation(mask, APART)
    labels, _ = ndimage.label(mask, APART)
    decoy = np.zeros_like(mask)
    slices = ndimage.find_objects(labels)
    order = sorted(range(len(slices)), key=lambda i: -int((labels[slices[i]] == i + 1).sum()))
    for number in order:
        shape = labels[slices[number]] == number + 1
        if (corner := _room(generator, shape, free)) is None:
            return None
        place = tuple(slice(c, c + s) for c, s in zip(corner, shape.shape, strict=True))
        decoy[place] |= shape
        free[place] &= ~shape
    return decoy


def _room(
    generator: np.random.Generator, shape: np.ndarray, free: np.ndarray
) -> tuple[int, int] | None:
    """A random corner at which a shape lies on free pixels alone."""
    last = np.array(free.shape) - shape.shape + 1
    for row, column in generator.integers(0, last, (TRIES, 2)):
        window = free[row : row + shape.shape[0], column : column + shape.shape[1]]
        if window[shape].all():
            return int(row), int(column)
    return None


def erase(
    pixels: np.ndarray, mask: np.ndarray, decoys: list[np.ndarray], inside: np.ndarray,
    figure: Callable[[np.ndarray], float],
) -> Erasing:  # fmt: skip
    """Paint the mask and each decoy over, and tell how a figure of the square moves."""
    before = figure(pixels)
    return Erasing(
        before - figure(painted_over(pixels, mask, inside)),
        tuple(before - figure(painted_over(pixels, each, inside)) for each in decoys),
    )
