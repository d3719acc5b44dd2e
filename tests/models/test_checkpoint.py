"""Model files: enough by themselves, and refused when they are not whole."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import CheckpointError
from drgrade.modelfile.correction import Recalibration
from drgrade.models.checkpoint import load_grader, load_tensors, save_grader, save_tensors
from drgrade.models.grader import Grader, build_network
from drgrade.models.objectives import Decoding
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import OperatingPoint
from drgrade.recipe.recipe import Model


@pytest.fixture(scope="module")
def grader():
    model = Model(network="efficientnet_lite0")
    return Grader(build_network(model, 1), model, Preprocess(size=64), "regression",
                  (127.0,) * 3, (128.0,) * 3, Decoding((0.4, 1.5, 2.5, 3.5), 0.7, "tune"),
                  ModelProvenance(epoch=3))  # fmt: skip


@pytest.fixture
def path(grader, tmp_path):
    save_grader(tmp_path / "m.safetensors", grader)
    return tmp_path / "m.safetensors"


def test_a_grader_saved_and_loaded_is_the_same(grader, path):
    loaded = load_grader(path)
    assert loaded.decoding == grader.decoding
    assert (loaded.preprocess, loaded.mean, loaded.std) == (Preprocess(size=64), (127.0,) * 3,
                                                            (128.0,) * 3)  # fmt: skip
    assert loaded.provenance.epoch == 3
    state = grader.network.state_dict()
    assert all(torch.equal(v, state[k]) for k, v in loaded.network.state_dict().items())


def test_a_correction_and_its_points_are_in_the_file_and_the_weights_keep_their_hash(grader, path):
    decoding = replace(grader.decoding, recalibration=Recalibration("temperature", 1.7))
    known = ModelProvenance(operating_points=(OperatingPoint(name="HS", threshold=0.25),))
    save_grader(path.parent / "c.safetensors", replace(grader, decoding=decoding, provenance=known))
    loaded = load_grader(path.parent / "c.safetensors")
    assert loaded.decoding == decoding
    assert loaded.referable_from == 0.25
    assert loaded.provenance.weights_sha256 == load_grader(path).provenance.weights_sha256


def test_a_correction_changes_a_regressions_probabilities_and_never_its_grades(grader):
    outputs = np.linspace(-1, 5, 50)[:, None]
    decoding = replace(grader.decoding, recalibration=Recalibration("temperature", 3.0))
    (p, grades), (q, same) = (
        grader.decode(outputs),
        replace(grader, decoding=decoding).decode(outputs),
    )
    assert (grades == same).all()
    assert np.abs(p - q).max() > 0.05


def test_a_file_from_before_calibration_is_read(path):
    tensors, about = load_tensors(path)
    old = {key: value for key, value in about["decoding"].items() if key != "recalibration"}
    save_tensors(path, tensors, {**about, "decoding": old})
    assert load_grader(path).decoding.recalibration == Recalibration()


def test_a_run_folder_stands_for_its_best_model(path):
    path.rename(path.parent / "best.safetensors")
    assert load_grader(path.parent).provenance.epoch == 3


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_cut_file_is_called_damaged_with_its_size(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(CheckpointError, match=r"checkpoint damaged \(\d+ bytes\)"):
        load_grader(path)


def test_a_flipped_bit_is_noticed(path):
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(CheckpointError, match="SHA-256 mismatch"):
        load_grader(path)


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        import os

        return os.system, (f"touch {self.marker}",)


def test_a_file_saved_anew_while_it_is_read_is_read_as_one(tmp_path, monkeypatch):
    path, opened = tmp_path / "last.safetensors", torch.UntypedStorage.from_file
    save_tensors(path, {"a": torch.full((10,), 1.0)}, {"step": 1})

    def after_the_next_save(*args, **kwargs):
        save_tensors(path, {"a": torch.full((10,), 2.0)}, {"step": 2})
        return opened(*args, **kwargs)

    monkeypatch.setattr(torch.UntypedStorage, "from_file", after_the_next_save)
    tensors, about = load_tensors(path)
    assert tensors["a"].unique().tolist() == [about["step"]]


def test_a_pickle_is_refused_and_not_run(tmp_path):
    (tmp_path / "m.safetensors").write_bytes(pickle.dumps(Payload(tmp_path / "marker")))
    with pytest.raises(CheckpointError, match="damaged"):
        load_grader(tmp_path / "m.safetensors")
    assert not (tmp_path / "marker").exists()


def test_weights_of_another_network_are_told_in_one_line(path):
    tensors, about = load_tensors(path)
    save_tensors(path, tensors, {**about, "model": {**about["model"], "network": "resnet18"}})
    with pytest.raises(CheckpointError) as caught:
        load_grader(path)
    assert "does not fit its network" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_newer_format_asks_for_a_newer_drgrade(path):
    tensors, about = load_tensors(path)
    save_tensors(path, tensors, {**about, "format": 99})
    with pytest.raises(CheckpointError, match="format 99"):
        load_grader(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("preprocess", {"size": 64, "sharpened": True}),
        ("preprocess", {"size": 64, "version": 99}),
        ("objective", "wasserstein"),
        ("model", {"network": "efficientnet_lite9"}),
        ("model", {"network": "efficientnet_lite0", "prompt": ""}),
        ("facts", None),
        ("decoding", {"cuts": []}),
    ],
)
def test_a_grader_of_another_version_is_told_in_one_line(path, key, value):
    tensors, about = load_tensors(path)
    save_tensors(path, tensors, about | {key: value})
    with pytest.raises(CheckpointError, match="tells what this drgrade does not know.*version th"):
        load_grader(path)


def test_a_foreign_file_is_no_grader(tmp_path):
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(1)}, tmp_path / "m.safetensors")
    with pytest.raises(CheckpointError, match="carries no preprocessing"):
        load_grader(tmp_path / "m.safetensors")


def test_a_training_state_is_no_grader(tmp_path):
    save_tensors(tmp_path / "s.safetensors", {"x": torch.zeros(1)}, {"kind": "training state"})
    with pytest.raises(CheckpointError, match="training state, not a grader"):
        load_grader(tmp_path / "s.safetensors")


def test_a_missing_file_says_what_to_give(tmp_path):
    with pytest.raises(CheckpointError, match="no model file"):
        load_grader(tmp_path / "nothing.safetensors")
