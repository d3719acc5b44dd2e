"""Safe writing (temporary name, flush, rename), hashes, locks and the user's own folders."""

import contextlib
import hashlib
import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drgrade.errors import RunError, UsageError

CHUNK = 1 << 20
BEING_WRITTEN = 0.1  # seconds
LOOK_AGAIN = 0.5  # seconds between two looks at a lock that is waited for


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success flush it to disk and rename it over `path`.

    The temporary file keeps the ending of `path`, so that writers that go by the ending work.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_file(folder: Path) -> None:
    """Refuse an output folder that is a file, lies below one or cannot be written in.

    Called before any work is done.

    Raises:
        UsageError: names the place.
    """
    there = next(place for place in (folder.absolute(), *folder.absolute().parents)
                 if place.exists())  # fmt: skip
    if not there.is_dir():
        raise UsageError(f"output is a folder, got the file {there}; give another name with -o")
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise UsageError(
            f"nothing can be written in {there} ({error.strerror}); give another place with -o"
        ) from None


def refuse_taken(path: Path, *, force: bool = False) -> None:
    """Refuse an output file that is there already, is a folder, or lies below a file.

    With `force` a file makes room; a folder never does.

    Raises:
        UsageError: names what is in the way.
    """
    if path.is_dir():
        raise UsageError(f"output is a file, got the folder {path}; add a file's name to it")
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; give another name or --force")
    refuse_file(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes so that a reader sees the old file or the whole new one.

    Raises:
        OSError: the disk is full, the folder read-only; says how many bytes were needed.
    """
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        why = f"{error.strerror}; {len(content):,} bytes were needed, what was there is kept"
        raise OSError(error.errno, why, str(path)) from None


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text so that a reader sees the old file or the whole new one.

    Bytes of a file's name that are no UTF-8 are written as escapes, which JSON reads back.
    """
    write_bytes(path, content.encode("utf-8", "backslashreplace"))


def write_json(path: Path, content: Any) -> None:
    """Write JSON, indented; NaN and infinities are refused."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def sha256_bytes(content: bytes) -> str:
    """SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where downloads and prepared photos live: $DRGRADE_CACHE, else the user's cache folder."""
    return _own_folder("DRGRADE_CACHE", "XDG_CACHE_HOME", ".cache")


def data_folder() -> Path:
    """Where what must not be thrown away lives: $DRGRADE_DATA, else the user's data folder."""
    return _own_folder("DRGRADE_DATA", "XDG_DATA_HOME", ".local/share")


def _own_folder(ours: str, everybodys: str, below_home: str) -> Path:
    if named := os.environ.get(ours):
        return Path(named)
    if base := os.environ.get(everybodys):
        return Path(base) / "drgrade"
    try:
        return Path.home() / below_home / "drgrade"
    except RuntimeError:
        raise UsageError(
            f"the user needs a home folder, got none (user {os.getuid()}); set {ours}=FOLDER"
        ) from None


@contextlib.contextmanager
def locked(folder: Path, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a folder for this process alone; the lock of a process that died is taken over.

    What such a process had half written (`replacing`) is swept out: nobody else writes here.

    Args:
        folder: to hold; made where it is not there.
        waiting: is told once that another process holds it, and then it is waited for; without it
            a folder that is held is an error.

    Raises:
        RunError: another living process, on this or another host, holds the folder.
    """
    lock = Path(folder) / "lock.json"
    Path(folder).mkdir(parents=True, exist_ok=True)
    while holder := _holder(lock):
        if waiting is None:
            raise RunError(f"{holder}; wait for it, stop it, or remove {lock}")
        waiting(f"{holder}; waiting for it (or stop it, or remove {lock})")
        waiting = _silent
        time.sleep(LOOK_AGAIN)
    for half_written in Path(folder).glob(".*.part*"):
        half_written.unlink(missing_ok=True)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _silent(told: str) -> None:
    """What was said once is not said again."""


def _holder(lock: Path) -> str:
    """Take a lock and return nothing, or say who holds it."""
    mine = json.dumps(
        {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started": _started(os.getpid()),
            "taken": time.time(),
        }
    )
    for _ in range(2):
        try:
            _appear(lock, mine)
            return ""
        except FileExistsError:
            owner = _owner(lock)
            if _is_alive(owner):
                who = f"process {owner.get('pid')} on {owner.get('host')}"
                return f"{lock.parent} is in use by {who}"
            _remove_dead(lock)
    return f"{lock.parent} is in use by another process, which took it at the same moment"


def _appear(lock: Path, content: str) -> None:
    """Make a lock that is never seen half written; FileExistsError where there is one."""
    whole = lock.with_name(f"{lock.name}.{os.getpid()}-{threading.get_ident()}")
    whole.write_text(content, encoding="utf-8")
    try:
        os.link(whole, lock)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        with lock.open("x", encoding="utf-8") as made:
            made.write(content)
    finally:
        whole.unlink()


def _remove_dead(lock: Path) -> None:
    """Take a dead process's lock away, but never the one somebody put in its place meanwhile.

    Whoever removes holds the folder itself in the kernel (flock), so that between looking at a
    lock and removing it no other process can remove it too and put its own there.
    """
    import fcntl

    folder = os.open(lock.parent, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network disks cannot: then without
            fcntl.flock(folder, fcntl.LOCK_EX)
        if lock.exists() and not _is_alive(_owner(lock)):
            lock.unlink(missing_ok=True)
    finally:
        os.close(folder)


def _owner(lock: Path) -> dict[str, Any]:
    try:
        text = lock.read_text(encoding="utf-8")
        if not text:  # without hard links a lock is empty for a moment
            time.sleep(BEING_WRITTEN)
            text = lock.read_text(encoding="utf-8")
        return json.loads(text)
    except (OSError, ValueError):
        return {}


def _started(pid: int) -> str:
    """When a process started (clock ticks since boot, Linux); empty where that is not known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def _is_alive(owner: dict[str, Any]) -> bool:
    if owner.get("host") not in (None, socket.gethostname()):
        return True  # another machine's process cannot be looked at: believe its lock
    pid = owner.get("pid")
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _started(pid) == owner.get("started", "")
