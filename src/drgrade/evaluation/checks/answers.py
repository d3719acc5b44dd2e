"""The warnings about answers and labels: calibration, subgroups, too good, sides, labels.

W13 calibration, W14 a subgroup is missed, W18 too good to be true, W20 left and right differ, W21
confident contradictions, W22 labels on another scale.
"""

from collections.abc import Sequence

import numpy as np

from drgrade.data.audit.label_scale import ENOUGH, WRONG_SCALES, scale_of
from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.checks.check import Check, blind, told
from drgrade.evaluation.checks.other_eye import Substitution
from drgrade.evaluation.subgroups import Subgroup
from drgrade.stats.estimate import Estimate
from drgrade.stats.metrics import kappa
from drgrade.stats.reliability import Calibration

ECE = 0.05
SLOPES = (0.8, 1.25)
MISSED_BY = 0.10
SIDES_APART = 0.05
MIRRORED = 0.02
CHANCE = 0.05  # p value above which a gap is told as one that chance may explain
TOO_GOOD_AUC = 0.995
TOO_GOOD_QWK = 0.95
SURE = 0.99
NOISE = 0.02
LISTED = 20


def check_calibration(found: Calibration | None) -> Check:
    """W13: ECE (equal-mass bins) above 0.05, or a calibration slope outside 0.8 to 1.25.

    Its words tell whether so few photographs would show as much by chance.
    """
    if found is None or found.ece_mass.value is None:
        return blind("W13", "no probabilities")
    reasons = []
    if (value := found.ece_mass.value) > ECE:
        key = "ece by chance" if value <= found.ece_by_chance else "ece"
        reasons.append({"key": key, "value": value, "chance": found.ece_by_chance})
    slope = found.slope
    if slope.value is not None and not SLOPES[0] <= slope.value <= SLOPES[1]:
        low, high = slope.low, slope.high
        reaches = low is not None and high is not None and low <= SLOPES[1] and high >= SLOPES[0]
        key = "slope by chance" if reaches else "slope"
        reasons.append({"key": key, "value": slope.value, "low": low, "high": high})
    return told("W13", bool(reasons), reasons=reasons)


def check_subgroups(groups: Sequence[Subgroup], overall: Estimate) -> Check:
    """W14: the lower bound of a subgroup's sensitivity is 10 points below the whole's."""
    if not groups:
        return blind("W14", "no subgroups")
    if overall.value is None:
        return blind("W14", "one class")
    bound = overall.value - MISSED_BY
    missed = [
        {"column": each.column, "name": each.name, "low": each.sensitivity.low}
        for each in groups
        if each.sensitivity.low is not None and each.sensitivity.low < bound
    ]
    return told("W14", bool(missed), subgroups=missed, bound=bound)


def check_too_good(area: Estimate, qwk: Estimate, swapped: Substitution | None) -> Check:
    """W18: an AUC above 0.995, a QWK above 0.95, or a score that is the patient's, not the photo's.

    `swapped` is None where no other eye could be put in a photo's place; what is not too good by
    the first two is then not checkable.
    """
    reasons: list[dict[str, object]] = [
        {"key": key, "value": found.value}
        for key, found, bound in (
            ("good auc", area, TOO_GOOD_AUC),
            ("good qwk", qwk, TOO_GOOD_QWK),
        )
        if found.value is not None and found.value > bound
    ]
    if swapped is not None and swapped.is_of_the_patient:
        reasons.append(
            {"key": "of the patient", "share": swapped.survived, "patients": swapped.patients}
        )
    if swapped is None and not reasons:
        return blind("W18", "no pairs")
    return told("W18", bool(reasons), reasons=reasons)


def check_sides(groups: Sequence[Subgroup], mirrored: float | None) -> Check:
    """W20: sensitivity of left and right 5 points apart, or mirroring changes 2 % of grades."""
    eyes = [each for each in groups if each.column == "eye" and each.sensitivity.value is not None]
    known = [each.sensitivity.value or 0.0 for each in eyes]
    if len(known) < 2 and mirrored is None:
        return blind("W20", "no eyes")
    reasons: list[dict[str, object]] = []
    if len(known) == 2 and abs(known[0] - known[1]) > SIDES_APART:
        tested = [each.sensitivity_p for each in eyes if each.sensitivity_p is not None]
        p = max(tested) if tested else None
        key = "sides untested" if p is None else "sides by chance" if p > CHANCE else "sides"
        reasons.append({"key": key, "points": 100 * abs(known[0] - known[1]), "p": p})
    if mirrored is not None and mirrored > MIRRORED:
        reasons.append({"key": "mirrored", "value": mirrored})
    return told("W20", bool(reasons), reasons=reasons)


def check_label_noise(graded: Predictions) -> Check:
    """W21: over 2 % of labels are two grades or more from an answer above 0.99; lists photos."""
    if not graded.has_probabilities:
        return blind("W21", "no probabilities")
    p, grade = graded.probabilities(), graded.grades()
    against = (p.max(1) > SURE) & (abs(p.argmax(1) - grade) >= 2)
    photos = graded.table["photo"].to_numpy()[against][:LISTED].tolist()
    share = float(against.mean())
    return told("W21", share > NOISE, share=share, listed=", ".join(photos))


def check_scale(confusion: Sequence[Sequence[int]]) -> Check:
    """W22: the reference looks 1-based, binary or reversed; told on 100 photographs or more."""
    cm = np.array(confusion)
    counts = cm.sum(1)
    if counts.sum() < ENOUGH:
        return blind("W22", "few rows")
    looks = scale_of(counts.tolist())
    if looks not in WRONG_SCALES:
        looks = ""  # a set of the very ill is not upside down: the answers decide
    if not looks and _kappa(cm) < 0 < _kappa(cm[::-1]) and _kappa(cm[::-1]) > -2 * _kappa(cm):
        looks = "reversed"
    figures = {"what": looks} if looks else {}
    return told("W22", bool(looks), "E", **figures)


def _kappa(cm: np.ndarray) -> float:
    return kappa(cm).value or 0.0
