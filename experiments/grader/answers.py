"""The answers behind the trials' tables, without labels, kept where the tables are made.

Whoever has the photographs' tables makes the result page again from these, without a training:

    python experiments/grader/answers.py keep OUT                    finished trials of OUT
    python experiments/grader/answers.py lay OUT --data FOLDER       all that is kept, with labels
    python experiments/grader/page.py OUT

Labels are not kept: some sets forbid passing them on. FOLDER is what `data.py` made.
"""

import argparse
from pathlib import Path

import polars as pl

from drgrade.data.manifest import read_manifest
from drgrade.grades import PROBABILITIES
from drgrade.predictions import SCHEMA, Predictions, read_predictions, write_predictions
from drgrade.progress import say

KEPT = Path(__file__).parent / "answers"
SETS = {"out_of_fold": "idrid", "shifted": "idrid", "eyepacs": "eyepacs", "healthy": "healthy"}
OURS = ("photo", "status", *PROBABILITIES, "predicted", "fold", "split")
LABELS = ("patient", "eye", "grade", "dme", "group", "site")


def keep(out: Path) -> None:
    """Copy the answers of each finished trial, probabilities in single precision."""
    for place in sorted(out.glob("*px/*/*")):
        if not all((place / f"{name}.parquet").is_file() for name in SETS):
            continue
        to = KEPT / place.relative_to(out)
        if to.is_dir():
            continue
        to.mkdir(parents=True)
        for name in SETS:
            table = read_predictions(place / f"{name}.parquet").table
            table = table.select(pl.col(each) for each in OURS if each in table.columns)
            table.with_columns(pl.col(PROBABILITIES).cast(pl.Float32)).write_parquet(
                to / f"{name}.parquet", compression_level=19
            )
        say(f"kept {to.relative_to(KEPT)}")


def lay(out: Path, data: Path) -> None:
    """Put the kept answers, with the labels of the sets, where a training would leave them."""
    labels = {name: read_manifest(data / f"{name}.csv").table for name in set(SETS.values())}
    for place in sorted(KEPT.glob("*px/*/*")):
        to = out / place.relative_to(KEPT)
        for name, source in SETS.items():
            if (to / f"{name}.parquet").is_file():
                continue
            to.mkdir(parents=True, exist_ok=True)
            table = with_labels(pl.read_parquet(place / f"{name}.parquet"), labels[source])
            write_predictions(Predictions(table), to / f"{name}.parquet")
        say(f"laid {to}")


def with_labels(answers: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Answers beside what is known of their photographs; `PHOTO@1` is a look at PHOTO."""
    known = labels.select("photo", *(each for each in LABELS if each in labels.columns))
    looked = answers.with_columns(known=pl.col("photo").str.replace(r"@\d+$", ""))
    whole = looked.join(known.rename({"photo": "known"}), on="known", how="left",
                        maintain_order="left").drop("known")  # fmt: skip
    empty = (pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items()
             if name not in whole.columns)  # fmt: skip
    return whole.with_columns(*empty, pl.col(PROBABILITIES).cast(pl.Float64))


def main() -> None:
    """Keep answers, or lay them out again."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["keep", "lay"])
    words.add_argument("out", type=Path)
    words.add_argument("--data", type=Path)
    asked = words.parse_args()
    if asked.what == "keep":
        keep(asked.out)
    elif asked.data is None:
        words.error("--data FOLDER is needed, the folder that data.py made")
    else:
        lay(asked.out, asked.data)


if __name__ == "__main__":
    main()
