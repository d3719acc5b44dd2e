"""Lesion maps and counts beside the grade: what a network saw, learned from masks.

The maps come from the features of all five scales, brought together from coarse to fine (Lin et
al. 2017, arXiv:1612.03144), at half the side of the photo.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from drgrade.data.photos.masks import KINDS, MAPS
from drgrade.modelfile.header import DME_OUTPUTS
from drgrade.models.objectives import price_of_steps
from drgrade.models.reading import Reading

WIDTH = 32
RARE = 0.01  # share of lesion pixels a map expects before it has learned anything
POSITIVE = 4.0  # weight of a lesion's pixel: it is outnumbered by far
BACKBONE, LESIONS = "backbone.", "lesions."  # how the names of two parts' weights begin
BESIDE = ("reading.", "dme.", "level")  # and those of what is read off maps, and macular edema
SMOOTH = 1.0  # pixels added to both sides of the overlap, so that empty maps are no division by 0


class LesionOutputs(NamedTuple):
    """Outputs (n, k), logits of `MAPS` (n, 5, S/2, S/2), log(1 + counts) of lesions (n, 4).

    `dme` (n, 2) says by conditional steps whether there are signs of macular edema, and whether
    they are near the fovea; None where the network does not give it.
    """

    outputs: torch.Tensor
    maps: torch.Tensor
    counts: torch.Tensor
    dme: torch.Tensor | None = None

    @property
    def of_grade_and_edema(self) -> torch.Tensor:
        """The outputs of the grade and, behind them, those of macular edema where there are."""
        return self.outputs if self.dme is None else torch.cat([self.outputs, self.dme], dim=1)


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
        x = self.mixed[-1](self.across[-1](features[-1]))
        for place in reversed(range(len(features) - 1)):
            here = self.across[place](features[place])
            x = self.mixed[place](here + F.interpolate(x, size=here.shape[-2:], mode="nearest"))
        with torch.autocast(x.device.type, enabled=False):  # half the digits make plateaus of peaks
            maps = self.maps(x.float())
        return maps, self.counts(features[-1].mean(dim=(2, 3)))


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

    Called, it gives the outputs of the grade, and behind them those of macular edema where it
    has them, so that every path to a prediction is the same with and without lesions.

    Args:
        backbone: with `outputs` outputs.
        outputs: of the grade.
        reads: whether the grade is made of the backbone's `features`, of the `lesions` in the
            maps, or of `both`, added up.
        dme: macular edema is given too, made of both.
    """

    def __init__(
        self, backbone: nn.Module, outputs: int = 5, *, reads: str = "features", dme: bool = False
    ) -> None:
        super().__init__()
        self.backbone = backbone
        widths: tuple[int, ...] = backbone.widths  # type: ignore[assignment]
        self.lesions = LesionHead(widths)
        self.reads, self.outputs = reads, outputs
        further = DME_OUTPUTS if dme else 0
        self.dme = nn.Linear(widths[-1], further) if dme else None
        read = (outputs if reads != "features" else 0) + further
        self.reading = Reading(read) if read else None
        if reads == "lesions":
            self.level = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised photos (n, 3, S, S) to outputs (n, k), and (n, k + 2) with macular edema."""
        if self.reading is None:
            return self.backbone(x)
        return self.see(x).of_grade_and_edema

    def see(self, x: torch.Tensor) -> LesionOutputs:
        """Normalised photos (n, 3, S, S) to all that the network sees."""
        features = self.backbone.features(x)  # type: ignore[operator]
        maps, counts = self.lesions(features)
        read = None if self.reading is None else self.reading(maps)
        return LesionOutputs(
            self._grade(features[-1], read), maps, counts, self._dme(features[-1], read)
        )

    def _grade(self, last: torch.Tensor, read: torch.Tensor | None) -> torch.Tensor:
        if self.reads == "features" or read is None:
            return self.backbone.classify(last)  # type: ignore[operator]
        if self.reads == "lesions":
            return self.level + read[:, : self.outputs]
        return self.backbone.classify(last) + read[:, : self.outputs]  # type: ignore[operator]

    def _dme(self, last: torch.Tensor, read: torch.Tensor | None) -> torch.Tensor | None:
        if self.dme is None or read is None:
            return None
        return self.dme(last.mean(dim=(2, 3))) + read[:, -DME_OUTPUTS:]


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
        known: (n, 5) bool, whether the mask of a kind is known; others are left out.
    """
    some = known.any(dim=1)
    if not bool(some.any()):
        return maps.sum() * 0.0
    maps, masks, known = maps[some], masks[some], known[some].to(maps)[:, :, None, None]
    weight = torch.full((), POSITIVE, device=maps.device)
    pixels = F.binary_cross_entropy_with_logits(maps, masks, pos_weight=weight, reduction="none")
    share = maps.sigmoid()
    both = (share * masks * known).sum(dim=(0, 2, 3))
    either = ((share + masks) * known).sum(dim=(0, 2, 3))
    overlap = (2 * both + SMOOTH) / (either + SMOOTH)
    whole = known.sum() * maps.shape[2] * maps.shape[3]
    return (pixels * known).sum() / whole + (1 - overlap).mean()


def count_loss(given: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Huber loss of log(1 + count), (n, 4); counts that are not known (NaN) are left out."""
    known = counts.isfinite()
    if not bool(known.any()):
        return given.sum() * 0.0
    return F.smooth_l1_loss(given[known], torch.log1p(counts[known]))


def dme_loss(given: torch.Tensor, dme: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the steps of macular edema; given (n, 2), dme 0 to 2 (n,), -1 left out."""
    known = dme >= 0
    if not bool(known.any()):
        return given.sum() * 0.0
    return price_of_steps(given[known], dme[known], torch.ones_like(given[known, 0]))
