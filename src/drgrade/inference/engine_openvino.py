"""OpenVINO: a graph compiled for this CPU, kept in the user's cache folder; torch is not loaded."""

import contextlib
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.errors import CheckpointError
from drgrade.inference.engine import ForwardPass, refuse_without_twin
from drgrade.inference.openvino_runtime import core, openvino
from drgrade.modelfile.container import read_about, read_arrays
from drgrade.modelfile.graph import GRAPH, Graph, read_graph, read_twin
from drgrade.modelfile.header import ModelHeader, header_of, network_arrays, weights_hash_of
from drgrade.runtime.user_folders import cache_folder

OUTPUTS = "outputs"


class OpenVinoEngine:
    """A compiled graph. Each lane is a stream of one thread: that wastes none on small layers.

    Args:
        header: of the model.
        graph: its forward pass; `outputs` among its results.
        threads: how many squares are computed at once; None: one a core.
    """

    name = "openvino"
    batch = 1

    def __init__(self, header: ModelHeader, graph: Graph, threads: int | None = None) -> None:
        self.header = header
        self.lanes = threads or len(os.sched_getaffinity(0))
        self._graph = graph
        self._of_thread = threading.local()
        self._alone = threading.Lock()
        self._full: Any = None
        self._outputs = self._compiled(only_outputs=True)

    def outputs(self, squares: np.ndarray) -> np.ndarray:
        """Outputs (n, k) float32 of squares (n, S, S, 3) uint8, the mean of all views."""
        if not hasattr(self._of_thread, "request"):
            self._of_thread.request = self._outputs.create_infer_request()
        request = self._of_thread.request
        return np.concatenate([self._one(request, square) for square in squares])

    def _one(self, request: Any, square: np.ndarray) -> np.ndarray:
        request.infer([np.ascontiguousarray(square[None])])
        return request.get_output_tensor(0).data.copy()

    def forward(self, squares: np.ndarray) -> ForwardPass:
        """Outputs of squares (n, S, S, 3) uint8, and what explains them."""
        with self._alone:
            if self._full is None:
                self._full = self._compiled(only_outputs=False)
            found = [self._full(np.ascontiguousarray(each[None])) for each in squares]
        names = [output.any_name for output in self._full.outputs]
        return ForwardPass(
            **{name: np.concatenate([each[name] for each in found]) for name in names}
        )

    def _compiled(self, *, only_outputs: bool) -> Any:
        ov = openvino()
        try:
            model = core().read_model(self._graph.xml, ov.Tensor(self._graph.weights))
            if only_outputs:
                model = ov.Model([model.output(OUTPUTS)], model.get_parameters(), OUTPUTS)
            size = self.header.preprocess.size
            model.reshape([1, size, size, 3])
            return core().compile_model(model, "CPU", _settings(self.lanes))
        except RuntimeError as error:
            raise CheckpointError(f"OpenVINO cannot run this graph: {_last_line(error)}") from None


def _settings(threads: int) -> dict[str, Any]:
    """How a graph is compiled: in float32, which is not the default, and kept where that works."""
    kept = _cache()
    return {
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": threads,
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,  # two processes would be pinned to the same cores
        **({"CACHE_DIR": str(kept)} if kept else {}),
    }


def _cache() -> Path | None:
    """The folder of compiled graphs; None where nothing can be written."""
    folder = cache_folder() / "openvino"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return folder if os.access(folder, os.W_OK) else None
    return None


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]


def open_openvino(place: Path, device: str = "cpu") -> OpenVinoEngine:
    """The engine of an exported graph, or of a grader with a twin.

    Raises:
        CheckpointError: a damaged file, or a grader without a twin.
    """
    if read_about(place).get("kind") == GRAPH:
        graph, header = read_graph(place)
        return OpenVinoEngine(header, graph)
    return open_twin(place, refuse_without_twin(place))


def open_twin(place: Path, twin: Path) -> OpenVinoEngine:
    """The engine of a grader's file and the twin of its weights.

    Raises:
        CheckpointError: a damaged file, or a twin of other weights.
    """
    arrays, about = read_arrays(place)
    weights = network_arrays(arrays)
    header = header_of(about, place).with_provenance(weights_sha256=weights_hash_of(weights))
    if header.weights_sha256 != read_about(twin).get("weights_sha256"):
        raise CheckpointError(f"{twin} is the graph of other weights than {place}; "
                              "leave out --engine openvino, or fetch both again")  # fmt: skip
    return OpenVinoEngine(header, read_twin(twin, weights))
