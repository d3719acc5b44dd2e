"""From raw outputs to probabilities and grades, by the objective a network was trained with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from drgrade.modelfile.correction import Recalibration, from_json

EVEN_CUTS = (0.5, 1.5, 2.5, 3.5)


@dataclass(frozen=True)
class Decoding:
    """What turns outputs into probabilities: cuts and width of a regression, fitted on `tune`.

    `recalibration` is what `drgrade calibrate` found; it corrects probabilities. Where a file
    states a `decision`, that gives the grade; without one it is the objective's.
    """

    cuts: tuple[float, ...] = EVEN_CUTS
    width: float = 0.5
    fitted_on: str = ""
    recalibration: Recalibration = field(default_factory=Recalibration)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the model file."""
        return {
            "cuts": list(self.cuts),
            "width": self.width,
            "fitted_on": self.fitted_on,
            "recalibration": self.recalibration.as_json(),
        }


def decoding_from(values: dict[str, Any]) -> Decoding:
    """What `as_json` gave; files from before calibration have no correction."""
    correction = from_json(values.get("recalibration"))
    return Decoding(tuple(values["cuts"]), values["width"], values["fitted_on"], correction)


def decode_corn(outputs: np.ndarray, decoding: Decoding) -> tuple[np.ndarray, np.ndarray]:
    """Products of the conditional chances (n, 5), and how many steps are likelier than not."""
    chance = 1 / (1 + np.exp(-outputs.astype(np.float64)))
    above = np.cumprod(chance, axis=1)
    edges = np.concatenate([np.ones((len(above), 1)), above, np.zeros((len(above), 1))], axis=1)
    return -np.diff(edges, axis=1), (above > 0.5).sum(axis=1)


def decode_classes(outputs: np.ndarray, decoding: Decoding) -> tuple[np.ndarray, np.ndarray]:
    """Softmax of (n, 5) outputs: probabilities (n, 5) and the likeliest grade (n,)."""
    shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities, probabilities.argmax(axis=1)


def decode_regression(outputs: np.ndarray, decoding: Decoding) -> tuple[np.ndarray, np.ndarray]:
    """Normal areas between the cuts, (n, 5), and the grade the cuts give, (n,)."""
    from scipy.special import ndtr

    value = outputs[:, :1].astype(np.float64)
    below = ndtr((np.asarray(decoding.cuts) - value) / decoding.width)
    edges = np.concatenate([np.zeros_like(value), below, np.ones_like(value)], axis=1)
    return np.diff(edges, axis=1), (value >= np.asarray(decoding.cuts)).sum(axis=1)


Decode = Callable[[np.ndarray, Decoding], tuple[np.ndarray, np.ndarray]]
DECODERS: dict[str, Decode] = {
    "cross_entropy": decode_classes,
    "regression": decode_regression,
    "corn": decode_corn,
}
