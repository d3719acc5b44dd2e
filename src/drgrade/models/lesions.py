"""Lesion maps and counts beside the grade: what a network saw, learned from masks.

The maps come from the features of all five scales, brought together from coarse to fine (Lin et
al. 2017, arXiv:1612.03144), at half the side of the photo.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from drgrade.data.masks import KINDS, MAPS

WIDTH = 32
RARE = 0.01  # share of lesion pixels a map expects before it has learned anything
POSITIVE = 4.0  # weight of a lesion's pixel: it is outnumbered by far
BACKBONE, LESIONS = "backbone.", "lesions."  # how the names of the two parts' weights begin
SMOOTH = 1.0  # pixels added to both sides of the overlap, so that empty maps are no division by 0


class Seen(NamedTuple):
    """Outputs (n, k), logits of `MAPS` (n, 5, S/2, S/2), and log(1 + counts) of lesions (n, 4)."""

    outputs: torch.Tensor
    maps: torch.Tensor
    counts: torch.Tensor


class LesionHead(nn.Module):
    """Features of five scales to lesion maps at the finest of them, and counts.

    Args:
        widths: channels of the features, from half the side to a thirty-second of it.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.across = nn.ModuleList(nn.Conv2d(width, WIDTH, 1) for width in widths)
        self.mixed = nn.ModuleList(_mix() for _ in widths)
        self.maps = nn.Conv2d(WIDTH, len(MAPS), 1)
        self.counts = nn.Linear(widths[-1], len(KINDS))
        nn.init.constant_(self.maps.bias, _logit(RARE))  # type: ignore[arg-type]

    def forward(self, features: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the maps (n, 5, S/2, S/2), and log(1 + counts), (n, 4)."""
        x = None
        for feature, across, mixed in reversed(
            list(zip(features, self.across, self.mixed, strict=True))
        ):
            here = across(feature)
            if x is not None:
                here = here + F.interpolate(x, size=here.shape[-2:], mode="nearest")
            x = mixed(here)
        return self.maps(x), self.counts(features[-1].mean(dim=(2, 3)))


def _mix() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(WIDTH, WIDTH, 3, padding=1, groups=WIDTH, bias=False),
        nn.Conv2d(WIDTH, WIDTH, 1, bias=False),
        nn.BatchNorm2d(WIDTH),
        nn.ReLU(inplace=True),
    )


def _logit(share: float) -> float:
    return float(torch.logit(torch.tensor(share)))


class LesionNetwork(nn.Module):
    """A backbone that grades, and a head that shows the lesions on the same features.

    Called like its backbone it gives the grade's outputs alone, so that every path to a
    prediction is the same with and without lesions.
    """

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.lesions = LesionHead(backbone.widths)  # type: ignore[arg-type]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised photos (n, 3, S, S) to outputs (n, k)."""
        return self.backbone(x)

    def see(self, x: torch.Tensor) -> Seen:
        """Normalised photos (n, 3, S, S) to grade outputs, lesion maps and counts."""
        features = self.backbone.features(x)  # type: ignore[operator]
        maps, counts = self.lesions(features)
        return Seen(self.backbone.classify(features[-1]), maps, counts)  # type: ignore[operator]


def below(weights: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The weights of one part, with the names that they have inside it."""
    return {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}


def map_loss(maps: torch.Tensor, masks: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """How far maps are from masks: cross-entropy a pixel plus one minus the overlap of a kind.

    The overlap is the soft one of Milletari et al. 2016 (arXiv:1606.04797), over the batch, so that
    a photo without a lesion of a kind does not count as a miss.

    Args:
        maps: logits (n, 5, H, W).
        masks: share of each pixel that is lesion (n, 5, H, W), 0 to 1.
        known: (n,) bool, whether a photo has a mask; others are left out.
    """
    if not bool(known.any()):
        return maps.sum() * 0.0
    maps, masks = maps[known], masks[known]
    weight = torch.full((), POSITIVE, device=maps.device)
    pixels = F.binary_cross_entropy_with_logits(maps, masks, pos_weight=weight)
    share = maps.sigmoid()
    both = (share * masks).sum(dim=(0, 2, 3))
    either = (share + masks).sum(dim=(0, 2, 3))
    return pixels + (1 - (2 * both + SMOOTH) / (either + SMOOTH)).mean()


def count_loss(given: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Huber loss of log(1 + count), (n, 4); counts that are not known (NaN) are left out."""
    known = counts.isfinite()
    if not bool(known.any()):
        return given.sum() * 0.0
    return F.smooth_l1_loss(given[known], torch.log1p(counts[known]))
