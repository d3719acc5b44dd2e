"""One function makes a row of a result, with the columns that tables have had."""

import numpy as np

from drgrade.data.photos.intake import PreparedPhoto
from drgrade.inference.result import result_of
from drgrade.modelfile.answers import answer
from drgrade.provenance.photo import PhotoInfo, PhotoRefusal

INFO = PhotoInfo(width=4, height=3, bytes=9, sha256="f", brightness=1.0)
WEIGHTS = "0123456789abcdef" * 4


def test_a_graded_photo_has_its_answer_its_file_and_the_model():
    photo = PreparedPhoto("a.png", np.zeros((2, 2, 3), np.uint8), INFO)
    row = result_of(photo, answer(np.array([0.5, 0.5, 0, 0, 0]), 1, 0.3), WEIGHTS).as_row()
    assert row == {
        "photo": "a.png", "status": "graded", "predicted": 1,
        "p0": 0.5, "p1": 0.5, "p2": 0.0, "p3": 0.0, "p4": 0.0, "referable": False,
        "width": 4, "height": 3, "bytes": 9, "sha256": "f", "brightness": 1.0,
        "model": WEIGHTS[:16],
    }  # fmt: skip


def test_a_refused_photo_has_its_reason_and_no_grade():
    refused = PreparedPhoto("a.png", None, PhotoRefusal(status="ungradable", reason="too small"))
    assert result_of(refused, None, WEIGHTS).as_row() == {
        "photo": "a.png", "status": "ungradable", "reason": "too small", "model": WEIGHTS[:16]
    }  # fmt: skip


def test_an_answer_that_is_no_number_is_an_error_beside_what_is_known_of_the_file():
    photo = PreparedPhoto("a.png", np.zeros((2, 2, 3), np.uint8), INFO)
    row = result_of(photo, answer(np.full(5, np.nan), 0), WEIGHTS).as_row()
    assert row["status"] == "error"
    assert row.keys() == {"photo", "status", "reason", "model", *INFO.as_json()}
