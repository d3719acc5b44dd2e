"""Anybody's table of photos and labels, by the names of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Final

import polars as pl

from drgrade.data.sources.grade_map import mapped
from drgrade.data.sources.readers import IDRID_NUMBER, Listing, block
from drgrade.data.tables.columns import SCHEMA, SPLIT_NAMES, SPLITS
from drgrade.data.tables.delimited import Problems, TextTable, read_delimited
from drgrade.errors import ManifestError, UsageError, nearest, shown

USUAL_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "photo": ("photo", "image", "image_id", "id_code", "image_name", "filename", "file", "path"),
    "grade": ("grade", "label", "level", "diagnosis", "dr_grade"),
    "patient": ("patient", "patient_id"),
    "eye": ("eye", "laterality"),
    "split": ("split",),
    "group": (),
}
OPTIONS: Final = {
    name: "--label-column" if name == "grade" else f"--{name}-column" for name in USUAL_NAMES
}
REQUIRED: Final = ("photo", "grade")


@dataclass(frozen=True)
class Columns:
    """Which column is what in a table of source csv; empty: its usual names are looked for.

    `drop_where` holds `COLUMN=VALUE`, rows to leave out; `grade_map` a file that maps the labels
    of another scale.
    """

    photo: str = ""
    grade: str = ""
    patient: str = ""
    eye: str = ""
    group: str = ""
    split: str = ""
    drop_where: tuple[str, ...] = ()
    grade_map: Path | None = None


def read_any_csv(path: Path, columns: Columns) -> list[Listing]:
    """Read any table with a header; columns that are not chosen are kept as they are."""
    problems = Problems(path)
    text = read_delimited(path, problems)
    chosen = _choose_all(text.table.columns, columns, problems)
    problems.refuse()
    text, notes = _drop(text, columns.drop_where)
    table = text.table.rename(_new_names(text.table.columns, chosen))
    table = table.with_columns(pl.col("photo").str.replace_all("\\", "/", literal=True))
    if "split" in table.columns:
        low = pl.col("split").str.strip_chars().str.to_lowercase()
        table = table.with_columns(low.replace({**SPLIT_NAMES, **{s: s for s in SPLITS}}))
    said = ", ".join(f"{name} = {column}" for name, column in chosen.items())
    if columns.grade_map is not None:
        table, told_map = mapped(table, columns.grade_map)
        notes.append(told_map)
    table, blocks = _with_blocks(table)
    return [Listing(path, TextTable(table, text.lines), (f"columns: {said}", *notes, *blocks))]


def _choose_all(found: list[str], columns: Columns, problems: Problems) -> dict[str, str]:
    chosen = {}
    for name, usual in USUAL_NAMES.items():
        asked = getattr(columns, name)
        column = asked if asked in found else _guess(name, usual, found, problems, asked)
        if column:
            chosen[name] = column
    return chosen


def _guess(
    name: str, usual: Sequence[str], found: list[str], problems: Problems, asked: str
) -> str:
    listed = f"(found: {', '.join(found)})"
    if asked:
        near = nearest(asked, found)
        problems.add(1, f"no column '{asked}' for {OPTIONS[name]} {listed}{near}")
        return ""
    fitting = [column for column in found if column.lower().split(".")[0] in usual]
    if len(fitting) > 1:
        problems.add(
            1,
            f"{' and '.join(fitting)} may each be the {name} {listed}; "
            f"choose with {OPTIONS[name]} {fitting[0]}",
        )
    elif not fitting and name in REQUIRED:
        problems.add(1, f"no column looks like the {name} {listed}; name it: {OPTIONS[name]} NAME")
    return fitting[0] if fitting else ""


def _new_names(found: list[str], chosen: dict[str, str]) -> dict[str, str]:
    """Chosen columns get the names of a manifest; others that bear such a name step aside.

    So does one that bears it in other letters (`Group`): a manifest would refuse it.
    """
    roles = {column: name for name, column in chosen.items()}
    if len(roles) < len(chosen):
        raise UsageError(f"each column can be one thing only, got {chosen}")
    aside: dict[str, str] = {}
    for name in found:
        if name.strip().lower() in SCHEMA and name not in roles:
            aside[name] = _free(f"file_{name}", {*found, *aside.values()})
    return {**roles, **aside}


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it the first that is not taken."""
    numbered = (f"{name}_{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def _drop(text: TextTable, conditions: Sequence[str]) -> tuple[TextTable, list[str]]:
    notes = []
    for condition in conditions:
        column, equals, value = condition.partition("=")
        if not equals or column not in text.table.columns:
            raise UsageError(
                f"--drop-where must be COLUMN=VALUE with a column of the table, got '{condition}' "
                f"(found: {', '.join(text.table.columns)}){nearest(column, text.table.columns)}"
            )
        keep = (text.table[column].fill_null("") != value).alias("keep")
        dropped = len(keep) - int(keep.sum())
        if not dropped:
            values = text.table[column].drop_nulls().unique(maintain_order=True).head(5).to_list()
            raise ManifestError(f"--drop-where {condition} leaves out no row; the column has "
                                f"{', '.join(map(shown, values)) or 'no value'}")  # fmt: skip
        if dropped == len(keep):
            raise ManifestError(f"--drop-where {condition} drops all {dropped:,} rows")
        text = TextTable(text.table.filter(keep), text.lines.filter(keep))
        notes.append(f"{dropped:,} rows with {condition} left out")
    return text, notes


def _with_blocks(table: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """IDRiD's photos, known by their names, get their blocks of ten as groups."""
    names = table["photo"].str.split("/").list.last()
    if "group" in table.columns or not names.str.contains(IDRID_NUMBER).fill_null(False).all():
        return table, []
    name = pl.col("photo").str.split("/").list.last()
    number = name.str.extract(IDRID_NUMBER, 2).cast(pl.Int64)
    group = name.str.extract(IDRID_NUMBER, 1) + block(number)
    return table.with_columns(group.alias("group")), [
        "IDRiD's neighbouring numbers are alike: blocks of ten consecutive numbers are one group"
    ]
