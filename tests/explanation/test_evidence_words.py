"""What is said of where the evidence lies: on marks, beside them, outside the retina."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.decode import Photo
from drgrade.data.photos.field import Field
from drgrade.data.photos.preprocess import Prepared
from drgrade.explanation.evidence import Evidence
from drgrade.explanation.explain import Explanation, LesionFindings, as_json
from drgrade.explanation.findings import Landmarks, Spot
from drgrade.explanation.remarks import remarks
from drgrade.icdr import PROBABILITIES
from drgrade.locale.catalogue import message

SIDE = 64
SAYS_SO = message("en", "explain-unmarked")
OUTWEIGHED = message("en", "explain-unmarked_outweighed")


def explained(grade: int, places: np.ndarray, spots=(), pixels: np.ndarray | None = None):
    shown = np.full((SIDE, SIDE, 3), 90, np.uint8) if pixels is None else pixels
    file = Photo(np.empty((0, 0, 3), np.uint8), SIDE, SIDE, 9, "ab", "PNG")
    prepared = Prepared(shown, file, Field(0, 0, SIDE, SIDE), {}, (SIDE, SIDE))
    maps = np.zeros((5, 32, 32))
    seen = LesionFindings(maps, maps, tuple(spots), Landmarks(), 2, None, 0.5)
    row = {"photo": "a.jpg", "status": "graded", "predicted": grade}
    row |= dict.fromkeys(PROBABILITIES, 0.2)
    evidence = Evidence("log_odds", float(places.mean()), 0.0, places, 0.0)
    return Explanation(row, prepared, evidence, seen)


def one_place(row: int, column: int, strength: float = 9.0) -> np.ndarray:
    places = np.zeros((8, 8))
    places[row, column] = strength
    return places


def mark(x: float, y: float) -> Spot:
    return Spot("haemorrhage", x, y, 0.02, 0.001, 0.9)


@pytest.mark.parametrize(
    ("places", "spots", "grade", "said"),
    [
        (one_place(1, 6), (), 2, True),
        (one_place(1, 6), (mark(0.1, 0.9),), 2, True),
        (one_place(1, 6), (mark(0.8, 0.2),), 2, False),
        (one_place(1, 6), (), 0, False),
        (one_place(1, 6, 0.5), (), 2, False),
    ],
    ids=["no mark", "a mark elsewhere", "a mark there", "no referral", "weak evidence"],
)
def test_a_referral_whose_strongest_place_holds_no_mark_says_where_to_look(
    places, spots, grade, said
):
    found = explained(grade, places, spots)
    assert (SAYS_SO in " ".join(remarks(found, "en"))) is said
    assert (OUTWEIGHED in " ".join(remarks(found, "en"))) is (grade == 0)
    assert as_json(found)["evidence"]["strongest_is_unmarked"] in (said, said or grade == 0)


def test_a_place_outside_the_retina_is_not_where_to_look():
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[:, : SIDE // 2] = 90
    found = explained(2, one_place(1, 6), pixels=pixels)
    assert not found.strongest_is_unmarked
    assert found.evidence_outside == 1.0


@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize(("grade", "said"), [(1, True), (2, False)])
def test_a_grade_that_is_not_the_likeliest_is_called_the_middle(language, grade, said):
    found = explained(grade, np.zeros((8, 8)))
    found.row.update(zip(PROBABILITIES, (0.42, 0.12, 0.44, 0.01, 0.01), strict=True))
    told = [each for each in remarks(found, language) if "0.44" in each and "0.12" in each]
    assert bool(told) is said
