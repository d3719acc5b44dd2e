"""Progress on stderr: a bar with rate and time left on a terminal, plain lines elsewhere."""

import contextlib
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from drgrade.errors import plain

T = TypeVar("T")
WIPE = "\r\x1b[2K"  # back to the start of the line, and empty it
QUIET_SECONDS = 2.0
BAR_SECONDS = 0.2
LINE_SECONDS = 10.0
FEWEST = 3  # done, until a rate is told
_REMARKS: ContextVar[set[str] | None] = ContextVar("remarks", default=None)


def say(message: str) -> None:
    """Print one line of progress or explanation on stderr, in place of a bar that stands there."""
    if not _is_heard():
        return
    print((WIPE if sys.stderr.isatty() else "") + plain(message), file=sys.stderr, flush=True)  # noqa: T201 - the one door to stderr


def remark(message: str) -> None:
    """Say what is true of all parts of a longer work; inside `remarked_once` only for the first."""
    said = _REMARKS.get()
    if said is None or message not in said:
        say(message)
    if said is not None:
        said.add(message)


@contextlib.contextmanager
def remarked_once() -> Iterator[None]:
    """Inside, no remark is made twice: the photos of many trainings are the same."""
    token = _REMARKS.set(set())
    try:
        yield
    finally:
        _REMARKS.reset(token)


def _is_heard() -> bool:
    """Of several processes of one training the first one speaks; torchrun numbers them."""
    return "WORLD_SIZE" not in os.environ or os.environ.get("RANK", "0") == "0"


def is_due(seconds: float) -> bool:
    """Whether to show progress again after so long: a bar often, lines now and then."""
    return seconds > (BAR_SECONDS if sys.stderr.isatty() else LINE_SECONDS)


def show(line: str) -> None:
    """Redraw the bar on a terminal, or print a line."""
    if not _is_heard():
        return
    if sys.stderr.isatty():
        sys.stderr.write(f"{WIPE}{line}")
        sys.stderr.flush()
    else:
        say(line)


def track(items: Iterable[T], total: int, label: str, unit: str = "photos") -> Iterator[T]:
    """Yield `items`, reporting done, total, rate and time left once two seconds have passed."""
    begun = shown = time.monotonic()
    done = 0
    for item in items:
        yield item
        done += 1
        now = time.monotonic()
        if done < total and now - begun > QUIET_SECONDS and is_due(now - shown):
            shown = now
            show(describe(label, unit, done, total, now - begun))
    if time.monotonic() - begun > QUIET_SECONDS:
        say(describe(label, unit, done, total, time.monotonic() - begun))


def describe(label: str, unit: str, done: int, total: int, seconds: float) -> str:
    """One line of progress: ``label 12/40 photos, 3.1 photos/s, 9 s left``."""
    rate = done / seconds if seconds > 0 else 0.0
    left = (total - done) / rate if rate > 0 else 0.0
    told = f"{label} {done}/{total} {unit}"
    if done < FEWEST and done < total:  # the first one also pays for what is made ready
        return told
    return f"{told}, {rate:.3g} {unit}/s, {duration(left)} left"


def counted(number: int, unit: str) -> str:
    """A number of things as a person says it: ``1 cell``, ``1,200 cells``."""
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def duration(seconds: float) -> str:
    """Seconds as a person says them: ``40 s``, ``3 min``, ``2 h 10 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"
