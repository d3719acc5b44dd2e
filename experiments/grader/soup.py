"""Several seeds of a trial as one network: the mean of their weights, fold by fold.

Networks fine-tuned from the same weights often lie in one valley, and the middle of the valley is
as good as their ensemble at the price of one (Wortsman et al. 2022, arXiv:2203.05482). No network
learns anything here, and a fold's mean is of networks that never saw its photographs.

    python experiments/grader/soup.py OUT --data FOLDER --trial base --seeds 0 1 2 [--size 256]
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import torch
from cells import SCREENED, Cell
from looks import look_at_others, look_shifted

from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions import from_rows
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.grader import Grader

KEPT = ("photo", "group", "grade", "dme", "fold")


def mean_of(graders: Sequence[Grader]) -> Grader:
    """One grader whose weights and running statistics are the means of several."""
    states = [each.network.state_dict() for each in graders]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        if first.is_floating_point()
        else first
        for name, first in states[0].items()
    }
    graders[0].network.load_state_dict(mean)
    return replace(graders[0], provenance=graders[0].provenance.but(mean_of=len(graders)))


def cook(places: Sequence[Path], out: Path, data: Path) -> None:
    """Mean networks of all folds, their out-of-fold predictions and their looks."""
    manifest = read_manifest(data / "idrid.csv")
    table = read_predictions(places[0] / "out_of_fold.parquet").table
    table = table.filter(pl.col("photo").is_in(manifest.table["photo"].to_list()))
    rows = []
    for fold in sorted(table["fold"].unique()):
        grader = mean_of([load_grader(each / f"fold-{fold}") for each in places])
        (out / f"fold-{fold}").mkdir(parents=True, exist_ok=True)
        save_grader(out / f"fold-{fold}" / "best.safetensors", grader)
        grader = load_grader(out / f"fold-{fold}")
        rows += _answers(grader, table.filter(pl.col("fold") == fold).select(KEPT), manifest)
    found = from_rows(rows, read_predictions(places[0] / "out_of_fold.parquet").provenance)
    write_predictions(found, out / "out_of_fold.parquet")
    look_shifted(out, data / "idrid.csv")
    look_at_others(out, [data / "eyepacs.csv", data / "healthy.csv"])


def _answers(grader: Grader, part: pl.DataFrame, manifest: Manifest) -> list[dict[str, object]]:
    known = part.to_dicts()
    photos = ((row["photo"], manifest.locate(row["photo"])) for row in known)
    answers = grade_photos(TorchEngine(grader), photos, retina_check=False)
    return [{**answer, **row, "split": "out_of_fold"}
            for row, answer in zip(known, answers, strict=True)]  # fmt: skip


def main() -> None:
    """Average the seeds of a trial; the result is a trial of its own, `NAME-mean`."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("out", type=Path)
    words.add_argument("--data", type=Path, required=True)
    words.add_argument("--trial", required=True)
    words.add_argument("--size", type=int, default=SCREENED)
    words.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    asked = words.parse_args()
    places = [asked.out / Cell(asked.trial, asked.size, seed).folder for seed in asked.seeds]
    cook(places, asked.out / Cell(f"{asked.trial}-mean", asked.size, 0).folder, asked.data)


if __name__ == "__main__":
    main()
