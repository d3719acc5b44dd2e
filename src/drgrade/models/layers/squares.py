"""Squares as photos are kept and as networks take them."""

import torch


def as_unit(squares: torch.Tensor) -> torch.Tensor:
    """Squares (n, S, S, 3) uint8 as (n, 3, S, S) float 0 to 1."""
    return squares.permute(0, 3, 1, 2).to(torch.float32).div_(255.0)
