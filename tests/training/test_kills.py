"""A training killed at a hundred random instants ends with the bits of one left in peace."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import write_manifest
from drgrade.data.tables.splits import split
from drgrade.models.checkpoint import load_tensors
from drgrade.recipe.recipe import make_recipe
from drgrade.recipe.run_folder import write_toml

KILLS = 100


def start(folder: Path, recipe: Path) -> subprocess.Popen[bytes]:
    """Begin, or go on where a run is there already."""
    begun = (folder / "provenance.json").is_file()
    what = ["--resume", str(folder)] if begun else [str(recipe), "-o", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "drgrade", "train", *what],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(folder: Path, recipe: Path) -> None:
    process = start(folder, recipe)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()


def kill_after(folder: Path, recipe: Path, seconds: float) -> bool:
    """Kill a training after some seconds; whether it was still running."""
    process = start(folder, recipe)
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True
    assert process.returncode == 0, said.decode()
    return False


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_tensors(folder / "last.safetensors")[0]


@pytest.mark.proof
def test_a_training_killed_at_a_hundred_random_instants_ends_with_the_same_bits(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    drawn = split(draw_set(60, tmp_path / "photos", size=64, seed=1), seed=0)
    write_manifest(drawn, tmp_path / "m.csv")
    recipe = tmp_path / "quick.toml"
    recipe.write_text(write_toml(make_recipe({
        "data": {"size": 32, "workers": 0, "manifest": str(tmp_path / "m.csv")},
        "model": {"network": "resnet10_narrow"},
        "augment": {"rotation": 20.0},
        "train": {"epochs": 80, "batch": 8, "threads": 1, "save_minutes": 0.0},
    })))  # fmt: skip
    finish(tmp_path / "whole", recipe)

    begun = time.monotonic()
    kill_after(tmp_path / "killed", recipe, 1e-3)
    process = start(tmp_path / "killed", recipe)
    while not (tmp_path / "killed" / "last.safetensors").is_file():
        time.sleep(0.02)
    process.kill()
    process.communicate()
    longest = 1.5 * (time.monotonic() - begun)  # two in three die before they save anything
    instants = random.Random(0)
    alive = [
        kill_after(tmp_path / "killed", recipe, instants.uniform(0.0, longest))
        for _ in range(KILLS)
    ]
    finish(tmp_path / "killed", recipe)

    assert all(alive), f"it ended by itself after {alive.index(False)} kills; give it more epochs"
    one, two = weights(tmp_path / "killed"), weights(tmp_path / "whole")
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)
