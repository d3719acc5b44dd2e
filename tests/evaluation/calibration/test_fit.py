"""Fitted corrections: the likeliest temperature, and what scikit-learn's isotonic fit says."""

import numpy as np
import pytest

from drgrade.evaluation.calibration.fit import (
    fit_isotonic,
    fit_temperature,
    recalibration,
    surprise,
    too_few,
)
from drgrade.modelfile.correction import tempered
from drgrade.stats.referable import referable_score
from drgrade.stats.reliability import ece, equal_mass


def drawn(n, temperature=1.0, seed=0):
    """Honest probabilities, grades drawn from them, and the same probabilities distorted."""
    chance = np.random.default_rng(seed)
    honest = chance.dirichlet([1.0] * 5, n)
    grades = (chance.random((n, 1)) > np.cumsum(honest, axis=1)).sum(axis=1)
    return tempered(honest, temperature), grades


@pytest.mark.parametrize("distorted", [0.3, 1.0, 2.5])
def test_a_distorting_temperature_is_found_and_undone(distorted):
    p, grades = drawn(20000, distorted)
    assert fit_temperature(p, grades) * distorted == pytest.approx(1.0, rel=0.03)


def test_no_temperature_is_likelier_than_the_fitted_one():
    p, grades = drawn(500, 0.4)
    best = np.log(fit_temperature(p, grades))
    others = [surprise(p, grades, t) for t in np.linspace(-3, 3, 601)]
    assert surprise(p, grades, best) <= min(others) + 1e-9


def test_isotonic_shares_are_those_of_scikit_learn():
    isotonic = pytest.importorskip("sklearn.isotonic")
    chance = np.random.default_rng(0)
    score = np.round(chance.random(400), 2)
    positive = chance.random(400) < score**2
    theirs = isotonic.IsotonicRegression().fit(score, positive)
    ours = np.interp(np.linspace(score.min(), score.max(), 999), *fit_isotonic(score, positive))
    assert ours == pytest.approx(theirs.predict(np.linspace(score.min(), score.max(), 999)))


def test_what_rises_already_is_left_as_it_is():
    knots = fit_isotonic(np.array([0.1, 0.2, 0.8]), np.array([False, False, True]))
    assert knots == ((0.1, 0.2, 0.8), (0.0, 0.0, 1.0))


@pytest.mark.parametrize("method", ["temperature", "isotonic"])
def test_a_correction_brings_the_calibration_error_of_other_rows_down(method):
    found = recalibration(method, *drawn(5000, 0.3))
    p, grades = drawn(5000, 0.3, seed=1)
    before, after = referable_score(p), referable_score(found.apply(p))
    errors = [ece(grades >= 2, score, equal_mass(score)) for score in (before, after)]
    assert errors[1] < 0.5 * errors[0]


@pytest.mark.parametrize(
    ("grades", "said"), [([0] * 50 + [2] * 9, "9 with"), ([4] * 50, "0 without")]
)
def test_too_few_on_a_side_is_said_with_the_count(grades, said):
    assert said in too_few(np.array(grades))


def test_enough_on_both_sides_is_no_reason():
    assert too_few(np.array([0] * 10 + [3] * 10)) == ""
