"""Named moments at which a process can be made to die, so that tests can show what is lost then."""

import os
import signal
from collections import Counter
from typing import Final

VARIABLE: Final = "DRGRADE_DIE_AT"  # `NAME` or `NAME:3`, the third time; unset, nothing happens
_passed: Counter[str] = Counter()


def fail_point(name: str) -> None:
    """Die here, as of SIGKILL, where the environment asks for it."""
    wanted, _, time = os.environ.get(VARIABLE, "").partition(":")
    if wanted != name:
        return
    _passed[name] += 1
    if _passed[name] == int(time or 1):
        os.kill(os.getpid(), signal.SIGKILL)
