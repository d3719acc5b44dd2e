"""Where a network computes: the device that was named, and no other."""

import torch

from drgrade.errors import UsageError


def pick_device(name: str, key: str = "--device") -> torch.device:
    """The device called `name`; `auto` is the first GPU, else the CPU, and nothing falls back.

    Raises:
        UsageError: no such device, or it is not here; `key` is the setting that names it.
    """
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if there else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(f"{key} must be auto, cpu or cuda:N, got '{name}'") from None
    if device.type not in ("cpu", "cuda"):
        raise UsageError(f"{key} must be auto, cpu or cuda:N, got '{name}'")
    if device.type == "cuda" and (device.index or 0) >= there:
        raise UsageError(f"{key} {name} is not here ({there} CUDA devices found); use cpu")
    return device
