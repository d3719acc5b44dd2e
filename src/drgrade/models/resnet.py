"""The residual family of He et al. 2016 (arXiv:1512.03385), table 1: 18, 34, 50, 101, 152 layers.

Modules carry the names of the course lab's listing, so that printed networks can be compared.
"""

from functools import partial
from typing import Literal

import torch
from torch import nn

from drgrade.models.layers.convolution import Conv2d

Head = Literal["global", "lab"]
Stem = Literal["standard", "small"]
StrideIn = Literal["3x3", "1x1"]

STAGES = {10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3),
          101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}  # fmt: skip
WIDTH = 64  # channels of the stem and of the first stage's blocks
LAB_POOLED = 10 * 10  # a 512 px photo: last map 16 x 16, average pool of 7 at stride 1


def conv(inside: int, outside: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """A convolution without bias that keeps the size at stride 1."""
    return Conv2d(inside, outside, kernel, stride, padding=kernel // 2, bias=False)


def _downsample(inside: int, outside: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and inside == outside:
        return None
    return nn.Sequential(conv(inside, outside, 1, stride), nn.BatchNorm2d(outside))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut; `plain` leaves the shortcut out."""

    expansion = 1

    def __init__(self, inside: int, width: int, stride: int, stride_in: StrideIn, plain: bool):
        super().__init__()
        self.conv1 = conv(inside, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.plain = plain
        self.downsample = None if plain else _downsample(inside, width, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, width, H / stride, W / stride)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if not self.plain:
            y = y + (x if self.downsample is None else self.downsample(x))
        return self.relu(y)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions beside a shortcut; the last is four times as wide."""

    expansion = 4

    def __init__(self, inside: int, width: int, stride: int, stride_in: StrideIn, plain: bool):
        super().__init__()
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.conv1 = conv(inside, width, 1, first)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3, second)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = conv(width, width * 4, 1)
        self.bn3 = nn.BatchNorm2d(width * 4)
        self.relu = nn.ReLU(inplace=True)
        self.plain = plain
        self.downsample = None if plain else _downsample(inside, width * 4, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, 4 width, H / stride, W / stride)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        if not self.plain:
            y = y + (x if self.downsample is None else self.downsample(x))
        return self.relu(y)


Block = ResidualBlock | Bottleneck


class ResNet(nn.Module):
    """A residual network.

    Args:
        layers: 10 (one block a stage, not in the paper), 18, 34, 50, 101 or 152.
        outputs: of the last linear layer.
        head: `global` average, or `lab`: average pool of 7 at stride 1, which fits 512 px only.
        stem: `standard` 7x7 stride 2 and max-pool, or `small` 3x3 stride 1 without (28 px photos).
        plain: no shortcuts, the network the paper compares with.
        stride_in: where a bottleneck's stride sits: `3x3` as in the published weights, `1x1` as in
            the paper.
        width: channels of the stem; each stage after the first doubles them.
    """

    def __init__(
        self, layers: int, outputs: int = 5, head: Head = "global", stem: Stem = "standard",
        plain: bool = False, stride_in: StrideIn = "3x3", width: int = WIDTH,
    ) -> None:  # fmt: skip
        super().__init__()
        block: type[Block] = ResidualBlock if layers < 50 else Bottleneck
        small = stem == "small"
        self.conv1 = conv(3, width, 3) if small else conv(3, width, 7, 2)
        self.bn = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.Identity() if small else nn.MaxPool2d(3, 2, padding=1)
        stages = _stages(STAGES[layers], width, block, stride_in, plain)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.widths = (width, *((width << i) * block.expansion for i in range(len(stages))))
        inside = self.widths[-1]
        lab = head == "lab"
        self.avg_pool = nn.AvgPool2d(7, stride=1) if lab else nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inside * (LAB_POOLED if lab else 1), outputs)
        self.apply(_initialise)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised photos (N, 3, S, S) to outputs (N, outputs)."""
        return self.classify(self.features(x)[-1])

    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Maps of five scales, `widths` channels each: S/2, S/4, S/8, S/16 and S/32 a side."""
        stem = self.relu(self.bn(self.conv1(x)))
        first = self.layer1(self.maxpool(stem))
        second = self.layer2(first)
        third = self.layer3(second)
        return [stem, first, second, third, self.layer4(third)]

    def classify(self, last: torch.Tensor) -> torch.Tensor:
        """The coarsest map to outputs (N, outputs)."""
        return self.fc(torch.flatten(self.avg_pool(last), 1))


def _stages(
    counts: tuple[int, ...], stem: int, block: type[Block], stride_in: StrideIn, plain: bool
) -> list[nn.Sequential]:
    """The four stages; each but the first halves the map in its first block."""
    stages, inside = [], stem
    for i, blocks in enumerate(counts):
        width, stage = stem << i, []
        for j in range(blocks):
            stride = 2 if i > 0 and j == 0 else 1
            stage.append(block(inside, width, stride, stride_in, plain))
            inside = width * block.expansion
        stages.append(nn.Sequential(*stage))
    return stages


def _initialise(module: nn.Module) -> None:
    """He et al. 2015 (arXiv:1502.01852), fan-out."""
    if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


resnet10_narrow = partial(ResNet, 10, width=16)  # to try a recipe with
resnet18 = partial(ResNet, 18)
resnet34 = partial(ResNet, 34)
resnet50 = partial(ResNet, 50)
resnet101 = partial(ResNet, 101)
resnet152 = partial(ResNet, 152)
