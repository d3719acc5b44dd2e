"""`drgrade data draw`."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated

from cyclopts import Parameter, validators

from drgrade.errors import UsageError
from drgrade.runtime.progress import say
from drgrade.runtime.signals import CODES, SAME, InterruptedRunError

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
    from drgrade.data.phantom.drawing import draw_set
    from drgrade.data.tables.manifest import read_manifest

    if n < 1:
        raise UsageError(f"draw 1 photograph or more, got {n}")
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"--size must be {SIZES[0]} to {SIZES[1]} px, got {size}")
    if seed < 0:
        raise UsageError(f"--seed must be 0 or more, got {seed}")
    with _ended_in_a_line():
        draw_set(n, output, size=size, seed=seed, workers=workers)
    table = output / "manifest.csv"
    if (kept := len(read_manifest(table))) > n:
        say(f"note: {table} keeps {kept} photographs, which were drawn here before; for {n} "
            "alone name an empty folder")  # fmt: skip
    print(table)


@contextlib.contextmanager
def _ended_in_a_line() -> Iterator[None]:
    """SIGTERM ends what is inside as Ctrl-C does: nothing stays behind. A second one is at once."""

    def caught(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise InterruptedRunError(
            "stopped while photographs were drawn", CODES[signal.SIGTERM], SAME
        )

    before = signal.signal(signal.SIGTERM, caught)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
