"""Labels on another scale become ICDR grades by a mapping file, never by a guess.

NHS R0 to R3, the Scottish scale, Messidor's first 0 to 3 or ETDRS levels do not say the same as the
grades 0 to 4, so who imports them writes down what each label is taken for.
"""

from pathlib import Path
from typing import Final

import polars as pl

from drgrade.data.tables.delimited import Problems, read_delimited
from drgrade.errors import ManifestError, UsageError
from drgrade.icdr import GRADES

COLUMNS: Final = ("label", "grade")
UNKNOWN: Final = ""
LISTED: Final = 10


def read_grade_map(path: Path) -> dict[str, str]:
    """Read a CSV with the columns `label` and `grade`: 0 to 4, or empty for "no grade".

    Raises:
        ManifestError: other columns, a label twice, a grade that is none.
    """
    problems = Problems(path)
    text = read_delimited(path, problems)
    missing = [name for name in COLUMNS if name not in text.table.columns]
    if missing:
        problems.add(1, f"a mapping has the columns label and grade, found {text.table.columns}")
        problems.refuse()
    known = {UNKNOWN, *(str(grade) for grade in GRADES)}
    found: dict[str, str] = {}
    rows = text.table.select(pl.col(*COLUMNS).fill_null("").str.strip_chars()).iter_rows()
    for line, (label, grade) in zip(text.lines, rows, strict=True):
        if grade not in known:
            problems.add(line, f"a grade is 0 to 4 or empty, got '{grade}' for label '{label}'")
        if label in found:
            problems.add(line, f"label '{label}' comes twice; keep one line of it")
        found[label] = grade
    problems.refuse()
    if not found:
        raise UsageError(f"{path} maps no label; write a line for each")
    return found


def mapped(table: pl.DataFrame, path: Path) -> tuple[pl.DataFrame, str]:
    """The column `grade` of a table of text by the mapping at `path`, and a note of what was done.

    Raises:
        ManifestError: labels of the table that the mapping does not have.
    """
    grade_of = read_grade_map(path)
    labels = table["grade"].fill_null("").str.strip_chars()
    strange = sorted(set(labels.unique()) - set(grade_of) - {UNKNOWN})
    if strange:
        more = f" and {len(strange) - LISTED} more" if len(strange) > LISTED else ""
        listed = ", ".join(f"'{label}'" for label in strange[:LISTED])
        raise ManifestError(f"{path} has no line for the labels {listed}{more}; add one for each")
    grades = labels.replace({UNKNOWN: UNKNOWN, **grade_of}).replace(UNKNOWN, None)
    said = ", ".join(f"{label} = {grade or 'no grade'}" for label, grade in grade_of.items())
    return table.with_columns(grades.alias("grade")), f"labels mapped by {path.name}: {said}"
