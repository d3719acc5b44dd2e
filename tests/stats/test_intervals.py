"""Intervals of patients: against loops that copy rows, against each other, and where undefined."""

import numpy as np
import pytest

from drgrade.errors import Reason
from drgrade.locale.catalogue import text
from drgrade.stats import intervals, metrics, resampling
from drgrade.stats.ranking import rank_pairs

GENERATOR = np.random.default_rng(5)
M = 150
SHARED = GENERATOR.integers(0, 5, M)
GRADE = np.concatenate([SHARED, np.where(GENERATOR.random(M) < 0.8, SHARED, 0)])
PREDICTED = np.clip(GRADE + GENERATOR.integers(-1, 2, 2 * M), 0, 4)
OTHER = np.clip(GRADE + GENERATOR.integers(-2, 3, 2 * M), 0, 4)
PATIENTS = np.tile(np.arange(M), 2)
SCORE = (PREDICTED + GENERATOR.normal(0, 0.7, 2 * M)).round(1)


def _by_copying_rows(score, resamples=1500):
    """The plain way: copy the rows of drawn patients and score them."""
    generator = np.random.default_rng(99)
    rows = [np.flatnonzero(patient == PATIENTS) for patient in range(M)]
    found = []
    for _ in range(resamples):
        drawn = np.concatenate([rows[p] for p in generator.integers(0, M, M)])
        found.append(score(drawn))
    return np.array(found)


def test_resampled_matrices_spread_as_copied_rows_do():
    plain = _by_copying_rows(
        lambda rows: metrics.kappas(metrics.confusion(GRADE[rows], PREDICTED[rows]))
    )
    ours = metrics.kappas(resampling.resampled_confusions(GRADE, PREDICTED, PATIENTS))
    assert ours.std() == pytest.approx(plain.std(), rel=0.08)
    assert ours.mean() == pytest.approx(plain.mean(), abs=0.004)


def test_resampled_areas_spread_as_copied_rows_do():
    plain = _by_copying_rows(
        lambda rows: metrics.auc(GRADE[rows] >= 2, SCORE[rows]).value, resamples=800
    )
    ours = resampling.resampled_areas([rank_pairs(GRADE >= 2, SCORE)], PATIENTS)[0]
    found = np.quantile(ours, [0.025, 0.975])
    assert found == pytest.approx(np.quantile(plain, [0.025, 0.975]), abs=0.006)


def test_weighted_areas_are_the_areas_of_copied_rows():
    drawn = np.random.default_rng(1).integers(0, 2 * M, 2 * M)
    weights = np.bincount(drawn, minlength=2 * M)[None].astype(float)
    area = rank_pairs(GRADE >= 2, SCORE).areas(weights)[0]
    assert area == pytest.approx(metrics.auc(GRADE[drawn] >= 2, SCORE[drawn]).value, abs=1e-12)


def test_every_resample_has_all_patients_of_a_set_with_two_eyes_each():
    drawn = resampling.resampled_confusions(GRADE, PREDICTED, PATIENTS, resamples=50)
    assert (drawn.sum((1, 2)) == 2 * M).all()


def test_memory_is_bounded_and_small_budgets_change_no_matrix(monkeypatch):
    whole = resampling.resampled_confusions(GRADE, PREDICTED, PATIENTS, resamples=64)
    monkeypatch.setattr(resampling, "BUDGET", 400)
    pieces = resampling.resampled_confusions(GRADE, PREDICTED, PATIENTS, resamples=64)
    np.testing.assert_array_equal(whole, pieces)


def test_memory_is_bounded_and_small_budgets_change_no_area(monkeypatch):
    pairs = [rank_pairs(GRADE >= 2, SCORE)]
    whole = resampling.resampled_areas(pairs, PATIENTS, resamples=64)
    monkeypatch.setattr(resampling, "BUDGET", 9000)
    pieces = resampling.resampled_areas(pairs, PATIENTS, resamples=64)
    np.testing.assert_array_equal(whole, pieces)


def test_the_bootstrap_agrees_with_the_normal_interval_where_units_are_independent():
    alone = np.arange(2 * M)
    boot = intervals.bootstrap(metrics.kappas, GRADE, PREDICTED, alone)
    normal = intervals.kappa_normal(metrics.confusion(GRADE, PREDICTED))
    assert (boot.low, boot.high) == pytest.approx((normal.low, normal.high), abs=0.01)
    assert boot.value == normal.value


def test_a_run_against_itself_differs_by_nothing():
    same = intervals.paired_difference(metrics.kappas, GRADE, PREDICTED, PREDICTED, PATIENTS)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    area = intervals.paired_auc_difference(GRADE >= 2, SCORE, SCORE, PATIENTS, resamples=50)
    assert (area.value, area.low, area.high) == (0.0, 0.0, 0.0)


def test_the_difference_is_second_minus_first():
    found = intervals.paired_difference(metrics.kappas, GRADE, OTHER, PREDICTED, PATIENTS)
    first, second = (metrics.kappa(metrics.confusion(GRADE, p)).value for p in (OTHER, PREDICTED))
    assert found.value == pytest.approx(second - first)
    assert found.low > 0


def test_a_paired_difference_is_narrower_than_two_intervals_apart():
    near = np.where(np.arange(2 * M) % 20 == 0, OTHER, PREDICTED)
    paired = intervals.paired_difference(metrics.accuracies, GRADE, near, PREDICTED, PATIENTS)
    alone = intervals.bootstrap(metrics.accuracies, GRADE, PREDICTED, PATIENTS)
    assert paired.high - paired.low < 0.6 * (alone.high - alone.low)


def test_swapping_the_runs_mirrors_the_difference_of_areas():
    args = (GRADE >= 2, SCORE, OTHER.astype(float))
    there = intervals.paired_auc_difference(*args, PATIENTS, resamples=200)
    back = intervals.paired_auc_difference(args[0], args[2], args[1], PATIENTS, resamples=200)
    assert there.value == -back.value
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


def test_a_score_undefined_in_many_resamples_has_no_interval_and_says_so():
    found = intervals.from_replicates(1.0, np.array([1.0, np.nan] * 1000), 31)
    assert found.value == 1.0
    assert found.low is None
    assert found.reason == Reason("undefined_in_resamples", {"n": 1000, "of": 2000})


def test_undefined_scores_stay_undefined_with_a_reason():
    constant = np.zeros(9, dtype=int)
    assert intervals.bootstrap(metrics.kappas, constant, constant, constant).value is None
    assert intervals.bootstrap(metrics.kappas, [], [], []).reason == metrics.NO_PHOTOS
    assert intervals.proportion(0, 0).value is None
    assert intervals.ratio([], []).value is None


def test_one_photograph_a_patient_is_judged_by_wilson():
    found = intervals.ratio([1, 1, 0, 1], ["a", "b", "c", "d"])
    assert found == intervals.proportion(3, 4)
    assert found.method == Reason("wilson")


def test_patients_with_two_like_eyes_count_as_one_piece_of_evidence():
    hits = np.repeat([1, 0], [80, 20])
    alone = intervals.ratio(hits, np.arange(100))
    twice = intervals.ratio(np.tile(hits, 2), np.tile(np.arange(100), 2))
    assert twice.n == 200
    assert twice.high - twice.low == pytest.approx(alone.high - alone.low, rel=0.05)


def test_all_right_in_pairs_is_wilson_on_half_the_number():
    found = intervals.ratio(np.ones(100), np.tile(np.arange(50), 2))
    assert found.low == pytest.approx(intervals.wilson(50, 50)[0])
    assert found.high == 1.0


def test_a_proportion_among_some_photographs_counts_only_those():
    found = intervals.ratio([1, 0, 1, 0], ["a", "a", "b", "b"], among=[1, 0, 1, 0])
    assert (found.value, found.n) == (1.0, 2)


def test_the_logit_interval_covers_the_bootstrap_of_the_same_share():
    right = GRADE == PREDICTED
    logit = intervals.ratio(right, PATIENTS)
    boot = intervals.bootstrap(metrics.accuracies, GRADE, PREDICTED, PATIENTS)
    assert (logit.low, logit.high) == pytest.approx((boot.low, boot.high), abs=0.01)


@pytest.mark.parametrize("hits", range(0, 21, 4))
def test_intervals_of_proportions_stay_between_0_and_1_and_hold_the_share(hits):
    for method in intervals.PROPORTIONS:
        found = intervals.proportion(hits, 20, method)
        assert 0 <= found.low <= hits / 20 <= found.high <= 1


def test_an_estimate_reads_as_a_person_would_say_it():
    assert str(intervals.Estimate(0.5, 0.4, 0.6, Reason("wilson"), 9)) == "0.500 (0.400 to 0.600)"
    why = Reason("nothing_to_count")
    assert str(intervals.ratio([], [])) == f"n/a ({text(why)})"
    bare = intervals.Estimate(0.5, None, None, None, 9, why)
    assert str(bare) == f"0.500 (no interval: {text(why)})"
    assert str(metrics.Value(0.25)) == "0.2500"
    assert str(metrics.Value(None, why)) == "n/a"


def test_patients_who_are_all_half_right_still_have_an_interval():
    few = intervals.ratio([1, 0] * 6, [f"{i // 2}" for i in range(12)])
    assert few.value == 0.5
    assert few.low < 0.25
    assert few.high > 0.75


def _held(blocks, repetitions=600, photos=60, truth=0.8):
    """The share of simulated studies of few blocks, alike but for chance, that hold the truth."""
    generator = np.random.default_rng(blocks)
    labels = np.repeat(np.arange(blocks), photos)
    found = [
        intervals.ratio(generator.random(labels.size) < truth, labels) for _ in range(repetitions)
    ]
    return np.mean([each.contains(truth) for each in found])


@pytest.mark.parametrize("blocks", [2, 3, 5, 8, 12, 30])
def test_intervals_of_few_blocks_of_photographs_hold_the_truth_as_often_as_said(blocks):
    assert _held(blocks) > 0.95 - 3 * (0.95 * 0.05 / 600) ** 0.5


def test_few_patients_who_are_alike_by_chance_know_no_more_than_their_photographs():
    hits, patients = np.tile([1, 1, 1, 1, 0], 36), np.repeat(np.arange(3), 60)
    alike = np.concatenate([hits, [1, 0]])  # a hair of spread between the patients
    found = intervals.ratio(alike, np.concatenate([patients, [0, 1]]))
    low, high = intervals.wilson(alike.sum(), len(alike))
    assert (found.low, found.high) == (low, high)
    assert found.method == Reason("ratio_logit_t_wilson", {"unit": "patients"})


def test_patients_without_a_photograph_that_counts_make_no_spread_surer():
    hits = np.repeat([1, 0, 1, 0, 1, 0], [20, 0, 12, 8, 16, 4])
    three = intervals.ratio(hits, np.repeat(np.arange(3), 20))
    among = np.repeat([True, False], [60, 20])
    beside = intervals.ratio(
        np.append(hits, np.zeros(20)), [*np.repeat(np.arange(3), 20), *range(3, 23)], among
    )
    assert beside.high - beside.low > 0.8 * (three.high - three.low)


def test_the_mean_of_three_patients_is_known_by_students_t():
    found = intervals.mean([1.0, 2.0, 3.0], ["a", "b", "c"])
    assert found.high - found.value == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)
