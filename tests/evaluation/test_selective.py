"""Selective referral: more referred never misses more, and the promise is kept."""

import numpy as np
import pytest

from drgrade.evaluation.selective import selective_referral, sureness
from drgrade.stats.intervals import clopper_pearson

LEVEL, CONFIDENCE, REPETITIONS = 0.90, 0.95, 2000
MONTE_CARLO = 3 * (CONFIDENCE * (1 - CONFIDENCE) / REPETITIONS) ** 0.5  # three standard errors


def some(n, seed=0, skill=2.0):
    """Patients of two photographs that share their disease and part of their score."""
    chance = np.random.default_rng(seed)
    patients = np.arange(n) // 2
    positive = (chance.random(n) < 0.4)[patients]
    shared = chance.normal(size=n)[patients]
    logit = skill * (2 * positive - 1) + shared + chance.normal(size=n)
    return positive, 1 / (1 + np.exp(-logit)), patients


def test_as_the_threshold_falls_coverage_rises_and_sensitivity_never_does():
    found = selective_referral(*some(1000))
    assert (np.diff(found.threshold) < 0).all()
    assert (np.diff(found.coverage) >= 0).all()
    assert (np.diff(found.sensitivity) <= 0).all()
    assert (np.diff(found.low) <= 0).all()


def test_it_begins_where_all_is_referred_and_ends_where_nothing_is():
    positive, score, patients = some(300)
    found = selective_referral(positive, score, patients)
    assert (found.coverage[0], found.sensitivity[0], found.coverage[-1]) == (0.0, 1.0, 1.0)
    assert np.isnan(found.risk[0])
    assert found.risk[-1] == pytest.approx(((score >= 0.5) != positive).mean())


def test_a_patient_is_missed_where_one_diseased_photograph_is_let_go():
    positive, patients = np.ones(4, dtype=bool), np.array(["a", "a", "b", "b"])
    found = selective_referral(positive, np.array([0.9, 0.1, 0.9, 0.8]), patients)
    assert found.n == 2
    assert found.sensitivity[-1] == 0.5


def test_the_chosen_point_is_the_last_whose_lower_bound_keeps_the_level():
    found = selective_referral(*some(1000))
    place = found.threshold.tolist().index(found.chosen.threshold)
    assert found.low[place] >= LEVEL > found.low[place + 1]
    missed = round((1 - found.chosen.sensitivity) * found.n)
    assert found.chosen.low == clopper_pearson(found.n - missed, found.n, 0.90)[0]


@pytest.mark.parametrize(
    ("patients", "code", "values"),
    [(0, "no_patient_with_disease", {}), (28, "too_few_with_disease", {"n": 28, "level": 0.9})],
)
def test_too_few_patients_have_no_point_and_are_told_why(patients, code, values):
    positive = np.arange(100) < patients
    found = selective_referral(positive, np.linspace(1, 0, 100), np.arange(100))
    assert found.chosen is None
    assert found.reason.code == code
    assert values.items() <= found.reason.values.items()


def test_29_patients_of_whom_none_is_missed_are_just_enough_for_90_per_cent():
    positive = np.arange(100) < 29
    found = selective_referral(positive, np.linspace(1, 0, 100), np.arange(100))
    assert found.chosen.coverage == 1.0


def test_sureness_is_0_at_the_cut_and_1_at_both_ends():
    assert sureness(np.array([0.0, 0.25, 0.5, 1.0]), 0.25) == pytest.approx([1.0, 0.0, 1 / 3, 1.0])


def test_the_curve_can_be_written_as_json_without_nan():
    found = selective_referral(*some(300)).as_json()
    assert found["risk"][0] is None
    assert found["chosen"]["coverage"] <= 1


def let_go_at(population):
    """Of each patient with disease the highest threshold at which it is missed, else -1."""
    positive, score, patients = population
    worst = np.full(patients.max() + 1, -1.0)
    np.maximum.at(worst, patients, np.where(positive & (score < 0.5), sureness(score, 0.5), -1.0))
    return worst[np.unique(patients[positive])]


@pytest.mark.proof
@pytest.mark.parametrize("photographs", [200, 1000])
def test_the_promised_level_is_kept_in_95_of_100_repetitions(photographs):
    gone = np.sort(let_go_at(some(400_000, seed=99, skill=1.0)))
    points = [selective_referral(*some(photographs, seed=seed, skill=1.0)).chosen
              for seed in range(REPETITIONS)]  # fmt: skip
    thresholds = [np.inf if point is None else point.threshold for point in points]
    truth = np.searchsorted(gone, thresholds) / len(gone)
    kept = float((truth >= LEVEL).mean())
    assert kept >= CONFIDENCE - MONTE_CARLO
