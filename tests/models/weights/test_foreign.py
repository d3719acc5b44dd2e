"""Weights of other programs: wrappers are reported, and what must not be opened is not."""

import argparse
import zipfile

import pytest

torch = pytest.importorskip("torch")

from drgrade.errors import CheckpointError
from drgrade.modelfile.container import read_about
from drgrade.models.grader import build_network
from drgrade.models.weights.foreign import read_foreign
from drgrade.models.weights.start import load_start
from drgrade.recipe.recipe import Model

NETWORK = "resnet10_narrow"


@pytest.fixture(scope="module")
def weights():
    torch.manual_seed(3)
    return build_network(Model(network=NETWORK), 5).state_dict()


def named(prefix, weights):
    return {prefix + key: value for key, value in weights.items()}


def saved(content, path):
    torch.save(content, path)
    return path


def repacked(path, to, **settings):
    """The same archive with its members written in another way."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", **settings) as new:
        for member in old.namelist():
            new.writestr(member, old.read(member))
    return to


def refused(path):
    """The code of the reason for which a start is refused."""
    with pytest.raises(CheckpointError) as caught:
        read_foreign(path)
    assert "\n" not in str(caught.value)
    return caught.value.reason and caught.value.reason.code


@pytest.mark.parametrize(
    ("wrap", "unwrapped", "prefixes"),
    [
        (lambda w: w, (), ()),
        (lambda w: named("module.", w), (), ("module.",)),
        (lambda w: {"state_dict": named("model.", w), "epoch": 3}, ("state_dict",), ("model.",)),
        (lambda w: {"model": {"state_dict": w}}, ("model", "state_dict"), ()),
        (lambda w: {"model": named("x.", w), "model_ema": named("module.", w)},
         ("model_ema",), ("module.",)),
        (lambda w: {"n_averaged": torch.tensor(4)} | named("module._orig_mod.", w), (),
         ("module.", "_orig_mod.")),
    ],
    ids=["bare", "module", "lightning", "nested", "ema", "averaged"],
)  # fmt: skip
def test_a_wrapper_is_taken_off_and_told(weights, tmp_path, wrap, unwrapped, prefixes):
    path = saved(wrap(weights), tmp_path / "w.pth")
    found = read_foreign(path)
    assert (found.unwrapped, found.prefixes) == (unwrapped, prefixes)
    assert all(torch.equal(found.state[key], value) for key, value in weights.items())
    told = load_start(build_network(Model(network=NETWORK), 5), NETWORK, str(path))
    assert all(each in told for each in (*unwrapped, *prefixes))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["fc.weight", "bn.running_var"])
@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_weights_and_running_statistics_that_are_no_numbers_are_no_start(
    weights, tmp_path, name, value, ending
):
    from safetensors.torch import save_file

    lost = {key: each.clone() for key, each in weights.items()}
    lost[name].view(-1)[1] = value
    path = tmp_path / f"w.{ending}"
    torch.save(lost, path) if ending == "pth" else save_file(lost, path)
    assert refused(path) == "weights_no_numbers"


def test_an_archive_that_says_it_unpacks_to_more_than_it_has_is_not_unpacked(tmp_path):
    path = saved({"conv1.weight": torch.zeros(10**6)}, tmp_path / "w.pth")
    swollen = repacked(path, tmp_path / "s.pth", compression=zipfile.ZIP_DEFLATED)
    assert swollen.stat().st_size < 10**5
    assert refused(swollen) == "weights_swell"


def test_a_member_whose_sum_is_wrong_is_refused(weights, tmp_path):
    path = saved(weights, tmp_path / "w.pth")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 8
    path.write_bytes(content)
    assert refused(path) == "weights_member_damaged"


def test_a_view_of_more_numbers_than_the_file_has_is_no_weight(tmp_path):
    path = saved({"conv1.weight": torch.zeros(1).expand(10**13)}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match="no table of weights"):
        read_foreign(path)


def test_what_only_code_could_open_is_named(weights, tmp_path):
    path = saved({"model": weights, "args": argparse.Namespace(seed=1)}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match=r"argparse\.Namespace") as caught:
        read_foreign(path)
    assert caught.value.reason.code == "weights_need_code"


def test_a_script_is_called_what_it_is(tmp_path):
    with pytest.warns(DeprecationWarning, match="TorchScript|jit"):
        torch.jit.script(torch.nn.Linear(2, 2)).save(tmp_path / "w.pth")
    assert refused(tmp_path / "w.pth") == "weights_are_torchscript"


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_pytorch_file_given_as_a_model_is_told_how_to_start_from_it(weights, tmp_path, is_zip):
    torch.save(weights, tmp_path / "w.pth", _use_new_zipfile_serialization=is_zip)
    with pytest.raises(CheckpointError, match=r"--set model\.start=") as caught:
        read_about(tmp_path / "w.pth")
    assert caught.value.reason.code == "model_is_pytorch"


def test_a_pytorch_file_with_another_ending_is_still_a_start(weights, tmp_path):
    path = saved(weights, tmp_path / "w.safetensors")
    assert read_foreign(path).state.keys() == weights.keys()
