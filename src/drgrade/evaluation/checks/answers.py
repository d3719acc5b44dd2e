"""The warnings about answers and labels: calibration, subgroups, too good, sides, labels.

W13 calibration, W14 a subgroup is missed, W18 too good to be true, W20 left and right differ, W21
confident contradictions, W22 labels on another scale.
"""

from collections.abc import Sequence

import numpy as np

from drgrade.data.audit.label_scale import ENOUGH, WRONG_SCALES, scale_of
from drgrade.data.tables.predictions import Predictions
from drgrade.errors import Reason
from drgrade.evaluation.checks.check import Check, checked, not_checkable
from drgrade.evaluation.checks.other_eye import Substitution
from drgrade.evaluation.subgroups import Subgroup
from drgrade.stats.estimate import Estimate
from drgrade.stats.metrics import NO_PROBABILITIES, kappa
from drgrade.stats.reliability import Calibration

ECE = 0.05
SLOPES = (0.8, 1.25)
MISSED_BY = 0.10
SIDES_APART = 0.05
MIRRORED = 0.02
CHANCE = 0.05  # p value above which a gap is reported as one that chance may explain
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
        return not_checkable("W13", NO_PROBABILITIES)
    why = []
    if (value := found.ece_mass.value) > ECE:
        chance = found.ece_by_chance
        why.append(
            Reason("ece_high_by_chance", {"value": value, "chance": chance})
            if value <= chance
            else Reason("ece_high", {"value": value})
        )
    slope = found.slope
    if slope.value is not None and not SLOPES[0] <= slope.value <= SLOPES[1]:
        low, high = slope.low, slope.high
        reaches = low is not None and high is not None and low <= SLOPES[1] and high >= SLOPES[0]
        about = {"value": slope.value, "low": low, "high": high}
        why.append(Reason("slope_off_by_chance", about) if reaches else Reason("slope_off", about))
    return checked("W13", bool(why), why=tuple(why))


def check_subgroups(groups: Sequence[Subgroup], overall: Estimate) -> Check:
    """W14: the lower bound of a subgroup's sensitivity is 10 points below the whole's."""
    if not groups:
        return not_checkable("W14", Reason("no_subgroups"))
    if overall.value is None:
        return not_checkable("W14", Reason("share_undefined"))
    bound = overall.value - MISSED_BY
    missed = tuple(
        Reason("missed_subgroup", {"column": each.column, "name": each.name,
                                   "low": each.sensitivity.low, "bound": bound})
        for each in groups
        if each.sensitivity.low is not None and each.sensitivity.low < bound
    )  # fmt: skip
    return checked("W14", bool(missed), subgroups=missed, bound=bound)


def check_too_good(area: Estimate, qwk: Estimate, swapped: Substitution | None) -> Check:
    """W18: an AUC above 0.995, a QWK above 0.95, or a score that is the patient's, not the photo's.

    `swapped` is None where no other eye could be put in a photo's place; what is not too good by
    the first two is then not checkable.
    """
    why = []
    if area.value is not None and area.value > TOO_GOOD_AUC:
        why.append(Reason("auc_too_good", {"value": area.value}))
    if qwk.value is not None and qwk.value > TOO_GOOD_QWK:
        why.append(Reason("qwk_too_good", {"value": qwk.value}))
    if swapped is not None and swapped.is_of_the_patient:
        about = {"share": swapped.survived, "patients": swapped.patients}
        why.append(Reason("of_the_patient", about))
    if swapped is None and not why:
        return not_checkable("W18", Reason("no_pairs"))
    return checked("W18", bool(why), why=tuple(why))


def check_sides(groups: Sequence[Subgroup], mirrored: float | None) -> Check:
    """W20: sensitivity of left and right 5 points apart, or mirroring changes 2 % of grades."""
    eyes = [each for each in groups if each.column == "eye" and each.sensitivity.value is not None]
    known = [each.sensitivity.value or 0.0 for each in eyes]
    if len(known) < 2 and mirrored is None:
        return not_checkable("W20", Reason("no_eyes"))
    why = []
    if len(known) == 2 and abs(known[0] - known[1]) > SIDES_APART:
        tested = [each.sensitivity_p for each in eyes if each.sensitivity_p is not None]
        why.append(_sides_apart(100 * abs(known[0] - known[1]), max(tested) if tested else None))
    if mirrored is not None and mirrored > MIRRORED:
        why.append(Reason("mirrored", {"value": mirrored}))
    return checked("W20", bool(why), why=tuple(why))


def _sides_apart(points: float, p: float | None) -> Reason:
    """How far apart left and right are; `p` is None where too few photographs are to be tested."""
    if p is None:
        return Reason("sides_untested", {"points": points})
    if p > CHANCE:
        return Reason("sides_by_chance", {"points": points, "p": p})
    return Reason("sides_differ", {"points": points})


def check_label_noise(graded: Predictions) -> Check:
    """W21: over 2 % of labels are two grades or more from an answer above 0.99; lists photos."""
    if not graded.has_probabilities:
        return not_checkable("W21", NO_PROBABILITIES)
    p, grade = graded.probabilities(), graded.grades()
    against = (p.max(1) > SURE) & (abs(p.argmax(1) - grade) >= 2)
    photos = graded.table["photo"].to_numpy()[against][:LISTED].tolist()
    share = float(against.mean())
    return checked("W21", share > NOISE, share=share, photos=tuple(photos))


def check_scale(confusion: Sequence[Sequence[int]]) -> Check:
    """W22: the reference looks 1-based, binary or reversed; reported on 100 photographs or more."""
    cm = np.array(confusion)
    counts = cm.sum(1)
    if counts.sum() < ENOUGH:
        return not_checkable("W22", Reason("few_rows"))
    looks = scale_of(counts.tolist())
    if looks not in WRONG_SCALES:
        looks = ""  # a set of the very ill is not upside down: the answers decide
    if not looks and _kappa(cm) < 0 < _kappa(cm[::-1]) and _kappa(cm[::-1]) > -2 * _kappa(cm):
        looks = "reversed"
    return checked("W22", bool(looks), "E", what=looks.replace("-", "_"))


def _kappa(cm: np.ndarray) -> float:
    return kappa(cm).value or 0.0
