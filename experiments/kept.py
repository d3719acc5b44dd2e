"""Answers of trained models without labels: kept in the project, and laid beside the labels again.

Labels are not kept: some sets forbid passing them on. Whoever has a set's table makes the result
pages again from the answers, without a training.
"""

from pathlib import Path

import polars as pl

from drgrade.data.tables.predictions import SCHEMA, Predictions
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.data.tables.predictions_rows import FURTHER
from drgrade.icdr import PROBABILITIES
from drgrade.provenance.model import ModelProvenance

ANSWERS = Path(__file__).parent / "answers"
OURS = ("photo", "status", *PROBABILITIES, "p_dme", "predicted", "fold", "split")
LABELS = ("patient", "eye", "grade", *(each for each in FURTHER if each not in OURS))


def keep(predictions: Path, to: Path) -> None:
    """Copy a table's answers, probabilities in single precision; what is kept stays."""
    if to.is_file():
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    table = read_predictions(predictions).table
    table = table.select(pl.col(each) for each in OURS if each in table.columns)
    slim = table.with_columns(pl.col(PROBABILITIES).cast(pl.Float32))
    slim.write_parquet(to, compression_level=19)


def lay(kept: Path, labels: pl.DataFrame, to: Path, known: ModelProvenance | None = None) -> None:
    """Write kept answers as predictions, with the labels of their set; what is there stays.

    `known` says whose answers they are, as `Predictions.provenance` does.
    """
    if not to.is_file():
        to.parent.mkdir(parents=True, exist_ok=True)
        table = with_labels(pl.read_parquet(kept), labels)
        write_predictions(Predictions(table, known or ModelProvenance()), to)


def with_labels(answers: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Answers beside what is known of their photographs; `PHOTO@1` is a look at PHOTO."""
    known = labels.select("photo", *(each for each in LABELS if each in labels.columns))
    looked = answers.with_columns(known=pl.col("photo").str.replace(r"@\d+$", ""))
    whole = looked.join(known.rename({"photo": "known"}), on="known", how="left",
                        maintain_order="left").drop("known")  # fmt: skip
    empty = (pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items()
             if name not in whole.columns)  # fmt: skip
    return whole.with_columns(*empty, pl.col(PROBABILITIES).cast(pl.Float64))
