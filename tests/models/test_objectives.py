"""Objectives: what outputs mean, what a mistake costs, how it is decoded."""

import tracemalloc

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.models.objectives import (
    EVEN_CUTS,
    OBJECTIVES,
    Decoding,
    class_weights,
    fit_cuts,
)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_decoded_probabilities_sum_to_1_and_grades_are_0_to_4(name):
    objective = OBJECTIVES[name]
    outputs = np.random.default_rng(0).normal(0, 3, (100, objective.outputs))
    probabilities, grades = objective.decode(outputs, Decoding())
    assert probabilities.shape == (100, 5)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities >= 0).all()
    assert set(grades.tolist()) <= {0, 1, 2, 3, 4}


RIGHT = {
    "cross_entropy": torch.eye(5) * 9,
    "regression": torch.arange(5)[:, None].float(),
    "corn": torch.where(torch.arange(5)[:, None] > torch.arange(4), 9.0, -9.0),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_loss_falls_when_outputs_are_right(name):
    grades, right, loss = torch.arange(5), RIGHT[name], OBJECTIVES[name].loss
    assert loss(right, grades, torch.ones(5), 0.0) < loss(right.flip(0), grades, torch.ones(5), 0.0)
    assert OBJECTIVES[name].decode(right.numpy(), Decoding())[1].tolist() == [0, 1, 2, 3, 4]


def test_conditional_chances_multiply():
    chance = np.array([[0.8, 0.5, 0.5, 0.1]])
    outputs = np.log(chance / (1 - chance))
    probabilities, grades = OBJECTIVES["corn"].decode(outputs, Decoding())
    assert np.allclose(probabilities, [[0.2, 0.4, 0.2, 0.18, 0.02]])
    assert grades.tolist() == [1]


def test_a_step_is_asked_only_of_those_who_reached_the_one_before():
    outputs = torch.tensor([[-2.0, 5.0, 5.0, 5.0]])
    loss = OBJECTIVES["corn"].loss(outputs, torch.tensor([0]), torch.ones(5), 0.0)
    assert float(loss) == pytest.approx(np.log1p(np.exp(-2)))


def test_a_regression_is_graded_by_its_cuts():
    outputs = np.array([[-1.0], [0.49], [0.5], [1.7], [3.49], [9.0]])
    _, grades = OBJECTIVES["regression"].decode(outputs, Decoding())
    assert grades.tolist() == [0, 0, 1, 2, 3, 4]


def test_cuts_follow_outputs_that_are_half_as_wide():
    grades = np.repeat(np.arange(5), 40)
    outputs = grades[:, None] * 0.5 + np.random.default_rng(0).normal(0, 0.05, (200, 1))
    decoding = fit_cuts(outputs, grades)
    _, given = OBJECTIVES["regression"].decode(outputs, decoding)
    assert (given == grades).mean() > 0.98
    assert decoding.fitted_on == "tune"


def test_even_cuts_stay_where_nothing_is_better():
    grades = np.repeat(np.arange(5), 10)
    assert fit_cuts(grades[:, None].astype(float), grades).cuts == EVEN_CUTS


def test_balanced_weights_give_every_grade_the_same_say():
    grades = np.array([0] * 70 + [1] * 20 + [2] * 10)
    weights = class_weights(grades, "balanced")
    assert np.allclose(np.bincount(grades, minlength=5)[:3] * weights[:3], 100 / 3)


@pytest.mark.parametrize("kind", ["none", "sqrt", "balanced"])
def test_weights_keep_the_size_of_the_loss(kind):
    grades = np.array([0] * 70 + [1] * 20 + [2] * 10)
    assert np.isclose(class_weights(grades, kind)[grades].mean(), 1)


def test_cuts_are_fitted_in_memory_that_does_not_grow_with_the_square_of_photos():
    generator = np.random.default_rng(0)
    grades = generator.integers(0, 5, 4_000)
    outputs = (grades + generator.normal(0, 0.3, 4_000))[:, None] * 0.8
    tracemalloc.start()
    found = fit_cuts(outputs, grades)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.allclose(found.cuts, np.array(EVEN_CUTS) * 0.8, atol=0.15)
    assert most < 4_000 * 4_000
