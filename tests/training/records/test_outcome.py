"""What a training tells its judges: in the model file, beside its predictions, and by predict."""

import json
import os

import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.cli.app import run as command
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest, write_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.data.tables.splits import split
from drgrade.evaluation.scorecard.evaluate import evaluate_table, pick_split
from drgrade.models.checkpoint import load_grader
from drgrade.recipe.recipe import make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.training.fit import run

RECIPE = {
    "data": {"size": 32, "workers": 0},
    "model": {"network": "resnet10_narrow"},
    "train": {"epochs": 1, "batch": 8, "threads": 1, "watch_test": True},
}
PASSED_ON = (
    "weights_sha256", "recipe", "recipe_hash", "manifest_hash", "train_preprocess",
    "input_statistics", "prevalence", "mirror_changes", "epoch_chosen_on", "cuts_fitted_on",
)  # fmt: skip
STATISTICS = ("width", "height", "bytes", "sha256", "brightness", "field_ratio", "black_share",
              "phash")  # fmt: skip


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Manifest:
    folder = tmp_path_factory.mktemp("drawn")
    drawn = split(draw_set(40, folder / "photos", size=64, seed=1), seed=0)
    is_test = pl.col("split") == "test"
    table = drawn.table.with_columns(
        camera=pl.lit("pencil"),
        theirs=pl.lit("kept"),
        group=pl.concat_str(pl.lit("g"), "patient"),
        grade=pl.when(is_test & is_test.cum_sum().eq(1)).then(None).otherwise("grade"),
    )
    write_manifest(Manifest(table, drawn.root, drawn.provenance), folder / "manifest.csv")
    return read_manifest(folder / "manifest.csv")


@pytest.fixture(scope="module")
def trained(manifest, tmp_path_factory) -> RunFolder:
    return RunFolder(run(make_recipe(RECIPE), manifest, tmp_path_factory.mktemp("run") / "run"))


@pytest.fixture(scope="module")
def predicted(trained, manifest, tmp_path_factory):
    folder = tmp_path_factory.mktemp("predicted")
    path = os.path.relpath(manifest.root, folder)
    table = manifest.table
    write_manifest(Manifest(table, folder / path, manifest.provenance), folder / "m.csv")
    assert command(["predict", str(trained.folder), str(folder / "m.csv"), "-o",
                    str(folder / "p.parquet"), "--fingerprint"]) == 0  # fmt: skip
    return read_predictions(folder / "p.parquet")


def test_the_model_file_tells_of_its_training(trained, manifest):
    known = load_grader(trained.best).provenance
    assert known.manifest_hash == manifest.hash
    assert known.train_preprocess["size"] == 32
    assert (known.epoch_chosen_on, known.mirror_changes_on) == ("tune", "tune")
    assert 0 <= known.mirror_changes <= 1
    assert known.prevalence.keys() == {"train", "tune"}


def test_the_training_photographs_are_told_by_their_percentiles(trained):
    told = load_grader(trained.best).provenance.input_statistics
    assert told.train.keys() == {"brightness", "width", "height", "field_ratio", "black_share"}
    assert told.train["width"] == (64.0, 64.0)
    assert told.train["brightness"][0] < told.train["brightness"][1]
    assert told.cameras == ("pencil",)


def test_predict_passes_on_what_the_training_told(trained, predicted):
    of_training = read_predictions(trained.predictions).provenance
    assert [
        key for key in PASSED_ON if getattr(predicted.provenance, key) != getattr(of_training, key)
    ] == []
    assert predicted.provenance.drawn is True


def test_rows_carry_the_statistics_of_their_photographs_whoever_made_them(trained, predicted):
    mine = read_predictions(trained.predictions).part("test").table.sort("photo")
    theirs = predicted.part("test").table.sort("photo")
    assert mine.select(STATISTICS).equals(theirs.select(STATISTICS))
    assert mine.select(STATISTICS).null_count().sum_horizontal()[0] == 0
    assert set(mine["camera"]) == {"pencil"}


def test_predict_keeps_what_the_manifest_says_of_a_photograph(predicted, manifest):
    kept = ["photo", "split", "patient", "eye", "grade", "group", "camera", "theirs"]
    assert predicted.table.select(kept).equals(manifest.table.select(kept))


def test_a_photograph_without_a_reference_grade_is_predicted_all_the_same(trained, manifest):
    rows = read_predictions(trained.predictions)
    ungraded = rows.table.filter(pl.col("grade").is_null())
    assert ungraded["status"].to_list() == ["graded"]
    found = evaluate_table(pick_split(rows), manifest, resamples=20)
    assert next(check for check in found.checks if check.code == "W23").state == "silent"


def test_what_travels_lets_the_warnings_about_inputs_be_checked(predicted, manifest):
    found = evaluate_table(predicted.part("test"), manifest, resamples=20)
    state = {check.code: check.state for check in found.checks}
    assert (state["W16"], state["W17"]) == ("silent", "silent")
    assert "not checkable" not in {state[code] for code in ("W05", "W07", "W08", "W20", "W25")}


def test_predict_counts_the_grades_that_mirroring_changes_when_asked(trained, manifest, tmp_path):
    photo = str(manifest.locate(manifest.table["photo"][0]))
    out = tmp_path / "p.csv"
    assert command(["predict", str(trained.folder), photo, "--mirror", "-o", str(out)]) == 0
    rows = read_predictions(out)
    changed = rows.table["predicted"].cast(pl.Int64) != rows.table["mirrored"].cast(pl.Int64)
    assert rows.provenance.mirror_changes == changed.mean()
    assert rows.provenance.mirror_changes_on == "these photographs"


def test_photographs_of_unknown_origin_are_not_called_real(trained, manifest, tmp_path):
    photo = str(manifest.locate(manifest.table["photo"][0]))
    out = tmp_path / "p.csv"
    assert command(["predict", str(trained.folder), photo, "-o", str(out)]) == 0
    told = json.loads(out.with_suffix(".json").read_text())
    assert "drawn" not in told
    assert told["train_source"] == "drawn"


def test_squares_made_before_statistics_were_kept_still_serve(manifest, tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    recipe = make_recipe(RECIPE)
    run(recipe, manifest, tmp_path / "first")
    (index,) = (tmp_path / "cache").rglob("index.json")
    known = json.loads(index.read_text())
    old = ("width", "height", "bytes", "sha256")
    known["done"] = {p: {k: f[k] for k in old} for p, f in known["done"].items()}
    index.write_text(json.dumps(known))
    rows = read_predictions(RunFolder(run(recipe, manifest, tmp_path / "second")).predictions)
    assert rows.provenance.input_statistics.train.keys() == {"width", "height"}
    assert "brightness" not in rows.table.columns
