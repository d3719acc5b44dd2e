"""Engines: what computes the outputs of prepared squares, and which one a model is opened with."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from drgrade.errors import CheckpointError, UsageError, choose
from drgrade.modelfile.container import read_about
from drgrade.modelfile.graph import GRAPH, twin_of
from drgrade.modelfile.header import ModelHeader, provenance_of
from drgrade.modelfile.onnx_file import ENDING as ONNX_ENDING
from drgrade.modelfile.places import place_of_model, shipped_folder
from drgrade.runtime.optional_dependencies import is_installed, need

AUTO, TORCH, OPENVINO, ONNX = "auto", "torch", "openvino", "onnx"


@dataclass(frozen=True)
class ForwardPass:
    """All that a network says of n squares: outputs (n, k), and what explains them.

    `maps`: logits of the lesion maps (n, 5, S/2, S/2); None where the network has none.
    `places`: what each place of the last map adds to each output of the grade (n, k, h, w); None
    where the grade is read off lesion maps alone.
    `lesions`: what each kind of lesion adds to each output of the grade (n, 4, k); None where the
    grade is not read off lesion maps.
    """

    outputs: np.ndarray
    maps: np.ndarray | None = None
    places: np.ndarray | None = None
    lesions: np.ndarray | None = None


class Engine(Protocol):
    """Computes; `lanes` threads may call it at once, each best with `batch` squares."""

    name: str
    header: ModelHeader
    lanes: int
    batch: int

    def outputs(self, squares: np.ndarray) -> np.ndarray:
        """Outputs (n, k) float32 of squares (n, S, S, 3) uint8, the mean of all views."""

    def forward(self, squares: np.ndarray) -> ForwardPass:
        """Outputs of squares (n, S, S, 3) uint8, and what explains them."""


ENGINES: dict[str, tuple[str, str, str]] = {  # module, function, the extra it needs
    TORCH: ("drgrade.inference.engine_torch", "open_torch", "grade"),
    OPENVINO: ("drgrade.inference.engine_openvino", "open_openvino", "fast"),
    ONNX: ("drgrade.inference.engine_onnx", "open_onnx", "onnx"),
}
NAMES = (AUTO, *ENGINES)


def open_engine(model: Path | str, engine: str = AUTO, device: str = "cpu") -> Engine:
    """Open a model for grading; the engine's own packages are loaded now, and no others.

    `auto` takes OpenVINO on a CPU where it is installed and the model has a graph for it: an
    exported file, or weights that a twin ships with. Else it takes torch.

    Raises:
        UsageError: an engine that cannot run this model, or on this device.
        MissingExtraError: an engine that is not installed.
        CheckpointError, UnknownNameError: no such model, or a damaged one.
    """
    choose(dict.fromkeys(NAMES), engine, "engine")
    place = place_of_model(Path(model))
    name = _fitting(place, engine, device)
    module, function, extra = ENGINES[name]
    need(extra, f"the engine {name}")
    opened: Callable[[Path, str], Engine] = getattr(import_module(module), function)
    return opened(place, device)


def _fitting(place: Path, engine: str, device: str) -> str:
    """The engine for a file, where that is left open, and whether it can be the one asked for."""
    if place.suffix == ONNX_ENDING:
        return _exported(place, ONNX, engine, device)
    if read_about(place).get("kind") == GRAPH:
        return _exported(place, OPENVINO, engine, device)
    if engine == ONNX:
        raise UsageError(f"the engine onnx runs .onnx files, got {place}; make one with "
                         f"`drgrade export {place} --to onnx -o FILE --proof FOLDER`")  # fmt: skip
    if engine == AUTO:
        is_fast = device == "cpu" and is_installed("fast") and twin_beside(place) is not None
        return OPENVINO if is_fast or not is_installed("grade") else TORCH
    return _on_cpu(engine, device) if engine == OPENVINO else engine


def _exported(place: Path, own: str, engine: str, device: str) -> str:
    """The one engine of an exported file."""
    if engine not in (AUTO, own):
        raise UsageError(f"{place} was exported for the engine {own}, got --engine {engine}; "
                         "leave it out, or give the model that it was made of")  # fmt: skip
    return _on_cpu(own, device)


def _on_cpu(engine: str, device: str) -> str:
    if device not in ("cpu", AUTO):
        raise UsageError(f"the engine {engine} computes on the CPU, got --device {device}; "
                         "leave out one of the two")  # fmt: skip
    return engine


def twin_beside(place: Path) -> Path | None:
    """The twin of a grader's weights: beside its file, or among those that ship."""
    sha256 = provenance_of(read_about(place), place).weights_sha256
    return twin_of(sha256, [place.parent, shipped_folder()]) if sha256 else None


def refuse_without_twin(place: Path) -> Path:
    """The twin of a grader's weights.

    Raises:
        CheckpointError: it has none.
    """
    twin = twin_beside(place)
    if twin is None:
        raise CheckpointError(f"{place} has no graph for OpenVINO; make one with `drgrade export "
                              f"{place} --to openvino -o FILE --proof FOLDER`")  # fmt: skip
    return twin
