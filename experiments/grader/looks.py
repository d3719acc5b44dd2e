"""What a trial's models answer beside their own folds: other cameras' looks, and other sets.

Every look at a set to test on is written into the ledger.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch

from drgrade.data.photos.intake import open_photo
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.errors import PhotoError
from drgrade.evaluation.ledger import look_at
from drgrade.icdr import PROBABILITIES
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.models.layers.squares import as_unit
from drgrade.provenance.model import ModelProvenance
from drgrade.recipe.recipe import Augment
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import track
from drgrade.training.augmentation.other_camera import apply_looks, compressed, draw_looks

# How far other cameras go: farther than any trial trains for.
CAMERAS = Augment(colour=0.3, gamma=0.3, light=0.3, blur=0.006, noise=0.03, jpeg=30)
LOOKS = 2  # of other cameras, the same for all trials
SEED = 20
BATCH = 16


def look_shifted(place: Path, idrid: Path) -> None:
    """`shifted.parquet`: each photo by the model that never saw it, under `LOOKS` other cameras."""
    path = place / "shifted.parquet"
    if path.is_file():
        return
    keep_freed_memory()
    home = read_predictions(place / "out_of_fold.parquet").table
    manifest = read_manifest(idrid)
    home = home.filter(pl.col("photo").is_in(manifest.table["photo"].to_list()))
    rows: list[dict[str, Any]] = []
    for fold in sorted(home["fold"].unique()):
        grader = load_grader(place / f"fold-{fold}")
        part = home.filter(pl.col("fold") == fold).select("photo", "group", "grade", "dme")
        for number in range(LOOKS):
            rows += _seen_as(grader, part, manifest, number)
    write_predictions(from_rows(rows), path)


def _seen_as(
    grader: Grader, part: pl.DataFrame, manifest: Manifest, number: int
) -> Iterator[dict[str, Any]]:
    generator = np.random.default_rng([SEED, number])
    known = part.sort("photo").to_dicts()
    for start in range(0, len(known), BATCH):
        some = known[start : start + BATCH]
        squares = np.stack([open_photo(manifest.locate(row["photo"]), grader.preprocess).pixels
                            for row in some])  # fmt: skip
        looks = draw_looks(generator, len(some), CAMERAS)
        light = as_unit(torch.from_numpy(compressed(squares, looks)))
        probabilities = _probabilities(grader, apply_looks(light, looks))
        for row, p in zip(some, probabilities, strict=True):
            yield {**row, "photo": f"{row['photo']}@{number}", "split": "out_of_fold", **answer(p)}


def _probabilities(grader: Grader, squares: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        return grader.decode(grader.outputs(squares).float().numpy())[0]


def answer(p: np.ndarray) -> dict[str, Any]:
    """The answer by the mean of several models: the grade that is as likely exceeded as not."""
    above = p[::-1].cumsum()[::-1][1:]
    return {"status": "graded", "predicted": int((above > 0.5).sum()),
            **dict(zip(PROBABILITIES, map(float, p), strict=True))}  # fmt: skip


def look_at_others(place: Path, manifests: list[Path]) -> None:
    """`NAME.parquet` of each manifest: the mean of the probabilities of the folds' models.

    Where a trial has no folds, by its one model.
    """
    keep_freed_memory()
    graders = None
    for name in manifests:
        path = place / f"{name.stem}.parquet"
        if path.is_file():
            continue
        folds = sorted(place.glob("fold-*")) or [place]
        graders = graders or [load_grader(each) for each in folds]
        found = Predictions(_rows(graders, read_manifest(name), name.stem), _provenance(graders))
        write_predictions(found, path)
        look_at(found)


def _rows(graders: list[Grader], manifest: Manifest, name: str) -> pl.DataFrame:
    rows = []
    known = manifest.table.to_dicts()
    steps = range(0, len(known), BATCH)
    for start in track(steps, len(steps), f"looking at {name}", "batches"):
        some = known[start : start + BATCH]
        seen = [_square(manifest, row["photo"], graders[0]) for row in some]
        readable = [square for square in seen if square is not None]
        answers = iter(np.mean([_probabilities(each, as_unit(torch.from_numpy(np.stack(readable))))
                                for each in graders], axis=0) if readable else [])  # fmt: skip
        for row, square in zip(some, seen, strict=True):
            told = {"status": "error"} if square is None else answer(next(answers))
            kept = {key: row[key] for key in ("photo", "patient", "eye", "grade")}
            rows.append({**kept, "site": row.get("site"), "split": "test", **told})
    return from_rows(rows).table


def _square(manifest: Manifest, photo: str, grader: Grader) -> np.ndarray | None:
    try:
        return open_photo(manifest.locate(photo), grader.preprocess).pixels
    except PhotoError:
        return None


def _provenance(graders: list[Grader]) -> ModelProvenance:
    hashes = [each.weights_sha256 for each in graders]
    return ModelProvenance(
        weights_sha256="+".join(each[:12] for each in hashes),
        preprocess=asdict(graders[0].preprocess),
        recipe_hash=graders[0].provenance.recipe_hash or "",
    )
