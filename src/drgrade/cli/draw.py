"""`drgrade data draw`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from drgrade.errors import UsageError

SIZES = (64, 2048)


def draw(
    n: int,
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    size: int = 512,
    seed: int = 0,
    workers: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=64))] = 2,
) -> None:
    """Draw fundus photographs with a manifest and lesion masks; no patient is in them.

    Two consecutive photographs are the eyes of one patient. The grade follows from the drawn
    lesions by the ICDR rule. The same seed draws the same photographs; drawn ones are kept. The
    path of the manifest is printed.

    Example: drgrade data draw 100 -o drawn --size 256

    Parameters
    ----------
    n
        How many photographs.
    output
        Folder for `photos/`, `masks/` and `manifest.csv`.
    size
        Side in pixels, 64 to 2048.
    seed
        Of the set.
    workers
        Processes that draw; 0 draws in this one.
    """
    from drgrade.data.phantom import draw_set

    if n < 1:
        raise UsageError(f"draw 1 photograph or more, got {n}")
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"--size must be {SIZES[0]} to {SIZES[1]} px, got {size}")
    if seed < 0:
        raise UsageError(f"--seed must be 0 or more, got {seed}")
    draw_set(n, output, size=size, seed=seed, workers=workers)
    print(output / "manifest.csv")
