"""Which rows may calibrate a model, and what is kept of it."""

import numpy as np
import polars as pl
import pytest

from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.errors import PredictionsError
from drgrade.evaluation.calibration.calibrate_model import (
    calibrate,
    refuse_other_model,
    rows_to_calibrate_on,
    uncorrected,
)
from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.correction import Recalibration
from drgrade.provenance.model import ModelProvenance
from drgrade.stats.operating_points import settings_hash

HASH, SETTINGS = "ab" * 32, {"size": 64}
TEMPERATURE = Recalibration("temperature", 1.8)


def rows(n=200, split="calibrate", seed=0, **known):
    chance = np.random.default_rng(seed)
    p = chance.dirichlet([1.0] * 5, n)
    grades = (chance.random((n, 1)) > np.cumsum(p, axis=1)).sum(axis=1)
    table = [
        {"photo": f"{i}.jpg", "patient": f"{i // 2}", "grade": int(grade), "status": "graded",
         "predicted": int(each.argmax()), "split": split, "model": HASH[:16],
         **dict(zip(PROBABILITIES, each.tolist(), strict=True))}
        for i, (each, grade) in enumerate(zip(p, grades, strict=True))
    ]  # fmt: skip
    return from_rows(
        table, ModelProvenance(**{"weights_sha256": HASH, "preprocess": SETTINGS, **known})
    )


@pytest.mark.parametrize("split", ["test", "tune", "train"])
def test_another_split_is_refused_by_name_with_a_way_out(split):
    with pytest.raises(PredictionsError, match=f"got {split}; predict the manifest's calibrate"):
        rows_to_calibrate_on(rows(split=split))


def test_rows_without_a_split_are_refused():
    with pytest.raises(PredictionsError, match="got no split"):
        rows_to_calibrate_on(rows(split=None))


def test_of_a_runs_table_the_calibrate_rows_alone_are_read():
    table = rows().table.extend(rows(split="test").table)
    mixed = from_rows(table.to_dicts())
    assert set(rows_to_calibrate_on(mixed).table["split"]) == {"calibrate"}


def test_both_allowed_splits_in_one_table_are_refused():
    mixed = from_rows(rows(5).table.to_dicts() + rows(5, split="out_of_fold").table.to_dicts())
    with pytest.raises(PredictionsError, match="rows of one split"):
        rows_to_calibrate_on(mixed)


def test_own_rows_are_taken_by_the_hash_beside_them_or_in_their_column():
    assert refuse_other_model(rows(), HASH, "", SETTINGS) is None
    assert refuse_other_model(rows(weights_sha256=None), HASH, "", SETTINGS) is None


def test_rows_of_another_model_are_refused_even_of_the_same_recipe():
    with pytest.raises(PredictionsError, match="same model, got model abababababababab for cdcd"):
        refuse_other_model(rows(recipe_hash="r"), "cd" * 32, "r", SETTINGS)


def test_out_of_fold_rows_are_taken_for_the_same_recipe_alone():
    table = rows(split="out_of_fold", weights_sha256=None, recipe_hash="r" * 64)
    refuse_other_model(table, HASH, "r" * 64, SETTINGS)
    with pytest.raises(PredictionsError, match="same recipe"):
        refuse_other_model(table, HASH, "s" * 64, SETTINGS)
    with pytest.raises(PredictionsError, match="got recipe rrrrrrrrrrrrrrrr for unknown"):
        refuse_other_model(table, HASH, "", SETTINGS)


def test_rows_prepared_otherwise_are_refused():
    with pytest.raises(PredictionsError, match="must be prepared as the model"):
        refuse_other_model(rows(), HASH, "", {"size": 128})


def corrected(correction):
    before = rows()
    p = correction.apply(before.probabilities())
    columns = [pl.Series(name, p[:, i]) for i, name in enumerate(PROBABILITIES)]
    known = before.provenance.but(calibration=correction.as_json())
    return Predictions(before.table.with_columns(columns), known)


def test_corrected_rows_give_what_the_rows_before_gave():
    wanted = calibrate(rows(), "temperature")
    found = calibrate(uncorrected(corrected(TEMPERATURE), TEMPERATURE), "temperature")
    assert found.recalibration.temperature == pytest.approx(wanted.recalibration.temperature)
    assert [each.threshold for each in found.points] == pytest.approx(
        [each.threshold for each in wanted.points]
    )


def test_rows_without_a_grade_stay_empty_when_a_correction_is_undone():
    whole = corrected(TEMPERATURE)
    lost = whole.table.head(1).with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in PROBABILITIES), status=pl.lit("error")
    )
    found = uncorrected(Predictions(pl.concat([whole.table, lost]), whole.provenance), TEMPERATURE)
    (row,) = found.table.filter(pl.col("status") == "error").to_dicts()
    assert [row[name] for name in PROBABILITIES] == [None] * 5


def test_rows_of_a_correcting_model_without_their_provenance_are_refused():
    bare = Predictions(corrected(TEMPERATURE).table)
    with pytest.raises(PredictionsError, match=r"nothing beside these rows says whether theirs"):
        uncorrected(bare, TEMPERATURE)
    assert uncorrected(bare, Recalibration()) is bare


def test_rows_that_a_calibrated_model_made_are_refused_without_their_provenance_for_any_model():
    table = corrected(TEMPERATURE).table.with_columns(referable=pl.col("p4") > 0.5)
    with pytest.raises(PredictionsError, match=r"referable is filled in 200\), and nothing .*keep"):
        uncorrected(Predictions(table), Recalibration())
    known = Predictions(
        table, ModelProvenance(weights_sha256=HASH, calibration=TEMPERATURE.as_json())
    )
    assert np.allclose(
        uncorrected(known, Recalibration()).probabilities(), rows().probabilities(), atol=1e-9
    )


def test_the_provenance_says_which_rows_which_model_and_which_preprocessing():
    found = calibrate(rows(), "temperature").provenance(HASH, SETTINGS)
    hs, hp = found.operating_points
    assert (hs.name, hp.name, found.thresholds_chosen_on) == ("HS", "HP", "calibrate")
    assert (hs.weights_sha256, hs.preprocess_hash) == (HASH, settings_hash(SETTINGS))
    assert hs.rows_hash == found.calibration.rows_hash
    assert hs.sensitivity.low < hs.sensitivity.value < hs.sensitivity.high
    assert found.calibration.predicted_by == "this model"


def test_out_of_fold_rows_are_named_in_the_provenance():
    told = calibrate(rows(split="out_of_fold"), "none").provenance(HASH, SETTINGS)
    assert told.calibration.predicted_by == "models of its recipe, out of fold"
    assert told.thresholds_chosen_on == "out_of_fold"


def test_the_hash_of_the_rows_does_not_depend_on_their_order():
    shuffled = from_rows(rows().table.to_dicts()[::-1], rows().provenance)
    assert calibrate(shuffled, "none").rows_hash == calibrate(rows(), "none").rows_hash


def test_too_few_rows_correct_nothing_and_give_points_with_reasons():
    with pytest.raises(PredictionsError, match="10 graded photographs on each side are needed"):
        calibrate(rows(12), "temperature")
    assert [point.threshold for point in calibrate(rows(12), "none").points] == [None, None]


def test_a_table_without_probabilities_is_refused():
    table = [{"photo": "a", "grade": 0, "status": "graded", "predicted": 0, "split": "calibrate"}]
    with pytest.raises(PredictionsError, match="p0 to p4"):
        calibrate(from_rows(table), "none")


def test_rows_without_any_reference_grade_are_refused_with_the_count():
    table = rows(30).table.with_columns(grade=pl.lit(None, pl.Int8))
    with pytest.raises(PredictionsError, match="got none among 30 rows; fill the column grade"):
        calibrate(Predictions(table), "none")


def test_a_photograph_that_comes_twice_would_count_twice_and_is_refused():
    twice = from_rows(rows(30).table.to_dicts() * 2, rows().provenance)
    with pytest.raises(PredictionsError, match="each photo is judged once, got '0.jpg' and 59"):
        calibrate(twice, "none")


@pytest.mark.parametrize("sure", [(1.0, 0.0, 0.0, 0.0, 0.0), (0.2, 0.2, 0.2, 0.2, 0.2)])
def test_probabilities_that_no_temperature_fits_are_refused_with_a_way_out(sure):
    same = rows().table.with_columns(
        pl.lit(p).alias(n) for n, p in zip(PROBABILITIES, sure, strict=True)
    )
    with pytest.raises(PredictionsError, match="no temperature .* fits .* --method none"):
        calibrate(Predictions(same, rows().provenance), "temperature")
