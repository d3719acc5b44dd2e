"""NETWORKS: every network by its name."""

from collections.abc import Callable

from torch import nn

from drgrade.models.efficientnet import efficientnet_lite0
from drgrade.models.resnet import (
    resnet10_narrow,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
)

NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "resnet10_narrow": resnet10_narrow,
    "resnet18": resnet18,
    "resnet34": resnet34,
    "resnet50": resnet50,
    "resnet101": resnet101,
    "resnet152": resnet152,
    "efficientnet_lite0": efficientnet_lite0,
}
