"""Probabilities taken at their word: perfect ones score perfectly, others are caught."""

import numpy as np
import pytest

from drgrade.stats.reliability import (
    calibration,
    ece,
    equal_mass,
    equal_width,
    logistic_fit,
    reliability,
)

GENERATOR = np.random.default_rng(0)
P = GENERATOR.uniform(0.02, 0.98, 4000)
HONEST = GENERATOR.random(4000) < P
PATIENTS = np.arange(4000) // 2


def overconfident(p):
    return p**2 / (p**2 + (1 - p) ** 2)  # the logit doubled


def test_probabilities_that_mean_what_they_say_are_calibrated():
    found = calibration(HONEST, P, PATIENTS, resamples=200)
    assert found.slope.contains(1.0)
    assert found.intercept.contains(0.0)
    assert found.ece_mass.value < 0.04


def test_doubled_logits_have_half_the_slope():
    honest = logistic_fit(HONEST, P, PATIENTS)[0]
    doubled = logistic_fit(HONEST, overconfident(P), PATIENTS)[0]
    assert doubled[1] == pytest.approx(honest[1] / 2, abs=1e-6)
    assert doubled[0] == pytest.approx(honest[0], abs=1e-6)


def test_the_brier_score_is_the_mean_squared_error():
    found = calibration(HONEST, P, PATIENTS, resamples=50)
    assert found.brier.value == pytest.approx(((P - HONEST) ** 2).mean())


def test_slope_and_intercept_are_those_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    x = api.add_constant(np.log(P / (1 - P)))
    theirs = api.Logit(HONEST.astype(float), x).fit(disp=0)
    assert logistic_fit(HONEST, P, PATIENTS)[0] == pytest.approx(theirs.params, abs=1e-6)


def test_bins_equally_full_hold_as_many_and_equal_scores_stay_together():
    assert set(np.bincount(equal_mass(P, 10))) == {400}
    assert len(set(equal_mass(np.full(50, 0.3)))) == 1


def test_the_ends_of_the_scale_lie_in_the_first_and_last_bin():
    assert equal_width([0.0, 1.0], 15).tolist() == [0, 14]


def test_ece_by_hand():
    positive, p = np.array([True, False, True, True]), np.array([0.2, 0.2, 0.9, 0.9])
    places = equal_width(p, 2)
    assert [(b.n, b.mean, b.share) for b in reliability(positive, p, places)] == [
        (2, pytest.approx(0.2), 0.5), (2, pytest.approx(0.9), 1.0),
    ]  # fmt: skip
    assert ece(positive, p, places) == pytest.approx(0.5 * 0.3 + 0.5 * 0.1)


def test_two_photos_of_a_patient_that_are_the_same_widen_the_errors():
    twice, patients = np.repeat(np.arange(1000), 2), np.repeat(np.arange(1000), 2)
    single = logistic_fit(HONEST[twice], P[twice], np.arange(2000))[1]
    nested = logistic_fit(HONEST[twice], P[twice], patients)[1]
    assert nested[1] / single[1] == pytest.approx(np.sqrt(2), rel=0.02)


@pytest.mark.parametrize(
    ("positive", "p", "why"),
    [(np.ones(40), np.linspace(0.1, 0.9, 40), "one_sided_endpoint"),
     (np.arange(40) % 2, np.full(40, 0.5), "all_probabilities_alike")],
)  # fmt: skip
def test_where_there_is_nothing_to_fit_the_reason_is_the_true_one(positive, p, why):
    found = calibration(positive, p, np.arange(40), resamples=20)
    assert found.slope.value is None
    assert found.slope.reason.code == why


def test_a_perfect_separation_has_no_slope_and_says_so():
    found = calibration(
        [False, False, True, True], [0.1, 0.2, 0.8, 0.9], np.arange(4), resamples=20
    )
    assert found.slope.value is None
    assert found.slope.reason.code == "fit_does_not_converge"


@pytest.mark.parametrize("n", [100, 400])
def test_the_error_of_true_probabilities_is_told_as_one_that_chance_gives(n):
    below = 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        p = generator.random(n)
        found = calibration(generator.random(n) < p, p, np.arange(n).astype(str), resamples=20)
        below += found.ece_mass.value <= found.ece_by_chance
    assert below >= 34  # 38 expected; fewer than 34 once in fifty


def test_probabilities_that_are_off_are_beyond_chance():
    generator = np.random.default_rng(0)
    p = generator.random(1_000)
    found = calibration(
        generator.random(1_000) < p**3, p, np.arange(1_000).astype(str), resamples=20
    )
    assert found.ece_mass.value > 2 * found.ece_by_chance
