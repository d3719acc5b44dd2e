"""The costliest errors come first, and a picture that is not there stops nothing."""

import base64
import io

import numpy as np
from PIL import Image

from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.evaluation.levels import Endpoint
from drgrade.evaluation.scorecard.worst_errors import thumbnails, worst_errors

REFERABLE = Endpoint("referable", 2)


def table(*rows) -> Predictions:
    """Rows of (photo, grade, predicted, sureness); None as the answer is an ungradable photo."""
    made = []
    for photo, grade, answer, sure in rows:
        row = {"photo": photo, "grade": grade, "split": "test"}
        if answer is None:
            made.append(row | {"status": "ungradable"})
            continue
        p = {f"p{k}": sure if k == answer else (1 - sure) / 4 for k in range(5)}
        made.append(row | {"status": "graded", "predicted": answer} | p)
    return from_rows(made)


def test_a_missed_disease_costs_twice_the_same_distance_the_other_way():
    found = worst_errors(table(("alarm", 0, 2, 0.9), ("miss", 2, 0, 0.9)), REFERABLE)
    assert [(each.photo, each.cost, each.missed) for each in found] == [
        ("miss", 8.0, True),
        ("alarm", 4.0, False),
    ]


def test_of_two_errors_as_costly_the_surer_comes_first():
    found = worst_errors(table(("a", 4, 0, 0.4), ("b", 4, 0, 0.99)), REFERABLE)
    assert [each.photo for each in found] == ["b", "a"]


def test_right_answers_and_ungradable_photographs_are_no_errors():
    assert worst_errors(table(("right", 3, 3, 0.9), ("lost", 4, None, 0)), REFERABLE) == ()


def test_twenty_are_listed():
    rows = [(f"{i:02}", 0, 1 + i % 4, 0.5) for i in range(50)]
    assert len(worst_errors(table(*rows), REFERABLE)) == 20


def test_photographs_at_hand_are_shown_small_and_others_are_left_out(tmp_path):
    Image.fromarray(np.full((600, 800, 3), 90, np.uint8)).save(tmp_path / "a.png")
    errors = worst_errors(table(("a.png", 4, 0, 0.4), ("gone.png", 4, 0, 0.3)), REFERABLE)
    shown = thumbnails(errors, Manifest(table().table, tmp_path))
    assert list(shown) == ["a.png"]
    head, _, content = shown["a.png"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert max(Image.open(io.BytesIO(base64.b64decode(content))).size) == 200


def test_without_a_manifest_photographs_are_named_only():
    assert thumbnails(worst_errors(table(("a", 4, 0, 0.4)), REFERABLE), None) == {}
