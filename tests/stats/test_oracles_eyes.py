"""Published values about the two eyes of a patient (EyePACS), each in a test named after it."""

import numpy as np
import polars as pl
import pytest

from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.levels import Endpoint, at_level
from drgrade.stats import intervals, metrics

# rows are the reference, columns the prediction
from .test_oracles import EYEPACS_TEST_PAIRS, EYEPACS_TRAIN_PAIRS


def _both_eyes(pairs):
    """Every eye judged by its fellow: patients, reference and prediction, two rows a patient."""
    left, right = np.repeat(np.indices((5, 5)).reshape(2, 25), np.ravel(pairs), axis=1)
    patients = np.tile(np.arange(left.size), 2)
    return patients, np.concatenate([left, right]), np.concatenate([right, left])


# pairs of eyes, sensitivity, specificity, their errors over patients, AUC
FELLOW = [
    (
        EYEPACS_TRAIN_PAIRS,
        (0.8459188127455259, 0.9625172548047994),
        (0.0046783910808097275, 0.0011510401638507497),
        0.9303782044748757,
    ),
    (
        EYEPACS_TEST_PAIRS,
        (0.8508899912459877, 0.964591754244139),
        (0.003765835419423484, 0.0009037931010791362),
        0.9333849008020709,
    ),
]


@pytest.mark.parametrize(("pairs", "shares", "errors", "area"), FELLOW)
def test_o7_the_fellow_eye_rule_and_its_errors_over_patients(pairs, shares, errors, area):
    patients, grade, predicted = _both_eyes(pairs)
    positive, right = grade >= 2, (grade >= 2) == (predicted >= 2)
    for among, share, error in zip((positive, ~positive), shares, errors, strict=True):
        hits = np.bincount(patients, weights=right & among)
        trials = np.bincount(patients, weights=among)
        assert hits.sum() / trials.sum() == pytest.approx(share, abs=1e-12)
        assert intervals.ratio_standard_error(hits, trials) == pytest.approx(error, abs=1e-14)
    assert metrics.auc(positive, predicted).value == pytest.approx(area, abs=1e-12)


WORSE_EYES = [
    (
        EYEPACS_TRAIN_PAIRS,
        [12155, 1442, 3022, 499, 445],
        (0.1956670272732449, 0.22581563514206002),
        (1.845918812745526, 1.9625172548047994),
        (0.0043547775756028395, 0.001130024013293607),
        0.8084360675503256,
    ),
    (
        EYEPACS_TEST_PAIRS,
        [18650, 2231, 4474, 673, 760],
        (0.19189562490667464, 0.22050918321636553),
        (1.8508899912459877, 1.9645917542441391),
        (0.003512953699733076, 0.0008881884186441488),
        0.8154817454901266,
    ),
]
WORSE = ("pairs", "counts", "prevalences", "effects", "naive", "correlation")


@pytest.mark.parametrize(WORSE, WORSE_EYES)
def test_o7_the_worse_eye_of_each_patient(pairs, counts, prevalences, effects, naive, correlation):
    patients, grade, predicted = _both_eyes(pairs)
    table = pl.DataFrame({
        "photo": [str(row) for row in range(len(grade))],
        "patient": patients.astype(str), "eye": np.repeat(["left", "right"], len(grade) // 2),
        "grade": grade, "predicted": predicted, "status": ["graded"] * len(grade),
    }).with_columns(
        *(pl.lit(None, dtype=pl.Float64).alias(f"p{k}") for k in range(5)),
        pl.lit(None, dtype=pl.Boolean).alias("referable"),
    )  # fmt: skip
    eyes, worse = (
        at_level(Predictions(table), Endpoint("referable", 2), level)
        for level in ("eye", "patient")
    )
    assert np.bincount(worse.grades).tolist() == counts
    found = (eyes.positive.mean(), worse.positive.mean())
    assert found == pytest.approx(prevalences, abs=1e-12)


@pytest.mark.parametrize(WORSE, WORSE_EYES)
def test_o7_design_effects_and_the_correlation_of_eyes(
    pairs, counts, prevalences, effects, naive, correlation
):
    patients, grade, _ = _both_eyes(pairs)
    for among, effect in zip((grade >= 2, grade < 2), effects, strict=True):
        trials = np.bincount(patients, weights=among)
        assert intervals.largest_design_effect(trials) == pytest.approx(effect, abs=1e-12)
    left, right = (grade >= 2).reshape(2, -1)
    both = np.corrcoef(np.append(left, right), np.append(right, left))[0, 1]
    assert both == pytest.approx(correlation, abs=1e-4)


@pytest.mark.parametrize(WORSE, WORSE_EYES)
def test_o7_taking_eyes_as_independent_gives_errors_that_are_too_small(
    pairs, counts, prevalences, effects, naive, correlation
):
    patients, grade, predicted = _both_eyes(pairs)
    right = (grade >= 2) == (predicted >= 2)
    for among, error in zip((grade >= 2, grade < 2), naive, strict=True):
        share = right[among].mean()
        assert np.sqrt(share * (1 - share) / among.sum()) == pytest.approx(error, abs=1e-14)
        hits = np.bincount(patients, weights=right & among)
        trials = np.bincount(patients, weights=among)
        assert intervals.ratio_standard_error(hits, trials) > 1.01 * error
