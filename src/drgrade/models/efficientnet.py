"""EfficientNet-Lite0: inverted residuals, ReLU6, no squeeze-and-excitation; fast on a CPU.

Tan and Le 2019 (arXiv:1905.11946); the Lite form as published with TensorFlow TPU's models. Padding
is even on both sides, where theirs is one pixel more at the right and below in steps of two: the
grid of samples lies shifted by that much, and only the rim differs.
"""

import math

import torch
from torch import nn

from drgrade.models.layers.clipping import ReLU6

EPS, MOMENTUM = 1e-3, 0.01
STEM, TOP = 32, 1280
# expansion, kernel, stride, outside, repeats
STAGES = (
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
)  # fmt: skip


def _norm(width: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(width, eps=EPS, momentum=MOMENTUM)


class InvertedResidual(nn.Module):
    """Widen by 1x1, filter each channel by k x k, narrow by 1x1; a shortcut where shapes agree."""

    def __init__(self, inside: int, outside: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = inside * expansion
        self.expand = expansion != 1
        if self.expand:
            self.expand_conv = nn.Conv2d(inside, wide, 1, bias=False)
            self.bn0 = _norm(wide)
        self.depthwise_conv = nn.Conv2d(
            wide, wide, kernel, stride, padding=kernel // 2, groups=wide, bias=False
        )
        self.bn1 = _norm(wide)
        self.project_conv = nn.Conv2d(wide, outside, 1, bias=False)
        self.bn2 = _norm(outside)
        self.relu = ReLU6()
        self.shortcut = stride == 1 and inside == outside

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, inside, H, W) to (N, outside, H / stride, W / stride)."""
        y = self.relu(self.bn0(self.expand_conv(x))) if self.expand else x
        y = self.relu(self.bn1(self.depthwise_conv(y)))
        y = self.bn2(self.project_conv(y))
        return x + y if self.shortcut else y


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite0 for photos (N, 3, S, S), normalised as (RGB - 127) / 128 for ImageNet's.

    Args:
        outputs: of the last linear layer.
        dropout: before it, in training.
    """

    def __init__(self, outputs: int = 5, dropout: float = 0.2) -> None:
        super().__init__()
        self.conv_stem = nn.Conv2d(3, STEM, 3, 2, padding=1, bias=False)
        self.bn0 = _norm(STEM)
        self.relu = ReLU6()
        blocks: list[nn.Module] = []
        inside = STEM
        self.widths: tuple[int, ...] = ()
        self.taps: tuple[int, ...] = ()  # the last block of each scale
        for expansion, kernel, stride, outside, repeats in STAGES:
            if stride == 2:
                self.widths, self.taps = (*self.widths, inside), (*self.taps, len(blocks) - 1)
            for i in range(repeats):
                blocks.append(
                    InvertedResidual(inside, outside, expansion, kernel, stride if i == 0 else 1)
                )
                inside = outside
        self.widths, self.taps = (*self.widths, inside), (*self.taps, len(blocks) - 1)
        self.blocks = nn.Sequential(*blocks)
        self.conv_head = nn.Conv2d(inside, TOP, 1, bias=False)
        self.bn1 = _norm(TOP)
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(TOP, outputs)
        self.apply(_initialise)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised photos (N, 3, S, S) to outputs (N, outputs)."""
        return self.classify(self.features(x)[-1])

    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Maps of five scales, `widths` channels each: S/2, S/4, S/8, S/16 and S/32 a side."""
        x = self.relu(self.bn0(self.conv_stem(x)))
        found = []
        for place, block in enumerate(self.blocks):
            x = block(x)
            if place in self.taps:
                found.append(x)
        return found

    def classify(self, last: torch.Tensor) -> torch.Tensor:
        """The coarsest map to outputs (N, outputs)."""
        x = self.relu(self.bn1(self.conv_head(last)))
        return self.fc(self.dropout(torch.flatten(self.avg_pool(x), 1)))


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
        nn.init.normal_(module.weight, 0.0, math.sqrt(2.0 / (fan_out / module.groups)))


def efficientnet_lite0(outputs: int = 5) -> EfficientNetLite:
    """EfficientNet-Lite0 with a fresh last layer."""
    return EfficientNetLite(outputs)
