"""Fetching a weight file once: resumed when cut, checked by hash, kept in the user's cache."""

import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path

from drgrade.errors import DownloadError, Reason, shown
from drgrade.locale.refusal import refusal
from drgrade.runtime.files import sha256_file
from drgrade.runtime.locks import locked
from drgrade.runtime.progress import say
from drgrade.runtime.user_folders import cache_folder

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
    address = (base or os.environ.get("DRGRADE_WEIGHTS_URL") or BASE).rstrip("/") + f"/{name}"
    if not _is_whole(path, prefix):
        with locked(path.parent, waiting=say):
            if not _is_whole(path, prefix):  # who held the folder may have fetched this very file
                _fetch(address, path, prefix)
    return path


def _is_whole(path: Path, prefix: str) -> bool:
    return path.is_file() and sha256_file(path).startswith(prefix)


def _fetch(address: str, path: Path, prefix: str) -> None:
    part = path.with_name(f"{path.name}.part")
    _download(address, part, path)
    found = sha256_file(part)
    if not found.startswith(prefix):
        part.unlink()
        raise DownloadError(
            f"{address}: SHA-256 mismatch, {found[:12]} instead of {prefix}...; the file was "
            "altered or the connection is not what it seems; nothing was kept"
        )
    part.replace(path)


def _download(address: str, part: Path, path: Path) -> None:
    """Fetch `part`, going on where it was cut; a server that cannot go on starts it anew."""
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
        except OSError as error:
            if isinstance(getattr(error, "reason", None), str):  # urllib's own: it asked nobody
                raise _no_address(address.removesuffix(path.name), error) from None
            last = error
        except (ValueError, http.client.InvalidURL) as error:
            raise _no_address(address.removesuffix(path.name), error) from None
        except http.client.HTTPException as error:
            last = error
    about = {"address": address, "why": _short(last), "path": str(path)}
    raise refusal(DownloadError, Reason("weights_unreachable", about))


def _no_address(folder: str, error: Exception) -> DownloadError:
    return DownloadError(
        f"DRGRADE_WEIGHTS_URL must be an address such as {BASE}, got '{shown(folder)}' "
        f"({_short(error)}); put it right, or leave it unset"
    )


def _more(address: str, part: Path) -> bool:
    """Read on from the end of `part`; True when all of it came."""
    have = part.stat().st_size if part.is_file() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        goes_on = answer.status == 206
        length = answer.headers.get("Content-Length") or ""
        say(f"fetching {address}" + (f", going on at byte {have}" if goes_on else ""))
        got = 0
        with part.open("ab" if goes_on else "wb") as file:
            try:
                while piece := answer.read1(CHUNK):  # what came before a cut is kept
                    file.write(piece)
                    got += len(piece)
            except http.client.IncompleteRead:
                return False
    return got >= int(length) if length.isdecimal() else True  # the hash shows what no length does


def _short(error: Exception | None) -> str:
    if error is None:
        return "cut again and again"
    if type(error) is http.client.BadStatusLine:
        return f"it answers without HTTP: {shown(error)}"
    return shown(getattr(error, "reason", error), 120) or type(error).__name__
