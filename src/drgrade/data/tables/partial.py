"""A table while it is made: rows appended to a file beside it, so that a stopped command goes on.

The first line says of what the rows are; each further line is one row as JSON. A line that was
being written when the process died is dropped, and everything before it is kept.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from drgrade.errors import RunError, UsageError

KIND: Final = "drgrade partial predictions"
ENDING: Final = ".partial"
SYNC_SECONDS: Final = 5.0  # of work that a power cut may cost; a killed process loses none
DIFFERS: Final = {
    "model": "another model", "preprocess": "other preprocessing", "inputs": "other photographs",
    "options": "other options", "version": "another version of drgrade",
    "retry_of": "another table",
}  # fmt: skip
Row = dict[str, Any]


def partial_of(output: Path) -> Path:
    """The file beside a table that holds its rows while it is made."""
    return output.with_name(output.name + ENDING)


def drop_leftover(output: Path) -> None:
    """Remove what a finished table left: its process died between naming it and cleaning up."""
    place = partial_of(output)
    with contextlib.suppress(FileNotFoundError):
        if place.stat().st_mtime_ns <= output.stat().st_mtime_ns:
            place.unlink()


class Journal:
    """Rows in a file, in their order; `count` of them are there. Made by `journal_at`."""

    def __init__(self, path: Path, descriptor: int, begin: int, count: int) -> None:
        self.path = path
        self.count = count
        self._descriptor = descriptor
        self._begin = begin  # byte at which the rows begin
        self._synced = time.monotonic()

    def append(self, row: Mapping[str, Any]) -> None:
        """Add a row; the system has it when this returns, the disk within `SYNC_SECONDS`.

        Raises:
            OSError: the disk is full, or gone; what was there is kept.
        """
        try:
            _write(self._descriptor, row)
        except OSError as error:
            why = (f"{error.strerror}; {self.count} rows are kept, the same command goes on from "
                   "there when there is room")  # fmt: skip
            raise OSError(error.errno, why, str(self.path)) from None
        self.count += 1
        if time.monotonic() - self._synced > SYNC_SECONDS:
            os.fsync(self._descriptor)
            self._synced = time.monotonic()

    def rows(self) -> Iterator[Row]:
        """All rows that are there, read one at a time."""
        with self.path.open("rb") as file:
            file.seek(self._begin)
            for _ in range(self.count):
                yield json.loads(file.readline())

    def remove(self) -> None:
        """Take the file away, when its table is there."""
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def journal_at(path: Path, about: Mapping[str, Any], *, force: bool = False) -> Iterator[Journal]:
    """Go on with the rows of `path`, or begin it; its process holds it alone.

    Args:
        path: of the journal.
        about: of what the rows are, as plain values; all of it must be as it was.
        force: begin anew where it is of something else.

    Raises:
        RunError: another process writes it, or it is of another model, other photographs, ...
        UsageError: a file that is none of ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        _hold(descriptor, path)
        begin, count = _whole_lines(path, about, force=force)
        os.ftruncate(descriptor, _end(path, begin, count))
        if not begin:
            begin = _write(descriptor, {"kind": KIND, **about})
        journal = Journal(path, descriptor, begin, count)
        try:
            yield journal
        finally:
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
            if not journal.count:
                journal.remove()
    finally:
        os.close(descriptor)


def _write(descriptor: int, row: Mapping[str, Any]) -> int:
    """Write one line whole, and return its length; a full disk may cut it, which reading sees."""
    line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
    left = memoryview(line)
    while left:
        left = left[os.write(descriptor, left) :]
    return len(line)


def _hold(descriptor: int, path: Path) -> None:
    """Hold a journal until the process ends, however it ends."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunError(f"{path} is being written by another process; wait for it, or give another "
                       "name with -o") from None  # fmt: skip
    except OSError:
        return  # some network disks cannot


def _whole_lines(path: Path, about: Mapping[str, Any], *, force: bool) -> tuple[int, int]:
    """Where the rows of a journal begin, 0 where it is begun anew, and how many are whole."""
    with path.open("rb") as file:
        first = file.readline()
        if not first.endswith(b"\n") and _is_cut_header(first):
            return 0, 0  # died while it was begun
        before = _parsed(first)
        if before is None or before.get("kind") != KIND:
            raise UsageError(f"{path} was not written by drgrade; move it away, or give another "
                             "name with -o")  # fmt: skip
        plain = json.loads(json.dumps({"kind": KIND, **about}))
        if before != plain:
            if force:
                return 0, 0
            names = [key for key in {**before, **plain} if before.get(key) != plain.get(key)]
            what = " and ".join(DIFFERS.get(name, name) for name in names)
            raise RunError(f"{path} holds an unfinished table of {what}; give the command that "
                           "began it, or --force to begin anew")  # fmt: skip
        count = 0
        for line in file:
            if _parsed(line) is None:
                break
            count += 1
        return len(first), count


def _is_cut_header(line: bytes) -> bool:
    """Whether a line without its end is what is left of a header, which a power cut may empty."""
    begin = json.dumps({"kind": KIND}, separators=(",", ":")).encode()[:-1]
    return begin.startswith(line.rstrip(b"\0")) or line.startswith(begin)


def _end(path: Path, begin: int, count: int) -> int:
    """The byte at which the last whole row ends."""
    with path.open("rb") as file:
        file.seek(begin)
        return begin + sum(len(file.readline()) for _ in range(count))


def _parsed(line: bytes) -> Row | None:
    """A whole line's object; None where it was cut."""
    if not line.endswith(b"\n"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
