"""A grade read off lesion maps: how sure, how many, how wide and where each kind is seen.

What is read is added up, a weight for each figure, so that what each kind of lesion says for a
grade is known exactly.
"""

import torch
import torch.nn.functional as F
from torch import nn

from drgrade.data.photos.masks import KINDS

FIGURES = ("surest", "count", "scattered", "wide", "central")
PEAK = 3  # px of a map; a pixel surer than all so near is the peak of one lesion
FAINT = 0.1  # probability from which a peak begins to count
CENTRE = 1 / 3  # of half the side: how far the macula of a photograph centred on it reaches
WIDE = 1000.0  # a thousandth of the square weighs as much as one lesion


def summary(maps: torch.Tensor) -> torch.Tensor:
    """What maps show, (n, 4, 5): `FIGURES` of each of `KINDS`; gradients pass through it.

    `surest` is the highest probability. `count` is log(1 + the sum of the probabilities of
    peaks), `scattered` the same of the quadrant that has the fewest, `wide` is
    log(1 + thousandths of the square), `central` the same around the middle of the square.

    Args:
        maps: logits (n, 5, h, w), in the order of `masks.MAPS`.
    """
    share = maps[:, : len(KINDS)].float().sigmoid()
    peaks = _peaks(share)
    return torch.stack(
        [
            share.amax(dim=(2, 3)),
            torch.log1p(peaks.sum(dim=(2, 3))),
            torch.log1p(_by_quadrant(peaks).amin(dim=2)),
            torch.log1p(WIDE * share.mean(dim=(2, 3))),
            torch.log1p(WIDE * (share * _middle(share)).mean(dim=(2, 3))),
        ],
        dim=2,
    )


def _peaks(share: torch.Tensor) -> torch.Tensor:
    """Probabilities where they are the highest around, and 0 elsewhere; faint ones fade out."""
    highest = F.max_pool2d(share, PEAK, stride=1, padding=PEAK // 2)
    is_peak = (share >= highest) & (share > FAINT)
    return torch.where(is_peak, (share - FAINT) / (1 - FAINT), torch.zeros_like(share))


def _by_quadrant(values: torch.Tensor) -> torch.Tensor:
    """Sums (n, k, 4) of values (n, k, h, w) over the quadrants around the middle."""
    height, width = values.shape[2] // 2, values.shape[3] // 2
    rows = (slice(None, height), slice(height, None))
    columns = (slice(None, width), slice(width, None))
    parts = [values[:, :, down, across].sum(dim=(2, 3)) for down in rows for across in columns]
    return torch.stack(parts, dim=2)


def _middle(like: torch.Tensor) -> torch.Tensor:
    """1 within `CENTRE` of the middle, (h, w), 0 outside."""
    down = torch.linspace(-1, 1, like.shape[2], device=like.device)[:, None]
    across = torch.linspace(-1, 1, like.shape[3], device=like.device)[None, :]
    return (down**2 + across**2 <= CENTRE**2).to(like)


class Reading(nn.Module):
    """A weighted sum of what maps show; it says nothing until it has learned."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.weights = nn.Linear(len(KINDS) * len(FIGURES), outputs, bias=False)
        nn.init.zeros_(self.weights.weight)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Logits of maps (n, 5, h, w) to what they add to the outputs (n, outputs)."""
        return self.weights(summary(maps).flatten(1))

    def by_kind(self, maps: torch.Tensor) -> torch.Tensor:
        """What each of `KINDS` adds to each output, (n, 4, outputs); their sum is `forward`."""
        shown = summary(maps)
        weights = self.weights.weight.reshape(-1, *shown.shape[1:])
        return torch.einsum("nkf,okf->nko", shown, weights)
