"""What went in: each warning fires where it must, is silent where it must, and says when blind."""

import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.errors import Reason
from drgrade.evaluation.checks.inputs import (
    check_changed,
    check_drift,
    check_numbers,
    check_preprocess,
)
from drgrade.provenance.parts import InputStatistics

TRAIN = {"brightness": [60.0, 140.0], "width": [2000, 4288], "height": [1500, 2848]}
KNOWN = InputStatistics(train=TRAIN, cameras=("Topcon",))


def photos(n, **more):
    usual = {"brightness": 100.0, "width": 4288, "height": 2848, "camera": "Topcon"}
    return [{"photo": f"{i}", "status": "graded", **usual, **more} for i in range(n)]


def drift(rows, known=KNOWN):
    return check_drift(from_rows(rows).table, known)


@pytest.mark.parametrize("other", [{"brightness": 30.0}, {"width": 4289}, {"camera": "phone"}])
def test_w08_fires_where_more_than_5_percent_lie_outside_and_says_of_what(other):
    found = drift(photos(94) + photos(6, **other))
    (reason,) = found.values["why"]
    assert found.fires
    assert {"what": next(iter(other)), "n": 6, "of": 100}.items() <= reason.values.items()


def test_w08_is_silent_at_5_percent_and_on_the_limits():
    assert drift(photos(95) + photos(5, brightness=30.0)).state == "silent"
    assert drift(photos(10, brightness=60.0, width=2000)).state == "silent"


def test_w08_judges_each_feature_by_the_photographs_that_have_it():
    rows = photos(90, brightness=None) + photos(10, brightness=30.0)
    (reason,) = drift(rows).values["why"]
    assert (reason.values["n"], reason.values["of"]) == (10, 10)


def test_w08_leaves_duplicates_out():
    assert drift(photos(10) + photos(10, width=28, status="duplicate")).state == "silent"


def test_w08_reads_numbers_that_a_csv_holds_as_text():
    assert drift(photos(10, brightness="30.5")).fires


@pytest.mark.parametrize("known", [None, InputStatistics(train={}, cameras=())])
def test_w08_is_blind_where_training_is_not_known(known):
    found = drift(photos(10), known)
    assert (found.state, found.reasons) == ("not checkable", ("no_statistics",))


def test_w08_is_blind_where_the_photographs_are_not_known():
    found = drift([{"photo": "a", "status": "graded"}])
    assert (found.state, found.reasons) == ("not checkable", ("no_inputs",))


BEFORE = {"size": 512, "crop": "field", "version": 2}


def test_w16_another_setting_is_an_error_and_is_named():
    found = check_preprocess(BEFORE, {**BEFORE, "size": 256})
    assert (found.state, found.level) == ("fires", "E")
    changed = Reason("other_setting", {"name": "size", "before": "512", "now": "256"})
    assert found.values["settings"] == (changed,)


def test_w16_is_silent_on_the_same_settings_and_blind_without_them():
    assert check_preprocess(BEFORE, BEFORE).state == "silent"
    assert check_preprocess(None, BEFORE).state == "not checkable"
    assert check_preprocess(None, None).state == "not checkable"


SHARES = {"p0": 0.6, "p1": 0.1, "p2": 0.1, "p3": 0.1, "p4": 0.1}


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_w17_a_score_that_is_no_number_is_an_error_and_its_photo_is_named(odd):
    rows = [{"photo": "a", "status": "graded", **SHARES},
            {"photo": "b", "status": "graded", **SHARES, "p3": odd}]  # fmt: skip
    found = check_numbers(from_rows(rows).table)
    assert (found.state, found.level) == ("fires", "E")
    assert found.values == {"n": 1, "of": 2, "photo": "b"}


def test_w17_is_silent_on_numbers_and_looks_at_graded_rows_only():
    rows = [{"photo": "a", "status": "graded", **SHARES},
            {"photo": "b", "status": "error", "p0": float("nan")}]  # fmt: skip
    assert check_numbers(from_rows(rows).table).state == "silent"


def test_w17_is_blind_without_probabilities():
    assert check_numbers(from_rows(photos(3)).table).state == "not checkable"


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_what_fires_or_is_blind_has_its_sentence(language):
    nan = from_rows([{"photo": "b", "status": "graded", **SHARES, "p3": float("nan")}]).table
    said = [
        drift(photos(10, brightness=30.0, camera="phone", width=28, height=28)),
        drift(photos(10), {}),
        drift([{"photo": "a", "status": "graded"}]),
        check_preprocess(BEFORE, {"size": 256}),
        check_preprocess(None, None),
        check_numbers(nan),
    ]
    sentences = [each.sentence(language) for each in said]
    assert all(sentences)
    assert not any("{" in each for each in sentences)


@pytest.mark.parametrize(
    ("is_changed", "state"), [(True, "fires"), (False, "silent"), (None, "not checkable")]
)
def test_w26_fires_where_the_table_is_not_the_one_that_was_written(is_changed, state):
    assert check_changed(is_changed).state == state
