"""Which photographs an earlier training learned from: by place, hash, patient and group."""

import polars as pl
import pytest

from drgrade.data.tables.manifest import Manifest, make_manifest
from drgrade.data.tables.trained_before import flags, learned_before
from drgrade.provenance.photo_set import SetProvenance

KAGGLE = {"source": "lab3", "address": "kaggle.com/x"}
LISTS = {"source": "eyepacs", "address": "kaggle.com/x"}
OTHER = {"source": "idrid", "address": "ieee"}
MINE = {"source": "csv", "address": "your own"}


def listed(root, *rows, known=None) -> Manifest:
    """A manifest of rows (photo, patient, split), and where they have more, group and hash."""
    names = ("photo", "patient", "split", "group", "sha256")
    table = pl.DataFrame(
        [dict(zip(names, row, strict=False)) for row in rows],
        schema=dict.fromkeys(names[: max(map(len, rows))], pl.String),
    )
    return make_manifest(table.with_columns(grade=pl.lit(0)), root, SetProvenance(**(known or {})))


def test_the_same_photographs_divided_otherwise_are_found_by_photo_and_by_patient(tmp_path):
    now = listed(tmp_path, ("a", "1", "test"), ("b", "1", "test"), ("c", "2", "test"))
    earlier = listed(tmp_path, ("a", "1", "train"), ("b", "1", "test"), ("c", "2", "test"))
    assert learned_before(now, earlier).tolist() == [True, True, False]


def test_photographs_that_earlier_tested_taught_nothing(tmp_path):
    now = listed(tmp_path, ("a", "1", "test"), ("b", "2", "train"))
    assert learned_before(now, listed(tmp_path, ("a", "1", "test"))).tolist() == [False, False]


def test_rows_of_one_of_our_groups_stand_for_each_other(tmp_path):
    now = listed(tmp_path, ("a", None, "train", "g"), ("b", None, "test", "g"), ("c", "3", "test"))
    assert learned_before(now, listed(tmp_path, ("a", "9", "tune"))).tolist() == [True, True, False]


def test_the_same_file_elsewhere_is_found_by_its_hash(tmp_path):
    now = listed(tmp_path, ("a", "1", "test", "", "ff"), ("b", "1", "test", "", "ee"))
    earlier = listed(tmp_path / "copy", ("z", "7", "train", "", "ff"))
    assert learned_before(now, earlier).tolist() == [True, True]


@pytest.mark.parametrize(
    ("here", "there", "found"),
    [
        (KAGGLE, LISTS, [True, False]),
        (KAGGLE, OTHER, [False, False]),
        (MINE, MINE, None),
        (None, OTHER, None),
    ],
)
def test_a_name_is_a_patient_within_one_set_alone(tmp_path, here, there, found):
    now = listed(tmp_path / "here", ("a", "1", "test"), ("b", "2", "test"), known=here)
    earlier = listed(tmp_path / "there", ("c", "1", "train"), known=there)
    told = learned_before(now, earlier)
    assert (told if told is None else told.tolist()) == found


def test_lists_without_a_name_in_common_are_apart_where_all_names_are_known(tmp_path):
    now = listed(tmp_path / "here", ("a", "1", "test"))
    apart = listed(tmp_path / "there", ("c", "9", "train"))
    unnamed = listed(tmp_path / "there", ("c", None, "train"))
    assert learned_before(now, apart).tolist() == [False]
    assert learned_before(now, unnamed) is None


def test_what_rows_tell_is_read_from_every_kind_of_table():
    assert flags(pl.DataFrame({"learned_before": ["True", "false", None]})).to_list() == [
        True, False, None,
    ]  # fmt: skip
    assert flags(pl.DataFrame({"learned_before": [True, None]})).to_list() == [True, None]
    assert flags(pl.DataFrame({"photo": ["a", "b"]})).to_list() == [None, None]
