"""Three ways to count what could not be graded, always all three, and the flow of photographs.

A, intention to screen (primary): ungradable is referred. B: gradable only. C, worst case:
ungradable is wrong whatever the reference says.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from drgrade.evaluation.levels import Units
from drgrade.icdr import GRADES
from drgrade.stats import metrics
from drgrade.stats.estimate import Estimate, Flags, Strings, missing
from drgrade.stats.intervals import ratio
from drgrade.stats.predictive import carried

PREVALENCES = (0.05, 0.10, 0.20)
STEPS = ("offered", "decoded", "fundus", "gradable", "graded")
LOST_AT = {"error": 1, "not_fundus": 2, "ungradable": 3}


@dataclass(frozen=True)
class Analysis:
    """Sensitivity, specificity and predictive values under one way to count ungradables."""

    name: str
    n: int
    positives: int
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate


def analyses(units: Units) -> tuple[Analysis, Analysis, Analysis]:
    """A, B and C of one endpoint at one level; intervals over patients."""
    everyone = np.ones(len(units), dtype=bool)
    return (
        _analysis("A", units, units.called | ~units.gradable, everyone),
        _analysis("B", units, units.called, units.gradable),
        _analysis("C", units, np.where(units.gradable, units.called, ~units.positive), everyone),
    )


def _analysis(name: str, units: Units, called: Flags, kept: Flags) -> Analysis:
    positive = units.positive[kept]
    found = endpoint_shares(positive, called[kept], units.clusters[kept])
    return Analysis(name, int(kept.sum()), int(positive.sum()), **found)


def endpoint_shares(positive: Flags, called: Flags, clusters: Strings) -> dict[str, Estimate]:
    """The four shares of an endpoint: (n,) who has it, who is called to have it, whose rows.

    Each is over the rows that it concerns, and n/a with its reason where there are none.
    """
    sides = {
        "sensitivity": (positive, metrics.NO_POSITIVES),
        "specificity": (~positive, metrics.NO_NEGATIVES),
        "ppv": (called, metrics.NONE_CALLED),
        "npv": (~called, metrics.ALL_CALLED),
    }
    return {
        name: ratio(called == positive, clusters, among) if among.any() else missing(reason)
        for name, (among, reason) in sides.items()
    }


def imageability(units: Units) -> Estimate:
    """The share of units that could be graded."""
    return ratio(units.gradable, units.clusters) if len(units) else missing(metrics.NO_PHOTOS)


@dataclass(frozen=True)
class Transport:
    """Predictive values at one prevalence, n/a where nobody would be called or let go."""

    prevalence: float
    is_observed: bool
    ppv: Estimate
    npv: Estimate


def transported(analysis: Analysis) -> tuple[Transport, ...]:
    """Predictive values of an analysis at the observed prevalence and at 5, 10 and 20 %."""
    sens, spec = analysis.sensitivity, analysis.specificity
    if sens.value is None or spec.value is None:
        return ()
    observed = Transport(analysis.positives / analysis.n, True, analysis.ppv, analysis.npv)
    return (observed, *(Transport(at, False, *carried(sens, spec, at)) for at in PREVALENCES))


@dataclass(frozen=True)
class Step:
    """How many photographs are left at a step of the flow, by reference grade; last: unknown."""

    name: str
    n: int
    by_grade: tuple[int, ...]


@dataclass(frozen=True)
class Flow:
    """Photographs from offered to graded; what is left out before is counted.

    That are duplicates and, where the whole table is known, its rows of other splits.
    """

    duplicates: int
    steps: tuple[Step, ...]
    other_splits: int = 0

    @property
    def total(self) -> int:
        """Rows of the split, duplicates too."""
        return self.duplicates + self.steps[0].n

    def as_json(self) -> dict[str, Any]:
        """Plain lists and dictionaries."""
        return asdict(self)


def flow(table: pl.DataFrame, other_splits: int = 0) -> Flow:
    """The flow of all rows of a split, those without a reference grade too."""
    rows = table.filter(pl.col("status") != "duplicate")
    lost = rows["status"].replace_strict(LOST_AT, default=len(STEPS), return_dtype=pl.Int64)
    grades = rows["grade"].fill_null(len(GRADES)).to_numpy().astype(np.int64)
    steps = []
    for number, name in enumerate(STEPS):
        here = grades[lost.to_numpy() > min(number, len(STEPS) - 2)]
        counts = np.bincount(here, minlength=len(GRADES) + 1)
        steps.append(Step(name, int(counts.sum()), tuple(counts.tolist())))
    return Flow(table.height - rows.height, tuple(steps), other_splits)
