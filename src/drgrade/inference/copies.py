"""Photographs whose bytes came before under another name: their answers stay, and it is said."""

import re
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drgrade.icdr import NAME_OF_PATH
from drgrade.runtime.progress import counted

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]
COPY_OF = "duplicate_of"
READ = ("photo", "status", "sha256", "eye", "grade")  # columns that are looked at
LISTED = 10
DIGITS = 16  # of a hash, 8 bytes: two of a million million photographs agree by chance in 3 %


@dataclass
class Hashes:
    """Eight bytes of the hash of each graded row, so that memory hardly grows with their number."""

    kept: "array[int]" = field(default_factory=lambda: array("Q"))

    def note(self, row: Row) -> None:
        """Keep the hash of a row, if it has one."""
        if (key := _key_of(row)) is not None:
            self.kept.append(key)

    def repeated(self) -> set[int]:
        """Those that come more than once."""
        import numpy as np

        values, numbers = np.unique(np.frombuffer(self.kept, np.uint64), return_counts=True)
        return set(values[numbers > 1].tolist())


@dataclass
class Copies:
    """What is found of copies while rows pass; `wanted` are the hashes looked at, None for all."""

    wanted: Collection[int] | None = None
    number: int = 0
    eyes: list[tuple[str, str]] = field(default_factory=list)  # named as left and as right
    grades: list[tuple[str, str]] = field(default_factory=list)  # with two reference grades
    _first: dict[int, Row] = field(default_factory=dict)

    def marked(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows; `duplicate_of` of a copy names the first row of the same bytes."""
        for row in rows:
            key = _key_of(row)
            if key is None or (self.wanted is not None and key not in self.wanted):
                yield row
                continue
            first = self._first.setdefault(key, {name: row.get(name) for name in READ})
            if first["photo"] == row["photo"]:
                yield row
                continue
            self._note(first, row)
            yield {**row, COPY_OF: first["photo"]}

    def _note(self, first: Row, row: Row) -> None:
        self.number += 1
        pair = (str(first["photo"]), str(row["photo"]))
        if {_eye_of(first), _eye_of(row)} == {"left", "right"}:
            self.eyes.append(pair)
        if None not in (first["grade"], row.get("grade")) and first["grade"] != row["grade"]:
            self.grades.append(pair)

    def remarks(self) -> list[str]:
        """What a person has to look at, a sentence each; nothing where there is no copy."""
        lines = []
        if self.number:
            lines.append(f"{counted(self.number, 'photograph')} of the same bytes as an earlier "
                         f"one: the column {COPY_OF} names it")  # fmt: skip
        if self.eyes:
            lines.append(f"the same photograph as left and right eye: {_list(self.eyes)}; one of "
                         "the two eyes was not photographed, look for its file")  # fmt: skip
        if self.grades:
            lines.append(f"the same photograph with different grades: {_list(self.grades)}; "
                         "correct the table")  # fmt: skip
        return lines


def with_copies(table: "pl.DataFrame") -> tuple["pl.DataFrame", Copies]:
    """A whole table with its copies marked anew, and what was found of them."""
    import polars as pl

    bare, copies = table.drop(COPY_OF, strict=False), Copies()
    here = [name for name in READ if name in bare.columns]
    rows = copies.marked(bare.select(here).iter_rows(named=True))
    marks = pl.Series(COPY_OF, [row.get(COPY_OF) for row in rows], dtype=pl.String)
    return (bare.with_columns(marks) if copies.number else bare), copies


def _key_of(row: Row) -> int | None:
    sha256 = row.get("sha256")
    return int(sha256[:DIGITS], 16) if sha256 and row["status"] == "graded" else None


def _eye_of(row: Row) -> str | None:
    """Which eye a row is of, by its column or by its name."""
    named = re.search(NAME_OF_PATH, str(row["photo"]))
    return row.get("eye") or (named[2] if named else None)


def _list(pairs: list[tuple[str, str]]) -> str:
    more = f" and {len(pairs) - LISTED:,} more" if len(pairs) > LISTED else ""
    return ", ".join(" = ".join(pair) for pair in pairs[:LISTED]) + more
