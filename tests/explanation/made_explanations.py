"""Explanations made by hand: what was seen, beside an answer."""

import numpy as np

from drgrade.data.photos.decode import Photo
from drgrade.data.photos.field import Field
from drgrade.data.photos.preprocess import Prepared
from drgrade.explanation.evidence import Evidence
from drgrade.explanation.explain import Explanation, LesionFindings
from drgrade.explanation.findings import Landmarks, Spot
from drgrade.icdr import PROBABILITIES

FOVEA = Landmarks(Spot("disc", 0.8, 0.5, 0.13, 0.02, 0.9), "right", "disc", (0.46, 0.53))
WHOLE = Field(0, 0, 64, 64)


def prepared(field: Field = WHOLE, seen=(64, 64), file=(64, 64)) -> Prepared:
    of_file = Photo(np.empty((0, 0, 3), np.uint8), file[1], file[0], 9, "ab", "PNG")
    return Prepared(np.full((64, 64, 3), 90, np.uint8), of_file, field, {}, seen)


def spots(kind: str, *places: tuple[float, float]) -> tuple[Spot, ...]:
    return tuple(Spot(kind, x, y, 0.02, 0.0004, 0.9) for x, y in places)


def sight(
    lesions=(), grade: int = 2, landmarks: Landmarks = FOVEA, near: int | None = 0
) -> LesionFindings:
    maps = np.zeros((5, 32, 32))
    return LesionFindings(maps, maps, tuple(lesions), landmarks, grade, near, 0.5)


def explained(grade: int, seen: LesionFindings | None, **more) -> Explanation:
    row = {"photo": "a.jpg", "status": "graded", "predicted": grade, **more}
    row |= dict.fromkeys(PROBABILITIES, 0.2)
    evidence = Evidence("log_odds", 0.5, 0.25, np.full((2, 2), 0.25), 0.0)
    return Explanation(row, prepared(), evidence, seen)
