"""Safe writing (temporary name, flush, rename) and hashes."""

import contextlib
import hashlib
import json
import os
import platform
import re
import tempfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from drgrade.errors import UsageError
from drgrade.runtime.failpoints import fail_point

CHUNK = 1 << 20
HOST = f"{zlib.crc32(platform.node().encode()):08x}"  # a process number is one machine's
LOCK = ".lock"  # ends the name of a file that holds an output's name
BESIDE = re.compile(rf"\..+({LOCK}|\.[0-9a-f]{{8}}-(?P<process>\d+)\.part(\.\w+)?)")
LONGER = 32  # bytes that the names of such files are longer than the output's
LONGEST_NAME = 255 - LONGER
LFS_POINTER = b"version https://git-lfs"  # what Git keeps where a large file was not fetched


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success flush it to disk and rename it over `path`.

    The temporary file keeps the ending of `path`, so that writers that go by the ending work. What
    processes that died left in the folder is removed first.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent.absolute())
    temporary = path.with_name(f".{path.stem}.{HOST}-{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        fail_point("written")
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        fail_point("flushed")
        temporary.replace(path)
        fail_point("named")
        _flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@cache
def _sweep(folder: Path) -> None:
    """Remove what dead processes of this machine left half written, once a folder and process."""
    if os.name == "nt":
        return  # asking whether a process lives would end it
    for left in folder.glob(f".*.{HOST}-*.part*"):
        if (found := BESIDE.fullmatch(left.name)) and not _lives(int(found["process"])):
            left.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


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
    _refuse_long(path)
    if path.is_dir():
        raise UsageError(f"output is a file, got the folder {path}; add a file's name to it")
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; give another name or --force")
    refuse_file(path.parent)


def _refuse_long(path: Path) -> None:
    if (length := len(os.fsencode(path.name))) > LONGEST_NAME:
        raise UsageError(f"the name of an output has at most {LONGEST_NAME} bytes, got {length} "
                         f"({path.name[:40]}...); give a shorter one with -o")  # fmt: skip


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
