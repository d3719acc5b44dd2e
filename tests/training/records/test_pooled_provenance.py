"""No fold speaks for another."""

import polars as pl
import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.evaluation.checks.inputs import check_drift
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import InputStatistics
from drgrade.training.records.pooled_provenance import pooled_provenance


def fold(weights, light=(50.0, 150.0), cameras=("a", "b"), **more):
    known = {
        "weights_sha256": weights, "recipe_hash": "r", "epoch_chosen_on": "tune",
        "prevalence": {"train": 0.2, "tune": 0.3}, "mirror_changes": 0.02,
        "mirror_changes_on": "tune",
        "input_statistics": {"train": {"brightness": light}, "cameras": cameras},
    }  # fmt: skip
    return ModelProvenance.model_validate(known | more)


def test_what_all_folds_share_stays_and_their_models_are_listed():
    found = pooled_provenance([fold("x"), fold("y")])
    assert (found.recipe_hash, found.epoch_chosen_on) == ("r", "tune")
    assert found.fold_weights_sha256 == ("x", "y")
    assert found.weights_sha256 is None


def test_folds_that_are_alike_pool_to_themselves():
    one, found = fold("x"), pooled_provenance([fold("x"), fold("y"), fold("z")])
    assert found.prevalence == pytest.approx(one.prevalence)
    assert found.mirror_changes == pytest.approx(one.mirror_changes)
    assert found.input_statistics == one.input_statistics


def test_numbers_are_means_and_cameras_those_that_every_fold_saw():
    other = fold("y", light=(60.0, 170.0), prevalence={"train": 0.4, "tune": 0.5},
                 mirror_changes=0.04, cameras=("c", "b"))  # fmt: skip
    found = pooled_provenance([fold("x"), other])
    assert found.prevalence == pytest.approx({"train": 0.3, "tune": 0.4})
    assert found.mirror_changes == pytest.approx(0.03)
    assert found.input_statistics == InputStatistics(
        train={"brightness": (55.0, 160.0)}, cameras=("b",)
    )


def test_what_differs_and_cannot_be_pooled_is_left_out():
    found = pooled_provenance([fold("x", cuts_fitted_on="tune"), fold("y")])
    assert found.cuts_fitted_on is None
    without = fold("y").without("mirror_changes")
    assert pooled_provenance([fold("x"), without]).mirror_changes is None


def test_a_pooled_provenance_travels_and_is_checked_like_that_of_one_model(tmp_path):
    rows = [{"photo": str(i), "grade": 0, "predicted": 0, "status": "graded", "brightness": light}
            for i, light in enumerate([100.0] * 9 + [200.0])]  # fmt: skip
    write_predictions(
        from_rows(rows, pooled_provenance([fold("x"), fold("y")])), tmp_path / "p.csv"
    )
    back = read_predictions(tmp_path / "p.csv")
    assert back.provenance.fold_weights_sha256 == ("x", "y")
    assert check_drift(
        back.table.with_columns(pl.col("brightness").cast(float)), back.provenance.input_statistics
    ).fires
