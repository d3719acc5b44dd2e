"""Files that people take for a model file, and what each of them is."""

from pathlib import Path

from drgrade.errors import CheckpointError, Reason, shown
from drgrade.locale.refusal import refusal
from drgrade.runtime.archives import HEAD as ZIP
from drgrade.runtime.files import LFS_POINTER

MOST_HEADER = 16 << 20  # bytes of a safetensors file's JSON; that of `default` has 68 kB
MOST_BYTES = 4 << 30  # of a whole file; the largest network of `drgrade models` has 0.24 GB
HDF5 = b"\x89HDF"
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def refuse_no_safetensors(path: Path) -> None:
    """Refuse what is no safetensors file, and one that declares more than is ever read.

    Raises:
        CheckpointError: says what the file is, and what to do with it.
        OSError: it cannot be read.
    """
    head, size = head_of(path), path.stat().st_size
    refuse_placeholder(path, head)
    if head.startswith(ZIP) or is_pickle(head):
        raise refusal(CheckpointError, Reason("model_is_pytorch", {"path": shown(path, 300)}))
    if head.startswith(HDF5):
        raise refusal(CheckpointError, Reason("model_is_keras", {"path": shown(path, 300)}))
    declared = int.from_bytes(head[:8], "little")
    if MOST_HEADER < declared <= size:  # what is longer than the file is damage
        raise too_large(path, "header", declared, MOST_HEADER)
    refuse_too_large(path)


def refuse_placeholder(path: Path, head: bytes) -> None:
    """Refuse the pointer that Git leaves where a large file was not fetched."""
    if head.startswith(LFS_POINTER):
        raise refusal(CheckpointError, Reason("model_is_pointer", {"path": shown(path, 300)}))


def refuse_too_large(path: Path) -> None:
    """Refuse a file of more than `MOST_BYTES`."""
    if (size := path.stat().st_size) > MOST_BYTES:
        raise too_large(path, "file", size, MOST_BYTES)


def too_large(path: Path, what: str, found: int, most: int) -> CheckpointError:
    """What to raise where a part of a file (`header`, `file`) has too many bytes."""
    values = {"path": shown(path, 300), "what": what, "found": found, "most": most}
    return refusal(CheckpointError, Reason("model_too_large", values))


def head_of(path: Path) -> bytes:
    """The first bytes of a file, which show its kind."""
    with Path(path).open("rb") as file:
        return file.read(32)


def is_pickle(head: bytes) -> bool:
    """Whether a file that begins so is a pickle; a header's length may begin alike, and ends in 0.

    Lengths up to `MOST_HEADER` have zeros in their last four of eight bytes.
    """
    return head.startswith(PICKLES) and head[4:8] != bytes(4)
