"""SOURCES: the course lab's lists and the public sets, each from its own files to a manifest."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from drgrade.data.audit.label_scale import SCALES, only_grade, scale_of
from drgrade.data.sources import readers
from drgrade.data.sources.any_table import Columns, read_any_csv
from drgrade.data.sources.photo_folder import look_into, restrict
from drgrade.data.sources.readers import Listing
from drgrade.data.tables.columns import SCHEMA, Place
from drgrade.data.tables.delimited import Problems
from drgrade.data.tables.manifest import Manifest, from_text, name_eyes, name_patients
from drgrade.data.tables.splits import LEAK_NOTE_ENDS, leaked_share
from drgrade.errors import ManifestError, Reason, UsageError, choose
from drgrade.icdr import GRADES
from drgrade.locale.catalogue import text
from drgrade.provenance.photo_set import DRAWN, SetProvenance

KAGGLE: Final = "Kaggle competition rules: research use, no redistribution"


@dataclass(frozen=True)
class Expected:
    """What the publisher states of one part (`split` None: of all rows)."""

    split: str | None
    photos: int
    grades: tuple[int, ...] = ()
    ungradable: int | None = None


@dataclass(frozen=True)
class Source:
    """A set: what it holds, its terms, where to get it, and how its own files are read."""

    holds: str
    licence: str
    address: str
    read: Callable[[Path], list[Listing]] | None
    expected: tuple[Expected, ...] = ()
    leak_declared: bool = False
    has_photos_inside: bool = False


SOURCES: Final[dict[str, Source]] = {
    "lab3": Source(
        "the course lab's lists of the Kaggle 2015 photos, split by photo (patients leak)",
        KAGGLE,
        "kaggle.com/c/diabetic-retinopathy-detection",
        readers.read_lab,
        (
            Expected("train", 28_100, (20_656, 1_955, 4_210, 698, 581)),
            Expected("test", 7_026, (5_154, 488, 1_082, 175, 127)),
        ),
        leak_declared=True,
    ),
    "eyepacs": Source(
        "Kaggle 2015: 35,126 train and 53,576 test photos, both eyes of each patient",
        KAGGLE,
        "kaggle.com/c/diabetic-retinopathy-detection",
        readers.read_eyepacs,
        (
            Expected("train", 35_126, (25_810, 2_443, 5_292, 873, 708)),
            Expected("test", 53_576),
        ),
    ),
    "aptos": Source(
        "Kaggle 2019: 3,662 photos, no patients; its test labels were never published",
        KAGGLE,
        "kaggle.com/c/aptos2019-blindness-detection",
        readers.read_aptos,
        (Expected("train", 3_662, (1_805, 370, 999, 193, 295)),),
    ),
    "idrid": Source(
        "413 train and 103 test photos with DR and macular edema grades, no patients",
        "CC BY 4.0",
        'ieee-dataport.org, "Indian Diabetic Retinopathy Image Dataset"',
        readers.read_idrid,
        (Expected("train", 413), Expected("test", 103)),
    ),
    "messidor2": Source(
        "1,748 photos of 874 patients, 1,744 gradable; adjudicated grades",
        "research use, on request; grades: Kaggle google-brain/messidor2-dr-grades",
        "adcis.net, Messidor-2",
        readers.read_messidor,
        (Expected(None, 1_748, (1_017, 270, 347, 75, 35), ungradable=4),),
    ),
    "ddr": Source(
        "13,673 photos, 1,151 of them ungradable; no patients",
        "research use",
        "github.com/nkicsl/DDR-dataset",
        readers.read_ddr,
        (Expected(None, 13_673, ungradable=1_151),),
    ),
    "deepdrid": Source(
        "1,200 train and 400 validation photos, four of each patient",
        "CC BY-SA 4.0",
        "github.com/deepdrdoc/DeepDRiD",
        readers.read_deepdrid,
        (Expected("train", 1_200), Expected("tune", 400)),
    ),
    "retinamnist": Source(
        "1,080 / 120 / 400 small pictures of 28 or 224 px, made of DeepDRiD (never mix the two)",
        "CC BY 4.0 (MedMNIST v2)",
        "medmnist.com",
        readers.read_retinamnist,
        (Expected("train", 1_080), Expected("tune", 120), Expected("test", 400)),
        has_photos_inside=True,
    ),
    "folder": Source(
        "any photos sorted into folders 0 to 4, or named after the grade",
        "yours to know",
        "your own folder",
        readers.read_folders,
        has_photos_inside=True,
    ),
    "csv": Source(
        "any table with a header; its columns are named by options",
        "yours to know",
        "your own file",
        None,
    ),
}
ANYBODYS: Final = "csv"  # a list from anywhere does not say what its photographs are


def is_drawn(source: str | None) -> bool | None:
    """Whether photographs of a source are drawn; None where it does not tell."""
    if source == DRAWN:
        return True
    return False if source in SOURCES and source != ANYBODYS else None


def import_source(
    name: str,
    path: Path,
    *,
    photos: Path | None = None,
    allow_missing: bool = False,
    columns: Columns | None = None,
) -> Manifest:
    """Make one manifest of a set's own files; its notes say what was done.

    With `photos`, a folder, every photo is looked for in it, and it becomes the root. Without,
    every row is kept and nothing is looked for. `columns` is for source csv alone.

    Raises:
        UnknownNameError: no such source.
        ManifestError: every problem of the set's files at once.
        CheckFailedError: photos are missing and `allow_missing` is off.
    """
    source = choose(SOURCES, name, "source")
    path = Path(path)
    if columns is not None and columns != Columns() and source.read is not None:
        raise UsageError(f"columns can be named for source csv alone, got source {name}")
    if photos is not None and source.has_photos_inside:
        raise UsageError(f"source {name} takes its photos from '{path}'; leave out --photos")
    listings = source.read(path) if source.read else read_any_csv(path, columns or Columns())
    folder = None if photos is None else _beside(photos, path)
    whole = _joined(listings, _place_of(path, folder))
    known = _known(name, source).but(**whole.provenance.given())
    whole = replace(whole, provenance=known).noting(
        *(note for listing in listings for note in listing.notes)
    )
    whole = _without_twice(_counted(whole, name, source))
    if folder is not None:
        whole = restrict(whole, look_into(folder), allow_missing=allow_missing)
    return _judged(whole)


def _known(name: str, source: Source) -> SetProvenance:
    return SetProvenance(
        source=name,
        licence=source.licence,
        address=source.address,
        leak_declared=source.leak_declared,
    )


def _beside(photos: Path, path: Path) -> Path:
    """The folder as given, else of that name beside the set's own files."""
    photos = Path(photos)
    beside = (path if path.is_dir() else path.parent) / photos
    return beside if not photos.is_dir() and beside.is_dir() else photos


def _place_of(path: Path, photos: Path | None) -> Place:
    """Where the rows' paths lead to: into the folder of photos, where there is one."""
    own = path if path.is_dir() else path.parent
    if photos is None or not photos.is_dir():
        return Place(own, own, option="--photos")
    return Place(photos, own, is_declared=True, option="--photos")


def _joined(listings: list[Listing], place: Place) -> Manifest:
    parts = [from_text(listing.text, place, Problems(listing.path)) for listing in listings]
    table = pl.concat([part.table for part in parts], how="diagonal")
    twice = table.filter(pl.col("photo").is_duplicated())
    if not twice.is_empty():
        raise ManifestError(
            f"{len(twice):,} rows of {' and '.join(listing.path.name for listing in listings)} "
            f"name the same photos (first: '{twice['photo'][0]}'); a photo is in one part only"
        )
    named = name_eyes(name_patients(Manifest(table, place.root)))
    order = [*SCHEMA, *(column for column in table.columns if column not in SCHEMA)]
    return replace(named, table=named.table.select(order))


def _counted(manifest: Manifest, name: str, source: Source) -> Manifest:
    """Hold the counts against what the publisher states, part by part."""
    differences = [
        f"warning: {name}{' ' + expected.split if expected.split else ''}: published are {said}, "
        f"these files have {found}; are they whole?"
        for expected in source.expected
        for said, found in _differences(manifest, expected)
    ]
    if not source.expected:
        return manifest
    if differences:
        return manifest.noting(*differences, counts="differ")
    return manifest.noting("counts are as published", counts="as published")


def _differences(manifest: Manifest, expected: Expected) -> list[tuple[str, str]]:
    part = manifest.part(expected.split) if expected.split else manifest
    if not len(part):
        return []  # a part whose file was not given
    different = []
    if len(part) != expected.photos:
        different.append((f"{expected.photos:,} photos", f"{len(part):,}"))
    grades = tuple(int((part.table["grade"] == grade).sum()) for grade in GRADES)
    if expected.grades and grades != expected.grades:
        different.append((f"grades {_slashed(expected.grades)}", _slashed(grades)))
    ungradable = part.table["grade"].null_count()
    if expected.ungradable is not None and ungradable != expected.ungradable:
        different.append((f"{expected.ungradable:,} ungradable", f"{ungradable:,}"))
    return different


def _slashed(counts: tuple[int, ...]) -> str:
    return "/".join(str(count) for count in counts)


def _without_twice(manifest: Manifest) -> Manifest:
    """Leave out what the set itself lists twice under two names (IDRiD)."""
    if manifest.provenance.source != "idrid":
        return manifest
    keep = pl.col("duplicate").fill_null("false") != "true"
    table = manifest.table.filter(keep).drop("duplicate")
    left = len(manifest) - len(table)
    notes = [f"{left} listings of pictures that are listed twice left out"] if left else []
    return replace(manifest, table=table).noting(*notes)


def _judged(manifest: Manifest) -> Manifest:
    """Say what a reader must know of patients before believing a figure."""
    notes = _of_grades(manifest)
    if manifest.table["patient"].null_count() == len(manifest):
        notes.append(_without_patients(manifest))
    leak = leaked_share(manifest)
    if leak:
        ending = LEAK_NOTE_ENDS[0 if manifest.provenance.leak_declared else 1]
        notes.append(f"warning: {leak:.2%} of test rows are of patients in train {ending}")
    return manifest.noting(*notes, leaked_share=leak)


def _of_grades(manifest: Manifest) -> list[str]:
    """What the counts of grades show: one grade alone, or another scale."""
    counts = [int((manifest.table["grade"] == grade).sum()) for grade in GRADES]
    if (grade := only_grade(counts)) is not None:
        values = {"graded": sum(counts), "grade": grade}
        return [f"warning: {text(Reason('labels_all_the_same', values))}"]
    scale = scale_of(counts)
    return [f"warning: the grades look {SCALES[scale]}"] if scale else []


def _without_patients(manifest: Manifest) -> str:
    groups = manifest.table["group"].drop_nulls().n_unique()
    if groups:
        return (
            f"warning: no patients are known; splits and intervals keep the {groups:,} groups "
            "together instead"
        )
    return "warning: no patients are known; intervals will assume independent photos"
