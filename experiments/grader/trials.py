"""The grader's trials: what is tried, on which photographs, and how it is judged (decision 0012).

Each trial changes one factor of the packaged recipe `grader`; `peer` is the plain peer. All are
trained in the same five folds of IDRiD and judged by predictions for photographs their models never
saw: as they are, and as other cameras might have taken them. Chosen is by these alone. Then each
looks once at EyePACS and at healthy eyes of other cameras, with the mean of its five models.

    python experiments/grader/data.py DATA -o FOLDER
    python experiments/grader/trials.py run OUT --data FOLDER [--trials base peer] [--seeds 0]
    python experiments/grader/trials.py table OUT

`run` goes on where it stopped; several processes share the work.
"""

import argparse
import shutil
from contextlib import ExitStack
from pathlib import Path

import polars as pl
from cells import FOLDS, SCREENED, TOGETHER, TRIALS, Cell, recipe_of
from looks import look_at_others, look_shifted
from tables import finished, print_tables

from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.errors import RunError
from drgrade.modelfile.places import shipped_models
from drgrade.models.checkpoint import load_grader
from drgrade.recipe.recipe import Recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json
from drgrade.runtime.locks import locked
from drgrade.runtime.progress import say
from drgrade.training.folds import run_folds
from drgrade.training.stages import chained, run_before

SHIPPED_START = "drawn"


def photos_of(cell: Cell, data: Path) -> Manifest:
    """IDRiD, and what else the trial trains on."""
    own = read_manifest(data / "idrid.csv")
    if not (more := TRIALS[cell.trial].more):
        return own
    further = read_manifest(data / more)
    table = pl.concat([own.table, further.table], how="diagonal_relaxed")
    return Manifest(table, own.root, own.provenance.but(source=f"idrid and {Path(more).stem}"))


def run(cell: Cell, data: Path, out: Path) -> None:
    """Train a cell in folds and look with it, unless that is done or in hand elsewhere."""
    place = out / cell.folder
    with ExitStack() as held:
        try:
            held.enter_context(locked(place))
        except RunError as error:
            say(str(error))
            return
        if not (place / "out_of_fold.parquet").is_file():
            say(f"=== {cell.folder}: {TRIALS[cell.trial].why}")
            recipe = recipe_of(cell)
            make_drawn(recipe, place, out)
            run_folds(recipe, place, FOLDS, photos_of(cell, data))
        look_shifted(place, data / "idrid.csv")
        look_at_others(place, [data / "eyepacs.csv", data / "healthy.csv"])


def make_drawn(recipe: Recipe, place: Path, out: Path) -> None:
    """Train the drawn stage where all trials with the same one find it, one process at a time."""
    if not recipe.stages:
        return
    first = chained(recipe)[0]
    shared = (out / "drawn" / first.hash[:12]).resolve()
    shared.mkdir(parents=True, exist_ok=True)
    link = place / "stages" / first.name
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(shared, target_is_directory=True)
    with locked(shared.with_name(f"{shared.name}-turn"), waiting=say):
        lay_shipped(first, shared)
        run_before(recipe, place, None)


def lay_shipped(stage: Recipe, folder: Path) -> None:
    """Put the start that ships where the stage that made it would leave it: an hour and more saved.

    Its large weights are rounded to half precision; all cells of one seed and more begin from it.
    """
    files = RunFolder(folder)
    shipped = shipped_models().get(SHIPPED_START)
    if files.is_started or shipped is None:
        return
    known = load_grader(shipped).provenance
    if known.recipe_hash != stage.hash:
        say(f"{SHIPPED_START}, which ships, is of another recipe: the stage is trained anew")
        return
    files.begin(stage, known.manifest_hash)
    shutil.copyfile(shipped, files.best)
    write_json(files.finished, {"laid": SHIPPED_START, "weights_sha256": known.weights_sha256})


def main() -> None:
    """Run the trials, or print what is finished."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["run", "table"])
    words.add_argument("out", type=Path)
    words.add_argument("--data", type=Path)
    words.add_argument("--trials", nargs="+", default=list(TRIALS))
    words.add_argument("--size", type=int, default=SCREENED)
    words.add_argument("--seeds", type=int, nargs="+", default=[0])
    asked = words.parse_args()
    known = [*TRIALS, *(f"{name}{kind}" for name in TRIALS for kind in ("-mean", TOGETHER)
                        if asked.what == "table")]  # fmt: skip
    if unknown := [name for name in asked.trials if name not in known]:
        words.error(f"unknown trials {', '.join(unknown)}; there are {', '.join(known)}")
    cells = [Cell(name, asked.size, seed) for seed in asked.seeds for name in asked.trials]
    if asked.what == "table":
        print_tables(finished(asked.out, cells))
        return
    for cell in cells:
        run(cell, asked.data, asked.out)


if __name__ == "__main__":
    main()
