"""How a model's probabilities are corrected: fitted by `drgrade calibrate`, kept in its file.

A correction changes probabilities alone; grades come from the decision beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from drgrade.icdr import REFERABLE_FROM
from drgrade.provenance.parts import Calibration
from drgrade.provenance.record import known
from drgrade.stats.referable import referable_score

Floats = npt.NDArray[np.float64]
Method = Literal["none", "temperature", "isotonic"]
OLD_SHARE = 0.01  # a step function ties photographs; so much of the old score keeps their order


@dataclass(frozen=True)
class Recalibration:
    """A correction of five-grade probabilities.

    `temperature` above 1 makes them less sure. `scores` and `shares` are the knots of an isotonic
    fit: the referable score, ascending, and the share with disease there, never falling.
    """

    method: Method = "none"
    temperature: float = 1.0
    scores: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()

    def apply(self, probabilities: Floats) -> Floats:
        """Corrected probabilities (n, 5), each row summing to 1."""
        if self.method == "temperature":
            return tempered(probabilities, self.temperature)
        if self.method == "isotonic":
            score = referable_score(probabilities)
            return with_referable(probabilities, stepped(score, self.scores, self.shares))
        return probabilities

    def undo(self, probabilities: Floats) -> Floats:
        """What `apply` was given, (n, 5), but for what it had rounded to nothing."""
        if self.method == "temperature":
            return tempered(probabilities, 1 / self.temperature)
        if self.method == "isotonic":
            score = referable_score(probabilities)
            return with_referable(probabilities, unstepped(score, self.scores, self.shares))
        return probabilities

    def as_json(self) -> dict[str, Any]:
        """The method and its own parameters as plain values."""
        if self.method == "temperature":
            return {"method": self.method, "temperature": self.temperature}
        if self.method == "isotonic":
            shown = {"scores": list(self.scores), "shares": list(self.shares)}
            return {"method": self.method, **shown}
        return {"method": self.method}


def correction_of(stated: Calibration | None) -> Recalibration:
    """The correction that a provenance has, as `from_json` has that of a decoding."""
    return from_json(None if stated is None else known(stated.given()))


def from_json(values: Mapping[str, Any] | None) -> Recalibration:
    """What `as_json` gave; none where a model file has no correction."""
    if not values:
        return Recalibration()
    scores, shares = (tuple(values.get(key, ())) for key in ("scores", "shares"))
    return Recalibration(values["method"], values.get("temperature", 1.0), scores, shares)


def tempered(probabilities: Floats, temperature: float) -> Floats:
    """p ** (1 / T), summing to 1 again (Guo et al. 2017): (n, 5) gives (n, 5), same order."""
    p = np.asarray(probabilities, dtype=np.float64)
    powers = (p / p.max(axis=1, keepdims=True)) ** (1.0 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def stepped(score: Floats, scores: tuple[float, ...], shares: tuple[float, ...]) -> Floats:
    """The isotonic fit at each score, lines between its knots, with a hundredth of the old score.

    The hundredth keeps apart what the fit's steps would tie, so the ROC curve stays what it was.
    """
    return (1 - OLD_SHARE) * np.interp(score, scores, shares) + OLD_SHARE * score


def unstepped(score: Floats, scores: tuple[float, ...], shares: tuple[float, ...]) -> Floats:
    """The scores that `stepped` made these of: it never falls and keeps a part of them."""
    knots = np.unique(np.concatenate([[0.0], scores, [1.0]]))
    return np.interp(score, stepped(knots, scores, shares), knots)


def with_referable(probabilities: Floats, wanted: Floats) -> Floats:
    """Grades rescaled so that p2 + p3 + p4 is `wanted` (n,); within each side shares stay.

    A side that had no probability at all gets its part on its grade next to the border.
    """
    p = np.array(probabilities, dtype=np.float64)
    sides = ((slice(0, REFERABLE_FROM), REFERABLE_FROM - 1, 1 - wanted),
             (slice(REFERABLE_FROM, None), REFERABLE_FROM, wanted))  # fmt: skip
    for side, border, part in sides:
        p[p[:, side].sum(axis=1) == 0, border] = 1.0
        p[:, side] *= (part / p[:, side].sum(axis=1))[:, None]
    return p
