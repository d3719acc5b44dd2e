"""Stopping politely: the first signal ends the step and saves, the second ends at once."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

from drgrade.errors import DrgradeError

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class InterruptedRunError(DrgradeError):
    """A training that was asked to stop and has saved its state; `how` says what goes on."""

    def __init__(self, what: str, exit_code: int, how: str) -> None:
        super().__init__(f"{what}; go on with {how}")
        self.what = what
        self.exit_code = exit_code


@contextlib.contextmanager
def going_on_with(how: str) -> Iterator[None]:
    """Inside, what is stopped is a part of something larger, which goes on in its own way."""
    try:
        yield
    except InterruptedRunError as error:
        raise InterruptedRunError(error.what, error.exit_code, how) from None


SAME = "the same command"


class StopFlag:
    """Whether a signal came, and which exit code it asks for."""

    def __init__(self) -> None:
        self.exit_code = 0

    def __bool__(self) -> bool:
        return self.exit_code != 0


@contextlib.contextmanager
def stop_on_signal() -> Iterator[StopFlag]:
    """Catch SIGINT and SIGTERM while inside; a second one ends the process at once."""
    flag = StopFlag()

    def caught(number: int, frame: FrameType | None) -> None:
        code = CODES[signal.Signals(number)]
        if flag:
            os._exit(code)
        flag.exit_code = code

    try:
        before = {number: signal.signal(number, caught) for number in CODES}
    except ValueError:  # not in the main thread: signals are somebody else's
        yield flag
        return
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
