"""A convolution whose weight gradient is a matrix product, where that is the faster way.

On processors with AVX2 and no AVX-512, torch's weight gradient of photos laid out channels last
runs at a third of the machine's matrix rate; forward and the gradient of the input do not. Laid
out so, the gradient is one matrix product of what came in, a patch a row, with what comes back
(Chellapilla et al. 2006), and its result already lies as the weights do. Patches are copied a few
rows at a time, so that they stay in the processor's cache.
"""

from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

IN_CACHE = 1 << 19  # numbers of a block of patches: 2 MiB
NARROW = 16  # input channels; below, torch's own is as fast


class Conv2d(nn.Conv2d):
    """`torch.nn.Conv2d`, with another way to its weight gradient where that is faster."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in, H, W) to (N, out, H / stride, W / stride)."""
        if torch.is_grad_enabled() and self.weight.requires_grad and _is_faster(self, x):
            found: torch.Tensor = _Convolution.apply(  # type: ignore[no-untyped-call]  # torch's
                x, self.weight, self.stride[0], self.padding[0]
            )
            return found
        return super().forward(x)


@cache
def _is_slow_machine() -> bool:
    return torch.backends.cpu.get_cpu_capability() == "AVX2"


def _is_faster(layer: nn.Conv2d, x: torch.Tensor) -> bool:
    """Whether a layer is plain enough for the matrix product, and its machine slow without it."""
    return (
        x.device.type == "cpu"
        and _is_slow_machine()
        and x.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
        and x.is_contiguous(memory_format=torch.channels_last)
        and layer.in_channels >= NARROW
        and layer.groups == 1
        and layer.bias is None
        and layer.dilation == (1, 1)
        and layer.stride[0] == layer.stride[1]
        and layer.padding[0] == layer.padding[1]
    )


class _Convolution(torch.autograd.Function):
    """Convolution without bias, channels last, with `weight_gradient` on the way back."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, weight: torch.Tensor, stride: int, padding: int
    ) -> torch.Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(x, weight, None, stride, padding)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        back = gradients[0].contiguous(memory_format=torch.channels_last)
        for_x = None
        if ctx.needs_input_grad[0]:
            for_x = torch.ops.aten.convolution_backward(
                back, x, weight, None, [ctx.stride] * 2, [ctx.padding] * 2, [1, 1], False, [0, 0],
                1, [True, False, False],
            )[0]  # fmt: skip
        return for_x, weight_gradient(x, back, weight.shape[2], ctx.stride, ctx.padding), None, None


def weight_gradient(
    x: torch.Tensor, back: torch.Tensor, kernel: int, stride: int, padding: int
) -> torch.Tensor:
    """The gradient (out, in, kernel, kernel) of a convolution's weights, laid out channels last.

    Args:
        x: what came in, (N, in, H, W), channels last.
        back: gradient of what went out, (N, out, h, w), channels last.
        kernel, stride, padding: of the convolution, both ways.
    """
    inside, (n, outside, high, wide) = x.shape[1], back.shape
    patches = _patches(x, kernel, stride, padding, high, wide)
    rows = back.permute(0, 2, 3, 1)
    found = x.new_zeros(outside, kernel * kernel * inside)
    line = wide * found.shape[1]
    lines, photos = max(1, IN_CACHE // line), max(1, IN_CACHE // (line * high))
    for i in range(0, n, photos):
        for j in range(0, high, high if photos > 1 else lines):
            block = slice(i, i + photos), slice(j, j + (high if photos > 1 else lines))
            one, two = rows[block].reshape(-1, outside), patches[block].reshape(-1, found.shape[1])
            found.addmm_(one.t(), two)
    return found.reshape(outside, kernel, kernel, inside).permute(0, 3, 1, 2)


def _patches(
    x: torch.Tensor, kernel: int, stride: int, padding: int, high: int, wide: int
) -> torch.Tensor:
    """What each output pixel saw, (N, h, w, kernel, kernel, in), as a view."""
    lines = x.permute(0, 2, 3, 1)
    padded = F.pad(lines, (0, 0, *(padding,) * 4)) if padding else lines
    photo, row, column, channel = padded.stride()
    return padded.as_strided(
        (x.shape[0], high, wide, kernel, kernel, x.shape[1]),
        (photo, row * stride, column * stride, row, column, channel),
    )
