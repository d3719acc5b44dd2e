"""The photographs that a command is given: files, folders of them, or one manifest."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade.data.photos.listing import READ, as_text, look_below, safe_stat
from drgrade.errors import DrgradeError, PhotoError, UsageError
from drgrade.runtime.progress import say

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

TABLE_ENDINGS = (".csv", ".parquet")
Row = dict[str, Any]
Input = tuple[str, Path | DrgradeError, Row]  # the photo's name, where it lies, what is known of it


def list_inputs(places: list[Path], root: Path | None, besides: Path | None = None) -> list[Input]:
    """Every photo named by files, folders or a manifest: (name, path or what is wrong, its row).

    A photo named twice is one input. A link that leads nowhere is an input that cannot be read,
    and so is a folder that cannot be looked into.
    What else a folder holds is told on stderr; `besides` is a folder below it to leave out.

    Raises:
        UsageError: no photo, or a root without a manifest.
    """
    if root is not None and not any(place.suffix.lower() in TABLE_ENDINGS for place in places):
        raise UsageError(f"--root is where a manifest's photographs lie, got '{root}' without one")
    found: list[Input] = []
    for place in places:
        if safe_stat(place.is_dir):
            below = look_below(place, besides)
            found += [(as_text(path), path, {}) for path in below.pictures]
            found += [
                (as_text(path), PhotoError("cannot be read", why), {}) for path, why in below.unread
            ]
            if aside := below.left_aside():
                say(f"{place}: not looked at: {aside}")
        elif place.suffix.lower() in TABLE_ENDINGS:
            found += _of_manifest(place, root)
        else:
            found.append((as_text(place), place, {}))
    if not found:
        raise UsageError(
            f"no photographs found under {', '.join(map(str, places))}; they end in "
            f"{', '.join(READ)}"
        )
    once: dict[tuple[str, str], Input] = {}
    for each in found:
        once.setdefault((each[0], str(each[1])), each)
    return list(once.values())


def _of_manifest(place: Path, root: Path | None) -> Iterator[Input]:
    from drgrade.data.tables.manifest import read_manifest

    manifest = read_manifest(place, root=root)
    for row in manifest.table.to_dicts():
        known = {key: value for key, value in row.items() if value is not None}
        yield row["photo"], _located(manifest, row["photo"]), known


def _located(manifest: "Manifest", photo: str) -> Path | DrgradeError:
    """Where a photo lies, or what is wrong with its name."""
    if "\0" in photo:
        return PhotoError("cannot be read", "no file can have this name: embedded null byte")
    try:
        return manifest.locate(photo)
    except DrgradeError as error:
        return error
