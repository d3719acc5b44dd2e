"""Progress on stderr: a bar with rate and time left on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
QUIET_SECONDS = 2.0
LINE_SECONDS = 10.0


def say(message: str) -> None:
    """Print one line of progress or explanation on stderr."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - the one door to stderr


def track(items: Iterable[T], total: int, label: str, unit: str = "photos") -> Iterator[T]:
    """Yield `items`, reporting done, total, rate and time left once two seconds have passed."""
    begun = shown = time.monotonic()
    on_terminal = sys.stderr.isatty()
    every = 0.2 if on_terminal else LINE_SECONDS
    done = 0
    for item in items:
        yield item
        done += 1
        now = time.monotonic()
        if now - begun > QUIET_SECONDS and now - shown > every:
            shown = now
            _show(describe(label, unit, done, total, now - begun), on_terminal)
    if time.monotonic() - begun > QUIET_SECONDS:
        _show(describe(label, unit, done, total, time.monotonic() - begun), on_terminal)
        if on_terminal:
            sys.stderr.write("\n")


def describe(label: str, unit: str, done: int, total: int, seconds: float) -> str:
    """One line of progress: ``label 12/40 photos, 3.1 photos/s, 9 s left``."""
    rate = done / seconds if seconds > 0 else 0.0
    left = (total - done) / rate if rate > 0 else 0.0
    return f"{label} {done}/{total} {unit}, {rate:.3g} {unit}/s, {duration(left)} left"


def duration(seconds: float) -> str:
    """Seconds as a person says them: ``40 s``, ``3 min``, ``2 h 10 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


def _show(line: str, on_terminal: bool) -> None:
    if on_terminal:
        sys.stderr.write(f"\r\x1b[2K{line}")
        sys.stderr.flush()
    else:
        say(line)
