"""The nets of the lab's first figure: which they are, and that nothing else differs in them."""

import pytest

from drgrade.errors import UsageError
from drgrade.training.lab_cells import Wanted, cells_of
from drgrade.training.lab_nets import nets_of
from drgrade.training.lab_plan import Pace, plan

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
    assert (own.data.size, own.train.epochs) == (64, 15)
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
