"""Factors screened by one training each on all of IDRiD, chosen by `odir` alone (decision 0016).

A training without folds costs a fifth of a trial of `trials.py`, so that three seeds of a factor
are had for less than one trial. Only finalists are trained in folds.

    python experiments/grader/data.py DATA -o FOLDER
    python experiments/grader/screen.py run OUT --data FOLDER [--trials base] [--seeds 0 1 2]
    python experiments/grader/screen.py folds OUT --data FOLDER --trials base [--seeds 0 1 2]
    python experiments/grader/screen.py table OUT --data FOLDER

`run` and `folds` go on where they stopped; several processes share the work. `folds` is for
finalists: contiguous fifths of IDRiD's numbers, `odir` by the mean of the five models. OUT may be
`experiments/answers/grader`, where answers are kept.
"""

import argparse
from contextlib import ExitStack
from pathlib import Path

import polars as pl
from cells import SCREENED, TRIALS, Cell, recipe_of
from looks import look_at_others
from trials import make_drawn, photos_of

from data import FIFTHS, fifth
from drgrade.data.tables.manifest import Manifest
from drgrade.errors import RunError
from drgrade.runtime.locks import locked
from drgrade.runtime.progress import say
from drgrade.training.folds import run_folds
from drgrade.training.stages import run_stages

ONCE, IN_FIFTHS = "once", "fifths"  # the folders of trainings without folds, and of finalists


def place_of(cell: Cell, out: Path) -> Path:
    """The run folder of a cell that is trained once."""
    return out / ONCE / cell.folder


def all_of(manifest: Manifest) -> Manifest:
    """Every photograph to train on."""
    return Manifest(manifest.table.with_columns(split=pl.lit("train")), manifest.root,
                    manifest.provenance)  # fmt: skip


def train_once(cell: Cell, data: Path, out: Path) -> None:
    """Train a cell on all photographs and grade `odir`, unless that is done or in hand."""
    place = place_of(cell, out)
    with ExitStack() as held:
        try:
            held.enter_context(locked(place.with_name(f"{place.name}-turn")))
        except RunError as error:
            say(str(error))
            return
        if not (place / "odir.parquet").is_file():
            say(f"=== {cell.folder}: {TRIALS[cell.trial].why}")
            recipe = recipe_of(cell)
            make_drawn(recipe, place, out)
            run_stages(recipe, all_of(photos_of(cell, data)), place, resume=True)
            look_at_others(place, [data / "odir.csv"])


def train_in_fifths(cell: Cell, data: Path, out: Path) -> None:
    """Train a finalist in contiguous fifths of IDRiD; other sets are trained on in every fold."""
    place, photos = out / IN_FIFTHS / cell.folder, photos_of(cell, data)
    recipe = recipe_of(cell)
    make_drawn(recipe, place, out)
    of_row = fifth(photos.table["photo"]).fill_null(-1).to_numpy()
    run_folds(recipe, place, FIFTHS, photos, of_row)
    look_at_others(place, [data / "odir.csv"])


def main() -> None:
    """Train what is asked for, or print what is finished."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["run", "folds", "table"])
    words.add_argument("out", type=Path)
    words.add_argument("--data", type=Path, required=True)
    words.add_argument("--trials", nargs="+", default=["base"], choices=list(TRIALS))
    words.add_argument("--size", type=int, default=SCREENED)
    words.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    asked = words.parse_args()
    if asked.what == "table":
        from screen_table import print_table

        print_table(asked.out / ONCE / f"{asked.size}px", asked.data)
        return
    for seed in asked.seeds:
        for name in asked.trials:
            make = train_once if asked.what == "run" else train_in_fifths
            make(Cell(name, asked.size, seed), asked.data, asked.out)


if __name__ == "__main__":
    main()
