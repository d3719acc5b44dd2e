"""Engines: the same outputs by each; OpenVINO without torch, and without a word to anybody."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import CheckpointError, UsageError
from drgrade.inference.engine import ENGINES, open_engine, twin_beside
from drgrade.inference.engine_openvino import OpenVinoEngine, open_twin
from drgrade.inference.engine_torch import TorchEngine
from drgrade.modelfile.container import packed, read_about, read_arrays
from drgrade.modelfile.graph import graph_bytes, read_twin, twin_bytes
from drgrade.modelfile.header import network_arrays
from drgrade.modelfile.places import place_of_model
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.recipe.recipe import Model

SIZE = 64


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """`default` and its twin, the whole graph as a file, and a grader that has no twin."""
    folder = tmp_path_factory.mktemp("engines")
    default = place_of_model(Path("default"))
    for path in (default, default.with_suffix(".openvino")):
        shutil.copy(path, folder / f"model{path.suffix}")
    weights = network_arrays(read_arrays(default)[0])
    graph = read_twin(folder / "model.openvino", weights)
    header = load_grader(default).header
    (folder / "whole.openvino").write_bytes(graph_bytes(graph, header, {}))
    model = Model(network="resnet10_narrow")
    torch.manual_seed(0)
    alone = Grader(build_network(model, 5), model, Preprocess(size=SIZE), "cross_entropy")
    save_grader(folder / "alone.safetensors", alone)
    return folder


@pytest.fixture(scope="module")
def squares():
    return np.stack([paint(draw_eye(0, number), 384).pixels for number in range(2)])


def test_a_twin_holds_no_weight_of_its_model(place):
    weights = network_arrays(read_arrays(place / "model.safetensors")[0])
    graph = read_twin(place / "model.openvino", weights)
    told = {"weights_sha256": "0" * 64}
    assert len(twin_bytes(graph, weights, told)) < 0.01 * sum(v.nbytes for v in weights.values())


def test_openvino_gives_the_outputs_of_torch(place, squares):
    theirs = open_engine(place / "model.safetensors", "torch").outputs(squares)
    for name in ("model.safetensors", "whole.openvino"):
        opened = open_engine(place / name, "openvino")
        assert opened.name == "openvino"
        assert np.abs(opened.outputs(squares) - theirs).max() < 1e-5


def test_openvino_explains_an_answer_as_torch_does(place, squares):
    theirs, ours = (open_engine(place / "model.safetensors", name).forward(squares)
                    for name in ("torch", "openvino"))  # fmt: skip
    assert np.abs(ours.outputs - theirs.outputs).max() < 1e-5
    for name in ("maps", "places", "lesions"):
        assert np.abs(getattr(ours, name) - getattr(theirs, name)).max() < 1e-4


def test_places_and_lesions_are_all_that_differs_between_the_outputs_of_two_squares(place, squares):
    found = open_engine(place / "model.safetensors", "torch").forward(squares)
    explained = found.places.mean(axis=(2, 3)) + found.lesions.sum(axis=1)
    rest = found.outputs[:, :4] - explained
    assert np.abs(explained - explained[0]).max() > 1e-3
    assert np.abs(rest - rest[0]).max() < 1e-4


@pytest.mark.parametrize("head", ["global", "lab"])
def test_places_of_a_resnet_add_up_to_its_outputs_without_the_bias(head):
    torch.manual_seed(0)
    size = 512 if head == "lab" else SIZE
    model = Model(network="resnet18", head=head)
    grader = Grader(build_network(model, 5).eval(), model, Preprocess(size=size), "cross_entropy")
    found = TorchEngine(grader).forward(
        np.random.default_rng(0).integers(0, 256, (2, size, size, 3), np.uint8)
    )
    without = found.outputs - grader.network.fc.bias.detach().numpy()
    assert np.abs(found.places.mean(axis=(2, 3)) - without).max() < 1e-4


def test_auto_takes_openvino_where_a_twin_is_and_torch_elsewhere(place):
    assert open_engine(place / "model.safetensors").name == "openvino"
    assert open_engine(place / "alone.safetensors").name == "torch"


def test_an_engine_that_cannot_run_a_file_is_refused(place):
    with pytest.raises(CheckpointError):
        open_engine(place / "alone.safetensors", "openvino")
    for name, engine, device in (("whole.openvino", "torch", "cpu"),
                                 ("model.safetensors", "onnx", "cpu"),
                                 ("model.safetensors", "openvin", "cpu"),
                                 ("model.safetensors", "openvino", "cuda:0")):  # fmt: skip
        with pytest.raises(UsageError):
            open_engine(place / name, engine, device)


def test_a_calibrated_model_keeps_its_twin(place, tmp_path):
    grader = load_grader(place / "model.safetensors").with_provenance(operating_points=[])
    save_grader(tmp_path / "calibrated.safetensors", grader)
    assert open_engine(tmp_path / "calibrated.safetensors").name == "openvino"


def test_a_twin_of_other_weights_is_refused(place, tmp_path):
    grader = load_grader(place / "model.safetensors")
    with torch.no_grad():
        grader.network.backbone.fc.bias += 1
    save_grader(tmp_path / "other.safetensors", grader)
    with pytest.raises(CheckpointError):
        open_twin(tmp_path / "other.safetensors", place / "model.openvino")


@pytest.mark.parametrize("name", ["model.openvino", "whole.openvino"])
def test_a_cut_or_altered_graph_is_refused(place, tmp_path, name):
    def opened(path):
        is_twin = name == "model.openvino"
        return open_twin(place / "model.safetensors", path) if is_twin else open_engine(path)

    content = (place / name).read_bytes()
    cut = [content[: int(len(content) * share)] for share in (0, 0.01, 0.5, 0.999)]
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    for wrong in (*cut, bytes(flipped)):
        (tmp_path / name).write_bytes(wrong)
        with pytest.raises(CheckpointError):
            opened(tmp_path / name)


def test_a_graph_without_preprocessing_or_thresholds_of_its_kind_is_refused(place, tmp_path):
    arrays, about = read_arrays(place / "whole.openvino")
    for lacking in ("preprocess", "decoding", "objective", "facts"):
        told = {key: value for key, value in about.items() if key != lacking}
        (tmp_path / "lacking.openvino").write_bytes(packed(arrays, told))
        with pytest.raises(CheckpointError):
            open_engine(tmp_path / "lacking.openvino")


def test_a_cached_graph_that_is_damaged_is_compiled_again(place, squares, monkeypatch, tmp_path):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    first = open_engine(place / "model.safetensors").outputs(squares)
    blobs = list((tmp_path / "openvino").glob("*.blob"))
    assert blobs
    for blob in blobs:
        whole = blob.read_bytes()
        blob.chmod(0o600)
        blob.write_bytes(whole[: len(whole) // 2])
    assert np.array_equal(open_engine(place / "model.safetensors").outputs(squares), first)


def test_openvino_grades_without_torch_and_writes_nothing_but_its_cache(place, tmp_path):
    photo = tmp_path / "eye.png"
    Image.fromarray(paint(draw_eye(0, 2), 640).pixels).save(photo)
    told = f"""
import sys
from drgrade.cli.app import run
assert run(["predict", {str(place / "model.safetensors")!r}, {str(photo)!r}]) == 0
print([name for name in ("torch", "openvino", "polars") if name in sys.modules])
"""
    home = tmp_path / "home"
    home.mkdir()
    kept = {"HOME": str(home), "DRGRADE_CACHE": str(tmp_path / "cache"), "CI": ""}
    done = subprocess.run([sys.executable, "-W", "error", "-c", told], capture_output=True,
                          text=True, env=os.environ | kept, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['openvino']"
    assert list(home.iterdir()) == []
    assert [each.suffix for each in (tmp_path / "cache" / "openvino").iterdir()] == [".blob"]


def test_a_signal_after_engines_are_gone_is_caught(place):
    told = f"""
import gc, signal
import numpy as np
from drgrade.inference.engine import open_engine
caught = []
signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
for _ in range(2):
    opened = open_engine({str(place / "model.safetensors")!r}, "openvino")
    opened.outputs(np.zeros((1, 384, 384, 3), np.uint8))
del opened
gc.collect()
signal.raise_signal(signal.SIGINT)
print(caught)
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"[{signal.SIGINT.value}]\n"), done.stderr


def test_default_has_a_twin_of_its_weights():
    default = place_of_model(Path("default"))
    twin = twin_beside(default)
    assert twin is not None
    assert read_about(twin)["weights_sha256"] == load_grader(default).provenance.weights_sha256
    assert default.stat().st_size + twin.stat().st_size <= 16_000_000


def test_every_engine_is_opened_by_its_name():
    assert set(ENGINES) == {"torch", "openvino", "onnx"}


def test_without_a_place_for_the_cache_it_is_compiled_all_the_same(
    place, squares, monkeypatch, tmp_path
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "file"))
    opened = open_engine(place / "model.safetensors", "openvino")
    assert isinstance(opened, OpenVinoEngine)
    assert opened.outputs(squares[:1]).shape == (1, 6)
