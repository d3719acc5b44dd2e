"""Several processes make of a recipe what one makes; stopped or killed, they can be resumed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from drgrade.data.manifest import write_manifest
from drgrade.data.phantom import draw_set
from drgrade.data.splits import split
from drgrade.errors import RecipeError
from drgrade.models.checkpoint import load_tensors
from drgrade.predictions import read_predictions
from drgrade.recipe import make_recipe, write_toml
from drgrade.run import RunFolder
from drgrade.training.processes import ALONE, Processes

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
TRAIN = ["-m", "drgrade", "train"]
WITHOUT_SCORECARD = """
import sys
from pathlib import Path
from drgrade.recipe import load_recipe
from drgrade.training.experiment import run
from drgrade.training.processes import joined
with joined():
    run(load_recipe(sys.argv[1]), None, Path(sys.argv[2]))
"""
SETTINGS = {
    "data": {"size": 28, "workers": 0},
    "model": {"network": "resnet18"},
    "augment": {"rotation": 20.0},
    "optimiser": {"learning_rate": 0.01},
    "train": {"epochs": 2, "batch": 5, "accumulate": 2, "threads": 1, "device": "cpu"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A folder with drawn photos, their manifest, and recipes of few and of many epochs."""
    folder = tmp_path_factory.mktemp("processes")
    path = folder / "manifest.csv"
    write_manifest(split(draw_set(50, folder / "photos", size=64, seed=1), seed=0), path)
    data = SETTINGS["data"] | {"manifest": str(path)}
    for name, epochs in (("few", 2), ("many", 200)):
        train = SETTINGS["train"] | {"epochs": epochs, "save_minutes": 0.0}
        recipe = make_recipe(SETTINGS | {"data": data, "train": train})
        (folder / f"{name}.toml").write_text(write_toml(recipe))
    (folder / "run.py").write_text(WITHOUT_SCORECARD)
    return folder


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"DRGRADE_CACHE": str(home / "cache"), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)  # fmt: skip


def finish(process: subprocess.Popen[str]) -> str:
    out, said = process.communicate(timeout=250)
    assert process.returncode == 0, said
    return out


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    return load_tensors(folder / "last.safetensors")[0]


@pytest.fixture(scope="module")
def both(home) -> tuple[Path, Path]:
    """The same recipe trained by one process and by two."""
    one, two = home / "one", home / "two"
    script, recipe = str(home / "run.py"), str(home / "few.toml")
    finish(start(home, sys.executable, script, recipe, str(one)))
    finish(start(home, *TORCHRUN, script, recipe, str(two)))
    return one, two


def test_two_processes_have_the_training_loss_of_one_that_accumulates(both):
    one, two = (RunFolder(folder).read_metrics() for folder in both)
    apart = [abs(a["train_loss"] - b["train_loss"]) for a, b in zip(one, two, strict=True)]
    assert len(apart) == 2
    assert max(apart) < 1e-4


def test_two_processes_have_the_weights_and_running_statistics_of_one(both):
    one, two = map(tensors, both)
    assert one.keys() == two.keys()
    apart = {key: float((one[key] - two[key]).abs().max()) for key in one}
    assert max(apart.values()) < 1e-3
    assert one["network.bn.num_batches_tracked"] == two["network.bn.num_batches_tracked"]


def test_two_processes_leave_the_files_of_one(both):
    one, two = both
    assert {path.name for path in one.iterdir()} == {path.name for path in two.iterdir()}
    judged = [read_predictions(RunFolder(folder).predictions).table for folder in both]
    assert judged[0]["photo"].to_list() == judged[1]["photo"].to_list()
    assert abs((judged[0]["p0"] - judged[1]["p0"]).to_numpy()).max() < 1e-2


@pytest.mark.proof
def test_the_command_line_speaks_once_and_ends_with_a_scorecard(home):
    folder = home / "told"
    out = finish(start(home, *TORCHRUN, *TRAIN, str(home / "few.toml"), "-o", str(folder)))
    assert out == f"{folder}\n"
    assert (folder / "scorecard").is_dir()


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that torchrun started, in the order of their rank."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return sorted(map(int, listed))


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while not path.is_file() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert path.is_file(), process.communicate()


@pytest.mark.parametrize("rank", [pytest.param(0, marks=pytest.mark.proof), 1])
def test_when_one_process_is_killed_all_end_and_the_run_can_be_resumed(home, rank):
    folder = home / f"killed{rank}"
    process = start(home, *TORCHRUN, *TRAIN, str(home / "many.toml"), "-o", str(folder))
    wait_for(folder / "last.safetensors", process)
    pids = children(process)
    os.kill(pids[rank], signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "another process of this training ended" in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert goes_on(home, folder)


def test_a_signal_ends_all_after_the_same_step_with_the_state_saved(home):
    folder = home / "stopped"
    process = start(home, *TORCHRUN, *TRAIN, str(home / "many.toml"), "-o", str(folder))
    wait_for(folder / "last.safetensors", process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    about = load_tensors(folder / "last.safetensors")[1]
    assert f"stopped in epoch {about['epoch'] + 1}, step {about['step']} of" in said


def goes_on(home: Path, folder: Path) -> bool:
    """Whether two processes go on with a run where it was left, and make steps."""
    before = load_tensors(folder / "last.safetensors")[1]
    process = start(home, *TORCHRUN, *TRAIN, "--resume", str(folder))
    until = time.monotonic() + 60
    reached = (before["epoch"], before["step"])
    while time.monotonic() < until and reached <= (before["epoch"], before["step"]):
        time.sleep(0.05)
        about = load_tensors(folder / "last.safetensors")[1]
        reached = (about["epoch"], about["step"])
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert "going on in epoch" in said
    return reached > (before["epoch"], before["step"])


@pytest.mark.parametrize("batches", range(9))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_batch_of_a_step_is_dealt_to_one_process(batches, count):
    dealt = [number for rank in range(count) for number in Processes(rank, count).share(batches)]
    assert dealt == list(range(batches))


def test_a_step_that_cannot_be_shared_is_refused_with_the_setting_to_change():
    with pytest.raises(RecipeError, match=r"multiple of the 2 processes.*got 1; set train.accu"):
        Processes(0, 2).check(1)


def test_a_single_process_waits_for_nobody():
    ALONE.wait()
    with ALONE.in_turn():
        assert ALONE.told(3) == 3
        assert ALONE.summed({"a": 1.0}) == {"a": 1.0}
