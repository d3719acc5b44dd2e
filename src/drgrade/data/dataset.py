"""`from drgrade.data.dataset import PhotoDataset`: the documented name of the lab's Dataset.

The class needs torch and lives in the lab; it is loaded when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drgrade.lab.dataset import PhotoDataset

__all__ = ["PhotoDataset"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("drgrade.lab.dataset"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
