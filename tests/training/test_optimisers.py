"""Learning rates and the moving average of weights."""

import pytest

torch = pytest.importorskip("torch")

from drgrade.recipe.recipe import Optimiser, Schedule
from drgrade.training.optimisers import (
    learning_rate,
    make_optimiser,
    update_average,
)


def test_a_constant_rate_is_constant():
    rates = {learning_rate(0.1, Schedule(), p, 10) for p in (0, 3.5, 9.9)}
    assert rates == {0.1}


def test_cosine_goes_from_the_whole_rate_over_half_of_it_to_none():
    schedule = Schedule(name="cosine")
    rates = [learning_rate(0.1, schedule, p, 10) for p in (0, 5, 10)]
    assert rates == pytest.approx([0.1, 0.05, 0.0])


def test_warm_up_climbs_to_the_rate_and_hands_over_without_a_jump():
    schedule = Schedule(name="cosine", warmup_epochs=2)
    rates = [learning_rate(0.1, schedule, p, 10) for p in (0, 1, 1.999, 2)]
    assert rates == sorted(rates)
    assert rates[3] == pytest.approx(0.1)


def test_steps_multiply_by_the_factor():
    schedule = Schedule(name="step", step_epochs=3, step_factor=0.1)
    rates = [learning_rate(1.0, schedule, p, 10) for p in (0, 2.9, 3, 6)]
    assert rates == pytest.approx([1, 1, 0.1, 0.01])


@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_an_optimiser_has_the_rate_and_decay_of_the_recipe(name):
    made = make_optimiser(torch.nn.Linear(2, 2), Optimiser(name=name, learning_rate=0.3))
    assert made.param_groups[0]["lr"] == 0.3
    assert made.param_groups[0]["weight_decay"] == 5e-4


def test_the_average_moves_by_its_share_and_so_do_running_statistics():
    network, average = (torch.nn.BatchNorm1d(1) for _ in range(2))
    torch.nn.init.constant_(network.weight, 2.0)
    network.running_mean.fill_(5.0)
    network.num_batches_tracked.fill_(7)
    update_average(average, network, keep=0.9, updates=1_000)
    assert average.weight.item() == pytest.approx(1.1)
    assert average.running_mean.item() == pytest.approx(0.5)
    assert average.num_batches_tracked.item() == 7


def test_a_short_training_is_no_average_of_weights_that_had_learned_nothing():
    network, average = (torch.nn.Linear(1, 1, bias=False) for _ in range(2))
    torch.nn.init.constant_(average.weight, 0.0)
    torch.nn.init.constant_(network.weight, 1.0)
    for done in range(100):
        update_average(average, network, keep=0.999, updates=done)
    assert average.weight.item() > 0.99


@pytest.mark.parametrize("progress", [0.0, 0.001, 0.004])
def test_a_very_short_warm_up_never_goes_above_the_rate(progress):
    schedule = Schedule(name="cosine", warmup_epochs=0.005)
    assert learning_rate(0.1, schedule, progress, 10) <= 0.1
