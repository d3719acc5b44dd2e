"""All seeds of a trial as one ensemble: the mean of their probabilities, from answers at hand.

Nothing is trained. The rows of a fold are answered by networks that never saw it; the ensemble is
a trial of its own, `NAME-together`, and its look at EyePACS' grades is counted like any other.

    python experiments/grader/together.py OUT --trial base --seeds 0 1 2 [--size 384]
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from cells import TOGETHER, Cell
from looks import answer

from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.evaluation.ledger import look_at
from drgrade.icdr import PROBABILITIES
from drgrade.runtime.progress import say

TABLES = ("out_of_fold", "shifted", "eyepacs", "healthy")
TESTS = ("eyepacs", "healthy")


def together(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The mean answer for each photograph that all tables grade; the first one's other columns.

    Raises:
        ValueError: the tables are not of the same photographs.
    """
    graded = [each.filter(pl.col("status") == "graded").sort("photo") for each in tables]
    names = graded[0]["photo"].to_list()
    if any(each["photo"].to_list() != names for each in graded[1:]):
        raise ValueError("the seeds' tables have other photographs")
    mean = np.mean([each.select(PROBABILITIES).to_numpy() for each in graded], axis=0)
    answers = pl.DataFrame([answer(p) for p in mean]).with_columns(
        pl.col("predicted").cast(pl.Int8)
    )
    return graded[0].drop(answers.columns, "p_dme", "referable", strict=False).hstack(answers)


def main() -> None:
    """Write the tables of the ensemble where a trial's own would lie."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("out", type=Path)
    words.add_argument("--trial", default="base")
    words.add_argument("--size", type=int, default=384)
    words.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    asked = words.parse_args()
    places = [asked.out / Cell(asked.trial, asked.size, seed).folder for seed in asked.seeds]
    made = asked.out / Cell(asked.trial + TOGETHER, asked.size, 0).folder
    made.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        parts = [read_predictions(each / f"{name}.parquet") for each in places]
        found = Predictions(together([each.table for each in parts]))
        write_predictions(found, made / f"{name}.parquet")
        if name in TESTS:
            look_at(found)
    say(f"{made}: the mean of {len(places)} seeds")


if __name__ == "__main__":
    main()
