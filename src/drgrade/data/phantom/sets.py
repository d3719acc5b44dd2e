"""Sets of drawn photographs in the user's cache folder: drawn once, and shared by all who ask."""

from pathlib import Path

from drgrade.data.phantom.drawing import DRAWING, draw_set
from drgrade.data.tables.manifest import Manifest
from drgrade.runtime.locks import locked
from drgrade.runtime.progress import say
from drgrade.runtime.user_folders import cache_folder

LEAST_SIDE = 256  # px
LARGER = 1.5  # times the side that is asked for: the field is cut out, and reduced as a real one is


def drawn_manifest(n: int, seed: int, size: int, *, workers: int = 2) -> Manifest:
    """`n` drawn photos for squares of `size` px, with masks and counts; what is there is kept.

    Args:
        n: photos; two consecutive ones are the eyes of one patient.
        seed: of the set.
        size: side of the squares that will be made of them.
        workers: processes that draw.
    """
    side = max(LEAST_SIDE, 8 * round(LARGER * size / 8))
    folder = drawn_folder(seed, side)
    with locked(folder, waiting=say):
        return draw_set(n, folder, size=side, seed=seed, workers=workers)


def drawn_folder(seed: int, side: int) -> Path:
    """Where photos of this seed and side lie; another drawing has another place."""
    return cache_folder() / "drawn" / f"{DRAWING}-{seed}-{side}px"
