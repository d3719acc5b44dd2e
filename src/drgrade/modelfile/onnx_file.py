"""An exported ONNX file: any runtime reads it; ours also checks that nothing in it was altered.

What a grader says of itself is in the model's metadata, under the key `drgrade`. The last bytes are
one more entry of the metadata, `sha256`, over all bytes before them: a file of protocol buffers may
be added to at its end, so runtimes read past it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from drgrade.errors import CheckpointError
from drgrade.modelfile.container import FORMAT

ENDING = ".onnx"
DIGITS = 64
# ModelProto.metadata_props is field 14 of entries with key (1) and value (2), length-delimited.
TAIL = b"\x72\x4a" + b"\x0a\x06sha256" + b"\x12\x40"
LONGEST = 4 << 30  # bytes


def sealed(model: bytes) -> bytes:
    """The bytes of a serialised ONNX model with their SHA-256 added at the end."""
    return model + TAIL + hashlib.sha256(model).hexdigest().encode()


def read_sealed(path: Path) -> bytes:
    """The bytes of an ONNX file that `sealed` made.

    Raises:
        CheckpointError: no such file, empty, too large, cut, altered, or of another program.
    """
    try:
        size = path.stat().st_size
        if size > LONGEST:
            raise CheckpointError(f"{path} has {size} bytes, at most {LONGEST} are read")
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}") from None
    seal = len(TAIL) + DIGITS
    if content[-seal:-DIGITS] != TAIL:
        raise CheckpointError(
            f"{path} was cut ({size} bytes), or was not exported by drgrade: preprocessing and "
            "decoding have to be in it; make it anew with `drgrade export`"
        )
    if hashlib.sha256(content[:-seal]).hexdigest().encode() != content[-DIGITS:]:
        raise CheckpointError(f"{path}: SHA-256 mismatch, the file was altered; export it again")
    return content


def about_of(metadata: dict[str, str], path: Path) -> dict[str, Any]:
    """What an ONNX file says of itself, by the metadata that a runtime has read.

    Raises:
        CheckpointError: nothing of ours, damaged, or of a newer format.
    """
    try:
        about = json.loads(metadata["drgrade"])
    except (KeyError, ValueError):
        raise CheckpointError(
            f"{path} says nothing of preprocessing and decoding; export it again"
        ) from None
    if about.get("format", 0) > FORMAT:
        raise CheckpointError(
            f"{path} has format {about['format']}, this drgrade reads up to {FORMAT}; "
            "upgrade drgrade"
        )
    return about
