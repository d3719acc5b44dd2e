"""Half precision: what is rounded, what is not, and that twice is once."""

import pytest

torch = pytest.importorskip("torch")

from drgrade.errors import CheckpointError
from drgrade.models.grader import build_network
from drgrade.models.weights.half_precision import (
    LARGE,
    LARGEST_FILE,
    MOST_LOST,
    halved,
    lost,
    most_lost,
    refuse_large,
)
from drgrade.recipe.recipe import Model


@pytest.fixture(scope="module")
def state():
    torch.manual_seed(0)
    return build_network(Model(network="efficientnet_lite0", lesions=True), 5).state_dict()


def large(value: float) -> torch.Tensor:
    return torch.full((LARGE // 100, 100), value)


def test_large_tensors_are_rounded_and_small_ones_and_statistics_are_not(state):
    sizes = {
        kind: [each.numel() for each in halved(state).values() if each.dtype == kind]
        for kind in (torch.float16, torch.float32)
    }
    assert min(sizes[torch.float16]) >= LARGE > max(sizes[torch.float32])
    assert sum(sizes[torch.float16]) > 0.8 * sum(sizes[torch.float32] + sizes[torch.float16])
    statistics = [
        v for k, v in halved(state).items() if k.endswith(("running_var", "running_mean"))
    ]
    assert {each.dtype for each in statistics} == {torch.float32}


def test_twice_is_once(state):
    once = halved(state)
    twice = halved({name: each.float() if each.is_floating_point() else each
                    for name, each in once.items()})  # fmt: skip
    assert all(torch.equal(each, twice[name]) for name, each in once.items())
    assert [each.dtype for each in once.values()] == [each.dtype for each in twice.values()]


def test_no_weight_loses_more_than_float16_does(state):
    assert 0 < most_lost(state) <= 2.0**-11


@pytest.mark.parametrize("value", [70_000.0, float("inf")])
def test_what_float16_cannot_hold_stays_float32(value):
    assert halved({"w": large(value)})["w"].dtype == torch.float32
    assert most_lost({"w": large(value)}) == 0.0


def test_what_is_lost_is_told_of_the_channel_that_loses_most():
    weights = torch.tensor([[1.0, 0.5], [100.0, 0.0]])
    rounded = torch.tensor([[1.0, 0.25], [101.0, 0.0]])
    assert lost(weights, rounded) == 0.25


def test_a_dead_channel_does_not_keep_its_layer_in_float32():
    weights = large(1.0)
    weights[0] = 1e-9
    assert halved({"w": weights})["w"].dtype == torch.float16
    assert most_lost({"w": weights}) < MOST_LOST


def test_a_file_over_the_limit_is_refused_with_both_sizes():
    refuse_large(bytes(LARGEST_FILE))
    with pytest.raises(CheckpointError, match=r"16,000,000 bytes, this one has 16,000,001"):
        refuse_large(bytes(LARGEST_FILE + 1))
