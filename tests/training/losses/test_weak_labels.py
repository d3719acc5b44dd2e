"""Labels of whole photographs: what a manifest says, and what follows from a grade."""

import numpy as np
import polars as pl

from drgrade.training.losses.weak_labels import UNKNOWN, is_healthy, weak_labels


def rows(**columns) -> pl.DataFrame:
    return pl.DataFrame(columns).with_columns(pl.col("grade").cast(pl.Int8))


def test_a_healthy_eye_has_no_lesion_of_any_kind():
    assert (weak_labels(rows(grade=[0])).lesions == 0).all()


def test_an_eye_without_dr_but_with_another_disease_may_have_lesions():
    found = weak_labels(rows(grade=[0, 0], findings=["BRVO", None]))
    assert (found.lesions[0] == UNKNOWN).all()
    assert (found.lesions[1] == 0).all()
    assert is_healthy(rows(grade=[0, 0], findings=["BRVO", ""])).tolist() == [False, True]


def test_tags_are_read_as_they_are_and_empty_ones_are_unknown():
    found = weak_labels(rows(grade=[None, 2], dr_any=["1", None], has_haemorrhage=["1", None]))
    assert found.any_dr.tolist() == [1, UNKNOWN]
    assert found.lesions.tolist() == [[UNKNOWN, 1, UNKNOWN, UNKNOWN], [UNKNOWN] * 4]


def test_a_manifest_without_such_columns_knows_nothing():
    found = weak_labels(rows(grade=[3, None]))
    assert np.all(found.any_dr == UNKNOWN)
    assert np.all(found.lesions == UNKNOWN)
