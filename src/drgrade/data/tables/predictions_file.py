"""Predictions as a file: .csv with a .json beside it, or .parquet with its provenance inside."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from drgrade.data.tables.bound import record_of, write_bound
from drgrade.data.tables.delimited import Problems, read_delimited
from drgrade.data.tables.formulas import neutralise, restored
from drgrade.data.tables.parquet import DamagedTableError, read_parquet
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_rows import check_columns, complete
from drgrade.data.tables.provenance import (
    EARLIER,
    KIND,
    METADATA,
    kind_of,
    parse_model_provenance,
    read_model_provenance,
)
from drgrade.errors import PredictionsError, shown
from drgrade.provenance.model import ModelProvenance
from drgrade.runtime.files import replacing

HASH = re.compile(r"[0-9a-f]{8,64}")
ROWS_A_GROUP = 20_000  # of a Parquet file; so many are held while it is written


def write_predictions(predictions: Predictions, path: Path, *, force: bool = False) -> None:
    """Write `.csv` (provenance in a `.json` beside it) or `.parquet` (in its metadata).

    Text that a spreadsheet would run as a formula gets an apostrophe in front in the CSV, which
    `read_predictions` takes away again. `force` as in `refuse_place`.

    Raises:
        PredictionsError: another ending, or the place of the provenance is taken by another's file.
    """
    write_pieces([predictions.table], predictions.table.schema, predictions.provenance, path,
                 force=force)  # fmt: skip


def write_pieces(
    pieces: Iterable[pl.DataFrame], schema: pl.Schema, provenance: ModelProvenance, path: Path,
    *, force: bool = False,
) -> None:  # fmt: skip
    """Write a table whose rows come in pieces of one schema, as `write_predictions` does.

    One piece is held at a time.
    """
    path = Path(path)
    refuse_place(path, force=force)
    if path.suffix == ".parquet":
        with replacing(path) as temporary:
            _write_parquet(pieces, schema, provenance, temporary)
    else:
        record = {"kind": KIND, **provenance.as_json()}
        write_bound(path, partial(_write_csv, pieces, schema), record)


def _write_csv(pieces: Iterable[pl.DataFrame], schema: pl.Schema, path: Path) -> None:
    with path.open("wb") as file:
        neutralise(pl.DataFrame(schema=schema)).write_csv(file)
        for piece in pieces:
            neutralise(piece).write_csv(file, include_header=False)


def _write_parquet(
    pieces: Iterable[pl.DataFrame], schema: pl.Schema, provenance: ModelProvenance, path: Path
) -> None:
    from polars.io.plugins import register_io_source

    def source(*_: object) -> Iterator[pl.DataFrame]:
        yield from pieces

    metadata = json.dumps(provenance.as_json(), allow_nan=False)
    rows = register_io_source(source, schema=schema)
    rows.sink_parquet(path, metadata={METADATA: metadata}, row_group_size=ROWS_A_GROUP)


def refuse_place(path: Path, *, force: bool = False) -> None:
    """Refuse a place that predictions cannot be written to, before they are made.

    With `force`, a provenance that names no kind, as an earlier version wrote it, makes room.

    Raises:
        PredictionsError: another ending, or a `.json` beside the CSV that is not of predictions.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise PredictionsError(
            f"predictions are .csv or .parquet, got '{path.name}'; rename the file"
        )
    beside = record_of(path)
    if path.suffix != ".csv" or not beside.exists():
        return
    kind = kind_of(beside)
    if kind == KIND or (kind == EARLIER and force):
        return
    whose = "another's file; choose another name for the table, or .parquet"
    if kind == EARLIER:
        whose = "there without its kind, as an earlier version wrote it; --force replaces it"
    raise PredictionsError(f"the provenance of a CSV goes to {beside.name}, which is {whose}")


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
    found = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    check_columns(found.table.columns, path)
    _refuse_other_model(found, path)
    return replace(found, table=complete(found.table, path))


def _refuse_other_model(found: Predictions, path: Path) -> None:
    """Refuse rows that name another model, by the beginning of its hash, than their record.

    Raises:
        PredictionsError: names both.
    """
    known = found.provenance
    if not known.weights_sha256 or "model" not in found.table.columns:
        return
    folds = known.fold_weights_sha256 or ()
    ours = [each for each in (known.weights_sha256, *folds) if each]
    named = found.table["model"].cast(pl.String).drop_nulls().unique().to_list()
    hashes = [name for name in named if HASH.fullmatch(name)]  # others name it as they like
    other = sorted(name for name in hashes if not any(each.startswith(name) for each in ours))
    if other:
        raise PredictionsError(
            f"{path} and its record are of two models: a row names {shown(other[0], 12)}, the "
            f"record {known.weights_sha256[:12]}; predict again, or remove the record that is "
            "not this table's"
        )


def _read_parquet(path: Path) -> Predictions:
    try:
        table, metadata = read_parquet(path)
    except (DamagedTableError, OSError) as error:
        raise PredictionsError(f"{path} cannot be read: {error}; write it anew") from None
    return Predictions(table, parse_model_provenance(metadata.get(METADATA, "{}"), path))


def _read_csv(path: Path) -> Predictions:
    problems = Problems(path, error=PredictionsError)
    table = restored(read_delimited(path, problems).table)
    problems.refuse()
    provenance, is_changed = read_model_provenance(path)
    return Predictions(table, provenance, is_changed)
