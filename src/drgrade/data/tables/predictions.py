"""The table a model hands to its judges: one row a photo, and facts about the model beside it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from drgrade.data.tables.delimited import Problems, read_delimited
from drgrade.data.tables.formulas import neutralise, restored
from drgrade.data.tables.groups import groups_of
from drgrade.data.tables.provenance import KIND, parse_facts, read_facts
from drgrade.errors import PredictionsError, nearest, shown
from drgrade.icdr import EYE_NAMES, EYES, PROBABILITIES
from drgrade.runtime.files import replacing, write_json

STATUSES = ("graded", "ungradable", "not_fundus", "error", "duplicate")
SPLITS = ("train", "tune", "calibrate", "test", "out_of_fold")
FACTS_KEY = "drgrade"
EARLIER = "no kind"
SUM_OFF = 3e-3  # how far from 1 five probabilities of three decimals may be in sum
EXACT = 1e-6  # what the sum of five numbers of single precision may be off
OF_THE_MODEL = (
    "weights_sha256", "recipe", "recipe_hash", "recipe_family", "seed", "manifest_hash",
    "train_preprocess",
    "input_statistics", "prevalence", "mirror_changes", "mirror_changes_on", "epoch_chosen_on",
    "cuts_fitted_on", "train_source", "thresholds_chosen_on", "operating_points", "calibration",
    "decision", "learned_before",
)  # fmt: skip

SCHEMA: dict[str, pl.DataType] = {
    "photo": pl.String(),
    "patient": pl.String(),
    "eye": pl.String(),
    "grade": pl.Int8(),
    "status": pl.String(),
    **{p: pl.Float64() for p in PROBABILITIES},
    "predicted": pl.Int8(),
    "referable": pl.Boolean(),
    "split": pl.String(),
    "model": pl.String(),
}


@dataclass(frozen=True)
class Predictions:
    """Rows of `SCHEMA` (further columns kept) and what judging needs to know about the model."""

    table: pl.DataFrame
    facts: dict[str, Any] = field(default_factory=dict)

    def part(self, split: str) -> "Predictions":
        """The rows of one split."""
        return Predictions(self.table.filter(pl.col("split") == split), self.facts)

    def graded(self) -> "Predictions":
        """The rows that were graded and have a reference grade."""
        known = (pl.col("status") == "graded") & pl.col("grade").is_not_null()
        return Predictions(self.table.filter(known), self.facts)

    @property
    def has_probabilities(self) -> bool:
        """Whether every graded row carries p0 to p4, all of them finite numbers."""
        rows = self.table.filter(pl.col("status") == "graded")
        finite = pl.all_horizontal(pl.col(PROBABILITIES).is_finite().fill_null(value=False))
        return not rows.is_empty() and bool(rows.select(finite.all()).item())

    def grades(self) -> np.ndarray:
        """Reference grades of all rows, shape (n,), int; call on `graded()` rows."""
        return self.table["grade"].to_numpy().astype(np.int64)

    def predicted(self) -> np.ndarray:
        """Predicted grades, shape (n,), int; call on `graded()` rows."""
        return self.table["predicted"].to_numpy().astype(np.int64)

    def probabilities(self) -> np.ndarray:
        """Grade probabilities, shape (n, 5), float."""
        return self.table.select(PROBABILITIES).to_numpy()

    def clusters(self) -> np.ndarray:
        """What is drawn when resampling, a label a row, shape (n,), str: `groups_of` the rows."""
        return groups_of(self.table)


def told_by_model(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a model's file knows and its judges need, to travel with its predictions."""
    return {key: facts[key] for key in OF_THE_MODEL if facts.get(key) is not None}


def from_rows(rows: list[dict[str, Any]], facts: dict[str, Any] | None = None) -> Predictions:
    """Make predictions from dictionaries; columns of `SCHEMA` that are missing become empty."""
    extra = sorted({key for row in rows for key in row} - set(SCHEMA))
    table = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in SCHEMA}, schema=SCHEMA, strict=False
    )
    table = table.with_columns(
        pl.Series(name, [row.get(name) for row in rows], strict=False) for name in extra
    )
    return Predictions(table, facts or {})


def write_predictions(predictions: Predictions, path: Path, *, force: bool = False) -> None:
    """Write `.csv` (facts in a `.json` beside it) or `.parquet` (facts in its metadata).

    Text that a spreadsheet would run as a formula gets an apostrophe in front in the CSV, which
    `read_predictions` takes away again. `force` as in `refuse_place`.

    Raises:
        PredictionsError: another ending, or the place of the facts is taken by another's file.
    """
    path = Path(path)
    refuse_place(path, force=force)
    if path.suffix == ".parquet":
        with replacing(path) as temporary:
            facts = json.dumps(predictions.facts, allow_nan=False)
            predictions.table.write_parquet(temporary, metadata={FACTS_KEY: facts})
    else:
        write_json(path.with_suffix(".json"), {"kind": KIND, **predictions.facts})
        with replacing(path) as temporary:  # last: a table with its name is whole
            neutralise(predictions.table).write_csv(temporary)


def refuse_place(path: Path, *, force: bool = False) -> None:
    """Refuse a place that predictions cannot be written to, before they are made.

    With `force`, facts beside a CSV that name no kind, as an earlier version wrote them, make room.

    Raises:
        PredictionsError: another ending, or a `.json` beside the CSV that is not of predictions.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise PredictionsError(
            f"predictions are .csv or .parquet, got '{path.name}'; rename the file"
        )
    beside = path.with_suffix(".json")
    if path.suffix != ".csv" or not beside.exists():
        return
    kind = _kind(beside)
    if kind == KIND or (kind == EARLIER and force):
        return
    whose = "another's file; choose another name for the table, or .parquet"
    if kind == EARLIER:
        whose = "there without its kind, as an earlier version wrote it; --force replaces it"
    raise PredictionsError(f"the facts of a CSV go to {beside.name}, which is {whose}")


def _kind(beside: Path) -> str:
    """`KIND`, `EARLIER` where facts of ours name no kind, or nothing: another's file."""
    try:
        found = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    is_earlier = "kind" not in found and bool({*OF_THE_MODEL, "preprocess"} & set(found))
    return EARLIER if is_earlier else str(found.get("kind", ""))


def read_predictions(path: Path) -> Predictions:
    """Read a table of predictions of ours or anybody's.

    `photo`, `grade` and `predicted` are enough; rows with `predicted` then count as graded. Where
    only p0 to p4 are given, the likeliest grade is the predicted one.

    Raises:
        PredictionsError: missing columns, grades outside 0-4, probabilities that are none.
    """
    path = Path(path)
    if not path.is_file():
        within = " in it, as predictions.parquet of a run" if path.is_dir() else ""
        raise PredictionsError(f"no predictions at {path}; give a .csv or .parquet file{within}")
    table, facts = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    _check_columns(table.columns, path)
    return Predictions(_complete(table, path), facts)


def _read_parquet(path: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    try:
        facts = pl.read_parquet_metadata(path).get(FACTS_KEY, "{}")
        table = pl.read_parquet(path)
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        what = str(error).splitlines()[0]
        raise PredictionsError(f"{path} cannot be read: {what}; write it anew") from None
    return table, parse_facts(facts, path)


def _read_csv(path: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    problems = Problems(path, error=PredictionsError)
    table = restored(read_delimited(path, problems).table)
    problems.refuse()
    return table, read_facts(path.with_suffix(".json"))


def _check_columns(columns: list[str], path: Path) -> None:
    """Refuse a table without what is needed, or with a name that is nearly or twice one of ours."""
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


def _complete(table: pl.DataFrame, path: Path) -> pl.DataFrame:
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

    Percent and logits are told by all the bad rows (m, 5): one row alone may look like both.
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
