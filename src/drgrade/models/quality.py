"""How good a photograph is for grading: focus, light and field, each 0 to 1, by a small network.

It reads the grader's own square, reduced to `SIDE`, and costs a hundredth of the grader's forward
pass. Its answers are monotone in a fault only as far as training made them so; the tests of
`experiments/quality.py` count where they are not.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

QUALITIES = ("focus", "light", "field")
SIDE = 192  # px; a blur of a hundredth of the side is two of them
WIDTHS = (16, 24, 32, 48)


@dataclass(frozen=True)
class Quality:
    """Three qualities of one photograph, 0 (nothing can be graded) to 1 (no fault)."""

    focus: float
    light: float
    field: float

    @property
    def worst(self) -> tuple[str, float]:
        """The lowest of them, and its name."""
        return min(((name, getattr(self, name)) for name in QUALITIES), key=lambda pair: pair[1])


class QualityNetwork(nn.Module):
    """Four halvings of the square, then the mean and the spread of each channel over the field.

    The spread tells sharp from soft where the mean does not. 25 thousand weights.
    """

    def __init__(self) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        before = 3
        for width in WIDTHS:
            steps += [nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False),
                      nn.BatchNorm2d(width), nn.ReLU(inplace=True)]  # fmt: skip
            before = width
        self.features = nn.Sequential(*steps)
        self.head = nn.Linear(2 * WIDTHS[-1], len(QUALITIES))

    def forward(self, squares: torch.Tensor) -> torch.Tensor:
        """Logits (n, 3) of `QUALITIES` for squares (n, 3, S, S), float 0 to 1, of any side."""
        seen = self.features(_reduced(squares) * 4 - 1)
        told = torch.cat([seen.mean(dim=(2, 3)), seen.std(dim=(2, 3))], dim=1)
        return self.head(told)


def _reduced(squares: torch.Tensor) -> torch.Tensor:
    """Squares at `SIDE`: area-averaged from larger, bilinear from smaller ones."""
    side = squares.shape[-1]
    if side == SIDE:
        return squares
    if side > SIDE:
        return F.interpolate(squares, size=(SIDE, SIDE), mode="area")
    return F.interpolate(squares, size=(SIDE, SIDE), mode="bilinear", align_corners=False)


def qualities_of(network: nn.Module, squares: torch.Tensor) -> list[Quality]:
    """The qualities of squares (n, 3, S, S), float 0 to 1."""
    with torch.inference_mode():
        found = network(squares).sigmoid().float().cpu().numpy().astype(np.float64)
    return [Quality(*map(float, row)) for row in found]
