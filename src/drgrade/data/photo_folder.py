"""Find the photos that a list names in a folder, wherever below it they lie."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import polars as pl

from drgrade.data.manifest import Manifest
from drgrade.data.pictures import READ, is_picture, look_below
from drgrade.errors import CheckFailedError, ManifestError

WORDS: Final[Mapping[str | None, str]] = {"train": "train", "tune": "val", "test": "test"}


@dataclass(frozen=True)
class PhotoFolder:
    """A folder and all photos below it: their paths, and the paths of each name without ending."""

    root: Path
    paths: frozenset[str]
    stems: Mapping[str, list[str]]

    def find(self, photo: str, split: str | None) -> list[str]:
        """The paths that may be meant: the exact path, else files of that name.

        Of several files of one name, those below a folder named after the split are taken; a
        name with the split in front (`train_IDRiD_001`) counts too.
        """
        if photo in self.paths:
            return [photo]
        wanted = PurePosixPath(photo)
        stem = _stem(photo)
        word = WORDS.get(split, "")
        found = self.stems.get(stem) or self.stems.get(f"{word}_{stem}", [])
        if len(found) > 1 and wanted.suffix:
            found = [p for p in found if p.lower().endswith(wanted.suffix.lower())] or found
        if len(found) > 1 and word:
            found = [p for p in found if word in p.lower()] or found
        return found


def look_into(folder: Path) -> PhotoFolder:
    """List every photo below a folder.

    Raises:
        ManifestError: there is no such folder, or no photo in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ManifestError(f"--photos must be a folder of photos, got '{folder}'")
    below = look_below(folder).pictures
    paths = frozenset(path.relative_to(folder).as_posix() for path in below)
    if not paths:
        raise ManifestError(f"--photos '{folder}' holds no photos (looked for {', '.join(READ)})")
    stems = defaultdict(list)
    for path in sorted(paths):
        stems[_stem(path)].append(path)
    return PhotoFolder(folder, paths, dict(stems))


def _stem(path: str) -> str:
    """The name without folders and without the ending of a photo, in small letters."""
    pure = PurePosixPath(path)
    return (pure.stem if is_picture(pure) else pure.name).lower()


def restrict(manifest: Manifest, folder: PhotoFolder, *, allow_missing: bool) -> Manifest:
    """Keep the rows whose photos are in the folder, with their paths below it.

    Raises:
        CheckFailedError: photos are missing and `allow_missing` is off.
        ManifestError: a name fits several files.
    """
    rows = manifest.table.select("photo", "split").iter_rows()
    found = [folder.find(photo, split) for photo, split in rows]
    _refuse_many(manifest, found)
    missing = sum(1 for paths in found if not paths)
    unlisted = len(folder.paths - {paths[0] for paths in found if paths})
    if missing and (not allow_missing or missing == len(found)):
        first = manifest.table["photo"][next(i for i, paths in enumerate(found) if not paths)]
        cure = "give the folder that holds them"
        if missing < len(found):
            cure += ", or leave the missing ones out with --allow-missing"
        raise CheckFailedError(
            f"{missing:,} of {len(found):,} photos are not in '{folder.root}' (first: '{first}'; "
            f"{unlisted:,} photos there are in no row); {cure}"
        )
    places = pl.Series("photo", [paths[0] if paths else None for paths in found], dtype=pl.String)
    table = manifest.table.with_columns(places).filter(pl.col("photo").is_not_null())
    notes = [f"{missing:,} listed photos are not in '{folder.root}': left out"] if missing else []
    if unlisted:
        notes.append(f"{unlisted:,} photos in '{folder.root}' are in no row: not used")
    return Manifest(table, folder.root, manifest.facts).noting(
        *notes, left_out=missing, unlisted=unlisted
    )


def _refuse_many(manifest: Manifest, found: list[list[str]]) -> None:
    for photo, paths in zip(manifest.table["photo"], found, strict=True):
        if len(paths) > 1:
            raise ManifestError(
                f"photo '{photo}' fits {len(paths)} files ('{paths[0]}', '{paths[1]}'); "
                "give the folder that holds one of each name"
            )
