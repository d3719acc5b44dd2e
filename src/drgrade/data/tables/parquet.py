"""Parquet files, read so that damage is an error of ours and nothing unpacks without bound."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from drgrade.errors import shown

MAGIC: Final = b"PAR1"
MOST_CELLS: Final = 200_000_000  # ten million rows of twenty columns; 3.2 GB where all are text
MOST_UNPACKED: Final = 4 << 30  # bytes, as the file declares them
DEEPEST: Final = 16  # structures in structures; those of Parquet have five
STRUCTURE, LISTS, BINARY, NUMBERS = 12, (9, 10), 8, (4, 5, 6)  # kinds of Thrift's compact form
ROWS, GROUPS, BYTES = 3, 4, 2  # fields of FileMetaData, and of a RowGroup


class DamagedTableError(Exception):
    """A Parquet file that cannot be read, and why."""


def read_parquet(path: Path) -> tuple[pl.DataFrame, dict[str, str]]:
    """The table of a file, and the texts in its metadata.

    Raises:
        DamagedTableError: damaged, no Parquet, or it declares more than `MOST_CELLS` cells or
            `MOST_UNPACKED` bytes.
        OSError: it cannot be opened.
    """
    _refuse_large(path)
    try:
        with _silent():
            return pl.read_parquet(path), pl.read_parquet_metadata(path)
    except (ValueError, ArithmeticError, MemoryError, pl.exceptions.PolarsError) as error:
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise DamagedTableError(shown(first, 120)) from None
    except BaseException as error:
        if not isinstance(error, pl.exceptions.PanicException):  # which is no Exception
            raise
        raise DamagedTableError("its bytes were altered") from None


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep what polars' own threads write to the terminal before a panic away from it."""
    try:
        kept = os.dup(2)
    except OSError:  # the terminal is closed
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _refuse_large(path: Path) -> None:
    """Refuse a file by what its end says of its size, before anything is unpacked."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
        if magic != MAGIC or length > size - 8:
            raise DamagedTableError("it is no Parquet file, or was cut")
        file.seek(size - 8 - length)
        footer = file.read(length)
    try:
        said = _Compact(footer).structure()
        rows, groups = int(said[ROWS]), [group[BYTES] for group in said.get(GROUPS, [])]
        columns = len(said[2]) - 1  # one is the table itself
    except (IndexError, KeyError, TypeError, ValueError):
        raise DamagedTableError("what it says of itself is damaged") from None
    if rows * columns > MOST_CELLS or sum(groups) > MOST_UNPACKED:
        raise DamagedTableError(
            f"it declares {rows:,} rows of {columns:,} columns and {sum(groups):,} bytes; at "
            f"most {MOST_CELLS:,} cells and {MOST_UNPACKED:,} bytes are read"
        )


class _Compact:
    """Thrift's compact form, as far as the end of a Parquet file needs it.

    Source: thrift-compact-protocol.md of Apache Thrift, parquet.thrift of Apache Parquet.
    """

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def structure(self, depth: int = 0) -> dict[int, Any]:
        """The fields of a structure by their numbers."""
        if depth > DEEPEST:
            raise ValueError("too deep")
        found: dict[int, Any] = {}
        number = 0
        while kind := self._byte():
            number = number + (kind >> 4) if kind >> 4 else self._signed()
            kind &= 15
            found[number] = kind == 1 if kind in (1, 2) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in NUMBERS:
            return self._signed()
        if kind == BINARY:
            return self._bytes(self._number())
        if kind in LISTS:
            return self._list(depth)
        if kind == STRUCTURE:
            return self.structure(depth + 1)
        if kind in (1, 2, 3):  # a truth, or a byte, in a list
            return self._byte()
        if kind == 7:
            return self._bytes(8)  # a double
        raise ValueError(f"kind {kind}")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        size = self._number() if head >> 4 == 15 else head >> 4
        if size > len(self.content):
            raise ValueError("longer than the file")
        return [self._value(head & 15, depth) for _ in range(size)]

    def _byte(self) -> int:
        self.place += 1
        return self.content[self.place - 1]

    def _bytes(self, size: int) -> bytes:
        if size > len(self.content) - self.place:
            raise ValueError("longer than the file")
        self.place += size
        return self.content[self.place - size : self.place]

    def _number(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            if (shift := shift + 7) > 63:
                raise ValueError("no number")

    def _signed(self) -> int:
        found = self._number()
        return (found >> 1) ^ -(found & 1)
