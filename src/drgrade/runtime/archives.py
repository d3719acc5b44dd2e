"""What a zip archive says of its size and its sums, before anything of it is used."""

import zipfile
from pathlib import Path

HEAD = b"PK\x03\x04"


def is_zip(path: Path) -> bool:
    """Whether a file begins as a zip archive does."""
    with Path(path).open("rb") as file:
        return file.read(len(HEAD)) == HEAD


def unpacked_size(path: Path) -> int:
    """The bytes that all members of an archive say they unpack to.

    Raises:
        zipfile.BadZipFile: cut, or no archive.
    """
    with zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())


def damaged_member(path: Path) -> str | None:
    """The first member whose content has another CRC-32 than the archive promises; None: none has.

    It unpacks all members, one after the other: ask for `unpacked_size` before.

    Raises:
        zipfile.BadZipFile: cut, or no archive.
    """
    with zipfile.ZipFile(path) as archive:
        return archive.testzip()
