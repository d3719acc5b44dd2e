"""Fetching a weight file once: resumed when cut, checked by hash, kept in the user's cache."""

import os
import urllib.error
import urllib.request
from pathlib import Path

from drgrade.errors import DownloadError
from drgrade.files import cache_folder, sha256_file
from drgrade.progress import say

BASE = "https://download.pytorch.org/models/"
CHUNK = 1 << 20
TRIES = 5
SECONDS = 30


def fetch(name: str, prefix: str, *, base: str | None = None) -> Path:
    """Return the file `name`, downloading it first where it is not there.

    Args:
        name: of the file, below `base` and in the cache folder's `weights`.
        prefix: first hexadecimal digits of its SHA-256.
        base: address of the folder; by default $DRGRADE_WEIGHTS_URL, else torchvision's.

    Raises:
        DownloadError: cannot be reached, or has another hash; says where to put the file by hand.
    """
    path = cache_folder() / "weights" / name
    if path.is_file() and sha256_file(path).startswith(prefix):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{name}.part")
    address = (base or os.environ.get("DRGRADE_WEIGHTS_URL") or BASE).rstrip("/") + f"/{name}"
    _download(address, part, path)
    found = sha256_file(part)
    if not found.startswith(prefix):
        part.unlink()
        raise DownloadError(
            f"{address}: SHA-256 mismatch, {found[:12]} instead of {prefix}...; the file was "
            "altered or the connection is not what it seems; nothing was kept"
        )
    part.replace(path)
    return path


def _download(address: str, part: Path, path: Path) -> None:
    """Fill `part`, going on where it was cut; a server that cannot go on starts it anew."""
    last: Exception | None = None
    for _ in range(TRIES):
        try:
            if _more(address, part):
                return
        except urllib.error.HTTPError as error:
            if error.code == 416:  # nothing beyond what is there: whole, or of another file
                return
            last = error
            break
        except (OSError, urllib.error.URLError) as error:
            last = error
    raise DownloadError(
        f"{address} cannot be fetched ({_short(last)}); get it elsewhere and put it at {path}, "
        "or set model.start to a file"
    )


def _more(address: str, part: Path) -> bool:
    """Read on from the end of `part`; True when all of it came."""
    have = part.stat().st_size if part.is_file() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        goes_on = answer.status == 206
        promised = int(answer.headers.get("Content-Length") or -1)
        say(f"fetching {address}" + (f", going on at byte {have}" if goes_on else ""))
        got = 0
        with part.open("ab" if goes_on else "wb") as file:
            while piece := answer.read(CHUNK):
                file.write(piece)
                got += len(piece)
    return promised < 0 or got >= promised


def _short(error: Exception | None) -> str:
    return str(getattr(error, "reason", error)) if error else "cut again and again"
