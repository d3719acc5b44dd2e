"""Find the photos that a list names in a folder, wherever below it they lie."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import polars as pl

from drgrade.data.photos.listing import READ, as_text, is_picture, look_below
from drgrade.data.tables.manifest import Manifest
from drgrade.errors import CheckFailedError, ManifestError

PART_FOLDERS: Final = {
    "train": "train",
    "training": "train",
    "val": "tune",
    "valid": "tune",
    "validation": "tune",
    "tune": "tune",
    "calibrate": "calibrate",
    "test": "test",
    "testing": "test",
}
WORDS: Final[Mapping[str | None, str]] = {"train": "train", "tune": "val", "test": "test"}


@dataclass(frozen=True)
class PhotoFolder:
    """A folder and all photos below it: their paths, and the paths of each name without ending.

    `aside` says what else lies there and is not looked at; empty where that is nothing.
    """

    root: Path
    paths: frozenset[str]
    stems: Mapping[str, list[str]]
    aside: str = ""

    def notes(self) -> tuple[str, ...]:
        """A sentence on what is not looked at; none where that is nothing."""
        return (f"'{self.root}': not looked at: {self.aside}",) if self.aside else ()

    def find(self, photo: str, split: str | None) -> list[str]:
        """The paths that may be meant: the exact path, else files of that name that fit the row.

        A file fits that lies in the folder which the row names and in no folder of another part.
        """
        if photo in self.paths:
            return [photo]
        found = [path for path in self.of_name(photo, split) if self._fits(path, photo, split)]
        suffix = PurePosixPath(photo).suffix.lower()
        if len(found) > 1 and suffix:
            found = [path for path in found if path.lower().endswith(suffix)] or found
        if len(found) > 1 and split:
            found = [path for path in found if self._part(path, split) == split] or found
        return found

    def of_name(self, photo: str, split: str | None) -> list[str]:
        """Files of a photo's name, or of that with its part in front (`train_IDRiD_001`)."""
        stem = _stem(photo)
        return self.stems.get(stem) or self.stems.get(f"{WORDS.get(split, '')}_{stem}", [])

    def _fits(self, path: str, photo: str, split: str | None) -> bool:
        """Whether a file of the photo's name contradicts neither the row's folder nor its part."""
        part = self._part(path, split)
        if part and split and part != split and (split != "calibrate" or part == "test"):
            return False
        folder = PurePosixPath(photo).parent.name.lower()
        place = PurePosixPath(self.root.absolute().as_posix().lower(), path.lower()).parent
        return not folder or folder in place.parts or part_named(folder) == part != ""

    def _part(self, path: str, split: str | None) -> str:
        """The part that the innermost folder of a file is named after, if any; the root counts."""
        pure = PurePosixPath(self.root.absolute().name, path)
        own = WORDS.get(split, "")
        if own and pure.name.lower().startswith(f"{own}_"):
            return str(split)
        named = (part_named(folder) for folder in reversed(pure.parts[:-1]))
        return next((part for part in named if part), "")


def part_named(folder: str) -> str:
    """The part of a set that a folder is named after (`a. Training Set`); empty if none."""
    words = re.findall(r"[a-z]+", folder.lower())
    return next((PART_FOLDERS[word] for word in words if word in PART_FOLDERS), "")


def look_into(folder: Path) -> PhotoFolder:
    """List every photo below a folder.

    Raises:
        ManifestError: there is no such folder, no photo in it, or a folder that cannot be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ManifestError(f"--photos must be a folder of photos, got '{folder}'")
    below = look_below(folder)
    paths = frozenset(as_text(path.relative_to(folder)) for path in below.whole())
    aside = below.left_aside()
    if not paths:
        there = f"; not looked at: {aside}" if aside else ""
        raise ManifestError(f"'{folder}' holds no photos (looked for {', '.join(READ)}{there})")
    stems = defaultdict(list)
    for path in sorted(paths):
        stems[_stem(path)].append(path)
    return PhotoFolder(folder, paths, dict(stems), aside)


def _stem(path: str) -> str:
    """The name without folders and without the ending of a photo, in small letters."""
    pure = PurePosixPath(path)
    return (pure.stem if is_picture(pure) else pure.name).lower()


def restrict(manifest: Manifest, folder: PhotoFolder, *, allow_missing: bool) -> Manifest:
    """Keep the rows whose photos are in the folder, with their paths below it.

    Raises:
        CheckFailedError: photos are missing and `allow_missing` is off.
        ManifestError: a name fits several files, or two names one file.
    """
    rows = manifest.table.select("photo", "split").rows()
    found = [folder.find(photo, split) for photo, split in rows]
    _refuse_many(manifest, found)
    _refuse_shared(manifest, found)
    missing = sum(1 for paths in found if not paths)
    unlisted = len(folder.paths - {paths[0] for paths in found if paths})
    if missing and (not allow_missing or missing == len(found)):
        first, split = next(row for row, paths in zip(rows, found, strict=True) if not paths)
        cure = "give the folder that holds them"
        if missing < len(found):
            cure += ", or leave the missing ones out with --allow-missing"
        other = folder.of_name(first, split)
        but = f", and '{other[0]}' is of another folder or part" if other else ""
        there = f"; not looked at: {folder.aside}" if folder.aside else ""
        raise CheckFailedError(
            f"{missing:,} of {len(found):,} photos are not in '{folder.root}' (first: '{first}'"
            f"{but}; {unlisted:,} photos there are in no row{there}); {cure}"
        )
    places = pl.Series("photo", [paths[0] if paths else None for paths in found], dtype=pl.String)
    table = manifest.table.with_columns(places).filter(pl.col("photo").is_not_null())
    notes = [f"{missing:,} listed photos are not in '{folder.root}': left out"] if missing else []
    if unlisted:
        notes.append(f"{unlisted:,} photos in '{folder.root}' are in no row: not used")
    notes += folder.notes()
    return Manifest(table, folder.root, manifest.provenance).noting(
        *notes, left_out=missing, unlisted=unlisted
    )


def _refuse_many(manifest: Manifest, found: list[list[str]]) -> None:
    for photo, paths in zip(manifest.table["photo"], found, strict=True):
        if len(paths) > 1:
            raise ManifestError(
                f"photo '{photo}' fits {len(paths)} files ('{paths[0]}', '{paths[1]}'); "
                "give the folder that holds one of each name"
            )


def _refuse_shared(manifest: Manifest, found: list[list[str]]) -> None:
    taken: dict[str, str] = {}
    for photo, paths in zip(manifest.table["photo"], found, strict=True):
        first = taken.setdefault(paths[0], photo) if paths else photo
        if first != photo:
            raise ManifestError(
                f"a file is the photo of one row, got '{paths[0]}' for '{first}' and '{photo}'; "
                "give the folder that holds both"
            )
