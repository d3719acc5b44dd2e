"""Where the evidence for a grade lies: what each place of the last map adds to one figure.

Our networks end in an average over places and a linear layer. Their outputs are therefore a sum
over the places of the last map, and what a place adds is its features times their weights: exact,
no approximation of the network (class activation maps, Zhou et al. 2016, arXiv:1512.04150). The
engine gives what each place adds to each output; here that becomes what it adds to the figure.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from drgrade.data.photos.masks import KINDS
from drgrade.icdr import REFERABLE_FROM
from drgrade.inference.engine import ForwardPass
from drgrade.modelfile.header import ModelHeader

Measure = Literal["log_odds", "value"]
Floats = npt.NDArray[np.float64]
Figure = Callable[[Floats], tuple[float, Floats]]  # (k,) outputs: the figure, and its slope (k,)
CLEAR: dict[Measure, float] = {"log_odds": 1.0, "value": 0.5}  # weaker evidence is none to speak of
FINITE = 30.0  # of a log-odds; beyond it a chance is 0 or 1 to thirteen digits


@dataclass(frozen=True)
class Evidence:
    """A figure, taken apart: `base` plus the mean of `places` (h, w) plus `lesions` is `total`.

    `measure` is `log_odds` of a referable grade before any recalibration, or the `value` of a
    regression. From `neutral` on the figure speaks for a referable grade. `lesions` is what each
    kind adds where the grade is read off lesion maps too, and empty elsewhere.
    """

    measure: Measure
    total: float
    base: float
    places: np.ndarray
    neutral: float
    lesions: dict[str, float] = field(default_factory=dict)

    @property
    def says(self) -> np.ndarray:
        """What each place says by itself, (h, w), 0 undecided.

        The mean is total less neutral less what is read off lesion maps.
        """
        return self.base + self.places - self.neutral


def log_odds_of_classes(outputs: Floats) -> tuple[float, Floats]:
    """Log-odds of a referable grade by the softmax of (5,) outputs, and their slope."""
    is_referable = np.arange(len(outputs)) >= REFERABLE_FROM
    slope, total = np.zeros(len(outputs)), 0.0
    for chosen, sign in ((is_referable, 1.0), (~is_referable, -1.0)):
        largest = outputs[chosen].max()
        shares = np.exp(outputs[chosen] - largest)
        total += sign * (largest + np.log(shares.sum()))
        slope[chosen] = sign * shares / shares.sum()
    return float(total), slope


def log_odds_of_steps(outputs: Floats) -> tuple[float, Floats]:
    """Log-odds of a referable grade by the conditional steps of CORN, (4,), and their slope."""
    steps = outputs[:REFERABLE_FROM]
    above = float(-np.logaddexp(0.0, -steps).sum())
    is_sure = above > -np.exp(-FINITE)
    below = -np.expm1(min(above, -np.exp(-FINITE)))
    slope = np.zeros(len(outputs))
    slope[:REFERABLE_FROM] = np.exp(-np.logaddexp(0.0, steps)) / (1.0 if is_sure else below)
    return above - float(np.log(below)), slope


def value_of(outputs: Floats) -> tuple[float, Floats]:
    """The one output of a regression, and its slope."""
    return float(outputs[0]), np.eye(1, len(outputs))[0]


FIGURES: dict[str, tuple[Measure, Figure]] = {
    "cross_entropy": ("log_odds", log_odds_of_classes),
    "corn": ("log_odds", log_odds_of_steps),
    "regression": ("value", value_of),
}


def attribute(header: ModelHeader, found: ForwardPass) -> Evidence:
    """Take the figure of one square's forward pass apart over places and lesions.

    Outputs that enter the figure bent (softmax, conditional steps) are weighed by its slope at
    this photo; `base` holds the rest, so that the sum stays exact. The course lab's head averages
    7 x 7 places at stride 1 and weighs each average by itself: exact too, but places near the rim
    lie in fewer averages and can say less.
    """
    measure, figure = FIGURES[header.objective]
    neutral = header.decoding.cuts[REFERABLE_FROM - 1] if measure == "value" else 0.0
    total, slope = figure(found.outputs[0, : header.grade_outputs].astype(np.float64))
    places, lesions = np.zeros((1, 1)), {}
    if found.places is not None:
        places = np.tensordot(slope, found.places[0].astype(np.float64), axes=1)
    if found.lesions is not None:
        adds = found.lesions[0].astype(np.float64) @ slope
        lesions = dict(zip(KINDS, adds.tolist(), strict=True))
    base = total - float(places.mean()) - sum(lesions.values())
    return Evidence(measure, total, base, places, float(neutral), lesions)
