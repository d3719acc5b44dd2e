"""The rows of a table of predictions, ours or anybody's: typed, completed, and refused if wrong."""

import re
from pathlib import Path

import numpy as np
import polars as pl

from drgrade.data.tables.predictions import SCHEMA, STATUSES
from drgrade.errors import PredictionsError, nearest, shown
from drgrade.icdr import EYE_NAMES, EYES, PROBABILITIES

SUM_OFF = 3e-3  # how far from 1 five probabilities of three decimals may be in sum
EXACT = 1e-6  # what the sum of five numbers of single precision may be off


def check_columns(columns: list[str], path: Path) -> None:
    """Refuse a table without what is needed, or with a name that is nearly or twice one of ours.

    Raises:
        PredictionsError: names the column.
    """
    known = (*SCHEMA, *FURTHER)
    found = f"found: {shown(', '.join(columns), 400)}"
    for name in columns:
        meant = name.strip().lower().partition(".")[0]
        if name not in known and meant in known and re.fullmatch(NEARLY.format(meant), name):
            raise PredictionsError(
                f"{path}: the column '{shown(name)}' is nearly '{meant}' ({found}); "
                f"rename it, and keep one column '{meant}'"
            )
    lacks = [name for name in ("photo", "grade") if name not in columns]
    if lacks or not ({"predicted", "p0"} & set(columns)):
        what = (lacks or ["predicted"])[0]
        raise PredictionsError(
            f"{path}: predictions need the columns photo, grade, predicted; {found}; "
            f"'{what}' is missing{nearest(what, columns)}"
        )


TEXTS = ("group", "site", "camera", "sex", "ethnicity", "quality", "sha256", "phash")
TYPED = {**dict.fromkeys(TEXTS, pl.String()), "dme": pl.Int8(), "p_dme": pl.Float64()}
MEASURES = ("age", "width", "height", "bytes", "black_share", "brightness", "field_ratio")
FURTHER = (*TYPED, *MEASURES)
NEARLY = r"(?i)\s*{}\s*(\.\d+)?"  # another case, or a name that comes twice


def complete(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """The rows with the types of `SCHEMA`, what they lack filled in.

    Raises:
        PredictionsError: names the first value that is none, with its photo.
    """
    have = [name for name in (*SCHEMA, *FURTHER) if name in table.columns]
    table = table.with_columns(_typed(table, name, path) for name in have)
    table = table.with_columns(
        pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in SCHEMA if name not in table.columns
    )
    may_be_graded = pl.col("status").is_null() | (pl.col("status") == "graded")
    likeliest = pl.when(may_be_graded).then(_likeliest())
    table = table.with_columns(pl.coalesce("predicted", likeliest).alias("predicted"))
    guess = (
        pl.when(pl.col("predicted").is_not_null()).then(pl.lit("graded")).otherwise(pl.lit("error"))
    )
    table = table.with_columns(pl.coalesce("status", guess).alias("status"))
    _check(table, path)
    table = _to_1(table)
    rest = [name for name in table.columns if name not in SCHEMA]
    return table.select([*SCHEMA, *rest])


def _to_1(table: pl.DataFrame) -> pl.DataFrame:
    """Rounded probabilities divided by their sum; five that sum to 1 stay what they are."""
    total = pl.sum_horizontal(PROBABILITIES, ignore_nulls=False)
    divided = pl.when((total - 1).abs() > EXACT).then(pl.col(PROBABILITIES) / total)
    return table.with_columns(divided.otherwise(pl.col(PROBABILITIES)))


def _likeliest() -> pl.Expr:
    """The grade of the largest probability; empty where one of them is missing."""
    shares = pl.concat_list(PROBABILITIES)
    is_whole = pl.all_horizontal(pl.col(PROBABILITIES).is_not_null())
    return pl.when(is_whole).then(shares.list.arg_max()).cast(pl.Int8)


TRUTHS = {"true": True, "false": False, "1": True, "0": False}
RULES = {
    "grade": "0 to 4",
    "predicted": "0 to 4",
    "referable": "true or false",
    "dme": "0 to 2, 0 for none",
}


def _typed(table: pl.DataFrame, name: str, path: Path) -> pl.Series:
    """A column with the type of `SCHEMA`; what cannot be it is refused with its photo.

    A measure that is numbers stays what it is, any other is text.
    """
    if name in MEASURES and table[name].dtype.is_numeric():
        return table[name]
    kind = {**SCHEMA, **TYPED, **dict.fromkeys(MEASURES, pl.String())}[name]
    given = _as_text(table[name], name, path)
    if kind == pl.Boolean:
        text = given.str.to_lowercase()
        typed = text.replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean)
    elif kind.is_numeric():
        typed = given.cast(pl.Float64, strict=False)
        if kind.is_integer():
            typed = typed.set(
                (typed.is_not_null() & (typed != typed.floor())).fill_null(False), None
            )
            typed = typed.cast(kind, strict=False)
    elif name == "eye":
        typed = given.str.to_lowercase().replace(EYE_NAMES)
    else:
        typed = given
    lost = typed.is_null() & given.is_not_null()
    if lost.any():
        row = int(lost.arg_true()[0])
        raise PredictionsError(
            f"{path}: {name} must be {RULES.get(name, 'a number')}, got '{shown(given[row])}' for "
            f"photo '{shown(table['photo'][row])}'; leave it empty where there is none"
        )
    return typed.alias(name)


def _as_text(given: pl.Series, name: str, path: Path) -> pl.Series:
    """A column as text without blanks around it; empty text is no value."""
    if given.dtype.is_nested() or given.dtype in (pl.Binary, pl.Duration, pl.Object):
        raise PredictionsError(
            f"{path}: {name} must hold a text or a number a row, got {given.dtype}; "
            "write one value a cell"
        )
    text = given.cast(pl.String).str.strip_chars()
    return text.set((text == "").fill_null(False), None)


def _check(table: pl.DataFrame, path: Path) -> None:
    if table.is_empty():
        raise PredictionsError(f"{path} has no rows; a table of predictions has one for each photo")
    _check_names(table, path)
    for name in ("grade", "predicted"):
        wrong = table.filter(~pl.col(name).is_between(0, 4))
        if not wrong.is_empty():
            raise PredictionsError(
                f"{path}: {name} must be 0 to 4, got {wrong[name][0]} for photo "
                f"'{shown(wrong['photo'][0])}'; map it to the ICDR scale"
            )
    if "dme" in table.columns:
        wrong = table.filter(~pl.col("dme").is_between(0, 2))
        if not wrong.is_empty():
            raise PredictionsError(
                f"{path}: dme must be {RULES['dme']}, got {wrong['dme'][0]} for photo "
                f"'{shown(wrong['photo'][0])}'; leave it empty where it is not known"
            )
    _check_statuses(table, path)
    _check_probabilities(table, path)


def _check_names(table: pl.DataFrame, path: Path) -> None:
    """Every row names its photo, and an eye is left or right; usual short names are ours then."""
    nameless = table["photo"].is_null()
    if nameless.any():
        raise PredictionsError(
            f"{path}: photo is empty in row {int(nameless.arg_true()[0]) + 1} of "
            f"{table.height} (and {int(nameless.sum()) - 1} more); give each row its photo"
        )
    wrong = table.filter(~pl.col("eye").is_in(EYES))
    if not wrong.is_empty():
        raise PredictionsError(
            f"{path}: eye must be left, right or empty, got '{shown(wrong['eye'][0])}' for photo "
            f"'{shown(wrong['photo'][0])}'; rename it, or leave it empty"
        )


def _check_statuses(table: pl.DataFrame, path: Path) -> None:
    unknown = table.filter(~pl.col("status").is_in(STATUSES))
    if not unknown.is_empty():
        status = unknown["status"][0]
        raise PredictionsError(
            f"{path}: status must be one of {', '.join(STATUSES)}, got "
            f"'{shown(status)}' for photo '{shown(unknown['photo'][0])}'"
            f"{nearest(status.lower(), STATUSES)}"
        )


def _check_probabilities(table: pl.DataFrame, path: Path) -> None:
    """Refuse the first row whose p0 to p4 are no probabilities, with what they look like."""
    rows = table.filter(pl.any_horizontal(pl.col(PROBABILITIES).is_not_null()))
    p = rows.select(pl.col(PROBABILITIES).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    bad = ~np.isfinite(p).all(axis=1) | (p < 0).any(axis=1) | (abs(p.sum(axis=1) - 1) > SUM_OFF)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise PredictionsError(
            f"{path}: p0 to p4 must be five probabilities that sum to 1, got "
            f"{list(rows.select(PROBABILITIES).row(first))} for photo "
            f"'{shown(rows['photo'][first])}' (and {int(bad.sum()) - 1} more rows); "
            f"{_cure(p[first], p[bad])}"
        )
    graded = table.filter(pl.col("status") == "graded")
    without = graded.filter(pl.col("p0").is_null())
    if 0 < without.height < graded.height:
        raise PredictionsError(
            f"{path}: p0 to p4 are there for all graded photos or for none, got none for photo "
            f"'{shown(without['photo'][0])}' (and {without.height - 1} more of {graded.height}); "
            "fill them, or give the row the status error"
        )


def _cure(first: np.ndarray, bad: np.ndarray) -> str:
    """What five numbers (5,) that are no probabilities look like, and the way out.

    Percent and logits are recognised by all the bad rows (m, 5): one row alone may look like both.
    """
    if not np.isfinite(first).all():
        return "a number is missing; leave all five empty and give the row the status error"
    finite = bad[np.isfinite(bad).all(axis=1)]
    if (finite >= 0).all() and (abs(finite.sum(axis=1) - 100) <= 100 * SUM_OFF + 1).all():
        return "they look like percent: divide by 100"
    if not first.any():
        return "they are all zero: leave them empty where a photo has no grade"
    if (first < 0).any() and abs(first.sum() - 1) <= SUM_OFF:
        return "one is negative: a probability is 0 to 1"
    if (finite < 0).any() or (finite > 1).any():
        return "they look like logits: apply softmax"
    return f"they sum to {first.sum():.4g}: divide each row by its sum"
