"""A run that starts from the hub remembers the commit, and goes on from it."""

import json

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("huggingface_hub")

from safetensors.torch import save_file

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.splits import split
from drgrade.models.checkpoint import load_grader
from drgrade.models.resnet import resnet10_narrow
from drgrade.recipe.recipe import make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.training.fit import run

COMMIT = "a" * 40
RECIPE = make_recipe({
    "data": {"size": 28, "workers": 0},
    "model": {"network": "resnet10_narrow", "start": "hf:owner/name"},
    "train": {"epochs": 1, "batch": 8, "threads": 1, "device": "cpu"},
})  # fmt: skip
NAME = f"hf:owner/name/model.safetensors@{COMMIT}"


@pytest.fixture
def cached(tmp_path, monkeypatch) -> None:
    """The hub's cache, as it is after a download from the branch `main`; no hub answers."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    place = tmp_path / "hub" / "models--owner--name"
    (place / "snapshots" / COMMIT).mkdir(parents=True)
    save_file(resnet10_narrow().state_dict(), place / "snapshots" / COMMIT / "model.safetensors")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(COMMIT)


@pytest.fixture
def manifest(tmp_path) -> Manifest:
    return split(draw_set(30, tmp_path / "photos", size=64, seed=1), seed=0)


def test_the_commit_is_in_the_provenance_and_in_the_model_file(cached, manifest, tmp_path):
    files = RunFolder(run(RECIPE, manifest, tmp_path / "run"))
    assert json.loads(files.provenance.read_text())["start"] == NAME
    assert load_grader(files.folder).provenance.start == NAME
    assert load_grader(files.folder).model.start == "hf:owner/name"


def test_a_resumed_run_starts_from_the_commit_it_began_with(cached, manifest, tmp_path):
    folder = run(RECIPE, manifest, tmp_path / "run")
    (folder / "finished.json").unlink()
    (tmp_path / "hub" / "models--owner--name" / "refs" / "main").write_text("b" * 40)
    again = load_grader(run(RECIPE, manifest, folder, resume=True))
    assert again.provenance.start == NAME
