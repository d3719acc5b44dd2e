"""Look at every photo of a manifest: what is missing, broken, leaking, double or in conflict."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from drgrade.data.columns import SPLITS
from drgrade.data.duplicates import near_duplicates
from drgrade.data.field import find_field
from drgrade.data.fingerprint import fingerprint
from drgrade.data.manifest import Manifest
from drgrade.data.photo import ARRAYS, read_photo
from drgrade.data.splits import copied_share, leaked_share, unit
from drgrade.errors import ManifestError, PhotoError
from drgrade.grades import GRADES
from drgrade.progress import track

SMALLEST_SIDE: Final = 256  # px; enough for a fingerprint, and fast
LISTED: Final = 10


@dataclass(frozen=True)
class Findings:
    """What was found in a manifest; `copies` are lists of photos of the same bytes."""

    photos: int
    patients: int
    without_patient: int
    unit: str
    counts: dict[str, tuple[int, ...]]  # split (or "none") -> photos of grade 0 to 4, ungraded
    missing: tuple[str, ...]
    broken: tuple[tuple[str, str], ...]  # photo, reason
    shared: dict[str, int]  # "train and test" -> patients (or groups) that are in both
    leaked_share: float
    leak_declared: bool
    copies: tuple[tuple[str, ...], ...]
    copies_across: tuple[tuple[str, ...], ...]  # those in more than one split
    conflicts: tuple[tuple[str, ...], ...]  # those with more than one grade
    pixels_read: bool
    copied_share: float | None = None  # of test rows, right by copying the other eye's grade
    alike: tuple[tuple[str, ...], ...] = ()  # pairs that look the same, of different bytes
    alike_across: tuple[tuple[str, ...], ...] = ()
    alike_conflicts: tuple[tuple[str, ...], ...] = ()

    def wrong(self) -> list[str]:
        """What must be put right before a figure can be believed, a sentence each."""
        said = []
        if self.missing:
            said.append(f"{_some(len(self.missing), 'photo')} missing: {_list(self.missing)}")
        if self.broken:
            told = [f"{photo} ({reason})" for photo, reason in self.broken]
            said.append(f"{_some(len(told), 'photo')} broken: {_list(told)}")
        said += self._leaks(declared=False)
        if self.copies_across:
            said.append(f"the same bytes in two splits: {_list_sets(self.copies_across)}")
        if self.conflicts:
            said.append(f"the same bytes with different grades: {_list_sets(self.conflicts)}")
        return said

    def warnings(self) -> list[str]:
        """What a reader should know, a sentence each."""
        said = self._leaks(declared=True)
        if self.without_patient:
            said.append(
                f"{_some(self.without_patient, 'photo')} without a patient: leaks between them "
                "cannot be seen, and intervals take them as independent"
            )
        harmless = set(self.copies) - set(self.copies_across) - set(self.conflicts)
        if harmless:
            said.append(f"the same bytes listed twice: {_list_sets(sorted(harmless))}")
        said += self._twins()
        for split, counts in self.counts.items():
            absent = [str(grade) for grade in GRADES if not counts[grade]]
            if absent and any(counts[: len(GRADES)]):
                said.append(f"no photo of grade {', '.join(absent)} in {_name(split)}")
        return said

    def _leaks(self, *, declared: bool) -> list[str]:
        """Patients in two splits; a source declares those in test alone, never the others."""
        told = " (declared by the source)" if declared else ""
        said = [
            f"{_some(number, self.unit)} in {pair}{told}"
            for pair, number in self.shared.items()
            if declared == (self.leak_declared and pair.endswith("test"))
        ]
        if self.leaked_share and declared == self.leak_declared:
            said.append(f"{self.leaked_share:.2%} of test rows are of patients seen in training")
        return said

    def _twins(self) -> list[str]:
        """Photos that look the same, and the floor of a set that holds both eyes of a patient."""
        said = []
        told = (
            ("near-duplicates in two splits", self.alike_across),
            ("near-duplicates with different grades", self.alike_conflicts),
            (
                "near-duplicates",
                sorted({*self.alike} - {*self.alike_across, *self.alike_conflicts}),
            ),
        )
        for what, pairs in told:
            if pairs:
                said.append(f"{what}: {_list_sets(pairs)}")
        if self.copied_share is not None:
            said.append(
                f"copying the other eye's grade from training, else 0, is right for "
                f"{self.copied_share:.2%} of test rows"
            )
        return said

    def as_json(self) -> dict[str, Any]:
        """The findings as plain values for a program."""
        plain = {name: value for name, value in self.__dict__.items() if name != "counts"}
        counts = counts_as_json(self.counts)
        return {**plain, "counts": counts, "wrong": self.wrong(), "warnings": self.warnings()}


def examine(manifest: Manifest, *, read_pixels: bool = True, workers: int = 2) -> Findings:
    """Check the rows and, with `read_pixels`, decode and hash every photo."""
    photos = manifest.table["photo"].to_list()
    places = {photo: _place(manifest, photo) for photo in photos}
    missing = tuple(photo for photo in photos if not _exists(places[photo]))
    there = sorted(set(photos) - set(missing))
    hashes: dict[str, list[str]] = defaultdict(list)
    broken = []
    prints: dict[str, str] = {}
    if read_pixels:
        for photo, answer in _read_all(there, places, workers):
            if isinstance(answer, PhotoError):
                broken.append((photo, str(answer)))
            else:
                digest, prints[photo] = answer
                hashes[digest].append(photo)
    alike = _alike(prints, hashes)
    copies = [tuple(same) for same in hashes.values() if len(same) > 1]
    return Findings(
        photos=len(manifest),
        patients=manifest.table["patient"].drop_nulls().n_unique(),
        without_patient=manifest.table["patient"].null_count(),
        unit=unit(manifest),
        counts=count_grades(manifest),
        missing=missing,
        broken=tuple(broken),
        shared=_shared(manifest),
        leaked_share=leaked_share(manifest),
        leak_declared=bool(manifest.facts.get("leak_declared")),
        copies=tuple(copies),
        copies_across=_differing(copies, manifest, "split"),
        conflicts=_differing(copies, manifest, "grade"),
        pixels_read=read_pixels,
        copied_share=copied_share(manifest),
        alike=tuple(alike),
        alike_across=_differing(alike, manifest, "split"),
        alike_conflicts=_differing(alike, manifest, "grade"),
    )


def count_grades(manifest: Manifest) -> dict[str, tuple[int, ...]]:
    """Photos of each grade 0 to 4 and ungraded ones, by split; rows in no split under `none`."""
    splits = manifest.table["split"].fill_null("none")
    grades = manifest.table["grade"].fill_null(len(GRADES)).to_numpy()
    return {
        split: tuple(np.bincount(grades[(splits == split).to_numpy()], minlength=6).tolist())
        for split in (*SPLITS, "none")
        if (splits == split).any()
    }


def counts_as_json(counts: dict[str, tuple[int, ...]]) -> dict[str, dict[str, int]]:
    """Counts of `count_grades` with the grades named."""
    return {
        split: {**{str(g): numbers[g] for g in GRADES}, "ungraded": numbers[-1]}
        for split, numbers in counts.items()
    }


def _place(manifest: Manifest, photo: str) -> Path | None:
    try:
        return manifest.locate(photo)
    except ManifestError:
        return None


def _exists(place: Path | None) -> bool:
    if place is None:
        return False
    file, is_item, _ = str(place).partition(ARRAYS)
    return Path(file + ARRAYS.rstrip("#")).is_file() if is_item else place.is_file()


def _read_all(
    photos: list[str], places: dict[str, Path | None], workers: int
) -> Iterator[tuple[str, tuple[str, str] | PhotoError]]:
    def look(photo: str) -> tuple[str, str] | PhotoError:
        try:
            read = read_photo(places[photo] or Path(), wanted_side=SMALLEST_SIDE)
        except PhotoError as error:
            return error
        return read.sha256, fingerprint(read.pixels, find_field(read.pixels))

    with ThreadPoolExecutor(workers) as pool:
        answers = track(pool.map(look, photos), len(photos), "looked at")
        yield from zip(photos, answers, strict=True)


def _alike(prints: dict[str, str], hashes: dict[str, list[str]]) -> list[tuple[str, ...]]:
    """Pairs that look the same; those of the same bytes are told elsewhere."""
    photos = list(prints)
    same = {photo: digest for digest, those in hashes.items() for photo in those}
    pairs = [(photos[p.first], photos[p.second]) for p in near_duplicates(list(prints.values()))]
    return [(a, b) for a, b in pairs if same[a] != same[b]]


def _shared(manifest: Manifest) -> dict[str, int]:
    """Patients (or groups) in two splits at once, by pair of splits."""
    table = manifest.table.select(
        pl.Series("who", manifest.groups()),
        "split",
        pl.coalesce("group", "patient").is_not_null().alias("known"),
    ).filter("known")
    members = {split: set(table.filter(pl.col("split") == split)["who"]) for split in SPLITS}
    pairs = {f"{a} and {b}": len(members[a] & members[b]) for a, b in combinations(SPLITS, 2)}
    return {pair: number for pair, number in pairs.items() if number}


def _differing(
    copies: list[tuple[str, ...]], manifest: Manifest, column: str
) -> tuple[tuple[str, ...], ...]:
    values = dict(manifest.table.select("photo", column).iter_rows())
    return tuple(same for same in copies if len({values[p] for p in same} - {None}) > 1)


def _name(split: str) -> str:
    return "the manifest" if split == "none" else split


def _some(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def _list(items: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(items) - LISTED:,} more" if len(items) > LISTED else ""
    return ", ".join(items[:LISTED]) + more


def _list_sets(sets: tuple[tuple[str, ...], ...] | list[tuple[str, ...]]) -> str:
    return f"{_some(len(sets), 'set')}: " + _list([" = ".join(same) for same in sets])
