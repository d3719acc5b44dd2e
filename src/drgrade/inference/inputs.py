"""The photographs that a command is given: files, folders of them, or manifests, each read once."""

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade.data.photos.listing import READ, as_text, look_below, safe_stat
from drgrade.errors import DrgradeError, PhotoError, Reason, UsageError
from drgrade.locale.refusal import refusal
from drgrade.provenance.model import ModelProvenance
from drgrade.runtime.progress import say

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

TABLE_ENDINGS = (".csv", ".parquet")
Row = dict[str, Any]
Input = tuple[str, Path | DrgradeError, Row]  # the photo's name, where it lies, what is known of it
Place = tuple[str, str | DrgradeError]  # a path as text: as an object it takes ten times the room


@dataclass(frozen=True)
class Inputs:
    """What a command is given, in its order; rows of manifests are made as they are asked for.

    `parts` are files with their places, and manifests. `kept` are the numbers of those that are
    inputs: a photo named twice is one.
    """

    parts: tuple["tuple[Place, ...] | Manifest", ...]
    kept: Sequence[int]

    def __len__(self) -> int:
        return len(self.kept)

    def __iter__(self) -> Iterator[Input]:
        kept = iter(self.kept)
        wanted = next(kept, None)
        for number, each in enumerate(self._every()):
            if number == wanted:
                yield each
                wanted = next(kept, None)

    def _every(self) -> Iterator[Input]:
        for part in self.parts:
            if isinstance(part, tuple):
                for name, path in part:
                    yield name, Path(path) if isinstance(path, str) else path, {}
                continue
            for row in part.table.iter_rows(named=True):
                known = {key: value for key, value in row.items() if value is not None}
                yield row["photo"], _located(part, row["photo"]), known

    def first_of_each(self) -> Sequence[int]:
        """Their numbers without those whose name and place came before."""
        seen: set[bytes] = set()  # hashes: names themselves take three times the room
        kept = array("q")
        for number, (name, path, _) in zip(self.kept, self, strict=True):
            key = hashlib.sha256(repr((name, str(path))).encode("utf-8", "replace")).digest()[:16]
            if key not in seen:
                seen.add(key)
                kept.append(number)
        return kept if len(kept) < len(self) else self.kept

    def only(self, places: Sequence[int]) -> "Inputs":
        """Those at these places of the order, from 0 on."""
        return replace(self, kept=[self.kept[place] for place in places])

    @property
    def manifests(self) -> list["Manifest"]:
        """The manifests among what was given."""
        return [part for part in self.parts if not isinstance(part, tuple)]

    @property
    def digest(self) -> str:
        """SHA-256 over names, places and the hashes that manifests have, in their order."""
        digest = hashlib.sha256()
        for name, path, known in self:
            digest.update(repr((name, str(path), known.get("sha256"))).encode("utf-8", "replace"))
        return digest.hexdigest()

    def origin(self) -> ModelProvenance:
        """Where they come from and whether they are drawn: only where manifests alone were given.

        `drawn` is left out where a source does not say it, `source` where there are several.
        """
        from drgrade.data.sources.registry import is_drawn

        if len(self.manifests) < len(self.parts):
            return ModelProvenance()
        sources = {manifest.provenance.source or "" for manifest in self.manifests}
        drawn = [is_drawn(source) for source in sources]
        is_told = None not in drawn or any(drawn)
        found = ModelProvenance(drawn=any(drawn)) if is_told else ModelProvenance()
        return found.but(source=sources.pop()) if len(sources) == 1 else found

    def is_lost(self) -> bool:
        """Whether a manifest was given and none of its photographs is where it says."""
        of_manifest = [path for _, path, row in self if row]
        return bool(of_manifest) and not any(
            isinstance(path, Path) and safe_stat(path.exists) for path in of_manifest
        )


def list_inputs(places: list[Path], root: Path | None, besides: Path | None = None) -> Inputs:
    """Every photo named by files, folders or a manifest: (name, path or what is wrong, its row).

    A photo named twice is one input. A link that leads nowhere is an input that cannot be read,
    and so is a folder that cannot be looked into.
    What else a folder holds is said on stderr; `besides` is a folder below it to leave out.

    Raises:
        UsageError: no photo, or a root without a manifest.
    """
    if root is not None and not any(place.suffix.lower() in TABLE_ENDINGS for place in places):
        raise UsageError(f"--root is where a manifest's photographs lie, got '{root}' without one")
    parts: list[tuple[Place, ...] | Manifest] = []
    for place in places:
        if safe_stat(place.is_dir):
            parts.append(_of_folder(place, besides))
        elif place.suffix.lower() in TABLE_ENDINGS:
            from drgrade.data.tables.manifest import read_manifest

            parts.append(read_manifest(place, root=root))
        else:
            parts.append(((as_text(place), str(place)),))
    every = Inputs(tuple(parts), range(sum(map(len, parts))))
    kept = every.first_of_each()
    if not kept:
        raise UsageError(
            f"no photographs found under {', '.join(map(str, places))}; they end in "
            f"{', '.join(READ)}"
        )
    return replace(every, kept=kept)


def _of_folder(place: Path, besides: Path | None) -> tuple[Place, ...]:
    below = look_below(place, besides)
    if aside := below.left_aside():
        say(f"{place}: not looked at: {aside}")
    unread = (
        (as_text(path), refusal(PhotoError, Reason("cannot_be_read", {"why": why})))
        for path, why in below.unread
    )
    return (*((as_text(path), str(path)) for path in below.pictures), *unread)


def _located(manifest: "Manifest", photo: str) -> Path | DrgradeError:
    """Where a photo lies, or what is wrong with its name."""
    if "\0" in photo:
        return refusal(PhotoError, Reason("impossible_name", {"why": "embedded null byte"}))
    try:
        return manifest.locate(photo)
    except DrgradeError as error:
        return error
