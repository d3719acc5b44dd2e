"""A correction is judged on rows that it was not fitted on."""

import numpy as np
import polars as pl
import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.evaluation.calibration.cross_fitting import cross_fitted
from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.correction import tempered


def rows(n=400, temperature=1.0, seed=0):
    """Rows whose true probabilities were made too sure, or not, by a temperature."""
    chance = np.random.default_rng(seed)
    true = chance.dirichlet([0.5] * 5, n)
    grades = (chance.random((n, 1)) > np.cumsum(true, axis=1)).sum(axis=1).clip(0, 4)
    told = tempered(true, temperature)
    return from_rows([
        {"photo": f"{i}.jpg", "patient": str(i // 2), "grade": int(grade), "status": "graded",
         "predicted": int(each.argmax()), "split": "out_of_fold", "fold": i // 2 % 4,
         **dict(zip(PROBABILITIES, each.tolist(), strict=True))}
        for i, (each, grade) in enumerate(zip(told, grades, strict=True))
    ])  # fmt: skip


def test_what_was_too_sure_has_a_slope_nearer_to_1_after_it():
    told = cross_fitted(rows(temperature=0.4), "temperature")
    assert told["parts"] == 4
    assert told["before"]["slope"]["value"] < 0.6
    assert told["after"]["slope"]["value"] == pytest.approx(1, abs=0.25)
    assert told["after"]["brier"]["value"] < told["before"]["brier"]["value"]


def test_a_fold_does_not_correct_itself():
    """One fold lies: its own rows stay as wrong as the others' correction leaves them."""
    table = rows(temperature=1.0).table
    lies = pl.col("fold") == 0
    turned = [pl.when(lies).then(pl.col(PROBABILITIES[4 - i])).otherwise(pl.col(name)).alias(name)
              for i, name in enumerate(PROBABILITIES)]  # fmt: skip
    whole = type(rows())(table.with_columns(turned), {})
    of_honest = type(rows())(table.filter(~lies), {})
    told = cross_fitted(whole, "isotonic")
    honest = cross_fitted(of_honest, "isotonic")
    assert told["after"]["brier"]["value"] > honest["after"]["brier"]["value"] + 0.02


def test_without_folds_patients_are_dealt_to_five_parts():
    whole = rows()
    told = cross_fitted(type(whole)(whole.table.drop("fold"), {}), "temperature")
    assert told["parts"] == 5


def test_too_few_rows_say_nothing_and_no_correction_has_no_after():
    assert cross_fitted(rows(24), "temperature") == {}
    assert "after" not in cross_fitted(rows(), "none")
