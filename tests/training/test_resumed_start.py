"""A run that goes on takes nothing from its start any more: the file may be gone, or another."""

import json
from pathlib import Path

import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.splits import split
from drgrade.errors import UsageError
from drgrade.models.checkpoint import load_grader, load_tensors, save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.recipe.recipe import Model, Recipe, make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import sha256_file
from drgrade.training.fit import run

MEAN, OTHER = (99.0, 98.0, 97.0), (1.0, 2.0, 3.0)


def start(path: Path, mean: tuple[float, float, float], seed: int) -> Path:
    """A grader's file with a normalisation of its own."""
    torch.manual_seed(seed)
    model = Model(network="resnet10_narrow")
    grader = Grader(build_network(model, 5), model, Preprocess(size=28), "cross_entropy", mean)
    save_grader(path, grader)
    return path


def recipe(path: Path) -> Recipe:
    return make_recipe({
        "data": {"size": 28, "workers": 0},
        "model": {"network": "resnet10_narrow", "start": str(path)},
        "train": {"epochs": 1, "batch": 8, "threads": 1, "device": "cpu"},
    })  # fmt: skip


@pytest.fixture
def manifest(tmp_path, monkeypatch) -> Manifest:
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    return split(draw_set(30, tmp_path / "photos", size=64, seed=1), seed=0)


@pytest.fixture
def files(manifest, tmp_path) -> RunFolder:
    """A run whose last epoch is done, and which was stopped before its end."""
    path = start(tmp_path / "start.safetensors", MEAN, 0)
    files = RunFolder(run(recipe(path), manifest, tmp_path / "run"))
    files.finished.unlink()
    return files


def test_the_provenance_keeps_what_a_run_took_from_its_start(files, tmp_path):
    known = json.loads(files.provenance.read_text())
    assert known["start_sha256"] == sha256_file(tmp_path / "start.safetensors")
    assert tuple(known["mean"]) == MEAN


def test_a_run_goes_on_when_its_start_is_gone(files, manifest, tmp_path):
    path = tmp_path / "start.safetensors"
    content, before = sha256_file(path), load_tensors(files.last)[0]
    path.unlink()
    grader = load_grader(run(recipe(path), manifest, files.folder, resume=True))
    assert grader.mean == MEAN
    assert grader.provenance.start_sha256 == content
    assert grader.model.start == str(path)
    assert torch.equal(grader.network.conv1.weight, before["network.conv1.weight"])


def test_a_run_goes_on_with_what_it_took_from_a_start_that_is_another_by_now(
    files, manifest, tmp_path
):
    path = tmp_path / "start.safetensors"
    content = sha256_file(path)
    start(path, OTHER, 1)
    grader = load_grader(run(recipe(path), manifest, files.folder, resume=True))
    assert grader.mean == MEAN
    assert grader.provenance.start_sha256 == content


def test_a_run_begun_before_its_start_was_kept_reads_the_start_again(files, manifest, tmp_path):
    known = json.loads(files.provenance.read_text())
    for name in ("start_sha256", "mean", "std"):
        del known[name]
    files.provenance.write_text(json.dumps(known))
    path = tmp_path / "start.safetensors"
    start(path, OTHER, 1)
    run(recipe(path), manifest, files.folder, resume=True)
    assert "mean" not in json.loads(files.provenance.read_text())
    files.finished.unlink()
    path.unlink()
    with pytest.raises(UsageError, match=r"model\.start must be"):
        run(recipe(path), manifest, files.folder, resume=True)


def test_a_run_that_has_made_no_state_takes_the_start_as_it_is_now(files, manifest, tmp_path):
    files.last.unlink()
    path = tmp_path / "start.safetensors"
    start(path, OTHER, 1)
    grader = load_grader(run(recipe(path), manifest, files.folder, resume=True))
    assert grader.mean == OTHER
    assert grader.provenance.start_sha256 == sha256_file(path)


def test_a_run_that_cannot_start_leaves_its_folder_free(manifest, tmp_path):
    path = tmp_path / "start.safetensors"
    with pytest.raises(UsageError, match=r"model\.start must be"):
        run(recipe(path), manifest, tmp_path / "run")
    start(path, MEAN, 0)
    assert RunFolder(run(recipe(path), manifest, tmp_path / "run")).is_finished


def test_a_run_that_had_begun_stays_begun_when_its_start_is_gone(files, manifest, tmp_path):
    files.last.unlink()
    (tmp_path / "start.safetensors").unlink()
    with pytest.raises(UsageError, match=r"model\.start must be"):
        run(recipe(tmp_path / "start.safetensors"), manifest, files.folder, resume=True)
    assert files.is_started


def test_a_leak_is_told_before_the_training(manifest, tmp_path, capsys):
    start(tmp_path / "start.safetensors", MEAN, 0)
    eyes = manifest.table.with_columns(
        split=pl.when(pl.col("eye") == "left").then(pl.lit("train")).otherwise(pl.lit("test"))
    )
    leaky = Manifest(eyes, manifest.root, manifest.provenance)
    run(recipe(tmp_path / "start.safetensors"), leaky, tmp_path / "run")
    said = capsys.readouterr().err
    assert said.index("100.0% of the test photos have their patient in train") < said.index("epoch")


def test_no_epoch_is_called_the_best_where_nothing_can_choose(manifest, tmp_path, capsys):
    start(tmp_path / "start.safetensors", MEAN, 0)
    grade = pl.when(pl.col("split") == "tune").then(pl.lit(0)).otherwise(pl.col("grade"))
    same = manifest.table.with_columns(grade=grade.cast(manifest.table["grade"].dtype))
    photos = Manifest(same, manifest.root, manifest.provenance)
    run(recipe(tmp_path / "start.safetensors"), photos, tmp_path / "run")
    said = capsys.readouterr().err
    assert "no QWK can choose an epoch" in said
    assert "best so far" not in said


def test_how_photographs_without_splits_are_divided_is_told(manifest, tmp_path, capsys):
    start(tmp_path / "start.safetensors", MEAN, 0)
    bare = Manifest(manifest.table.with_columns(split=pl.lit(None, pl.String)), manifest.root)
    run(recipe(tmp_path / "start.safetensors"), bare, tmp_path / "run")
    assert "divided by patient with seed 0 into 70% train" in capsys.readouterr().err
