"""The ICDR scale of diabetic retinopathy (Wilkinson et al. 2003) and what follows from it."""

from typing import Final

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
EYE_NAMES: Final = {"l": "left", "os": "left", "r": "right", "od": "right"}
LIKELY_EDEMA = 0.5  # from this probability on signs of macular edema are likelier than not


def is_referable(grade: int) -> bool:
    """Whether a grade (0-4) alone asks for a referral: moderate NPDR or worse."""
    return grade >= REFERABLE_FROM


def is_vision_threatening(grade: int) -> bool:
    """Whether a grade (0-4) alone threatens vision: severe NPDR or worse."""
    return grade >= VISION_THREATENING_FROM
