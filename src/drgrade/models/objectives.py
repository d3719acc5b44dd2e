"""Objectives: outputs, what a mistake costs and how outputs become grades, chosen as one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from drgrade.icdr import NUMBER_OF_GRADES, OUTPUTS
from drgrade.modelfile.decoding import (
    EVEN_CUTS,
    Decode,
    Decoding,
    decode_classes,
    decode_corn,
    decode_regression,
)
from drgrade.stats.metrics import confusion, kappas

NOBODY = 1e-12  # the weight of a batch in which no photo has a grade
WIDTHS = np.geomspace(0.1, 2.0, 40)


@dataclass(frozen=True)
class Objective:
    """Outputs, loss(outputs, grades, class weights, smoothing) and decode(outputs, decoding).

    A loss is a weighted mean over its batch; `asked(grades)` says of how many terms for each photo.
    """

    outputs: int
    loss: Callable[[torch.Tensor, torch.Tensor, torch.Tensor, float], torch.Tensor]
    decode: Decode
    fit: Callable[[np.ndarray, np.ndarray], Decoding]
    asked: Callable[[np.ndarray], np.ndarray] = np.ones_like


def cross_entropy(
    outputs: torch.Tensor, grades: torch.Tensor, weights: torch.Tensor, smoothing: float
) -> torch.Tensor:
    """Weighted cross-entropy, mean over the batch; outputs (n, 5), grades (n,)."""
    return F.cross_entropy(outputs, grades, weight=weights, label_smoothing=smoothing)


def squared_error(
    outputs: torch.Tensor, grades: torch.Tensor, weights: torch.Tensor, smoothing: float
) -> torch.Tensor:
    """Weighted squared error of one output a photo against its grade; outputs (n, 1)."""
    of_each = weights[grades]
    return (of_each * (outputs[:, 0] - grades) ** 2).sum() / of_each.sum()


def corn(
    outputs: torch.Tensor, grades: torch.Tensor, weights: torch.Tensor, smoothing: float
) -> torch.Tensor:
    """Conditional ordinal regression (Shi, Cao, Raschka 2023, arXiv:2111.08851); outputs (n, 4).

    Output k says whether the grade is above k, asked only of photos whose grade is at least k.
    """
    return price_of_steps(outputs, grades, weights[grades])


def price_of_steps(
    outputs: torch.Tensor, levels: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """Weighted cross-entropy of conditional steps; outputs (n, k), levels 0 to k (n,), weight (n,).

    Output j says whether the level is above j, asked only of photos whose level is at least j; of
    photos of level -1, unknown, nothing is asked.
    """
    steps = torch.arange(outputs.shape[1], device=levels.device)
    above = (levels[:, None] > steps).to(outputs.dtype)
    each = F.binary_cross_entropy_with_logits(outputs, above, reduction="none")
    of_each = weight[:, None] * (levels[:, None] >= steps)
    return (of_each * each).sum() / of_each.sum().clamp(min=NOBODY)


def steps_asked(grades: np.ndarray) -> np.ndarray:
    """How many conditional steps CORN asks of photos with these grades, (n,); none of -1."""
    return np.minimum(grades, NUMBER_OF_GRADES - 2) + 1


def no_fit(outputs: np.ndarray, grades: np.ndarray) -> Decoding:
    """Classes need no cuts."""
    return Decoding()


def fit_cuts(outputs: np.ndarray, grades: np.ndarray) -> Decoding:
    """Cuts with the highest quadratic kappa on `tune` (one at a time, twice), width by likelihood.

    Even cuts stay where nothing is better, so that few photos cannot make strange ones.
    """
    value, cuts = outputs[:, 0].astype(np.float64), list(EVEN_CUTS)
    for _ in range(2):
        for i in range(len(cuts)):
            low = cuts[i - 1] if i else -np.inf
            high = cuts[i + 1] if i + 1 < len(cuts) else np.inf
            candidates = [c for c in np.arange(-0.5, 4.51, 0.05) if low < c < high]
            tried = [[*cuts[:i], float(c), *cuts[i + 1 :]] for c in candidates]
            before, *found = _quadratic_kappas(value, grades, [cuts, *tried])
            if found and max(found) > before + 1e-9:
                cuts = tried[int(np.argmax(found))]
    likelihood = [_log_likelihood(outputs, grades, tuple(cuts), width) for width in WIDTHS]
    return Decoding(tuple(round(c, 4) for c in cuts), float(WIDTHS[np.argmax(likelihood)]), "tune")


def _quadratic_kappas(
    value: np.ndarray, grades: np.ndarray, tried: list[list[float]]
) -> np.ndarray:
    """Quadratic kappa under each of the cuts that are tried; 0 where chance cannot disagree."""
    given = (value[:, None] >= np.asarray(tried)[:, None]).sum(axis=2)
    matrices = [confusion(grades, each) for each in given]
    return np.nan_to_num(kappas(np.array(matrices)))


def _log_likelihood(
    outputs: np.ndarray, grades: np.ndarray, cuts: tuple[float, ...], width: float
) -> float:
    probabilities, _ = decode_regression(outputs, Decoding(cuts, width))
    return float(np.log(probabilities[np.arange(len(grades)), grades].clip(1e-12)).sum())


OBJECTIVES: dict[str, Objective] = {
    "cross_entropy": Objective(OUTPUTS["cross_entropy"], cross_entropy, decode_classes, no_fit),
    "regression": Objective(OUTPUTS["regression"], squared_error, decode_regression, fit_cuts),
    "corn": Objective(OUTPUTS["corn"], corn, decode_corn, no_fit, steps_asked),
}


def class_weights(grades: np.ndarray, kind: str) -> np.ndarray:
    """Weight of each grade (5,): ones, inverse frequency or its square root; mean 1 a photo."""
    counts = np.bincount(grades[grades >= 0], minlength=NUMBER_OF_GRADES).astype(np.float64)
    power = {"none": 0.0, "balanced": 1.0, "sqrt": 0.5}[kind]
    weights = np.where(counts > 0, np.maximum(counts, 1) ** -power, 0.0)
    return weights * counts.sum() / (weights * counts).sum()
