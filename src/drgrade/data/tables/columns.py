"""Columns of text become the columns of a manifest, every problem noted with its line."""

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from drgrade.data.tables.delimited import Problems, TextTable
from drgrade.errors import Reason, nearest
from drgrade.icdr import EYE_NAMES, EYES
from drgrade.locale.catalogue import text as text_of

SPLITS: Final = ("train", "tune", "calibrate", "test")
SCHEMA: Final[dict[str, pl.DataType]] = {
    "photo": pl.String(),
    "patient": pl.String(),
    "eye": pl.String(),
    "group": pl.String(),
    "grade": pl.Int8(),
    "split": pl.String(),
}
SPLIT_NAMES: Final = {
    "training": "train",
    "val": "tune",
    "valid": "tune",
    "validation": "tune",
    "dev": "tune",
    "testing": "test",
}
ODD_PATH: Final = r"(^|/)\.{1,2}(/|$)|//|^/|\\|^[A-Za-z]:"
FIVE: Final = r"^5(\.0+)?$"
BLANK_ENDS: Final = r"^\s|\s$"
KNOWN: Final = (*SCHEMA, "dme", "mask")


@dataclass(frozen=True)
class Place:
    """Where the photos of a table lie: below `root`; `beside` is the folder of the table.

    Paths may leave the root on their way only where it `is_declared`, which `option` does.
    """

    root: Path
    beside: Path
    is_declared: bool = False
    option: str = "--root"


def typed(text: TextTable, place: Place, problems: Problems) -> pl.DataFrame:
    """Check columns of text and give them the types of `SCHEMA`; missing ones become empty.

    Empty text becomes null. What is wrong goes to `problems`; the columns are of use only where
    there are none.

    Raises:
        ManifestError: at once where there is no column of photos.
    """
    table = _without_empty(text.table)
    _check_columns(table.columns, problems)
    for name in KNOWN:
        if name in table.columns and table[name].str.contains(BLANK_ENDS).any():
            table = table.with_columns(pl.col(name).str.strip_chars().replace("", None))
    for name in ("photo", "mask"):
        if name in table.columns:
            table = _with_paths(table, name, text.lines, place, problems)
    table = _with_grades(table, text.lines, problems)
    table = _with_words(table, text.lines, problems)
    _check_photos(table, text.lines, problems)
    return _arranged(table)


def _without_empty(table: pl.DataFrame) -> pl.DataFrame:
    """Empty text is no value, whatever kind of table it stood in."""
    empty = [column.name for column in table if column.dtype == pl.String and (column == "").any()]
    return table.with_columns(pl.col(empty).replace("", None))


def _arranged(table: pl.DataFrame) -> pl.DataFrame:
    table = table.with_columns(
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in SCHEMA.items()
        if name not in table.columns
    )
    return table.select([*SCHEMA, *(name for name in table.columns if name not in SCHEMA)])


def _check_columns(columns: list[str], problems: Problems) -> None:
    found = f"found: {', '.join(columns)}"
    if "photo" not in columns:
        hint = nearest("photo", columns)
        if any(re.search(r"\.(jpe?g|png|tiff?)$|_(left|right)$", name) for name in columns):
            hint = "; the first line looks like data, so the file has no header"
        problems.stop(
            1,
            f"a manifest needs the column 'photo' ({found}){hint}; add a header, or make a "
            "manifest with: drgrade data import csv FILE --photo-column NAME --label-column NAME",
        )
    for name in KNOWN:
        if name not in columns:
            alike = (other for other in columns if other.strip().lower() == name)
            for other in alike:
                problems.add(0, f"column '{other}' is not '{name}'; rename it")
    for name in (*SCHEMA, "dme"):
        twice = [other for other in columns if re.fullmatch(rf"{name}\.\d+", other)]
        if name in columns and twice:
            problems.add(
                1,
                f"the column '{name}' is there {len(twice) + 1} times ({found}); keep one, or "
                f"choose with: drgrade data import csv FILE --label-column {twice[0]}",
            )


def _with_paths(
    table: pl.DataFrame,
    name: str,
    lines: pl.Series,
    place: Place,
    problems: Problems,
) -> pl.DataFrame:
    odd = table[name].str.contains(ODD_PATH).fill_null(False)
    if not odd.any():
        return table
    places = odd.arg_true()
    given = table[name].gather(places)
    below = pl.Series(name, [_below(path, place) for path in given], dtype=pl.String)
    cure = (
        f"it leads out of the root {place.root}"
        if place.is_declared
        else f"absolute paths and .. need a declared root that holds them ({place.option} FOLDER)"
    )
    problems.report(
        lines.gather(places),
        given,
        below.is_null(),
        lambda path: (
            f"{name} '{path}': " + ("write / instead of \\ in paths" if "\\" in path else cure)
        ),
    )
    kept = below.zip_with(below.is_not_null(), given)
    return table.with_columns(table[name].scatter(places, kept).alias(name))


def _below(path: str, place: Place) -> str | None:
    """A path relative to the root, or None where it leads out of it or is no path of ours."""
    if "\\" in path or re.match(r"^[A-Za-z]:", path):
        return None
    leaves = posixpath.isabs(path) or ".." in path.split("/")
    if leaves and not place.is_declared:
        return None
    start = place.beside if leaves else place.root
    whole = posixpath.normpath(posixpath.join(start.absolute().as_posix(), path))
    relative = posixpath.relpath(whole, posixpath.normpath(place.root.absolute().as_posix()))
    return None if relative == ".." or relative.startswith("../") else relative


def _with_grades(table: pl.DataFrame, lines: pl.Series, problems: Problems) -> pl.DataFrame:
    limits = {
        "grade": (r"^[0-4](\.0+)?$", "0 to 4 or empty", "; leave it empty where ungradable"),
        "dme": (r"^[0-9](\.0+)?$", "a digit or empty", ""),
    }
    for name, (pattern, rule, cure) in limits.items():
        if name not in table.columns:
            continue
        wrong = ~table[name].str.contains(pattern)
        if name == "grade" and (reason := begins_at_one(table[name])) is not None:
            problems.add(0, text_of(reason))  # once, and not that each 5 be left empty
            wrong = wrong & ~table[name].str.contains(FIVE)
        problems.report(
            lines,
            table[name],
            wrong,
            lambda value, n=name, r=rule, c=cure: f"{n} must be {r}, got '{value}'{c}",  # type: ignore[misc]
        )
        number = pl.col(name).str.slice(0, 1).cast(pl.Int8, strict=False)
        table = table.with_columns(number.alias(name))
    return table


def begins_at_one(labels: pl.Series) -> Reason | None:
    """Whether labels, as text, run from 1 to 5: a scale that begins at 1, which no 5 may be of.

    Where there is a 0 a 5 is what some sets call ungradable.
    """
    numbers = labels.drop_nulls().str.extract(r"^([0-9])(\.0+)?$")
    counts = [int((numbers == str(label)).sum()) for label in range(6)]
    if numbers.null_count() or counts[0] or not counts[5] or sum(counts) < len(numbers):
        return None
    return Reason("labels_begin_at_one", {f"n{label}": counts[label] for label in range(1, 6)})


def _with_words(table: pl.DataFrame, lines: pl.Series, problems: Problems) -> pl.DataFrame:
    if "eye" in table.columns:
        if not table["eye"].is_in(EYES).all():
            table = table.with_columns(pl.col("eye").str.to_lowercase().replace(EYE_NAMES))
        wrong = ~table["eye"].is_in(EYES)
        rule = "eye must be left, right or empty"
        problems.report(lines, table["eye"], wrong, lambda value: f"{rule}, got '{value}'")
    if "split" in table.columns:
        wrong = ~table["split"].is_in(SPLITS)
        problems.report(lines, table["split"], wrong, _split_rule)
    return table


def _split_rule(value: str) -> str:
    meant = SPLIT_NAMES.get(value.lower())
    hint = f"; write '{meant}'" if meant else nearest(value, SPLITS)
    return f"split must be one of {', '.join(SPLITS)} or empty, got '{value}'{hint}"


def _check_photos(table: pl.DataFrame, lines: pl.Series, problems: Problems) -> None:
    photos = table["photo"]
    problems.report(lines, photos, photos.is_null(), lambda _: "photo is empty; give its path")
    hashes = photos.hash().sort()  # 16 bytes a row, where a set of the names takes a hundred
    if not (hashes == hashes.shift(1)).any():
        return
    twice = (photos.is_duplicated() & ~photos.is_first_distinct()) & photos.is_not_null()

    def why(photo: str) -> str:
        first = lines[photos.index_of(photo) or 0]
        return f"photo '{photo}' is already on {problems.unit} {first}; keep one of them"

    problems.report(lines, photos, twice, why)
