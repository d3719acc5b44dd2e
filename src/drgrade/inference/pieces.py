"""A table of predictions in pieces, so that memory does not grow with the number of its rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import polars as pl

from drgrade.data.tables.predictions import SCHEMA, from_rows
from drgrade.inference.rows import Row, Tally
from drgrade.provenance.model import ModelProvenance

PIECE = 2_000  # rows
COUNTED = ("status", "reason", "predicted", "referable", "close_to_threshold", "p_dme")


@dataclass(frozen=True)
class Pieces:
    """Pieces of one schema; they are made anew each time that they are gone through."""

    schema: pl.Schema
    make: Callable[[], Iterable[pl.DataFrame]]

    def __iter__(self) -> Iterator[pl.DataFrame]:
        whole = pl.DataFrame(schema=self.schema)
        for piece in self.make():
            yield pl.concat([whole, piece], how="diagonal_relaxed")


def in_pieces(rows: Callable[[], Iterable[Row]]) -> Pieces:
    """Rows as pieces; what one piece lacks of another's columns is empty there.

    Args:
        rows: gives all rows, from the first on, each time that it is called.
    """
    empty = from_rows([]).table
    for piece in _tables(rows):
        empty = pl.concat([empty, piece.clear()], how="diagonal_relaxed")
    return Pieces(in_order(empty).schema, lambda: _tables(rows))


def whole(table: pl.DataFrame) -> Pieces:
    """A table that is held as one piece."""
    return Pieces(table.schema, lambda: [table])


def in_order(table: pl.DataFrame) -> pl.DataFrame:
    """The columns of `SCHEMA` first, then the others by name."""
    return table.select([*SCHEMA, *sorted(set(table.columns) - set(SCHEMA))])


def tally_of(pieces: Iterable[pl.DataFrame]) -> Tally:
    """Counts over a table."""
    tally = Tally()
    for piece in pieces:
        columns = [name for name in COUNTED if name in piece.columns]
        for row in piece.select(columns).iter_rows(named=True):
            tally.add(row)
    return tally


def mirrored_in(pieces: Iterable[pl.DataFrame]) -> ModelProvenance:
    """The share of grades that mirroring changes; None where no photograph has one."""
    graded, known, changed = 0, 0, 0
    for piece in pieces:
        of = piece.filter(pl.col("status") == "graded")
        if of.is_empty():
            continue  # where nothing is graded there is no such column
        differ = of["mirrored"].cast(pl.Int64) != of["predicted"].cast(pl.Int64)
        graded += len(of)
        known += len(differ) - differ.null_count()  # rows of a table that is retried may lack it
        changed += int(differ.sum())
    if not graded:
        return ModelProvenance(mirror_changes=None, mirror_changes_on=None)
    share = changed / known if known else None
    return ModelProvenance(mirror_changes=share, mirror_changes_on="these photographs")


def _tables(rows: Callable[[], Iterable[Row]]) -> Iterator[pl.DataFrame]:
    left = iter(rows())
    while piece := list(islice(left, PIECE)):
        yield from_rows(piece).table
