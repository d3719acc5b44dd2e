"""Rows that belong together keep together."""

import polars as pl

from drgrade.data.tables.groups import groups_of, unit_of


def table(**columns):
    return pl.DataFrame(columns)


def test_the_group_comes_first_then_the_patient_then_the_photo():
    rows = table(photo=["a", "b", "c"], patient=["1", "2", None], group=["g", None, None])
    assert groups_of(rows).tolist() == ["g", "2", "c"]


def test_columns_that_are_missing_are_as_good_as_empty():
    assert groups_of(table(photo=["a", "b"])).tolist() == ["a", "b"]
    assert groups_of(table(photo=["a", "b"], patient=["1", "1"])).tolist() == ["1", "1"]


def test_the_unit_is_named_by_what_the_rows_have():
    photos, patients, groups = ["a", "b"], ["1", None], ["g", None]
    assert unit_of(table(photo=photos, patient=patients, group=groups)) == "groups"
    assert unit_of(table(photo=photos, patient=patients, group=[None, None])) == "patients"
    assert unit_of(table(photo=photos)) == "photos"


def test_patients_tie_the_groups_they_are_in_over_any_number_of_steps():
    rows = table(
        photo=list("abcdefg"),
        patient=["1", "1", "2", "2", "3", "3", "4"],
        group=["z", "y", "y", "x", "x", None, "w"],
    )
    labels = groups_of(rows).tolist()
    assert len(set(labels[:6])) == 1
    assert labels[6] == "w"
