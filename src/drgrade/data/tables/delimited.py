"""Hand-made tables as text: CSV of any usual make, streamed, every problem with its line."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from drgrade.errors import ManifestError, UsageError

LONGEST_LINE = 1 << 20  # characters
CHUNK_ROWS = 8_000
SHOWN = 20
DELIMITERS = (",", ";", "\t", "|")
NUMBER = r"^[+-]?\d+(,\d+)?([eE][+-]?\d+)?$"  # as written with a decimal comma, or whole
DECIMAL_COMMA = r"^[+-]?\d+,\d"
NAMES = ("photo", "patient", "group", "eye", "mask", "image", "id")  # never numbers
EXCEL_HINT = re.compile(r'^"?sep=(.)"?\s*$')


class Problems:
    """What is wrong with one file, gathered so that all of it is said at once."""

    def __init__(
        self, path: Path, unit: str = "line", error: type[UsageError] = ManifestError
    ) -> None:
        self.path = path
        self.unit = unit
        self.error = error
        self.count = 0
        self.shown: list[tuple[int, str]] = []

    def add(self, line: int, text: str) -> None:
        """Note one problem; line 0 means the file as a whole."""
        self.count += 1
        if len(self.shown) < 20 * SHOWN:
            self.shown.append((line, text))

    def report(
        self, lines: pl.Series, values: pl.Series, wrong: pl.Series, rule: Callable[[Any], str]
    ) -> None:
        """Note every row where `wrong` is true; `rule` makes the text of the value found."""
        places = wrong.fill_null(False).arg_true()
        for place in places[:SHOWN]:
            self.add(lines[place], rule(values[place]))
        self.count += max(0, len(places) - SHOWN)

    def refuse(self) -> None:
        """Raise `error` where anything was noted; the list is capped, the count is not."""
        if not self.count:
            return
        chosen = sorted(self.shown, key=lambda problem: problem[0])[:SHOWN]
        lines = [f"{self.unit} {line}: {text}" if line else text for line, text in chosen]
        if self.count == 1:
            raise self.error(f"{self.path}: {lines[0]}")
        rest = self.count - len(lines)
        last = [f"and {rest:,} more"] if rest else []
        raise self.error("\n  ".join([f"{self.path}: {self.count:,} problems", *lines, *last]))

    def stop(self, line: int, text: str) -> NoReturn:
        """Note a problem that makes reading on pointless, and raise all there is."""
        self.add(line, text)
        self.refuse()
        raise AssertionError("a stop always raises")


@dataclass(frozen=True)
class TextTable:
    """Columns of text as written (empty cells are null) and the line each row began on."""

    table: pl.DataFrame
    lines: pl.Series


def read_delimited(
    path: Path,
    problems: Problems,
    *,
    header: Sequence[str] | None = None,
    delimiter: str | None = None,
) -> TextTable:
    """Read comma, semicolon, tab or bar separated text; UTF-8 or UTF-16; any line ends.

    `header` names the columns of a file that has no header line. A name that comes twice gets
    `.1`, `.2` behind it, whichever is free. Columns without a name and without a value are
    dropped. Memory grows with the text of the cells alone, time with the length of the file.

    Raises:
        ManifestError: at once for what makes reading on pointless (not text, a NUL byte, a line
            over 1 MiB, a cell over 128 KiB, a quote never closed); other problems are added to
            `problems`.
    """
    rows = _rows(path, problems, delimiter)
    if header is None:
        _, names = next(rows, (0, []))
        if not names:
            problems.stop(0, "the file is empty; it needs a header line and rows")
        header = _unique([name.strip() for name in names])
    pieces: list[pl.DataFrame] = []
    lines: list[pl.Series] = []
    for numbers, block in _blocks(rows, len(header), problems):
        pieces.append(_frame(block, len(header)))
        lines.append(pl.Series("line", numbers, dtype=pl.UInt32))
    if not pieces:
        problems.stop(0, f"the file has a header ({', '.join(header)}) but no rows")
    whole = _named(pl.concat(pieces, rechunk=False), header, problems)
    used = delimiter or _delimiter(_first_line(path, Problems(path)))
    return TextTable(whole if used == "," else _with_points(whole), pl.concat(lines))


def _with_points(table: pl.DataFrame) -> pl.DataFrame:
    """Columns of numbers with decimal commas get points; names and numbers of people stay.

    Excel writes so, with semicolons between cells, in most languages of Europe.
    """
    found = [column.name for column in table if column.name not in NAMES
             and column.str.contains(DECIMAL_COMMA).any()
             and column.str.contains(NUMBER).fill_null(True).all()]  # fmt: skip
    return table.with_columns(pl.col(found).str.replace(",", ".", literal=True))


def _rows(path: Path, problems: Problems, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield the line a row begins on and its cells; rows of nothing but blanks are skipped."""
    first = _first_line(path, problems)
    hint = EXCEL_HINT.match(first)
    delimiter = delimiter or _delimiter(first)
    lines = _lines(path, problems)
    skipped = 0
    if hint:
        next(lines)
        skipped = 1
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begun = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _bad_quotes(problems, begun, reader.line_num + skipped, str(error))
            cells = []
        if any(cells) and not all(cell.isspace() or not cell for cell in cells):
            yield begun, cells
        begun = reader.line_num + skipped + 1


def _bad_quotes(problems: Problems, begun: int, ended: int, error: str) -> None:
    if ended == begun and "larger than" in error:
        problems.stop(begun, f"a cell of over {csv.field_size_limit():,} characters; "
                             "is this a table?")  # fmt: skip
    if ended > begun or "end of data" in error:
        problems.stop(begun, 'a quote opens here and is not closed; add or remove a "')
    problems.add(begun, 'text beside a quoted cell; write a quote inside a cell as ""')


def _delimiter(first: str) -> str:
    """What stands between cells, as Excel's own hint says or the first line shows."""
    hint = EXCEL_HINT.match(first)
    return hint.group(1) if hint else detect_delimiter(first)


def detect_delimiter(line: str) -> str:
    """The usual delimiter found most often in a line outside quotes; a comma where none is."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=bare.count)


def _encoding(path: Path, problems: Problems) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        reason = "a folder, not a file" if path.is_dir() else str(error.strerror).lower()
        problems.stop(0, f"cannot be read ({reason}); give the path of a table")
    if start.startswith(b"PK\x03\x04"):
        problems.stop(0, "this is an Excel or zip file; save the sheet as CSV (UTF-8)")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 4:
        return "utf-16-be"
    return "utf-8-sig"


def _first_line(path: Path, problems: Problems) -> str:
    for line in _lines(path, problems):
        if not line.isspace():
            return line
    return ""


def _lines(path: Path, problems: Problems) -> Iterator[str]:
    number = 0
    encoding = _encoding(path, problems)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                problems.stop(number, f"longer than {LONGEST_LINE:,} characters; is this a table?")
            if "\0" in line:
                problems.stop(number, "has a NUL byte; this is no text, save the table as CSV")
            if "\ufffd" in line:
                problems.add(
                    number,
                    f"bytes that are not {encoding[:6].upper().rstrip('-')}; "
                    "save the file as UTF-8",
                )
            yield line


def _blocks(
    rows: Iterator[tuple[int, list[str]]], width: int, problems: Problems
) -> Iterator[tuple[list[int], list[list[str]]]]:
    numbers: list[int] = []
    block: list[list[str]] = []
    for line, cells in rows:
        if len(cells) != width and not _fits(cells, width, line, problems):
            continue
        numbers.append(line)
        block.append(cells[:width])
        if len(block) == CHUNK_ROWS:
            yield numbers, block
            numbers, block = [], []
    if block:
        yield numbers, block


def _fits(cells: list[str], width: int, line: int, problems: Problems) -> bool:
    if len(cells) > width and not any(cells[width:]):
        return True
    more, numbers = len(cells) - width, sum(cell.strip().isdecimal() for cell in cells)
    cure = "add or remove some"
    if more > 0 and numbers >= 2 * more:
        cure = "with decimal commas save the table with semicolons between cells, else remove some"
    problems.add(line, f"{len(cells)} cells where the header has {width}; {cure}")
    return False


def _frame(block: list[list[str]], width: int) -> pl.DataFrame:
    columns = zip(*block, strict=True)
    places = [str(place) for place in range(width)]
    series = [
        pl.Series(place, column, dtype=pl.String)
        for place, column in zip(places, columns, strict=True)
    ]
    frame = pl.DataFrame(series)
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _named(frame: pl.DataFrame, header: Sequence[str], problems: Problems) -> pl.DataFrame:
    kept: dict[str, str] = {}
    for place, name in enumerate(header):
        column = frame[str(place)]
        if name:
            kept[str(place)] = name
        elif column.null_count() < len(column):
            value = column.drop_nulls()[0]
            problems.add(0, f"column {place + 1} has no name but a value ('{value}'); name it")
    return frame.select(list(kept)).rename(kept)


def _unique(names: list[str]) -> list[str]:
    """A name that was there gets the first number behind it that makes a name nobody has."""
    given, seen = set(names), set[str]()
    numbers: dict[str, Iterator[int]] = {}
    unique = []
    for name in names:
        if name and name in seen:
            further = (f"{name}.{number}" for number in numbers.setdefault(name, count(1)))
            unique.append(next(each for each in further if each not in given))
        else:
            unique.append(name)
        seen.add(name)
    return unique
