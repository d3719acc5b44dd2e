"""Rows of predictions on the screen: the first of them, counts of all, and what to look at."""

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from drgrade.errors import plain
from drgrade.icdr import PROBABILITIES
from drgrade.inference.rows import Row, Tally
from drgrade.runtime.progress import counted, say

LISTED = 50  # rows on the screen; a table has all of them
MORE = ("referable", "p_dme", "grade")  # columns that are shown where rows have them


def print_json(row: Row) -> None:
    """Print a row as one line of JSON."""
    print(json.dumps(row, ensure_ascii=False))


def show(rows: Iterable[Row], *, as_json: bool) -> Tally:
    """Print rows, all of them as JSON or the first `LISTED` as columns, and count them."""
    tally = Tally()
    passing = tally.over(tally.copies.marked(rows))
    if as_json:
        for row in passing:
            print_json(row)
        return tally
    _print_columns(list(islice(passing, LISTED)))
    for _ in passing:
        pass
    if (unseen := tally.total - LISTED) > 0:
        print(f"... and {unseen:,} more; -o TABLE.csv writes all of them")
    return tally


def say_summary(tally: Tally, output: Path | None) -> None:
    """Say what the rows come to: by status and reason, what a person has to decide, and in all."""
    for line in (*tally.summary(), *tally.remarks()):
        say(line)
    place = f"; {output}" if output else ""
    graded = tally.total - tally.failed
    say(f"{counted(tally.total, 'photograph')} = {graded} graded + {tally.failed} not graded"
        f"{place}. Research software, not a medical device.")  # fmt: skip


def _print_columns(rows: list[Row]) -> None:
    """The columns have the names that they have in a table."""
    width = max(len(plain(row["photo"])) for row in rows)
    has = [key for key in MORE if any(row.get(key) is not None for row in rows)]
    shares = " ".join(f"{name:>6}" for name in PROBABILITIES)
    print("  ".join([f"{'photo':{width}}", f"{'status':10}", "predicted", shares, *has]))
    for row in rows:
        print(_line(row, width, has))


def _line(row: Row, width: int, has: list[str]) -> str:
    begin = f"{plain(row['photo']):{width}}  {row['status']:10}"
    if row["status"] != "graded":
        return f"{begin}  {row.get('reason', '')}"
    shares = " ".join(f"{row[name]:6.3f}" for name in PROBABILITIES)
    more = [f"{_cell(row.get(key)):>{len(key)}}" for key in has]
    return "  ".join([begin, f"{row['predicted']:9}", shares, *more])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
