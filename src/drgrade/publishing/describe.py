"""Networks by parameters and multiply-adds beside the paper's; model files by what they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from drgrade.errors import CheckpointError
from drgrade.modelfile.container import read_about
from drgrade.modelfile.header import provenance_of
from drgrade.modelfile.places import BEST
from drgrade.models.checkpoint import refuse_no_grader
from drgrade.models.networks import NETWORKS
from drgrade.provenance.photo_set import DRAWN
from drgrade.publishing.origins import NOT_TOLD, told_origins

SIDE = 224
IMAGENET_CLASSES, GRADES = 1000, 5
PAPER = {"resnet18": 1.8, "resnet34": 3.6, "resnet50": 3.8, "resnet101": 7.6, "resnet152": 11.3,
         "efficientnet_lite0": 0.407}  # fmt: skip
BOTTLENECK = (
    "the paper puts a stage's stride in the first 1x1 convolution; here it is in the 3x3, "
    'as the published weights have it (stride_in = "1x1" gives the paper\'s)'
)
REASONS = {
    "resnet10_narrow": "of no paper: small and quick, to try a recipe with",
    "resnet18": "agrees to the printed digit",
    "resnet34": "the paper rounds down: every convolution and the linear layer are counted here",
    "resnet50": BOTTLENECK,
    "resnet101": BOTTLENECK,
    "resnet152": BOTTLENECK,
    "efficientnet_lite0": "the published figure counts more than convolutions and the linear layer",
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """A network's size: parameters with 1,000 and with 5 outputs, multiply-adds at 224 px."""

    name: str
    parameters: int
    parameters_graded: int
    multiply_adds: int
    paper: float | None
    reason: str


@dataclass(frozen=True)
class Shipped:
    """A model file by its name: its bytes, and in one line what it is."""

    name: str
    bytes: int
    summary: str


def shipped(name: str, path: Path) -> Shipped:
    """What a model file is, by what it says of itself; its weights are not read.

    One that cannot be used is listed too, with the reason: the others are not lost by it.
    """
    try:
        about = read_about(path)
        refuse_no_grader(about, path)
        summary = summary_of(about, path)
    except CheckpointError as error:
        summary = f"cannot be used: {error}"
    except (KeyError, TypeError, AttributeError) as error:
        summary = f"cannot be used: written by another version of drgrade ({error})"
    return Shipped(name, path.stat().st_size, summary)


def summary_of(about: Mapping[str, Any], place: Path | None = None) -> str:
    """Network, size, extras, teachers and calibration of a model file, as one line.

    Its teachers are those of its start too; in a run folder, `place` finds the stages before it.
    """
    model, known = about["model"], provenance_of(about, place)
    extras = [("lesions", "lesion maps"), ("dme", "macular edema")]
    has = [word for key, word in extras if model.get(key)]
    taught = known.making.learned_from if known.making else ()
    folder = place.parent if place is not None and place.name == BEST else None
    names = [each.name for each in taught] or [
        "photographs not told" if each.name == NOT_TOLD else each.name
        for each in told_origins(about, folder)
    ]
    split = known.thresholds_chosen_on
    photographs = {each.name for each in taught if each.role == "photographs"}
    return "; ".join(
        [
            *(["a start for trainings, no grader"] if photographs == {DRAWN} else []),
            ", ".join([model["network"], f"{about['preprocess']['size']} px", *has]),
            f"learned from {', '.join(dict.fromkeys(names))}",
            f"calibrated on {split} rows" if split else "not calibrated",
        ]
    )


@cache
def size_of(name: str) -> Size:
    """The size of a network by its name; its weights are counted, not made."""
    with torch.device("meta"):
        network = NETWORKS[name](outputs=IMAGENET_CLASSES)
        whole, work = count_parameters(network), multiply_adds(network, SIDE)
        network.fc = nn.Linear(network.get_parameter("fc.weight").shape[1], GRADES)
    return Size(name, whole, count_parameters(network), work, PAPER.get(name), REASONS[name])


def count_parameters(network: nn.Module) -> int:
    """All trainable numbers of a network."""
    return sum(p.numel() for p in network.parameters())


def multiply_adds(network: nn.Module, side: int) -> int:
    """Multiply-adds of one photo (3, side, side): convolutions and linear layers."""
    total = 0

    def count(layer: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            each = layer.kernel_size[0] * layer.kernel_size[1] * layer.in_channels // layer.groups
            total += each * output.numel()
        elif isinstance(layer, nn.Linear):
            total += layer.in_features * output.numel()

    layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    device = next(network.parameters()).device
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, side, side, device=device))
    for hook in hooks:
        hook.remove()
    return total
