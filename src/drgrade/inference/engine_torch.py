"""torch: any grader, on a CPU or a GPU; loaded by name, so that nothing else here needs torch."""

from pathlib import Path

import numpy as np
import torch

from drgrade.inference.engine import ForwardPass
from drgrade.models.checkpoint import load_grader
from drgrade.models.devices import pick_device
from drgrade.models.forward import ForwardModule
from drgrade.models.grader import Grader

BATCH = 8


class TorchEngine:
    """A grader in evaluation mode, computing in float32 with all of torch's threads.

    Args:
        grader: on the device that it computes on.
        batch: squares at once.
    """

    name = "torch"
    lanes = 1

    def __init__(self, grader: Grader, batch: int = BATCH) -> None:
        self.grader, self.header, self.batch = grader, grader.header, batch
        first = next(grader.network.parameters(), torch.zeros(()))
        self._device = first.device
        self._outputs = ForwardModule(grader).eval()
        self._full: ForwardModule | None = None

    def outputs(self, squares: np.ndarray) -> np.ndarray:
        """Outputs (n, k) float32 of squares (n, S, S, 3) uint8, the mean of all views."""
        return self._run(self._outputs, squares)[0]

    def forward(self, squares: np.ndarray) -> ForwardPass:
        """Outputs of squares (n, S, S, 3) uint8, and what explains them."""
        self._full = self._full or ForwardModule(self.grader, full=True).eval()
        found = self._run(self._full, squares)
        return ForwardPass(**dict(zip(self._full.names, found, strict=True)))

    def _run(self, module: ForwardModule, squares: np.ndarray) -> list[np.ndarray]:
        if len(squares) == 1:  # alone, a square gets other last bits than among others
            return [each[:1] for each in self._run(module, np.repeat(squares, 2, axis=0))]
        with torch.inference_mode():
            given = torch.from_numpy(np.require(squares, requirements=["C", "W"])).to(self._device)
            return [each.float().cpu().numpy() for each in module(given)]


def open_torch(place: Path, device: str = "cpu") -> TorchEngine:
    """The engine of a grader's file.

    Raises:
        UsageError: no such device.
        CheckpointError: a damaged file, or one of another kind.
    """
    return TorchEngine(load_grader(place, str(pick_device(device))))
