"""One step of the loop: accumulated batches, dropped signals, choices made on tune."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.models.grader import Grader
from drgrade.models.objectives import OBJECTIVES, class_weights
from drgrade.recipe.recipe import Model, make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.signals import StopFlag
from drgrade.training.batches import Part, Targets, batches, epoch_order
from drgrade.training.diverged import MOST_LEFT_OUT, DivergedError
from drgrade.training.loop import (
    Parts,
    TrainingContext,
    _is_better,
    _one_epoch,
    _one_step,
    train,
)
from drgrade.training.optimisers import make_optimiser
from drgrade.training.state import State, save_state


def part(n: int) -> Part:
    generator = np.random.default_rng(0)
    squares = generator.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8)
    names = [str(i) for i in range(n)]
    return Part(squares, np.arange(n), generator.integers(0, 5, n), names)


def context(
    folder, network, *, rate=0.1, accumulate=1, batch=8, objective="cross_entropy"
) -> TrainingContext:
    recipe = make_recipe(
        {
            "objective": {"name": objective},
            "augment": {"flip": False},
            "optimiser": {"learning_rate": rate},
            "train": {"accumulate": accumulate, "batch": batch, "epochs": 1},
        }
    )
    model = Model(network="resnet10_narrow")
    grader = Grader(network, model, Preprocess(size=28), objective)
    parts = Parts(part(16), part(8), part(4), part(4))
    cpu = torch.device("cpu")
    return TrainingContext(
        recipe, grader, parts, RunFolder(folder), cpu, StopFlag(), lambda row: None
    )


def linear(outputs=5) -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(8 * 8 * 3, outputs))


def stepped(folder, groups, objective, weights) -> torch.Tensor:
    network = linear(OBJECTIVES[objective].outputs)
    table = context(folder, network, objective=objective)
    state = State(network, make_optimiser(network, table.recipe.optimiser))
    _one_step(table, state, groups, weights, steps=1)
    return network[1].weight.grad


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("kind", ["none", "balanced", "sqrt"])
def test_accumulated_small_batches_are_one_large_step(tmp_path, objective, kind):
    weights = torch.tensor(class_weights(part(16).grades, kind), dtype=torch.float32)
    whole = stepped(tmp_path, [np.arange(16)], objective, weights)
    parts = stepped(tmp_path, [np.arange(6), np.arange(6, 16)], objective, weights)
    assert torch.allclose(whole, parts, rtol=1e-4, atol=1e-5 * float(whole.abs().max()))


def test_a_loss_that_is_no_number_stops_with_the_way_out(tmp_path):
    network = linear()
    table = context(tmp_path, network)
    with torch.no_grad():
        network[1].weight.fill_(float("inf"))
    state = State(network, make_optimiser(network, table.recipe.optimiser))
    with pytest.raises(DivergedError, match="lower optimiser.learning_rate"):
        train(table, state)


class LostInEvaluation(torch.nn.Sequential):
    """Finite while it trains; as with running statistics that overflowed, no number after."""

    def forward(self, squares):
        found = super().forward(squares)
        return found if self.training else found * float("nan")


def test_answers_that_are_no_numbers_are_never_scored_as_a_grade(tmp_path):
    network = LostInEvaluation(*linear())
    table = context(tmp_path, network, rate=1e-4)
    state = State(network, make_optimiser(network, table.recipe.optimiser))
    with pytest.raises(DivergedError, match="answers to 8 of 8 photos are no numbers after epoch"):
        train(table, state)
    assert not state.best


def test_an_order_depends_on_seed_and_epoch_alone():
    one, two = (epoch_order(part(50), 3, 7, balanced=False) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, epoch_order(part(50), 3, 8, balanced=False))
    assert sorted(one) == list(range(50))


def test_a_balanced_order_draws_every_grade_about_as_often():
    squares = np.zeros((1, 8, 8, 3), np.uint8)
    grades = np.array([0] * 900 + [1] * 50 + [2] * 30 + [3] * 15 + [4] * 5)
    uneven = Part(squares, np.zeros(1000, int), grades, [""] * 1000)
    drawn = np.bincount(grades[epoch_order(uneven, 0, 0, balanced=True)], minlength=5)
    assert drawn.min() > 140


def with_masks(masked: int, healthy: int, others: int) -> Part:
    n = masked + healthy + others
    known = np.zeros((n, 5), bool)
    known[:masked] = True
    known[masked : masked + healthy, :4] = True
    nothing = np.full((n, 4), np.nan, np.float32)
    targets = Targets(np.zeros((1, 8, 8), np.uint8), known, nothing, np.full(n, -1))
    return replace(part(n), targets=targets)


def test_photos_with_masks_come_again_until_they_are_the_share_asked_for():
    some = with_masks(masked=7, healthy=40, others=53)
    order = epoch_order(some, 0, 0, masked_share=0.4)
    times = np.bincount(order, minlength=100)
    assert len(order) == 100
    assert times[:7].sum() == 40
    assert set(times[:7]) == {5, 6}
    assert times[7:].max() == 1
    assert np.array_equal(order, epoch_order(some, 0, 0, masked_share=0.4))
    left_out = [set(range(100)) - set(epoch_order(some, 0, epoch, masked_share=0.4))
                for epoch in range(20)]  # fmt: skip
    assert not set.intersection(*left_out)


@pytest.mark.parametrize("masked", [0, 50])
def test_where_no_photo_has_a_mask_or_enough_have_nothing_changes(masked):
    some = with_masks(masked=masked, healthy=20, others=30)
    assert np.array_equal(epoch_order(some, 1, 2, masked_share=0.4), epoch_order(some, 1, 2))


@pytest.mark.parametrize(("n", "size"), [(16, 8), (17, 8), (15, 8), (1, 8), (9, 1)])
def test_batches_hold_every_photo_once_and_never_a_single_one_at_the_end(n, size):
    cut = batches(np.arange(n), size)
    assert np.concatenate(cut).tolist() == list(range(n))
    assert n == 1 or size == 1 or min(map(len, cut)) > 1


@pytest.mark.parametrize(
    ("by", "row", "best", "better"),
    [
        ("qwk", {"tune_qwk": 0.5}, {"tune_qwk": 0.4}, True),
        ("qwk", {"tune_qwk": 0.4}, {"tune_qwk": 0.4}, False),
        ("qwk", {"tune_qwk": None}, {"tune_qwk": 0.0}, False),
        ("qwk", {"tune_qwk": 0.0}, {"tune_qwk": None}, True),
        ("loss", {"tune_loss": 0.3}, {"tune_loss": 0.4}, True),
        ("loss", {"tune_loss": 0.5}, {"tune_loss": 0.4}, False),
        ("last", {"tune_qwk": 0.1}, {"tune_qwk": 0.9}, True),
    ],
)
def test_the_best_epoch_is_the_first_with_the_best_tune_figure(by, row, best, better):
    assert _is_better(row, best, by) is better


class LostAtTimes(torch.nn.Sequential):
    """A network whose answers to the looks of these numbers, from 0 on, are no numbers."""

    looks, lost = 0, ()

    def forward(self, squares):
        found = super().forward(squares)
        self.looks += self.training
        return found * float("nan") if self.training and self.looks - 1 in self.lost else found


def normed(lost) -> LostAtTimes:
    """With running statistics, which change as soon as a network looks."""
    torch.manual_seed(0)
    network = LostAtTimes(torch.nn.BatchNorm2d(3), *linear())
    network.lost = lost
    return network


def test_a_step_without_numbers_leaves_weights_and_running_statistics_as_they_were(
    tmp_path, capsys
):
    network = normed({0})
    table = context(tmp_path, network)
    before = {name: each.clone() for name, each in network.state_dict().items()}
    state = State(network, make_optimiser(network, table.recipe.optimiser))
    _one_step(table, state, [np.arange(5)], torch.ones(5), steps=2)
    assert all(torch.equal(each, before[name]) for name, each in network.state_dict().items())
    assert (state.step, state.sums) == (1, {"left_out": 1})
    assert "photographs 0, 1, 2, +2;" in capsys.readouterr().err
    _one_step(table, state, [np.arange(5)], torch.ones(5), steps=2)
    assert not torch.equal(network[2].weight, before["2.weight"])
    assert state.sums["photos"] == 5


def test_a_gradient_without_numbers_is_not_followed(tmp_path):
    network = normed(())
    table = context(tmp_path, network)
    network[2].weight.register_hook(lambda gradient: gradient * float("inf"))
    state = State(network, make_optimiser(network, table.recipe.optimiser))
    before = network[2].bias.clone()
    _one_step(table, state, [np.arange(5)], torch.ones(5), steps=2)
    assert torch.equal(network[2].bias, before)


def test_a_training_stops_after_the_steps_it_may_leave_out(tmp_path):
    network = normed(set(range(99)))
    table = context(tmp_path, network, batch=2)
    state = State(network, make_optimiser(network, table.recipe.optimiser))
    with pytest.raises(DivergedError) as caught:
        train(table, state)
    assert caught.value.reason.code == "training_diverged"
    assert caught.value.exit_code == 1
    assert network.looks == MOST_LEFT_OUT + 1
    assert all(torch.isfinite(each).all() for each in network.state_dict().values())


def test_a_training_whose_one_bad_step_is_left_out_ends(tmp_path):
    network = normed({1})
    table = context(tmp_path, network, batch=4, rate=1e-3)
    state = State(network, make_optimiser(network, table.recipe.optimiser))
    _one_epoch(table, state)
    assert (state.sums["left_out"], state.sums["photos"]) == (1, 12)


@pytest.mark.parametrize("name", ["2.bias", "0.running_var"])
def test_weights_without_numbers_are_not_saved_and_the_file_before_stays(tmp_path, name):
    network = normed(())
    state = State(network, make_optimiser(network, context(tmp_path, network).recipe.optimiser))
    save_state(tmp_path / "last.safetensors", state)
    before = (tmp_path / "last.safetensors").read_bytes()
    network.state_dict()[name][1] = float("inf")
    with pytest.raises(DivergedError) as caught:
        save_state(tmp_path / "last.safetensors", state)
    assert caught.value.reason.values["first"] == f"network.{name}"
    assert (tmp_path / "last.safetensors").read_bytes() == before
