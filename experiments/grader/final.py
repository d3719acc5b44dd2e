"""The model that ships, made from the trial that won: every step a command, none done twice.

    python experiments/grader/final.py OUT --data FOLDER [--size 384] [--seed 0] [--shipped]

OUT/SIZEpx/base/SEED is a finished trial of `trials.py`. Trains its recipe once more on all
photographs, rounds and calibrates by the folds' rows, judges these rows, counts what the folds'
models mark, looks once at EyePACS and at healthy eyes of other cameras with the model itself, and
writes the card and the part `shipped` of docs/results/grader.md and of the notes. The packaged
recipe `grader` must name the same size; the file that ships is OUT/final/default.safetensors. With
`--shipped` nothing is trained: the file in the package is judged and described, the folds' rows are
those that `answers.py lay OUT --data FOLDER` puts there.
"""

import argparse
import shutil
import sys
from pathlib import Path

import polars as pl
from cells import Cell, recipe_of
from tables import shown
from trials import make_drawn

from drgrade.cli.app import run
from drgrade.data.tables.manifest import read_manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.places import shipped_folder, shipped_models
from drgrade.models.checkpoint import load_grader
from drgrade.recipe.recipe import load_recipe
from drgrade.runtime.progress import say
from drgrade.stats.intervals import ratio
from drgrade.training.stages import chained, run_stages

sys.path.append(str(Path(__file__).resolve().parents[1]))
from kept import ANSWERS
from marked_page import fill
from quality import put

DECIDED = ("release", "calibration", "operating_points", "decision", "thresholds_chosen_on")
QUALITY, RELEASE = ANSWERS / "quality" / "quality.json", "default@2"
ROOT = Path(__file__).resolve().parents[2]
CARD, PAGE = (ROOT / "docs" / "results" / f"{name}.md" for name in ("model-card", "grader"))
NOTES = ROOT / "experiments" / "notes" / "grader.md"


def step(made: Path, *words: object) -> None:
    """One command, unless what it makes is there."""
    if made.exists():
        return
    say(f"drgrade {' '.join(map(str, words))}")
    if run([str(each) for each in words]) not in (0, 3):  # 3: a check found something
        sys.exit(f"{made} was not made")


def main() -> None:
    """Train, ship, calibrate, judge, describe."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("out", type=Path)
    words.add_argument("--data", type=Path, required=True)
    words.add_argument("--size", type=int, default=384)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--shipped", action="store_true")
    asked = words.parse_args()
    cell = Cell("base", asked.size, asked.seed)
    place, folds = asked.out / "final", asked.out / cell.folder
    if asked.shipped:
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped_models()["default"], place / "default.safetensors")
    else:
        make(cell, folds, asked.data, asked.out)
    describe(place, folds, asked.data)


def make(cell: Cell, folds: Path, data: Path, out: Path) -> None:
    """Train on all photographs, round, calibrate by the rows of the folds."""
    recipe = recipe_of(cell)
    if (packaged := chained(load_recipe("grader"))[-1].hash) != chained(recipe)[-1].hash:
        sys.exit(f"the packaged recipe {packaged[:12]} is another one: set its size")
    place, every = out / "final", data / "idrid_all.csv"
    step(every, "data", "split", data / "idrid.csv", "--shares", "100,0,0,0", "-o", every)
    make_drawn(recipe, place / "run", out)
    run_stages(load_recipe("grader"), read_manifest(every), place / "run", resume=True)
    step(place / "rounded.safetensors",
         "models", "ship", place / "run", "-o", place / "rounded.safetensors")  # fmt: skip
    dust = place / "dust.json"
    step(dust, "data", "dust", data / "idrid.csv", "-o", dust)
    step(place / "default.safetensors", "calibrate", folds / "out_of_fold.parquet",
         "--model", place / "rounded.safetensors", "--masks", data / "idrid.csv",
         "--dust", dust, "-o", place / "default.safetensors")  # fmt: skip
    put(QUALITY, place / "default.safetensors", RELEASE)


def describe(place: Path, folds: Path, data: Path) -> None:
    """Judge the rows of the folds and the file itself, and write card and page."""
    rows = place / "out_of_fold.parquet"
    decided(folds / "out_of_fold.parquet", place / "default.safetensors", rows)
    step(place / "scorecard", "evaluate", rows,
         "--manifest", data / "idrid.csv", "-o", place / "scorecard")  # fmt: skip
    for name in ("eyepacs", "healthy"):
        step(place / f"{name}.parquet", "predict", place / "default.safetensors",
             data / f"{name}.csv", "-o", place / f"{name}.parquet")  # fmt: skip
    step(place / "eyepacs", "evaluate", place / "eyepacs.parquet",
         "--manifest", data / "eyepacs.csv", "-o", place / "eyepacs")  # fmt: skip
    run(["models", "card", str(place / "default.safetensors"), "--scorecard",
         str(place / "scorecard"), "--scorecard", str(place / "eyepacs"), "-o", str(CARD),
         "--force"])  # fmt: skip
    shutil.copyfile(CARD, shipped_folder() / "default.md")
    for page in (PAGE, NOTES):
        fill(page, lambda mark: shipped(place) if mark == "shipped" else None)


def decided(rows: Path, model: Path, made: Path) -> None:
    """The folds' rows as the file that ships corrects and decides them."""
    answers, header = read_predictions(rows), load_grader(model).header
    given = answers.table.select(PROBABILITIES).to_numpy()
    p, decision = header.decoding.recalibration.apply(given), header.decision
    assert decision is not None
    columns = {name: p[:, i] for i, name in enumerate(PROBABILITIES)}
    columns |= {"predicted": decision.grades(p), "referable": decision.refers(p),
                "close_to_threshold": decision.is_close(p)}  # fmt: skip
    table = answers.table.with_columns(pl.Series(name, each) for name, each in columns.items())
    own = {name: getattr(header.provenance, name) for name in DECIDED}
    write_predictions(Predictions(table, answers.provenance.but(**own)), made, force=True)


def shipped(place: Path) -> str:
    """What the file that ships says of photographs it never saw, at its own point HS."""
    eyepacs = read_predictions(place / "eyepacs.parquet").graded().table
    patients, called = eyepacs["patient"].to_numpy(), eyepacs["referable"].to_numpy()
    diseased = (eyepacs["grade"] >= 2).to_numpy()
    rows = [
        ("EyePACS, grade 2 or worse: referred", ratio(called, patients, diseased)),
        ("EyePACS, grade 0 or 1: not referred", ratio(~called, patients, ~diseased)),
    ]
    healthy = read_predictions(place / "healthy.parquet").table
    for site, name in (("rfmid2", "RFMiD 2.0"), ("hrf", "HRF")):
        own = healthy.filter((pl.col("site") == site) & (pl.col("status") == "graded"))
        let_go = ratio(~own["referable"].to_numpy(), own["photo"].to_numpy())
        rows.append((f"healthy eyes of {name}: not referred", let_go))
    lines = ["| photographs | n | share |", "|---|---|---|"]
    return "\n".join(lines + [f"| {what} | {each.n} | {shown(each)} |" for what, each in rows])


if __name__ == "__main__":
    main()
