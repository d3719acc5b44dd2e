"""Weights from the Hugging Face hub: safetensors only, cached, and pinned to a commit."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from drgrade.errors import DownloadError, UsageError, shown
from drgrade.runtime.files import sha256_file
from drgrade.runtime.optional_dependencies import need
from drgrade.runtime.progress import say

PREFIX = "hf:"
FORM = "hf:OWNER/NAME[/FILE.safetensors][@REVISION]"
PATTERN = re.compile(
    r"hf:(?P<repository>[\w.-]+/[\w.-]+?)(?:/(?P<file>[^@]+))?(?:@(?P<revision>[\w./-]+))?"
)
PUBLIC = "https://huggingface.co"
COMMIT, SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class HubFile:
    """One file of a repository on the hub, at a branch, a tag or a commit."""

    repository: str
    file: str = "model.safetensors"
    revision: str = "main"

    def __str__(self) -> str:
        return f"{PREFIX}{self.repository}/{self.file}@{self.revision}"


def is_on_hub(start: str) -> bool:
    """Whether a start names a file on the hub."""
    return start.startswith(PREFIX)


def read_name(start: str) -> HubFile:
    """The file that `hf:OWNER/NAME[/FILE.safetensors][@REVISION]` names.

    Raises:
        UsageError: another form, or a file that is no safetensors: a pickle can run code.
    """
    found = PATTERN.fullmatch(start)
    if found is None or any(_leads_elsewhere(found[part]) for part in ("file", "revision")):
        raise UsageError(f"model.start from the hub must be {FORM}, got '{shown(start)}'")
    wanted = HubFile(**{key: part for key, part in found.groupdict().items() if part})
    if not wanted.file.endswith(".safetensors"):
        raise UsageError(
            f"model.start takes only .safetensors files from the hub, got '{shown(wanted.file)}' "
            f"(a pickle can run code); name the repository's safetensors file: {FORM}"
        )
    return wanted


def _leads_elsewhere(path: str | None) -> bool:
    """Whether a step of a path is empty, `.` or `..`, and its place another than it says."""
    return path is not None and any(step in ("", ".", "..") for step in path.split("/"))


def fetch_pinned(start: str) -> tuple[Path, str]:
    """Fetch a hub file once; returns its path in the hub's cache and its name with the commit.

    $HF_ENDPOINT names a mirror, $HF_HUB_CACHE or $HF_HOME the cache, $HF_TOKEN a login. A name
    that carries a commit asks nobody once the file is there; a branch or a tag is looked up, and
    without a connection is what it was last time.

    Raises:
        UsageError: no name of a safetensors file on the hub.
        MissingExtraError: huggingface_hub is not installed.
        DownloadError: no such repository, revision or file; no connection; or altered on the way.
    """
    wanted = read_name(start)
    path = _fetch(wanted)
    commit = path.parents[wanted.file.count("/")].name  # snapshots/COMMIT/FILE
    _check_content(wanted, path)
    return path, str(replace(wanted, revision=commit))


def _fetch(wanted: HubFile) -> Path:
    need("hub", f"model.start = '{PREFIX}...'")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # it reports the machine otherwise
    import httpx2
    from huggingface_hub import errors, hf_hub_download

    if not COMMIT.fullmatch(wanted.revision):
        say(f"asking {_server()} for {wanted}")
    try:
        found = hf_hub_download(
            wanted.repository,
            wanted.file,
            revision=wanted.revision,
            endpoint=os.environ.get("HF_ENDPOINT") or None,
            cache_dir=os.environ.get("HF_HUB_CACHE") or None,
        )
    except errors.RevisionNotFoundError:
        raise DownloadError(
            f"{wanted}: no revision '{wanted.revision}' at {_server()}; give a branch, a tag or a "
            "commit after the @, or leave it out"
        ) from None
    except errors.RemoteEntryNotFoundError:
        raise DownloadError(
            f"{wanted}: no file '{wanted.file}' at {_server()}; name one that is there: {FORM}"
        ) from None
    except errors.RepositoryNotFoundError:
        raise DownloadError(
            f"{wanted}: no repository '{wanted.repository}' at {_server()}, or one that needs a "
            "login; mind the spelling, or set HF_TOKEN"
        ) from None
    except errors.HFValidationError:
        raise UsageError(f"model.start from the hub must be {FORM}, got '{wanted}'") from None
    except (errors.HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise DownloadError(
            f"{wanted} is not in the hub's cache and cannot be fetched from {_server()} "
            f"({_short(error)}); connect, set HF_ENDPOINT to a mirror, or set model.start to a file"
        ) from None
    return Path(found)


def _check_content(wanted: HubFile, path: Path) -> None:
    """Refuse content that has another hash than the hub promised for it.

    The cache calls a large file by its SHA-256; small files are called otherwise, and pass.
    """
    promised = path.resolve().name
    if SHA256.fullmatch(promised) and sha256_file(path) != promised:
        path.resolve().unlink()
        path.unlink(missing_ok=True)
        raise DownloadError(
            f"{wanted}: SHA-256 mismatch, the hub promised {promised[:12]}...; the file was "
            "altered or the connection is not what it seems; nothing was kept"
        )


def _server() -> str:
    return os.environ.get("HF_ENDPOINT") or PUBLIC


def _short(error: BaseException) -> str:
    """The first line of the innermost cause: what a person can do something about."""
    while error.__cause__ is not None:
        error = error.__cause__
    return shown((str(error).strip() or type(error).__name__).splitlines()[0], 120)
