"""How the operating points that travel with a table do on its rows; nothing is chosen here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.analyses import Analysis, analyses
from drgrade.evaluation.levels import Endpoint, at_level
from drgrade.locale.plain import as_plain


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
        point
        for point in predictions.facts.get("operating_points") or ()
        if (point.get("endpoint") or "referable") == endpoint.name
        and point.get("threshold") is not None
    ]
    if not stored or not predictions.has_probabilities:
        return ()
    return tuple(_at(predictions, endpoint, level, point) for point in stored for level in levels)


def _at(
    predictions: Predictions, endpoint: Endpoint, level: str, point: Mapping[str, Any]
) -> FrozenPoint:
    threshold = float(point["threshold"])
    units = at_level(predictions, endpoint, level)
    called = units.gradable & (units.score >= threshold)
    return FrozenPoint(
        name=str(point["name"]),
        threshold=threshold,
        split=str(point.get("split") or ""),
        level=level,
        promised={key: point.get(key) for key in ("sensitivity", "specificity")},
        analyses=analyses(replace(units, called=called)),
    )
