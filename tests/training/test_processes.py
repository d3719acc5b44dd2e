"""Several processes make of a recipe what one makes; stopped or killed, they can be resumed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.cli.app import run as main
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import read_manifest, write_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.data.tables.splits import split
from drgrade.errors import RecipeError
from drgrade.models.checkpoint import load_tensors
from drgrade.models.devices import pick_device
from drgrade.recipe.recipe import load_recipe, make_recipe, write_toml
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.signals import InterruptedRunError
from drgrade.training import fit, folds, loop, pretrain, processes, session, stages
from drgrade.training.processes import ALONE, Processes, ProcessLostError, joined
from drgrade.training.records import evaluated

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
TRAIN = ["-m", "drgrade", "train"]
WITHOUT_SCORECARD = """
import sys
from pathlib import Path
from drgrade.recipe.recipe import load_recipe
from drgrade.training.fit import run
from drgrade.training.processes import joined
with joined():
    run(load_recipe(sys.argv[1]), None, Path(sys.argv[2]))
"""
SETTINGS = {
    "data": {"size": 28, "workers": 0},
    "model": {"network": "resnet10_narrow"},
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


STARTED: list[subprocess.Popen[str]] = []


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"DRGRADE_CACHE": str(home / "cache"), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    STARTED.append(process)
    return process


@pytest.fixture(autouse=True)
def no_process_is_left():
    """A test that fails ends what it started, and fails alone."""
    yield
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


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
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(home / "cache"))
        fit.run(load_recipe(recipe), None, one)
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
    until = time.monotonic() + 200  # a busy machine needs a minute to import torch thrice
    while not path.is_file() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert path.is_file(), process.communicate()


@pytest.mark.proof
@pytest.mark.parametrize("rank", [0, 1])
def test_when_one_process_is_killed_all_end_and_the_run_can_be_resumed(home, rank):
    folder = home / f"killed{rank}"
    process = start(home, *TORCHRUN, *TRAIN, str(home / "many.toml"), "-o", str(folder))
    wait_for(folder / "last.safetensors", process)
    pids = children(process)
    os.kill(pids[rank], signal.SIGKILL)
    _, said = process.communicate(timeout=200)
    assert process.returncode != 0
    assert "another process of this training ended" in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert goes_on(home, folder)


@pytest.mark.proof
def test_a_signal_ends_all_after_the_same_step_with_the_state_saved(home):
    folder = home / "stopped"
    process = start(home, *TORCHRUN, *TRAIN, str(home / "many.toml"), "-o", str(folder))
    wait_for(folder / "last.safetensors", process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=200)
    assert process.returncode != 0
    about = load_tensors(folder / "last.safetensors")[1]
    assert f"stopped in epoch {about['epoch'] + 1}, step {about['step']} of" in said


def test_a_signal_to_any_process_ends_this_one_after_its_step_with_the_state_saved(
    home, tmp_path, monkeypatch
):
    asked = {"stop": float(signal.SIGTERM)}  # as another process says it
    monkeypatch.setattr(Processes, "summed", lambda self, values: values | asked)
    with pytest.raises(InterruptedRunError, match=r"stopped in epoch 1, step 2 of") as caught:
        fit.run(load_recipe(str(home / "many.toml")), None, tmp_path / "run")
    about = load_tensors(tmp_path / "run" / "last.safetensors")[1]
    assert (about["epoch"], about["step"]) == (0, 2)
    assert caught.value.exit_code == 143


def goes_on(home: Path, folder: Path) -> bool:
    """Whether two processes go on with a run where it was left, and make steps."""
    before = load_tensors(folder / "last.safetensors")[1]
    process = start(home, *TORCHRUN, *TRAIN, "--resume", str(folder))
    until = time.monotonic() + 200
    reached = (before["epoch"], before["step"])
    while time.monotonic() < until and reached <= (before["epoch"], before["step"]):
        time.sleep(0.05)
        about = load_tensors(folder / "last.safetensors")[1]
        reached = (about["epoch"], about["step"])
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=200)
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


def gpus(monkeypatch, there: int, rank: int, started: int) -> list[int]:
    """A machine with so many GPUs and torchrun's processes; returns which GPU is taken."""
    taken: list[int] = []
    for name, value in (("WORLD_SIZE", started), ("LOCAL_WORLD_SIZE", started),
                        ("LOCAL_RANK", rank)):  # fmt: skip
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: there)
    monkeypatch.setattr(torch.cuda, "set_device", taken.append)
    for name in ("init_process_group", "destroy_process_group"):
        monkeypatch.setattr(torch.distributed, name, lambda *_, **__: None)
    return taken


@pytest.mark.parametrize(("there", "rank", "taken"), [(2, 1, [1]), (1, 1, []), (0, 1, [])])
def test_a_process_takes_the_gpu_of_its_number_where_there_is_one(monkeypatch, there, rank, taken):
    found = gpus(monkeypatch, there, rank, 2)
    with joined():
        assert found == taken


@pytest.mark.parametrize("rank", [0, 1])
def test_more_processes_than_gpus_are_refused_unless_the_recipe_says_cpu(monkeypatch, rank):
    gpus(monkeypatch, 1, rank, 2)
    two = Processes(rank, 2)
    two.check_device(pick_device("cpu"))
    for name in ("auto", "cuda"):
        with pytest.raises(RecipeError, match=r"got 2 processes for 1 GPU on.*train\.device=cpu"):
            two.check_device(pick_device(name))


def test_several_processes_are_not_put_on_one_gpu(monkeypatch):
    gpus(monkeypatch, 2, 0, 2)
    Processes(0, 2).check_device(pick_device("cuda"))
    ALONE.check_device(pick_device("cuda:0"))
    with pytest.raises(RecipeError, match=r"got cuda:0; set train\.device=cuda"):
        Processes(0, 2).check_device(pick_device("cuda:0"))


def failing(error: Exception):
    def barrier() -> None:
        raise error

    return barrier


@pytest.mark.parametrize(
    "said",
    [
        "[/pytorch/third_party/gloo/gloo/transport/tcp/pair.cc:534] Read error [127.0.0.1]:25218",
        "Connection reset by peer",
    ],
)
def test_a_connection_that_ends_is_told_as_a_lost_process(monkeypatch, said):
    monkeypatch.setattr(torch.distributed, "barrier", failing(RuntimeError(said)))
    with pytest.raises(ProcessLostError, match="another process of this training ended"):
        Processes(0, 2).wait()


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("full"), RuntimeError("shapes differ")])
def test_another_error_is_not_told_as_a_lost_process(monkeypatch, error):
    monkeypatch.setattr(torch.distributed, "barrier", failing(error))
    with pytest.raises(type(error), match=str(error)):
        Processes(0, 2).wait()


def test_a_full_gpu_ends_in_one_line_that_says_what_to_lower(home, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DRGRADE_CACHE", str(home / "cache"))
    monkeypatch.setattr(fit, "train", lambda *_: failing(torch.OutOfMemoryError("CUDA"))())
    words = ["train", str(home / "few.toml"), "-o", str(tmp_path / "run")]
    assert main(words) == 1
    (said,) = [line for line in capsys.readouterr().err.splitlines() if "memory" in line]
    assert "full at train.batch = 5; lower train.batch, raise train.accumulate (now 2)" in said


def test_the_state_is_saved_before_the_first_of_several_processes_judges(home, monkeypatch):
    saved: list[int] = []
    context = SimpleNamespace(processes=Processes(0, 2), recipe=make_recipe(SETTINGS), stop=0,
                           parts=SimpleNamespace(train=np.arange(20)))  # fmt: skip
    state = SimpleNamespace(step=0, epoch=0, seconds=0.0, sums={}, network=torch.nn.Identity())

    def one_step(context, state, groups, weights, steps) -> int:
        state.step += len(groups)
        state.sums = {"photos": 1.0, "loss": 1.0}
        return 0

    monkeypatch.setattr(loop, "_one_step", one_step)
    monkeypatch.setattr(loop, "_weights", lambda context: None)
    monkeypatch.setattr(loop, "epoch_order", lambda part, *_, **__: part)
    monkeypatch.setattr(loop, "_save", lambda context, state: saved.append(state.step))
    loop._one_epoch(context, state)
    assert saved == [4]


def test_the_lab_refuses_to_run_in_several_processes(home, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WORLD_SIZE", "2")
    words = ["lab", str(home / "manifest.csv"), "-o", str(tmp_path / "lab"), "--yes"]
    assert main(words) == 2
    assert "`drgrade lab` runs in one process, got 2" in capsys.readouterr().err
    assert not (tmp_path / "lab").exists()


@pytest.mark.parametrize(("rank", "does"), [(0, ["learns", "judges"]), (1, ["learns"])])
def test_the_first_process_alone_judges_a_pretraining_and_prints_its_folder(
    tmp_path, monkeypatch, capsys, rank, does
):
    done = []
    monkeypatch.setattr(processes, "joined", lambda: nullcontext(Processes(rank, 2)))
    monkeypatch.setattr(pretrain, "pretrain", lambda *_: done.append("learns") or tmp_path)
    monkeypatch.setattr(evaluated, "evaluate_run", lambda _: done.append("judges"))
    assert main(["models", "pretrain", "resnet10_narrow"]) == 0
    assert done == does
    assert capsys.readouterr().out == (f"{tmp_path}\n" if rank == 0 else "")


@pytest.mark.proof
def test_a_pretraining_is_shared_by_its_processes(home):
    changes = ("data.drawn=24", "data.size=28", "data.workers=0", "train.epochs=1",
               "train.batch=8", "train.accumulate=2", "train.device=cpu")  # fmt: skip
    said = [word for change in changes for word in ("--set", change)]
    command = ["-m", "drgrade", "models", "pretrain", "resnet10_narrow", *said]
    out = finish(start(home, *TORCHRUN, *command))
    assert out == f"{home / 'cache' / 'phantom' / 'resnet10_narrow'}\n"


@pytest.mark.parametrize(
    ("has_begun", "how"),
    [(False, "give the same command again"), (True, "go on with the same command and --resume")],
)
def test_a_lost_process_is_told_with_the_way_that_there_is(
    home, tmp_path, monkeypatch, has_begun, how
):
    recipe = load_recipe(str(home / "few.toml"))
    monkeypatch.setattr(session, "current", lambda: Processes(1, 2))
    monkeypatch.setattr(torch.distributed, "barrier", failing(RuntimeError("connection reset")))
    if has_begun:
        RunFolder(tmp_path).begin(recipe, "")
    with pytest.raises(ProcessLostError) as caught:
        fit.run(recipe, None, tmp_path, resume=has_begun)
    assert str(caught.value) == (
        f"another process of this training ended (connection reset); see what it said, and {how}"
    )


TRAININGS = {
    "stages": stages.run_stages,
    "folds": lambda recipe, photos, folder: folds.run_folds(recipe, folder, 2, photos),
}


@pytest.mark.parametrize("kind", TRAININGS)
def test_a_process_lost_before_any_stage_began_is_told_to_give_the_command_again(
    home, tmp_path, monkeypatch, kind
):
    recipe, photos = load_recipe("drawn-then-real"), read_manifest(home / "manifest.csv")
    monkeypatch.setattr(torch.distributed, "barrier", failing(RuntimeError("connection reset")))
    for module in (stages, folds):
        monkeypatch.setattr(module, "current", lambda: Processes(1, 2))
    with pytest.raises(ProcessLostError, match="and give the same command again$"):
        TRAININGS[kind](recipe, photos, tmp_path / "run")
