"""Steps whose loss or gradients are no numbers: left out, counted, named by their photographs."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import nn

from drgrade.errors import DrgradeError, Reason, shown
from drgrade.locale.refusal import refusal

# In an epoch. A batch that overflows once is an accident, and the next step goes on from weights
# that are as before. Weights that have blown up lose every step, so more of them only cost time.
MOST_LEFT_OUT = 3
NAMED = 3  # photographs in a message
LEFT_OUT = "left_out"  # how many there are, among the sums of an epoch


class DivergedError(DrgradeError):
    """A training whose loss, whose answers, or whose weights are no numbers any more."""


def buffers_of(network: nn.Module) -> dict[str, torch.Tensor]:
    """A copy of what a network learns by looking alone: its running statistics."""
    return {name: each.clone() for name, each in network.named_buffers()}


@torch.no_grad()
def put_back(network: nn.Module, buffers: Mapping[str, torch.Tensor]) -> None:
    """Leave out a step that was begun: its gradients, and what it did to running statistics."""
    for name, each in network.named_buffers():
        each.copy_(buffers[name])
    for weight in network.parameters():
        weight.grad = None


def gradient_norm(network: nn.Module, clip: float) -> float:
    """The norm of all gradients before they are clipped to `clip`; 0 clips nothing."""
    if clip:
        return float(nn.utils.clip_grad_norm_(network.parameters(), clip))
    found = [each.grad for each in network.parameters() if each.grad is not None]
    return float(nn.utils.get_total_norm(found))


def photos_of(photos: list[str], groups: Iterable[np.ndarray]) -> tuple[str, ...]:
    """Some photographs of batches, and how many more there are, for a message."""
    rows = [int(row) for group in groups for row in group]
    named = [shown(photos[row]) for row in rows[:NAMED]]
    return (*named, *([f"+{len(rows) - NAMED}"] if len(rows) > NAMED else []))


def refuse_no_numbers(tensors: Mapping[str, torch.Tensor], epoch: int) -> None:
    """Refuse to save a state of which a part is no number: no training could go on from it.

    Args:
        tensors: by name.
        epoch: in which the training is, from 1 on.

    Raises:
        DivergedError: names the first.
    """
    lost = [name for name, each in tensors.items() if not torch.isfinite(each).all()]
    if lost:
        values = {"lost": len(lost), "of": len(tensors), "first": lost[0], "epoch": epoch}
        raise refusal(DivergedError, Reason("training_lost_weights", values))
