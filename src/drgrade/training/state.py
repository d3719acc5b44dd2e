"""The state of a training: all it needs to go on bit for bit, saved and read as one file."""

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from drgrade.errors import CheckpointError
from drgrade.models.checkpoint import fill_whole, load_tensors, save_tensors
from drgrade.training.diverged import refuse_no_numbers


@dataclass
class State:
    """What changes while training; chance is not in it, being drawn from (seed, epoch, step)."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    average: nn.Module | None = None
    epoch: int = 0
    step: int = 0  # steps done in this epoch
    sums: dict[str, float] = field(default_factory=dict)  # of this epoch so far
    history: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, Any] = field(default_factory=dict)
    highest_test: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0  # in this epoch, before and after interruptions

    @property
    def judged(self) -> nn.Module:
        """The network that is evaluated and kept: the average where there is one."""
        return self.average if self.average is not None else self.network


def averaged(network: nn.Module, keep: float) -> nn.Module | None:
    """A copy to average into, or None where no averaging is asked for."""
    return copy.deepcopy(network).requires_grad_(False) if keep else None


def save_state(path: Path, state: State) -> None:
    """Write the whole state as one file.

    Raises:
        DivergedError: a part of it is no number; the file before it stays.
    """
    tensors = {f"network.{k}": v for k, v in state.network.state_dict().items()}
    if state.average is not None:
        tensors |= {f"average.{k}": v for k, v in state.average.state_dict().items()}
    for number, slots in state.optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{k}": torch.as_tensor(v) for k, v in slots.items()
                    if v is not None}  # fmt: skip
    refuse_no_numbers(tensors, state.epoch + 1)
    about = {
        "kind": "training state", "epoch": state.epoch, "step": state.step, "sums": state.sums,
        "history": state.history, "best": state.best, "highest_test": state.highest_test,
        "seconds": state.seconds, "learning_rate": state.optimiser.param_groups[0]["lr"],
    }  # fmt: skip
    save_tensors(path, tensors, about)


def load_state(path: Path, state: State) -> None:
    """Fill a fresh state from what `save_state` wrote.

    Raises:
        CheckpointError: the file is damaged, of another kind, or of another network.
    """
    tensors, about = load_tensors(path)
    if about.get("kind") != "training state":
        raise CheckpointError(f"{path} is a {about.get('kind')}, not a training state")
    fill_whole(state.network, _below(tensors, "network."), path)
    if state.average is not None:
        fill_whole(state.average, _below(tensors, "average."), path)
    slots: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in _below(tensors, "optimiser.").items():
        number, _, slot = name.partition(".")
        slots.setdefault(int(number), {})[slot] = value
    groups = state.optimiser.state_dict()["param_groups"]
    for group in groups:  # of the last step: an epoch that ended there still has to be logged
        group["lr"] = about.get("learning_rate", group["lr"])
    state.optimiser.load_state_dict({"state": slots, "param_groups": groups})
    for name in ("epoch", "step", "sums", "history", "best", "highest_test", "seconds"):
        setattr(state, name, about[name])


def _below(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
