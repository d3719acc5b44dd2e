"""Optimisers, learning rates and the moving average of weights."""

import math
from collections.abc import Callable

import torch
from torch import nn

from drgrade.errors import choose
from drgrade.recipe.recipe import Optimiser, Schedule


def sgd(parameters: list[nn.Parameter], settings: Optimiser) -> torch.optim.Optimizer:
    """Stochastic gradient descent with momentum."""
    return torch.optim.SGD(
        parameters,
        lr=settings.learning_rate,
        momentum=settings.momentum,
        weight_decay=settings.weight_decay,
        nesterov=settings.nesterov,
    )


def adamw(parameters: list[nn.Parameter], settings: Optimiser) -> torch.optim.Optimizer:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""
    return torch.optim.AdamW(
        parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay
    )


OPTIMISERS: dict[str, Callable[[list[nn.Parameter], Optimiser], torch.optim.Optimizer]] = {
    "sgd": sgd,
    "adamw": adamw,
}


def make_optimiser(network: nn.Module, settings: Optimiser) -> torch.optim.Optimizer:
    """The optimiser a recipe names, over all weights of a network."""
    return choose(OPTIMISERS, settings.name, "optimiser")(list(network.parameters()), settings)


def learning_rate(base: float, settings: Schedule, progress: float, epochs: int) -> float:
    """The learning rate after `progress` epochs (fractions count) of `epochs`."""
    if progress < settings.warmup_epochs:
        return base * min(max(progress, 0.01) / settings.warmup_epochs, 1.0)
    return base * SCHEDULES[settings.name](settings, progress, epochs)


def _cosine(settings: Schedule, progress: float, epochs: int) -> float:
    length = max(epochs - settings.warmup_epochs, 1e-9)
    done = min((progress - settings.warmup_epochs) / length, 1.0)
    return 0.5 * (1 + math.cos(math.pi * done))


def _step(settings: Schedule, progress: float, epochs: int) -> float:
    return settings.step_factor ** (int(progress) // settings.step_epochs)


SCHEDULES: dict[str, Callable[[Schedule, float, int], float]] = {
    "constant": lambda settings, progress, epochs: 1.0,
    "cosine": _cosine,
    "step": _step,
}


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, keep: float, updates: int) -> None:
    """Move averaged weights and running statistics towards the network's; counters are copied.

    Args:
        average, network: alike but for their values; `average` is changed.
        keep: the share of the average that stays, once it has begun to forget its start.
        updates: how many there were before; the first ones keep less, so that a short training is
            no average of weights that had learned nothing (as TensorFlow's moving average does).
    """
    share = 1 - min(keep, (1 + updates) / (10 + updates))
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, share)
    for kept, statistic in zip(average.buffers(), network.buffers(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(statistic, share)
        else:
            kept.copy_(statistic)
