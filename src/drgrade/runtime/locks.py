"""A folder for one process alone, also on a disk that several machines share; a file to be made."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from drgrade.errors import RunError
from drgrade.runtime.files import LOCK, refuse_taken

if TYPE_CHECKING:
    from filelock import BaseFileLock

NAME = "lock"
PATIENCE = 0.1  # seconds, in which a dead process's lock is taken over
LOOK_AGAIN = 0.5  # seconds between two looks at a lock that is waited for


@contextlib.contextmanager
def locked(folder: Path, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a folder for this process alone; the lock of a process that died is taken over.

    The lock is a file with process number, host and start time: a lock of the kernel's would live
    on in forked children of a process that was killed, and on network disks often does not hold.
    What a dead process had half written (`replacing`) is swept out: nobody else writes here.

    Args:
        folder: to hold; created if missing.
        waiting: called once with who holds it, and then it is waited for; without it a folder that
            is held is an error.

    Raises:
        RunError: another living process, on this or another host, holds the folder.
    """
    from filelock import SoftFileLock, Timeout

    lock = Path(folder) / NAME
    Path(folder).mkdir(parents=True, exist_ok=True)
    held = SoftFileLock(lock, thread_local=False)
    while True:
        try:
            held.acquire(timeout=PATIENCE, poll_interval=PATIENCE / 4)
            break
        except Timeout:
            holder = f"{folder} is in use by {_holder(lock)}"
        if waiting is None:
            raise RunError(f"{holder}; wait for it, stop it, or remove {lock}")
        waiting(f"{holder}; waiting for it (or stop it, or remove {lock})")
        waiting = _silent
        time.sleep(LOOK_AGAIN)
    try:
        for half_written in Path(folder).glob(".*.part*"):
            half_written.unlink(missing_ok=True)
        yield
    finally:
        held.release()


_claims: dict[Path, "BaseFileLock"] = {}  # of this process, by the output


def claim_output(path: Path, *, force: bool = False) -> None:
    """Refuse an output as `refuse_taken` does, and hold its name until `release_claims`.

    Of two commands with one output, the second is refused before it works. The kernel
    releases a name when its process dies. Claiming it twice is claiming it once.

    Raises:
        UsageError: the place is taken.
        RunError: another process is making it.
    """
    refuse_taken(path, force=force)
    from filelock import FileLock, Timeout

    path = path.absolute()
    if path in _claims:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(path.with_name(f".{path.name}{LOCK}"), thread_local=False)
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise RunError(f"{path} is being written by another process; wait for it, or give "
                       "another name with -o") from None  # fmt: skip
    _claims[path] = held


def release_claims() -> None:
    """Release all names that this process holds."""
    for path in list(_claims):
        held = _claims.pop(path)
        Path(held.lock_file).unlink(missing_ok=True)  # while it is held: nobody waits for it
        held.release()


def _silent(line: str) -> None:
    """What was said once is not said again."""


def _holder(lock: Path) -> str:
    """Who holds a lock, from the lines of its file: process number and host."""
    try:
        pid, host, *_ = lock.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):  # let go, or being written
        return "another process"
    return f"process {pid} on {host}"
