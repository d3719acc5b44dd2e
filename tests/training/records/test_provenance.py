"""A leak through the start: what taught it is held against the rows that are judged."""

import json
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run as command
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.data.tables.splits import split
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.provenance.parts import LearnedBefore
from drgrade.provenance.photo_set import SetProvenance
from drgrade.recipe.recipe import make_recipe
from drgrade.training.fit import run
from drgrade.training.folds import run_folds
from drgrade.training.records.evaluated import evaluate_folds, evaluate_run


def recipe(start: str = "random"):
    return make_recipe({"data": {"size": 32, "workers": 0}, "train": {"epochs": 1, "batch": 8},
                        "model": {"network": "resnet10_narrow", "start": start}})  # fmt: skip


def divided(manifest: Manifest, seed: int) -> Manifest:
    return split(manifest, seed=seed, shares={"train": 0.4, "tune": 0.2, "test": 0.4})


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Manifest:
    folder = tmp_path_factory.mktemp("photos")
    draw_set(30, folder, size=64, seed=9)
    drawn = read_manifest(folder / "manifest.csv")
    return Manifest(drawn.table.drop("mask"), drawn.root, SetProvenance(source="clinic"))


@pytest.fixture(scope="module")
def first(photos, tmp_path_factory) -> Path:
    """A run that learned from some of the photographs."""
    return run(recipe(), divided(photos, 1), tmp_path_factory.mktemp("first") / "run")


@pytest.fixture(scope="module")
def bare(first, tmp_path_factory) -> Path:
    """The same grader as a file by itself: what taught it is named, its rows are not there."""
    place = tmp_path_factory.mktemp("bare") / "grader.safetensors"
    save_grader(place, load_grader(first))
    return place


def w02(page: Path | None) -> dict:
    twin = json.loads(page.with_suffix(".json").read_text())
    return next(check for check in twin["checks"] if check["code"] == "W02")


def evaluated(table: Path, manifest: Path, folder: Path) -> dict:
    """W02 as `drgrade evaluate` finds it on a table of test rows alone."""
    args = ["evaluate", str(table), "--manifest", str(manifest), "--force", "-o", str(folder)]
    assert command(args) in (0, 3)
    return w02(folder / "report.html")


def test_a_start_that_learned_from_test_photographs_is_a_leak(photos, first, tmp_path):
    now = divided(photos, 2)
    folder = run(recipe(str(first)), now, tmp_path / "run")
    found = w02(evaluate_run(folder))
    taught = divided(photos, 1).table.filter(pl.col("split") != "test")["patient"]
    tests = now.table.filter(pl.col("split") == "test", pl.col("grade").is_not_null())
    share = tests["patient"].is_in(taught.implode()).mean()
    assert found["finding"]["values"]["share"] == share > 0
    assert (found["state"], found["level"]) == ("fires", "E")
    place, manifest = folder / "predictions.parquet", folder / "manifest.parquet"
    assert evaluated(place, manifest, tmp_path / "card") == found


def test_a_start_that_learned_from_the_same_training_photographs_is_none(photos, first, tmp_path):
    folder = run(recipe(str(first)), divided(photos, 1), tmp_path / "run")
    assert w02(evaluate_run(folder))["state"] == "silent"


def test_a_start_whose_rows_are_not_at_hand_leaves_the_leak_unknown(photos, bare, tmp_path):
    folder = run(recipe(str(bare)), divided(photos, 1), tmp_path / "run")
    found = w02(evaluate_run(folder))
    assert found["state"] == "not checkable"
    why = found["finding"]["values"]["reason"]
    assert why["code"] == "known_start"
    assert why["values"] == {"start": str(bare), "photographs": ["clinic"]}
    place, manifest = folder / "predictions.parquet", folder / "manifest.parquet"
    assert evaluated(place, manifest, tmp_path / "card") == found


def test_a_model_file_keeps_what_taught_its_start(photos, bare, tmp_path):
    folder = run(recipe(str(bare)), divided(photos, 1), tmp_path / "run")
    told = LearnedBefore(start=str(bare), photographs=("clinic",))
    assert load_grader(folder).provenance.learned_before == told
    assert read_predictions(folder / "predictions.parquet").provenance.learned_before == told
    assert load_grader(bare).provenance.learned_before is None


def test_out_of_fold_rows_know_what_taught_the_start_of_all_folds(photos, first, bare, tmp_path):
    table = run_folds(recipe(str(first)), tmp_path / "known", 2, divided(photos, 2))
    assert w02(evaluate_folds(table))["state"] == "fires"
    table = run_folds(recipe(str(bare)), tmp_path / "unknown", 2, divided(photos, 2))
    assert w02(evaluate_folds(table))["state"] == "not checkable"
