"""The container of every model file: named arrays as safetensors, JSON, and a hash over both."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.errors import CheckpointError, Reason, shown
from drgrade.locale.refusal import refusal
from drgrade.modelfile.other_files import refuse_no_safetensors

FORMAT = 1
KEY = "drgrade"
Arrays = dict[str, np.ndarray]


def read_about(path: Path) -> dict[str, Any]:
    """What a file of ours says of itself beside its arrays, which are neither read nor checked.

    `format`, `kind` and what its writer gave; `sha256` is the hash that the file carries.

    Raises:
        CheckpointError: no such file, cut, foreign, or of a newer format.
    """
    with _opened(path) as file:
        text, sha256 = _told(file, path)
    return {**_parsed(text, path), "sha256": sha256}


def read_arrays(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """The arrays of a file and what it says of itself, both checked against its hash.

    Raises:
        CheckpointError: no such file, cut, altered, foreign, of a newer format, or with weights
            that are no numbers.
    """
    with _opened(path) as file:
        text, sha256 = _told(file, path)
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if content_hash(arrays, text) != sha256:
        raise CheckpointError(f"{path}: SHA-256 mismatch, the file was altered; fetch it again")
    refuse_no_numbers(no_numbers(arrays), len(arrays), path)
    return arrays, _parsed(text, path)


def no_numbers(arrays: Mapping[str, np.ndarray]) -> list[str]:
    """The names of the arrays that hold NaN or infinite values."""
    return [name for name, each in arrays.items()
            if each.dtype.kind in "fc" and not np.isfinite(each).all()]  # fmt: skip


def refuse_no_numbers(names: list[str], of: int, path: Path) -> None:
    """Refuse weights of which some are NaN or infinite: no answer of theirs would be a number.

    Args:
        names: of those that are, as `no_numbers` finds them.
        of: how many there are in all.
        path: what they were read from.

    Raises:
        CheckpointError: names the first.
    """
    if names:
        about = {"path": shown(path, 300), "lost": len(names), "of": of, "first": shown(names[0])}
        raise refusal(CheckpointError, Reason("weights_no_numbers", about))


def packed(arrays: Arrays, about: Mapping[str, Any]) -> bytes:
    """The bytes of a file of these arrays and this JSON."""
    from safetensors.numpy import save

    whole = {name: np.ascontiguousarray(a).reshape(a.shape) for name, a in arrays.items()}
    text = written(about)
    return save(whole, metadata={KEY: text, "sha256": content_hash(whole, text)})


def written(about: Mapping[str, Any]) -> str:
    """The JSON text of a file; NaN and infinities are refused."""
    return json.dumps({"format": FORMAT, **about}, allow_nan=False)


def content_hash(arrays: Mapping[str, np.ndarray], text: str = "") -> str:
    """SHA-256 over a text, then name, kind, shape and bytes of each array in order of the names."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name]).reshape(arrays[name].shape)
        digest.update(f"{name} torch.{array.dtype} {array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A safetensors file; whatever is wrong while it is open is said of the file.

    Read as numpy: as torch it would be opened twice, once for its head and once for its tensors,
    and a training that saves its state in between would give the two from different files.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise CheckpointError(
            f"no model file at {path}; give a file, a run folder or a shipped name"
        )
    try:
        refuse_no_safetensors(path)
        with safe_open(path, framework="np") as file:
            yield file
    except (SafetensorError, OSError) as error:
        size = path.stat().st_size
        raise CheckpointError(f"{path}: checkpoint damaged ({size} bytes): {error}") from None


def _told(file: Any, path: Path) -> tuple[str, str]:
    """The JSON text that a file carries, and the hash over it and the arrays."""
    metadata = file.metadata() or {}
    if KEY not in metadata:
        raise CheckpointError(
            f"{path} was not written by drgrade: it carries no preprocessing; "
            "use it as a start (model.start), not as a grader"
        )
    return metadata[KEY], metadata.get("sha256", "")


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        about = json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        raise CheckpointError(
            f"{path}: what it says of itself was altered; fetch it again"
        ) from None
    if about.get("format", 0) > FORMAT:
        raise CheckpointError(
            f"{path} has format {about['format']}, this drgrade reads up to "
            f"{FORMAT}; upgrade drgrade"
        )
    return about


def _refuse_constant(name: str) -> float:
    """NaN and infinities, which Python's JSON knows and `written` never writes."""
    raise ValueError(name)
