"""Predictions and manifest are of the same photographs, or are told apart both ways."""

import polars as pl
import pytest

from drgrade.data.tables.manifest import make_manifest
from drgrade.data.tables.predictions import from_rows
from drgrade.errors import PredictionsError, Reason
from drgrade.evaluation.join_manifest import (
    check_rows,
    join,
    refuse_other_grades,
    refuse_strangers,
    with_splits,
)

SPLITS = {"a": "train", "b": "tune", "c": "test", "d": "test"}


@pytest.fixture
def manifest(tmp_path):
    rows = [{"photo": photo, "grade": 0, "split": split} for photo, split in SPLITS.items()]
    return make_manifest(pl.DataFrame(rows), tmp_path)


def rows(*photos):
    return from_rows([{"photo": photo, "status": "error"} for photo in photos])


def test_w23_is_silent_on_all_rows_of_the_split_whatever_their_status(manifest):
    assert check_rows(join(rows("d", "c"), manifest, "test")).state == "silent"


def test_w23_a_row_left_out_is_an_error_and_is_named(manifest):
    found = check_rows(join(rows("c"), manifest, "test"))
    assert (found.state, found.level) == ("fires", "E")
    assert found.values["why"] == (Reason("left_out", {"n": 1, "photo": "d"}),)


def test_w23_as_many_rows_of_another_split_are_no_replacement(manifest):
    found = check_rows(join(rows("c", "a"), manifest, "test"))
    assert found.reasons == ("left_out", "elsewhere")
    assert found.values["why"][1].values == {"n": 1, "photo": "a"}


def test_w23_out_of_fold_rows_are_all_but_those_of_test(manifest):
    assert check_rows(join(rows("a", "b"), manifest, "out_of_fold")).state == "silent"
    assert check_rows(join(rows("a", "b", "c"), manifest, "out_of_fold")).fires


def test_w23_counts_a_photo_once_whose_further_rows_are_told_as_duplicates(manifest):
    twice = from_rows([{"photo": "c", "status": "error"}, {"photo": "d", "status": "error"},
                       {"photo": "d", "status": "duplicate"}])  # fmt: skip
    assert check_rows(join(twice, manifest, "test")).state == "silent"


def test_w23_is_blind_without_a_manifest_or_a_split(manifest):
    assert check_rows(None).reasons == ("no_manifest",)
    assert check_rows(join(rows("a"), manifest, None)).reasons == ("no_split",)


def test_a_table_without_splits_takes_those_of_the_manifest(manifest):
    lent = with_splits(rows("d", "a", "b"), manifest)
    assert lent.table["split"].to_list() == ["test", "train", "tune"]
    assert lent.table["photo"].to_list() == ["d", "a", "b"]


def test_a_photo_whose_split_nobody_tells_is_refused_and_not_put_aside(manifest):
    with pytest.raises(PredictionsError, match="1 of 2 predicted photos are not in the manifest"):
        with_splits(rows("d", "elsewhere"), manifest)


def test_splits_of_a_table_s_own_are_kept_and_an_undivided_manifest_lends_none(manifest, tmp_path):
    own = from_rows([{"photo": "a", "status": "error", "split": "test"}])
    assert with_splits(own, manifest) is own
    undivided = make_manifest(pl.DataFrame([{"photo": "a", "grade": 0}]), tmp_path)
    assert with_splits(rows("a"), undivided).table["split"].to_list() == [None]


def test_photos_that_the_manifest_does_not_have_are_refused_with_both_sides(manifest):
    found = join(rows("photos/c", "d"), manifest, "test")
    with pytest.raises(PredictionsError) as told:
        refuse_strangers(found)
    assert "1 of 2 predicted photos are not in the manifest, first 'photos/c'" in str(told.value)
    assert "1 of 2 manifest rows of split test have no prediction, first 'c'" in str(told.value)


def test_photos_that_the_manifest_has_are_not_refused(manifest):
    assert refuse_strangers(join(rows("c"), manifest, "test")) is None


@pytest.mark.parametrize(("grade", "said"), [(0, "'a': 0 for 4"), (None, "'a': none for 4")])
def test_reference_grades_changed_or_left_out_are_refused(tmp_path, grade, said):
    known = make_manifest(pl.DataFrame({"photo": ["a", "b"], "grade": [4, None]}), tmp_path)
    mine = [{"photo": "a", "grade": grade}, {"photo": "b", "grade": 1}]
    with pytest.raises(PredictionsError, match=f"1 of 2 differ, first {said}"):
        refuse_other_grades(from_rows(mine), known)
    refuse_other_grades(from_rows([{"photo": "a", "grade": 4}, mine[1]]), known)
