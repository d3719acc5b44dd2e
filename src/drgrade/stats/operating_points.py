"""Operating points: the thresholds at which a referable score becomes a referral, and then stay.

What a point guarantees, and what not. HS promises that on the rows it was chosen on at least 90 %
of the photographs with referable disease reach it; on other patients of the same kind it falls
below that about every second time, because it is chosen to lie on the edge. Asked for the lower
bound, HS is the highest threshold up to which, walking up from the lowest, the lower end of the
95 % interval over patients has never been below 85 %: then one may be 97.5 % sure (as far as that
interval keeps its promise) that at least 85 % are found among patients, cameras and prevalences
like these. HP promises specificity on its own rows in the same weak sense. Nothing is promised
for other cameras, other preprocessing or another model.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from drgrade.errors import Reason
from drgrade.locale.plain import as_plain
from drgrade.stats.estimate import PATIENTS, Estimate, Flags, Floats, Ints, missing
from drgrade.stats.intervals import ratio
from drgrade.stats.metrics import NO_NEGATIVES, NO_POSITIVES
from drgrade.stats.resampling import patient_index

SENSITIVE, SPECIFIC, LOWER = 0.90, 0.95, 0.85
FEWEST = 10  # positives or negatives: the tenth part of fewer is nobody
HAIR = 1e-5  # twenty times what batches of another size were seen to change
TWINS = 1e-12  # scores nearer than this have no room between them
STEPS = 500  # thresholds at which the lower bound is asked, evenly spread over the positives
RULES = {
    "HS": Reason("rule_sensitivity", {"level": SENSITIVE}),
    "HS lower": Reason(
        "rule_sensitivity_and_bound", {"level": SENSITIVE, "bound": LOWER, "unit": PATIENTS}
    ),
    "HP": Reason("rule_specificity", {"level": SPECIFIC}),
}


@dataclass(frozen=True)
class ChosenPoint:
    """A threshold by a rule, and what it reaches on the rows it was chosen on.

    From `threshold` on, a hair below one of the scores of these rows, a photograph is referred;
    it is None where `reason` says why.
    """

    name: str
    rule: Reason
    threshold: float | None
    positives: int
    negatives: int
    sensitivity: Estimate
    specificity: Estimate
    reason: Reason | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values for a model's file."""
        shown = {key: _interval(getattr(self, key)) for key in ("sensitivity", "specificity")}
        return {**as_plain(self), "endpoint": "referable", **shown}


def _interval(found: Estimate) -> dict[str, Any]:
    return {key: as_plain(getattr(found, key)) for key in ("value", "low", "high", "method", "n")}


def operating_points(
    positive: Flags, score: Floats, patients: np.ndarray, *, lower_bound: bool = False
) -> tuple[ChosenPoint, ChosenPoint]:
    """HS and HP from (n,) flags, scores and patient labels of graded photographs."""
    index = patient_index(patients)
    rule = RULES["HS lower" if lower_bound else "HS"]
    place = high_sensitivity(positive, score)
    if lower_bound and place is not None:
        place = _with_lower_bound(positive, score, index, place)
    why = Reason("no_threshold_with_lower_bound", {"bound": LOWER, "unit": PATIENTS})
    enough = int(positive.sum()) >= FEWEST
    hs = _point("HS", rule, place if enough else None, positive, score, index, why)
    place, enough = high_specificity(positive, score), int((~positive).sum()) >= FEWEST
    why = Reason("highest_score_shared", {"share": 1 - SPECIFIC})
    hp = _point("HP", RULES["HP"], place if enough else None, positive, score, index, why)
    return hs, hp


def high_sensitivity(positive: Flags, score: Floats, level: float = SENSITIVE) -> float | None:
    """The largest score that `level` of the positives reach; None without positives."""
    reached = np.sort(score[positive])[::-1]
    wanted = smallest_count(level, len(reached))
    return float(reached[wanted - 1]) if len(reached) else None


def high_specificity(positive: Flags, score: Floats, level: float = SPECIFIC) -> float | None:
    """The smallest score of these rows below which `level` of the negatives lie.

    None without negatives, or where too many of them share the highest score of all.
    """
    below = np.sort(score[~positive])
    if not len(below):
        return None
    edge = below[smallest_count(level, len(below)) - 1]
    above = score[score > edge]
    return float(above.min()) if len(above) else None


def smallest_count(level: float, n: int) -> int:
    """The smallest whole number of hits of which the share among n is not below `level`."""
    count = max(1, round(level * n) - 1)
    while count / max(1, n) < level:
        count += 1
    return count


def _with_lower_bound(
    positive: Flags, score: Floats, patients: Ints, highest: float
) -> float | None:
    """Walk up from the lowest threshold while the lower bound holds; None where it never did.

    Fixed-sequence testing from conservative to liberal: no threshold is tried after a failure, so
    that many looks cost nothing (Angelopoulos et al. 2021, Learn then Test).
    """
    reached = np.unique(score[positive & (score <= highest)])
    picked = np.unique(np.linspace(0, len(reached) - 1, min(STEPS, len(reached))).astype(int))
    best = None
    for threshold in reached[picked]:
        found = ratio(score >= threshold, patients, positive)
        if found.low is None or found.low < LOWER:
            break
        best = float(threshold)
    return best


def _point(
    name: str,
    rule: Reason,
    threshold: float | None,
    positive: Flags,
    score: Floats,
    patients: Ints,
    why: Reason,
) -> ChosenPoint:
    """The point with its intervals, or without a threshold and with the reason."""
    n = int(positive.sum()), int((~positive).sum())
    if threshold is None:
        side, has = ("positive", n[0]) if name == "HS" else ("negative", n[1])
        about = {"needed": FEWEST, "side": side, "n": has}
        reason = Reason("too_few_photographs_for_point", about) if has < FEWEST else why
        return ChosenPoint(name, rule, None, n[0], n[1], missing(reason), missing(reason), reason)
    threshold = _hair_below(threshold, score)
    called = score >= threshold
    found = ratio(called, patients, positive) if n[0] else missing(NO_POSITIVES)
    spared = ratio(~called, patients, ~positive) if n[1] else missing(NO_NEGATIVES)
    return ChosenPoint(name, rule, threshold, n[0], n[1], found, spared)


def _hair_below(threshold: float, score: Floats) -> float:
    """The threshold a hair lower, and still above the next lower score.

    A network computes the same photograph in another batch or on another machine with another
    last digit: on the edge itself, the photograph that set the threshold could fall below it.
    """
    gap = threshold - float(score[score < threshold].max(initial=-1.0))
    return max(0.0, threshold - min(HAIR, gap / 2)) if gap > TWINS else threshold


def settings_hash(preprocess: Mapping[str, Any]) -> str:
    """SHA-256 of the settings that photographs are prepared with, whatever their order."""
    return hashlib.sha256(json.dumps(dict(preprocess), sort_keys=True).encode()).hexdigest()
