"""ONNX Runtime: runs an exported ONNX file, and is the witness in an export's proof."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.errors import CheckpointError
from drgrade.inference.engine import ForwardPass
from drgrade.modelfile.header import ModelHeader, header_of
from drgrade.modelfile.onnx_file import about_of, read_sealed

OUTPUTS = "outputs"


class OnnxEngine:
    """An ONNX model in ONNX Runtime, in float32 on the CPU.

    Args:
        header: of the model.
        session: of ONNX Runtime, with `outputs` among its results.
    """

    name = "onnx"
    batch = 1

    def __init__(self, header: ModelHeader, session: Any) -> None:
        self.header, self._session = header, session
        self.lanes = len(os.sched_getaffinity(0))
        self._squares = session.get_inputs()[0].name

    def outputs(self, squares: np.ndarray) -> np.ndarray:
        """Outputs (n, k) float32 of squares (n, S, S, 3) uint8, the mean of all views."""
        given = {self._squares: np.ascontiguousarray(squares)}
        (found,) = self._session.run([OUTPUTS], given)
        return found

    def forward(self, squares: np.ndarray) -> ForwardPass:
        """Outputs of squares (n, S, S, 3) uint8, and what explains them."""
        names = [each.name for each in self._session.get_outputs()]
        found = self._session.run(names, {self._squares: np.ascontiguousarray(squares)})
        return ForwardPass(**dict(zip(names, found, strict=True)))


def session_of(content: bytes, path: Path) -> Any:
    """ONNX Runtime's session of a model; each call computes in one thread.

    From bytes, so that a model that names other files for its weights is refused.

    Raises:
        CheckpointError: ONNX Runtime does not take it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no class in common but this one
        first = (str(error).strip().splitlines() or [""])[0]
        raise CheckpointError(f"{path}: ONNX Runtime cannot run it: {first}") from None


def open_onnx(place: Path, device: str = "cpu") -> OnnxEngine:
    """The engine of an exported ONNX file.

    Raises:
        CheckpointError: cut, altered, of another program, or not to be run.
    """
    session = session_of(read_sealed(place), place)
    about = about_of(session.get_modelmeta().custom_metadata_map, place)
    return OnnxEngine(header_of(about, place), session)
