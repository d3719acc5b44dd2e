"""Coverage, measured: the intervals a scorecard prints hold the truth 95 times in a hundred."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from drgrade.stats import metrics
from drgrade.stats.intervals import small_sample_note

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "interval_coverage.py"
REPETITIONS = 5000
MONTE_CARLO = 3 * (0.95 * 0.05 / REPETITIONS) ** 0.5  # three errors of a share of 95 %


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("interval_coverage", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["interval_coverage"] = module  # so that its processes find what they are sent
    sys.path.insert(0, str(SCRIPT.parent))
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(SCRIPT.parent))
    del sys.modules["interval_coverage"]


@pytest.fixture(scope="module")
def population(script):
    return script.draw(400_000, script.correlation_of_eyes(), np.random.default_rng(0))


def test_simulated_eyes_have_the_published_grades_and_correlation(script, population):
    left, right = (population.grade >= 2).reshape(-1, 2).T
    assert np.corrcoef(left, right)[0, 1] == pytest.approx(0.8084, abs=0.005)
    shares = np.bincount(population.grade) / len(population.grade)
    assert shares == pytest.approx(script.COUNTS / script.COUNTS.sum(), abs=0.003)


def test_the_integrated_truth_is_that_of_a_large_population(script, population):
    cm = metrics.confusion(population.grade, population.predicted)
    table = metrics.collapse(cm)
    found = (
        metrics.sensitivity(table).value, metrics.specificity(table).value,
        metrics.kappa(cm).value, metrics.auc(population.grade >= 2, population.score).value,
    )  # fmt: skip
    assert found == pytest.approx(tuple(script.truths().values()), abs=0.003)


def test_few_patients_are_told_what_their_intervals_are_worth():
    note = small_sample_note(100)
    assert note.code == "few_units_for_interval"
    assert (note.values["n"], note.values["unit"]) == (100, "patients")
    assert small_sample_note(500) is None


@pytest.mark.parametrize(
    ("n", "at", "times"), [(3, 12, 85), (13, 12, 85), (99, 50, 92), (499, 100, 93)]
)
def test_the_note_tells_what_was_simulated_at_no_more_patients_than_there_are(n, at, times):
    note = small_sample_note(n).values
    assert (note["at"], note["times"]) == (at, times)


@pytest.fixture(scope="module")
def covered(script):
    return script.simulate(REPETITIONS, resamples=400)


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_intervals_hold_the_truth_95_times_in_100_from_500_patients_on(covered):
    for patients in (500, 2000):
        ours = covered[patients][0, :4]
        assert (ours > 0.935 - MONTE_CARLO).all(), (patients, ours)
        assert (ours < 0.965 + MONTE_CARLO).all(), (patients, ours)


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_photographs_taken_as_independent_fall_short_of_ours(covered):
    for shares in covered.values():
        assert (shares[0, :4] > shares[0, 4:8]).all()


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_few_patients_lose_at_most_two_points_where_the_percentiles_of_auc_lose_more(covered):
    at_100 = covered[100][0]
    assert (at_100[:4] > 0.93 - MONTE_CARLO).all()
    assert at_100[3] > at_100[8]
