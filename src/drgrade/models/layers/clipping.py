"""ReLU6 that overwrites what came in, and yet keeps no copy of it for the way back.

The gradient passes where 0 < x < 6, which is where the clipped value lies strictly between 0 and 6
too, so the result is all that the way back needs. torch's own in-place form keeps a copy of x.
"""

from typing import Any

import torch
from torch import nn

LOW, HIGH = 0.0, 6.0


class ReLU6(nn.ReLU6):
    """`torch.nn.ReLU6(inplace=True)`, a pass over memory and a copy less in training."""

    def __init__(self) -> None:
        super().__init__(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(...) clipped to 0 to 6, in place."""
        if not x.requires_grad or x.is_leaf or torch.compiler.is_compiling():
            return super().forward(x)
        clipped: torch.Tensor = _Clip.apply(x)  # type: ignore[no-untyped-call]  # torch's
        return clipped


class _Clip(torch.autograd.Function):
    """Clip in place, and remember the result."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.mark_dirty(x.clamp_(LOW, HIGH))
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        (clipped,) = ctx.saved_tensors
        found: torch.Tensor = torch.ops.aten.hardtanh_backward(gradients[0], clipped, LOW, HIGH)
        return found
