"""K models by patient or group, and one table of predictions for patients they never saw."""

import json
from pathlib import Path

import numpy as np
import polars as pl

from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.data.tables.splits import folds
from drgrade.errors import ManifestError, RecipeError, RunError
from drgrade.recipe.recipe import Recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json
from drgrade.runtime.progress import remarked_once, say
from drgrade.runtime.signals import SAME, going_on_with
from drgrade.training.fit import FIRST_FOLD, run
from drgrade.training.prepared import read_photos
from drgrade.training.processes import current, told_if_none_began
from drgrade.training.records.pooled_provenance import pooled_provenance
from drgrade.training.stages import (
    chained,
    check_stages,
    planned,
    refuse_real_before,
    run_before,
)

NUMBER = "folds.json"  # how many folds a folder was begun with


def run_folds(
    recipe: Recipe,
    folder: Path,
    k: int,
    manifest: Manifest | None = None,
    of_row: np.ndarray | None = None,
) -> Path:
    """Train K models and write FOLDER/out_of_fold.parquet; finished folds are not repeated.

    Rows of split `test` are left out. Each fold's `tune` rows come from its own training part.
    Folds are dealt by group, balanced by grade, unless `of_row` (n,) says the fold 0 to K - 1 of
    each row; one of -1 is trained on in every fold and never predicted.

    Raises:
        RecipeError: fewer than 2 folds, or no manifest.
        ManifestError: fewer groups than folds, or folds that are not those of the rows.
        RunError: the folder has folds of another recipe, manifest or number of folds, or a run.
    """
    if k < 2:
        raise RecipeError(f"--folds must be 2 or more, got {k}")
    folder = Path(folder)
    _refuse_runs(folder)
    refuse_real_before(recipe)
    last = chained(recipe)[-1] if recipe.stages else recipe
    whole = _without_test(manifest if manifest is not None else read_photos(last))
    of_row = _dealt(whole, k, recipe.data.split_seed) if of_row is None else of_row
    _refuse_other_rows(of_row, k, len(whole))
    _refuse_other_number(folder, k)
    with told_if_none_began(lambda: False), going_on_with(SAME), remarked_once():
        if recipe.stages:
            with current().in_turn():
                check_stages(recipe, whole, folder, folder / FIRST_FOLD)
            run_before(recipe, folder, None)
        if current().is_first:
            write_json(folder / NUMBER, {"folds": k})
        parts = [_one_fold(last, whole, of_row, i, k, folder) for i in range(k)]
    table = pl.concat([part.table for part in parts], how="diagonal_relaxed")
    _refuse_gaps(table, whole.table["photo"].filter(pl.Series(of_row >= 0)), folder)
    path = folder / "out_of_fold.parquet"
    pooled = pooled_provenance([part.provenance for part in parts])
    write_predictions(Predictions(table, pooled.but(folds=k, manifest_hash=whole.hash)), path)
    return path


def _dealt(whole: Manifest, k: int, seed: int) -> np.ndarray:
    """The fold of each row, groups whole and grades balanced."""
    if (groups := len(set(whole.groups()))) < k:
        raise ManifestError(f"{k} folds need at least {k} patients or groups, got {groups}")
    return folds(whole, k, seed)


def _refuse_other_rows(of_row: np.ndarray, k: int, rows: int) -> None:
    """Every row has its fold, and every fold a row."""
    held = sorted(set(of_row[of_row >= 0].tolist()))
    if len(of_row) != rows or held != list(range(k)):
        raise ManifestError(
            f"each of {rows} rows needs a fold 0 to {k - 1}, or -1, and each fold a row, got "
            f"{len(of_row)} rows in folds {held}; give the fold of every row that is not a test row"
        )


def _refuse_runs(folder: Path) -> None:
    """Folds in the folder of a run would put their scorecard in the place of its own."""
    if RunFolder(folder).is_started or planned(folder) is not None:
        raise RunError(f"{folder} already holds a run, and this makes folds; choose another folder")


def _refuse_other_number(folder: Path, k: int) -> None:
    """Patients divided into another number of folds are in the test of another model."""
    kept = folder / NUMBER  # folds of before it was kept lack it
    if not (kept.is_file() and RunFolder(folder / FIRST_FOLD).is_started):
        return
    before = json.loads(kept.read_text(encoding="utf-8"))["folds"]
    if before != k:
        raise RunError(
            f"{folder} was begun with {before} folds, got {k}; ask for {before}, or choose another "
            "folder"
        )


def _refuse_gaps(table: pl.DataFrame, asked: pl.Series, folder: Path) -> None:
    """Every photo asked for must have one prediction, by the one model that never saw it."""
    predicted = table["photo"]
    if predicted.n_unique() == len(predicted) and set(predicted) == set(asked):
        return
    raise RunError(
        f"the folds must predict each of the {len(asked)} photos once, got {len(predicted)} "
        f"predictions of {predicted.n_unique()} photos; remove {folder} and begin anew"
    )


def _without_test(manifest: Manifest) -> Manifest:
    kept = manifest.table.filter((pl.col("split") != "test").fill_null(True))
    return Manifest(kept, manifest.root, manifest.provenance)


def _one_fold(
    recipe: Recipe, whole: Manifest, of_row: np.ndarray, fold: int, k: int, folder: Path
) -> Predictions:
    say(f"fold {fold + 1} of {k}")
    split = np.where(of_row == fold, "test", "train")
    table = whole.table.with_columns(pl.Series("split", split))
    own = folder / f"fold-{fold}"
    run(recipe, Manifest(table, whole.root, whole.provenance), own, resume=True)
    predictions = read_predictions(RunFolder(own).predictions).part("test")
    renamed = predictions.table.with_columns(split=pl.lit("out_of_fold"), fold=pl.lit(fold))
    return Predictions(renamed, predictions.provenance)
