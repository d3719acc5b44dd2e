"""Which files of a folder are photographs: the same ones for every command that takes a folder."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from natsort import natsorted

from drgrade.errors import ManifestError
from drgrade.runtime.files import BESIDE

READ: Final = (".bmp", ".jfif", ".jp2", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
REFUSED: Final = (".avif", ".dcm", ".dicom", ".gif", ".heic", ".heif")  # their rows say why
HIDDEN: Final = "hidden"
BARE: Final = "without ending"


@dataclass(frozen=True)
class Below:
    """What lies below a folder: photographs by name, other files by ending, links not followed.

    Numbers in names are numbers: 2.jpg stands before 10.jpg. `unread` are folders that cannot be
    looked into, each with the system's reason.
    """

    pictures: tuple[Path, ...]
    others: Mapping[str, int]
    linked: tuple[Path, ...]
    unread: tuple[tuple[Path, str], ...] = ()

    def whole(self) -> tuple[Path, ...]:
        """The photographs, where a folder that is not seen would make a set another one.

        Raises:
            ManifestError: a folder that cannot be looked into.
        """
        for place, why in self.unread:
            raise ManifestError(f"'{as_text(place)}' cannot be read ({why}); see that it can, or "
                                "move it away")  # fmt: skip
        return self.pictures

    def left_aside(self) -> str:
        """In a line what is not looked at; empty where that is nothing."""
        left = []
        if self.others:
            each = (f"{ending} {n}" for ending, n in sorted(self.others.items()))
            n = sum(self.others.values())
            left.append(f"{n} other file{'s' if n > 1 else ''} ({', '.join(each)})")
        if self.linked:
            folders = "linked folder" if len(self.linked) == 1 else "linked folders"
            left.append(f"{folders} {', '.join(map(as_text, self.linked))}")
        left += [f"{as_text(place)}, which cannot be read ({why})" for place, why in self.unread]
        return " and ".join(left)


def as_text(path: PurePath | str) -> str:
    """A path as text that can be printed and kept; bytes that are no UTF-8 become `\\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_picture(path: PurePath) -> bool:
    """Whether a file is taken for a photograph, by its ending."""
    return path.suffix.lower() in READ + REFUSED


def look_below(folder: Path, besides: Path | None = None) -> Below:
    """All that lies below a folder, hidden files and linked folders left aside.

    A link to a file is a file, also one that leads nowhere. `besides` is a folder below it that is
    not looked into.
    """
    pictures, linked = [], []
    others: Counter[str] = Counter()
    failed: list[OSError] = []
    skipped = None if besides is None else besides.resolve()
    for here, folders, names in os.walk(folder, onerror=failed.append):
        place = Path(here)
        linked += [place / name for name in sorted(folders) if safe_stat((place / name).is_symlink)]
        folders[:] = [name for name in sorted(folders) if (place / name).resolve() != skipped]
        for name in names:
            if BESIDE.fullmatch(name):
                continue  # of an output that drgrade is writing there
            if name.startswith("."):
                others[HIDDEN] += 1
            elif is_picture(PurePath(name)):
                pictures.append(place / name)
            else:
                others[PurePath(name).suffix.lower() or BARE] += 1
    unread = [(Path(each.filename), each.strerror or str(each)) for each in failed]
    return Below(
        tuple(natsorted(pictures, key=lambda path: path.parts)),
        others,
        tuple(linked),
        tuple(sorted(unread)),
    )


def safe_stat(asked: Callable[[], bool]) -> bool:
    """The answer to a question about a place, as `place.is_dir`; no where the system gives none."""
    try:
        return asked()
    except OSError:
        return False
