"""How well signs of macular edema are detected: `p_dme` against the column `dme`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from drgrade.data.tables.groups import groups_of
from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.analyses import endpoint_shares
from drgrade.icdr import LIKELY_EDEMA
from drgrade.locale.plain import as_plain
from drgrade.stats.area_intervals import area
from drgrade.stats.estimate import Estimate, missing
from drgrade.stats.metrics import NO_PROBABILITIES
from drgrade.stats.referable import referable_score
from drgrade.stats.reliability import Calibration, calibration
from drgrade.stats.resampling import RESAMPLES


@dataclass(frozen=True)
class Edema:
    """Signs of macular edema on graded photographs whose `dme` is known and that have a `p_dme`.

    `auc_of_grade` is what the probability of a referable grade reaches without knowing of edema:
    the floor. Sensitivity and specificity are at a probability of one half.
    """

    n: int
    positives: int
    auc: Estimate
    auc_of_grade: Estimate
    sensitivity: Estimate
    specificity: Estimate
    calibration: Calibration

    def as_json(self) -> dict[str, Any]:
        """All figures as plain values."""
        plain: dict[str, Any] = as_plain(self)
        return plain


def edema(predictions: Predictions, *, seed: int = 0, resamples: int = RESAMPLES) -> Edema | None:
    """Judge `p_dme`; None where no photograph has both it and a reference."""
    table = predictions.table
    if not {"dme", "p_dme"} <= set(table.columns):
        return None
    known = table.filter(pl.col("status") == "graded").drop_nulls(["dme", "p_dme"])
    if known.is_empty():
        return None
    answers = Predictions(known, predictions.provenance)
    positive = known["dme"].to_numpy() > 0
    p = known["p_dme"].to_numpy().astype(float)
    clusters = np.asarray(groups_of(known))
    shares = endpoint_shares(positive, p >= LIKELY_EDEMA, clusters)
    by_grade = missing(NO_PROBABILITIES, len(positive))
    if answers.has_probabilities:
        by_grade = area(positive, referable_score(answers.probabilities()), clusters)
    return Edema(
        n=len(positive),
        positives=int(positive.sum()),
        auc=area(positive, p, clusters),
        auc_of_grade=by_grade,
        sensitivity=shares["sensitivity"],
        specificity=shares["specificity"],
        calibration=calibration(positive, p, clusters, resamples=resamples, seed=seed),
    )
