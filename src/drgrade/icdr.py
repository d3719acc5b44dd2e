"""The ICDR scale of diabetic retinopathy (Wilkinson et al. 2003), its rule, and where lesions lie.

Places are in shares of half the field, from the fovea, x to the right and y downwards.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import hypot
from typing import Any, Final, Protocol, TypeVar

GRADES: Final = (0, 1, 2, 3, 4)
NUMBER_OF_GRADES: Final = len(GRADES)
OUTPUTS: Final = {  # of a network, by the objective that it is trained with
    "cross_entropy": NUMBER_OF_GRADES,
    "regression": 1,
    "corn": NUMBER_OF_GRADES - 1,
}
REFERABLE_FROM: Final = 2
VISION_THREATENING_FROM: Final = 3
PROBABILITIES: Final = ("p0", "p1", "p2", "p3", "p4")  # columns, one a grade

NAMES: Final = {
    "en": ("no DR", "mild NPDR", "moderate NPDR", "severe NPDR", "proliferative DR"),
    "zh-TW": ("無病變", "輕度非增殖性", "中度非增殖性", "重度非增殖性", "增殖性"),
}

EYES: Final = ("left", "right")
NAME_OF_PATH = r"(?:^|/)(\d+)_(left|right)[^/]*$"  # patient and eye in a file's name
EYE_NAMES: Final = {"l": "left", "os": "left", "r": "right", "od": "right"}
LIKELY_EDEMA = 0.5  # from this probability on signs of macular edema are likelier than not


class Addable(Protocol):
    """A number, an array or a column of a table."""

    def __add__(self, other: Any, /) -> Any:
        """The sum."""


P = TypeVar("P", bound=Addable)

PRERETINAL: Final = "preretinal_haemorrhage"
VITREOUS: Final = "vitreous_haemorrhage"
PROLIFERATIVE: Final = frozenset({"new_vessel", PRERETINAL, VITREOUS})
NO_SIGN: Final = frozenset({"laser_scar"})  # a trace of treatment: the rule does not count it
MANY: Final = 20  # intraretinal haemorrhages a quadrant, above which four quadrants are severe
BEADED: Final = 2  # quadrants with venous beading, from which an eye is severe
PROMINENT: Final = 0.05  # radius from which intraretinal microvascular abnormalities are severe
QUADRANTS: Final = 4
DISC_DIAMETER: Final = 0.26  # of the optic disc


def probability_from(grade: int, probabilities: Sequence[P]) -> P:
    """The probability of `grade` or worse, from those of the five grades: numbers or columns.

    Added from the worst grade on, everywhere: a threshold that is the score of a photograph means
    the same to the model and to its evaluation, to the last bit.
    """
    return reduce(lambda worse, each: each + worse, reversed(probabilities[grade:]))


@dataclass(frozen=True)
class PlacedLesion:
    """One lesion: its kind, its centre from the fovea, its radius."""

    kind: str
    x: float
    y: float
    radius: float


def grade_of(lesions: Iterable[PlacedLesion], disc_x: float) -> int:
    """The grade (0-4) of an eye's lesions by the ICDR rule; the disc's middle lies at `disc_x`.

    Source: Wilkinson et al. 2003 (4-2-1 rule for severe NPDR).
    """
    signs = [lesion for lesion in lesions if lesion.kind not in NO_SIGN]
    kinds = {lesion.kind for lesion in signs}
    if kinds & PROLIFERATIVE:
        return 4
    if _is_severe(signs, disc_x):
        return 3
    if kinds - {"microaneurysm"}:
        return 2
    return 1 if kinds else 0


def _is_severe(lesions: list[PlacedLesion], disc_x: float) -> bool:
    def by_quadrant(kind: str, smallest: float = 0) -> Counter[int]:
        return Counter(quadrant(each.x, each.y, disc_x) for each in lesions
                       if each.kind == kind and each.radius >= smallest)  # fmt: skip

    haemorrhages = by_quadrant("haemorrhage")
    many = all(haemorrhages[each] > MANY for each in range(QUADRANTS))
    return many or len(by_quadrant("beading")) >= BEADED or bool(by_quadrant("irma", PROMINENT))


def quadrant(x: float, y: float, disc_x: float) -> int:
    """The quadrant of a point around the fovea-disc axis: 0 to 3, superior first, nasal second."""
    middle = disc_x / 2
    nasal = (x > middle) == (disc_x > 0)
    return (0 if y < 0 else 2) + int(nasal)


def dme_of(lesions: Iterable[PlacedLesion]) -> int:
    """Macular edema (0-2) by hard exudates: none; none within a disc diameter of the fovea; some.

    The scale of the IDRiD set (Porwal et al. 2018).
    """
    far = [hypot(each.x, each.y) for each in lesions if each.kind == "hard_exudate"]
    if not far:
        return 0
    return 2 if min(far) <= DISC_DIAMETER else 1


def is_referable(grade: int) -> bool:
    """Whether a grade (0-4) alone asks for a referral: moderate NPDR or worse."""
    return grade >= REFERABLE_FROM


def is_vision_threatening(grade: int) -> bool:
    """Whether a grade (0-4) alone threatens vision: severe NPDR or worse."""
    return grade >= VISION_THREATENING_FROM
