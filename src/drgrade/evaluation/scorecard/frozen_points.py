"""How the operating points that travel with a table do on its rows; nothing is chosen here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.analyses import Analysis, analyses
from drgrade.evaluation.levels import Endpoint, at_level
from drgrade.locale.plain import as_plain
from drgrade.provenance.parts import OperatingPoint, ReachedShare


@dataclass(frozen=True)
class FrozenPoint:
    """One stored threshold, and what it finds on the judged rows at one level, three ways.

    `promised` is what it reached on the rows that it was chosen on.
    """

    name: str
    threshold: float
    split: str
    level: str
    promised: Mapping[str, Any]
    analyses: tuple[Analysis, Analysis, Analysis]

    def as_json(self) -> dict[str, Any]:
        """The fields as plain values."""
        plain: dict[str, Any] = as_plain(self)
        return plain


def frozen_points(
    predictions: Predictions, endpoint: Endpoint, levels: Sequence[str]
) -> tuple[FrozenPoint, ...]:
    """Every stored point of the endpoint at each level; none without points or probabilities."""
    stored = [
        (point, float(point.threshold))
        for point in predictions.provenance.operating_points or ()
        if (point.endpoint or "referable") == endpoint.name and point.threshold is not None
    ]
    if not stored or not predictions.has_probabilities:
        return ()
    return tuple(_at(predictions, endpoint, level, *each) for each in stored for level in levels)


def _at(
    predictions: Predictions,
    endpoint: Endpoint,
    level: str,
    point: OperatingPoint,
    threshold: float,
) -> FrozenPoint:
    units = at_level(predictions, endpoint, level)
    called = units.gradable & (units.score >= threshold)
    return FrozenPoint(
        name=point.name,
        threshold=threshold,
        split=point.split or "",
        level=level,
        promised={
            "sensitivity": _plain(point.sensitivity),
            "specificity": _plain(point.specificity),
        },
        analyses=analyses(replace(units, called=called)),
    )


def _plain(reached: ReachedShare | None) -> dict[str, Any] | None:
    return None if reached is None else reached.as_json()
