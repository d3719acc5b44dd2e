"""Progress on stderr: a bar with rate and time left on a terminal, plain lines elsewhere."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from drgrade.errors import plain

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")
QUIET_SECONDS = 2.0
BAR_SECONDS = 0.2
LINE_SECONDS = 10.0
FEWEST = 3  # done, until a rate is shown
_REMARKS: ContextVar[set[str] | None] = ContextVar("remarks", default=None)
_BARS: "list[Progress]" = []  # that stand on the terminal, the innermost last


def say(message: str) -> None:
    """Print one line of progress or explanation on stderr, above a bar that stands there."""
    if not _is_heard():
        return
    if _BARS:
        _BARS[-1].console.print(
            plain(message), markup=False, highlight=False, emoji=False, soft_wrap=True
        )
    else:
        print(plain(message), file=sys.stderr, flush=True)  # noqa: T201 - the one door to stderr


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


def track(items: Iterable[T], total: int, label: str, unit: str = "photos") -> Iterator[T]:
    """Yield `items`, reporting done, total, rate and time left once two seconds have passed."""
    begun, done = time.monotonic(), 0
    with steps(label, total, unit) as report:
        for done, item in enumerate(items, 1):
            yield item
            report(done, "")
    if time.monotonic() - begun > QUIET_SECONDS:
        say(describe(label, unit, done, total, time.monotonic() - begun))


@contextlib.contextmanager
def steps(label: str, total: int, unit: str) -> Iterator[Callable[[int, str], None]]:
    """Yield a function that is called with how many are done and a note, after each of them.

    It shows them once two seconds have passed: as a bar that goes at the end, or as a line from
    time to time.
    """
    begun = shown = time.monotonic()
    first: int | None = None
    with contextlib.ExitStack() as standing:
        draw: Callable[[int, str], None] | None = None

        def report(done: int, note: str) -> None:
            nonlocal draw, shown, first
            now = time.monotonic()
            first = done - 1 if first is None else first
            every = BAR_SECONDS if _is_terminal() else LINE_SECONDS
            if done >= total or now - begun <= QUIET_SECONDS or now - shown <= every:
                return
            shown = now
            if not _is_terminal():
                line = describe(label, unit, done, total, now - begun, first)
                say(f"{line}, {note}" if note else line)
            elif _is_heard():
                draw = draw or standing.enter_context(_bar(label, total, unit, first, begun))
                draw(done, note)

        yield report


def _is_terminal() -> bool:
    """Whether a bar can be drawn: a screen whose cursor can be moved."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def _bar(
    label: str, total: int, unit: str, first: int, begun: float
) -> Iterator[Callable[[int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[state]}", markup=False),
    )  # fmt: skip
    # Standard output is not rich's: a table that is printed meanwhile goes where it was sent.
    progress = Progress(
        *columns, console=Console(file=sys.stderr), auto_refresh=False, transient=True,
        redirect_stdout=False, redirect_stderr=False,
    )  # fmt: skip
    task = progress.add_task(plain(label), total=total, state=unit)

    def draw(done: int, note: str) -> None:
        state = _speed(unit, done, total, time.monotonic() - begun, first)
        state = f"{unit}{state}{f', {note}' if note else ''}"
        progress.update(task, completed=done, state=state, refresh=True)

    with progress:
        _BARS.append(progress)
        try:
            yield draw
        finally:
            _BARS.remove(progress)


def describe(label: str, unit: str, done: int, total: int, seconds: float, first: int = 0) -> str:
    """One line of progress: ``label 12/40 photos, 3.1 photos/s, 9 s left``.

    `first` were done before the clock started.
    """
    return f"{label} {done}/{total} {unit}{_speed(unit, done, total, seconds, first)}"


def _speed(unit: str, done: int, total: int, seconds: float, first: int) -> str:
    """Rate and time left; nothing for the first few, which also pay for what is made ready."""
    rate = (done - first) / seconds if seconds > 0 else 0.0
    left = (total - done) / rate if rate > 0 else 0.0
    if done - first < FEWEST and done < total:
        return ""
    return f", {rate:.3g} {unit}/s, {duration(left)} left"


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
