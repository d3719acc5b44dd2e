"""K models by patient or group, and one table of predictions for patients they never saw."""

from pathlib import Path

import numpy as np
import polars as pl

from drgrade.data.manifest import Manifest
from drgrade.data.splits import folds
from drgrade.errors import ManifestError, RecipeError
from drgrade.predictions import Predictions, read_predictions, write_predictions
from drgrade.progress import say
from drgrade.recipe import Recipe
from drgrade.run import RunFolder
from drgrade.training.experiment import run
from drgrade.training.pooled_facts import pooled_facts
from drgrade.training.prepared import read_photos
from drgrade.training.signals import SAME, going_on_with
from drgrade.training.stages import chained, refuse_real_before, run_before


def run_folds(recipe: Recipe, folder: Path, k: int, manifest: Manifest | None = None) -> Path:
    """Train K models and write FOLDER/out_of_fold.parquet; finished folds are not repeated.

    Rows of split `test` are left out. Each fold's `tune` rows come from its own training part.

    Raises:
        RecipeError: fewer than 2 folds, or no manifest.
        ManifestError: fewer groups than folds.
        RunError: the folder has folds of another recipe, manifest or number of folds.
    """
    if k < 2:
        raise RecipeError(f"--folds must be 2 or more, got {k}")
    refuse_real_before(recipe)
    last = chained(recipe)[-1] if recipe.stages else recipe
    whole = _without_test(manifest if manifest is not None else read_photos(last))
    groups = len(set(whole.groups()))
    if groups < k:
        raise ManifestError(f"{k} folds need at least {k} patients or groups, got {groups}")
    of_row = folds(whole, k, recipe.data.split_seed)
    with going_on_with(SAME):
        if recipe.stages:
            run_before(recipe, Path(folder), None)
        parts = [_one_fold(last, whole, of_row, i, k, Path(folder)) for i in range(k)]
    table = pl.concat([part.table for part in parts], how="diagonal_relaxed")
    path = Path(folder) / "out_of_fold.parquet"
    facts = pooled_facts([part.facts for part in parts])
    told = facts | {"folds": k, "manifest_hash": whole.hash}
    write_predictions(Predictions(table, told), path)
    return path


def _without_test(manifest: Manifest) -> Manifest:
    kept = manifest.table.filter((pl.col("split") != "test").fill_null(True))
    return Manifest(kept, manifest.root, manifest.facts)


def _one_fold(
    recipe: Recipe, whole: Manifest, of_row: np.ndarray, fold: int, k: int, folder: Path
) -> Predictions:
    say(f"fold {fold + 1} of {k}")
    split = np.where(of_row == fold, "test", "train")
    table = whole.table.with_columns(pl.Series("split", split))
    own = folder / f"fold-{fold}"
    run(recipe, Manifest(table, whole.root, whole.facts), own, resume=True)
    predictions = read_predictions(RunFolder(own).predictions).part("test")
    renamed = predictions.table.with_columns(split=pl.lit("out_of_fold"), fold=pl.lit(fold))
    return Predictions(renamed, predictions.facts)
