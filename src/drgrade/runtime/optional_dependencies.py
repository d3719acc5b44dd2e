"""The optional parts of drgrade: what proves one installed, and the line that installs it."""

import importlib.util

from drgrade.errors import MissingExtraError

EXTRAS: dict[str, tuple[str, ...]] = {
    "grade": ("torch", "safetensors", "skimage"),
    "fast": ("openvino", "safetensors"),
    "export": ("torch", "onnx", "onnxscript", "onnxruntime", "openvino", "nncf"),
    "onnx": ("onnxruntime",),
    "hub": ("huggingface_hub",),
    "tensorboard": ("tensorboard",),
}


def is_installed(extra: str) -> bool:
    """Whether every package of an extra can be found; nothing is imported."""
    return all(importlib.util.find_spec(name) is not None for name in EXTRAS[extra])


def need(extra: str, what: str) -> None:
    """Raise MissingExtraError, with the line that installs it, where an extra is missing."""
    if not is_installed(extra):
        raise MissingExtraError(what, extra)
