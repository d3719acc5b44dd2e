"""The nets of the lab's first figure: which they are, and that nothing else differs in them."""

import math

import pytest

torch = pytest.importorskip("torch")

from drgrade.errors import UsageError
from drgrade.lab.cells import Wanted, cells_of
from drgrade.lab.degradation.nets import nets_of
from drgrade.lab.plan import Pace, plan
from drgrade.models.grader import build_network

ASKED = Wanted(degradation=True)
PHOTOS = {"train": 100, "tune": 10, "calibrate": 10, "test": 20}


def test_the_first_figure_is_six_nets_three_seeds_each_seed_after_seed():
    names = [net.name for net in nets_of(ASKED)]
    assert names[:6] == [
        "plain18-seed0", "residual18-seed0", "plain34-seed0", "residual34-seed0",
        "plain50-seed0", "residual50-seed0",
    ]  # fmt: skip
    assert [name[-1] for name in names] == list("000000111111222222")


def test_nothing_differs_between_the_nets_but_depth_shortcuts_and_seed():
    assert len({net.recipe.family for net in nets_of(ASKED)}) == 6
    assert len({as_residual18(net.recipe).family for net in nets_of(ASKED)}) == 1


def as_residual18(recipe):
    model = recipe.model.model_copy(update={"network": "resnet18", "plain": False})
    return recipe.model_copy(update={"model": model})


def test_the_first_figure_alone_runs_no_cell_of_the_table():
    assert cells_of(ASKED) == []


def test_cells_that_are_named_run_beside_the_first_figure():
    cells = cells_of(Wanted(cells=["resnet18-random"], degradation=True))
    assert [cell.name for cell in cells] == ["resnet18-random"]


def test_the_lab_without_the_option_has_no_nets():
    assert nets_of(Wanted()) == []


def test_size_and_epochs_are_the_recipes_own_until_a_person_says_otherwise():
    own = nets_of(ASKED)[0].recipe
    asked = nets_of(Wanted(size=32, epochs=3, degradation=True))[0].recipe
    assert (own.data.size, own.train.epochs) == (64, 20)
    assert (asked.data.size, asked.train.epochs) == (32, 3)


def test_another_recipe_trains_the_nets_too():
    net = nets_of(Wanted(recipe="lab-best", degradation=True))[0]
    assert (net.recipe.optimiser.learning_rate, net.recipe.train.epochs) == (1e-3, 20)


def test_no_epoch_looks_at_test():
    assert not any(net.recipe.train.watch_test for net in nets_of(ASKED))


def test_sizes_cannot_be_compared_without_a_cell():
    with pytest.raises(UsageError, match="compares a cell, but --degradation runs none"):
        cells_of(Wanted(compare_size=128, degradation=True))


def test_plain_and_residual_nets_are_timed_apart(tmp_path):
    timed = []
    plan(nets_of(ASKED), tmp_path, PHOTOS, lambda net: timed.append(net.name) or Pace(1.0, 0.5))
    assert timed == [net.name for net in nets_of(ASKED)[:6]]


def network_of(name):
    (net,) = (net for net in nets_of(ASKED) if net.name == name)
    torch.manual_seed(0)
    return build_network(net.recipe.model, 5)


@pytest.mark.parametrize("depth", [18, 34, 50])
def test_a_plain_net_is_the_residual_one_without_its_shortcuts_and_nothing_else(depth):
    shapes = {
        kind: {
            key: value.shape
            for key, value in network_of(f"{kind}{depth}-seed0").state_dict().items()
        }
        for kind in ("plain", "residual")
    }
    kept = {key: shape for key, shape in shapes["residual"].items() if "downsample" not in key}
    assert kept == shapes["plain"]


def test_a_plain_net_passes_nothing_by_its_layers():
    network = network_of("plain50-seed0").eval()
    torch.nn.init.zeros_(network.layer3[2].bn2.weight)
    one, other = network(torch.rand(2, 3, 64, 64))
    assert torch.equal(one, other)


def spreads(network):
    """Of each wide convolution: the spread of its weights, and what the paper starts it with."""
    wide = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d) and m.in_channels > 200]
    told = [math.sqrt(2 / (each.out_channels * each.kernel_size[0] ** 2)) for each in wide]
    return [each.weight.std().item() for each in wide], told


@pytest.mark.parametrize("name", ["plain34-seed0", "residual34-seed0", "plain50-seed0"])
def test_weights_start_as_the_paper_starts_them(name):
    """He et al. 2015 (arXiv:1502.01852), equation 14: a variance of 2 over what leaves a layer."""
    found, told = spreads(network_of(name))
    assert found == pytest.approx(told, rel=0.02)
