"""Grade and macular edema of an eye, read off its drawn lesions and never the other way round."""

from collections.abc import Iterable

import numpy as np

from drgrade.data.phantom.lesions import PRERETINAL, VITREOUS, Lesion

MANY = 20  # intraretinal haemorrhages a quadrant, above which four quadrants are severe
PROMINENT = 0.05  # radius from which intraretinal microvascular abnormalities make an eye severe
DISC_DIAMETER = 0.26  # one disc diameter in shares of half the field
NO_SIGN = {"laser_scar"}  # a trace of treatment: the rule does not count it


def quadrant(x: float, y: float, disc_x: float) -> int:
    """The quadrant of a point around the fovea-disc axis: 0 to 3, superior first, nasal second."""
    middle = disc_x / 2
    nasal = (x > middle) == (disc_x > 0)
    return (0 if y < 0 else 2) + int(nasal)


def grade_of(lesions: Iterable[Lesion], disc_x: float) -> int:
    """The grade (0-4) of drawn lesions by the ICDR rule (Wilkinson et al. 2003)."""
    signs = [lesion for lesion in lesions if lesion.kind not in NO_SIGN]
    kinds = {lesion.kind for lesion in signs}
    if kinds & {"new_vessel", PRERETINAL, VITREOUS}:
        return 4
    if _is_severe(signs, disc_x):
        return 3
    if kinds - {"microaneurysm"}:
        return 2
    return 1 if kinds else 0


def _is_severe(lesions: list[Lesion], disc_x: float) -> bool:
    def quadrants(kind: str, smallest: float = 0) -> np.ndarray:
        places = [quadrant(each.x, each.y, disc_x) for each in lesions
                  if each.kind == kind and each.radius >= smallest]  # fmt: skip
        return np.bincount(np.array(places, int), minlength=4)

    many = bool((quadrants("haemorrhage") > MANY).all())
    beaded = int((quadrants("beading") > 0).sum()) >= 2
    return many or beaded or bool(quadrants("irma", PROMINENT).any())


def dme_of(lesions: Iterable[Lesion]) -> int:
    """Macular edema (0-2) by hard exudates: none; none within a disc diameter of the fovea; some.

    The scale of the IDRiD set (Porwal et al. 2018).
    """
    far = [np.hypot(each.x, each.y) for each in lesions if each.kind == "hard_exudate"]
    if not far:
        return 0
    return 2 if min(far) <= DISC_DIAMETER else 1
