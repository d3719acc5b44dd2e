"""One boundary: grade and referral never contradict each other."""

import numpy as np
import pytest

from drgrade.evaluation.calibration.fit_decision import fit_decision
from drgrade.modelfile.decision import Decision, decision_of
from drgrade.stats.metrics import confusion, kappa
from drgrade.stats.referable import referable_score


def any_probabilities(n: int, seed: int = 0, sharp: float = 0.3) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(5, sharp), n)


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.5, 0.86, 0.999, 1.0])
def test_a_grade_is_2_or_worse_exactly_where_the_photograph_is_referable(threshold: float) -> None:
    p = any_probabilities(2000)
    decision = Decision(threshold, mild=0.7, severe=0.2, proliferative=0.9)
    assert ((decision.grades(p) >= 2) == (referable_score(p) >= threshold)).all()
    assert set(decision.grades(p)) <= {0, 1, 2, 3, 4}


def test_the_score_of_a_photograph_as_the_threshold_refers_it() -> None:
    p = any_probabilities(50)
    for row in p:
        assert Decision(float(referable_score(row[None])[0])).grades(row[None])[0] >= 2


def test_even_cuts_and_boundary_give_the_grade_that_is_as_likely_exceeded_as_not() -> None:
    p = any_probabilities(500)
    above = p[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    assert (Decision(0.5).grades(p) == (above >= 0.5).sum(axis=1)).all()


def test_a_higher_boundary_never_raises_a_grade() -> None:
    p = any_probabilities(500)
    low, high = Decision(0.3), Decision(0.3).at(0.8, "site")
    assert (high.grades(p) <= low.grades(p)).all()
    assert high.rule == "site"


def test_severity_does_not_depend_on_where_a_site_refers() -> None:
    p = any_probabilities(500)
    low, high = Decision(0.2), Decision(0.6)
    both = low.refers(p) & high.refers(p)
    assert (low.grades(p)[both] == high.grades(p)[both]).all()


def test_photographs_near_the_boundary_are_close_to_it_and_others_are_not() -> None:
    scores = np.array([0.0, 0.5, 0.66, 0.85, 0.94, 0.97, 1.0])
    p = np.stack([1 - scores, 0 * scores, scores, 0 * scores, 0 * scores], axis=1)
    assert Decision(0.86).is_close(p).tolist() == [False, False, False, True, True, False, False]
    assert not Decision(1.0).is_close(p)[:4].any()


def test_a_decision_comes_back_from_its_plain_values() -> None:
    decision = Decision(0.7, severe=0.55, rule="HS")
    assert decision_of(decision.stated) == decision
    assert decision_of(None) is None


def test_fitted_cuts_keep_the_boundary_and_never_lower_the_kappa() -> None:
    p = any_probabilities(400, seed=3)
    grades = np.array([np.random.default_rng(i).choice(5, p=row) for i, row in enumerate(p)])
    found = fit_decision(p, grades, 0.6, "HS")
    assert (found.threshold, found.rule) == (0.6, "HS")
    fitted, even = (kappa(confusion(grades, each.grades(p))).value for each in
                    (found, Decision(0.6)))  # fmt: skip
    assert fitted is not None
    assert even is not None
    assert fitted >= even


def test_even_cuts_stay_where_nothing_is_much_better() -> None:
    p = np.eye(5)[np.arange(50) % 5]
    assert fit_decision(p, np.arange(50) % 5, 0.5, "") == Decision(0.5)
