"""Where the evidence for a grade lies: what each place of the last map adds to one figure.

Our networks end in an average over places and a linear layer. Their outputs are therefore a sum
over the places of the last map, and what a place adds is its features times their weights: exact,
no approximation of the network (class activation maps, Zhou et al. 2016, arXiv:1512.04150).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from drgrade.data.photos.masks import KINDS
from drgrade.icdr import REFERABLE_FROM
from drgrade.models.grader import VIEWS, Grader, turned
from drgrade.models.lesions import LesionNetwork

Measure = Literal["log_odds", "value"]
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


@dataclass(frozen=True)
class ForwardPass:
    """One look at one photo: raw outputs (k,), the maps that are averaged, lesion maps.

    A grader that takes several views has one of each of these a view, turned back, and its
    outputs are their mean. `last` (v, C, h, w) is None where the grade is made of lesions alone;
    `seen` (v, 5, S/2, S/2), logits of `MAPS`, is None where the network has no lesion maps.
    """

    outputs: np.ndarray
    last: torch.Tensor | None
    seen: torch.Tensor | None

    @property
    def maps(self) -> np.ndarray | None:
        """Logits of the lesion maps, (5, S/2, S/2), the mean of all views."""
        return None if self.seen is None else self.seen.mean(dim=0).float().cpu().numpy()


def log_odds_of_classes(outputs: torch.Tensor) -> torch.Tensor:
    """Log-odds of a referable grade by the softmax of (5,) outputs."""
    referable, other = outputs[REFERABLE_FROM:], outputs[:REFERABLE_FROM]
    return torch.logsumexp(referable, 0) - torch.logsumexp(other, 0)


def log_odds_of_steps(outputs: torch.Tensor) -> torch.Tensor:
    """Log-odds of a referable grade by the conditional steps of CORN, (4,) outputs."""
    above = F.logsigmoid(outputs[:REFERABLE_FROM]).sum()
    return above - torch.log(-torch.expm1(above.clamp(max=-np.exp(-FINITE))))


def value_of(outputs: torch.Tensor) -> torch.Tensor:
    """The one output of a regression."""
    return outputs[0]


FIGURES: dict[str, tuple[Measure, Callable[[torch.Tensor], torch.Tensor]]] = {
    "cross_entropy": ("log_odds", log_odds_of_classes),
    "corn": ("log_odds", log_odds_of_steps),
    "regression": ("value", value_of),
}


def backbone_of(network: nn.Module) -> Any:
    """The part of a network that grades."""
    return network.backbone if isinstance(network, LesionNetwork) else network


def glance(grader: Grader, square: torch.Tensor) -> ForwardPass:
    """Look at a square (1, 3, S, S), float 0 to 1, and keep what an explanation needs."""
    ways = VIEWS[: grader.model.views]
    kept: list[torch.Tensor] = []
    pool = backbone_of(grader.network).avg_pool
    watch = pool.register_forward_pre_hook(lambda _, given: kept.append(given[0]))
    outputs, maps = [], []
    try:
        with torch.no_grad():
            for axes in ways:
                if isinstance(grader.network, LesionNetwork):
                    seen = grader.see(turned(square, axes))
                    outputs.append(seen.told)
                    maps.append(turned(seen.maps, axes))
                else:
                    outputs.append(grader.at_once(turned(square, axes)))
    finally:
        watch.remove()
    last = [turned(each, axes) for each, axes in zip(kept, ways, strict=False)]
    return ForwardPass(
        torch.stack(outputs).mean(dim=0)[0].float().cpu().numpy(),
        torch.cat(last) if last else None,
        torch.cat(maps) if maps else None,
    )


def attribute(grader: Grader, found: ForwardPass) -> Evidence:
    """Take the figure of a grader's objective apart over the places of the last map and lesions.

    Outputs that enter the figure bent (softmax, conditional steps) are weighed by its slope at
    this photo; `base` holds the rest, so that the sum stays exact. The course lab's head averages
    7 x 7 places at stride 1 and weighs each average by itself: exact too, but places near the rim
    lie in fewer averages and can say less.
    """
    measure, figure = FIGURES[grader.objective_name]
    neutral = grader.decoding.cuts[REFERABLE_FROM - 1] if measure == "value" else 0.0
    given = torch.from_numpy(found.outputs[: grader.objective.outputs]).double().requires_grad_()
    with torch.enable_grad():
        total = figure(given)
        (slope,) = torch.autograd.grad(total, given)
    places = _of_places(grader, found, slope)
    lesions = _of_lesions(grader, found, slope)
    base = float(total.detach()) - float(places.mean()) - sum(lesions.values())
    return Evidence(measure, float(total.detach()), base, places, float(neutral), lesions)


def _of_places(grader: Grader, found: ForwardPass, slope: torch.Tensor) -> np.ndarray:
    """What each place of the last map adds (h, w), the outputs weighed by `slope` (k,)."""
    if found.last is None:
        return np.zeros((1, 1))
    backbone = backbone_of(grader.network)
    weight = backbone.fc.weight.detach().double().cpu()
    with torch.enable_grad():
        features = found.last.detach().double().cpu().requires_grad_()
        outputs = F.linear(torch.flatten(backbone.avg_pool(features), 1), weight).mean(dim=0)
        (of_features,) = torch.autograd.grad((outputs * slope).sum(), features)
    number = features.shape[2] * features.shape[3]
    return number * (features * of_features).sum(dim=(0, 1)).detach().numpy()


def _of_lesions(grader: Grader, found: ForwardPass, slope: torch.Tensor) -> dict[str, float]:
    """What each kind of lesion adds; empty where the grade is not read off lesion maps."""
    network = grader.network
    if not isinstance(network, LesionNetwork) or network.reads == "features":
        return {}
    reading = network.reading
    if reading is None or found.seen is None:
        return {}
    with torch.no_grad():
        said = reading.by_kind(found.seen.to(reading.weights.weight)).mean(dim=0)
        adds = said[:, : len(slope)].double().cpu() @ slope
    return dict(zip(KINDS, adds.tolist(), strict=True))
