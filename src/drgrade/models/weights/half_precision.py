"""Weights in half the bytes: which ones may be rounded, and how large such a file may be."""

import torch

from drgrade.errors import CheckpointError

State = dict[str, torch.Tensor]

HALF = "float16"
LARGE = 50_000  # figures; smaller tensors stay float32
LARGEST_FILE = 16_000_000  # bytes
MOST_LOST = 2.0**-10  # of the largest weight of an output channel; float16 itself loses 2 ** -11
SMALL = 2.0**-14  # float16's smallest whole number of digits; a channel all below it is dead


def halved(state: State) -> State:
    """The same weights, the large kernels and matrices in float16; done twice it is done once.

    What has fewer than `LARGE` figures stays float32: biases, the scales and running statistics of
    normalisations, and the kernels of the first layers, through which all that follows sees.
    Rounding these as well spares a tenth of the file and moves the answers of an
    EfficientNet-Lite0 ten to forty times as far. A tensor of which more than `MOST_LOST` would
    be lost stays float32 too, as one with weights over 65,504.
    """
    return {name: _rounded(tensor) for name, tensor in state.items()}


def _rounded(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.dtype != torch.float32 or tensor.ndim < 2 or tensor.numel() < LARGE:
        return tensor
    half = tensor.to(torch.float16)
    return half if lost(tensor, half) <= MOST_LOST else tensor


def lost(tensor: torch.Tensor, rounded: torch.Tensor) -> float:
    """The largest change of a weight, as a share of the largest of its output channel.

    ImageNet's networks have channels that died: weights around 1e-7, and statistics to match. What
    is lost of them is reported as a share of `SMALL`, or they would keep whole layers in float32.

    Args:
        tensor: (channels, ...) float32.
        rounded: the same shape, any kind; infinite where float16 could not hold a weight.
    """
    if not tensor.numel():
        return 0.0
    change = (tensor - rounded.float()).abs().flatten(1).amax(dim=1)
    largest = tensor.abs().flatten(1).amax(dim=1)
    return float((change / largest.clamp_min(SMALL)).max())


def most_lost(state: State) -> float:
    """The largest `lost` of the tensors that `halved` rounds; 0 where it rounds none."""
    pairs = [(tensor, _rounded(tensor)) for tensor in state.values()]
    return max((lost(old, new) for old, new in pairs if new.dtype == torch.float16), default=0.0)


def refuse_large(content: bytes) -> None:
    """Refuse a model file that is too large to come with the package.

    Raises:
        CheckpointError: over `LARGEST_FILE`; says both sizes.
    """
    if len(content) > LARGEST_FILE:
        raise CheckpointError(
            f"a model that ships has at most {LARGEST_FILE:,} bytes, this one has "
            f"{len(content):,} in half precision; train a smaller network (drgrade models)"
        )
