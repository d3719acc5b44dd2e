"""A proof is about grading: what changes is counted, and what may not change is refused."""

from dataclasses import replace

import numpy as np
import pytest

from drgrade.data.photos.preprocess import Preprocess
from drgrade.inference.engine import ForwardPass
from drgrade.modelfile.header import ModelHeader
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import OperatingPoint
from drgrade.publishing.proof import EXACT, INT8, Bars, prove
from drgrade.recipe.recipe import Model

HEADER = ModelHeader(
    Model(), Preprocess(size=64), "cross_entropy",
    provenance=ModelProvenance(operating_points=(OperatingPoint(name="HS", threshold=0.5),)),
)  # fmt: skip
NUMBER = 200


class Told:
    """An engine whose outputs are told by the first pixel of a square, and moved by `change`."""

    name, header, lanes, batch = "told", HEADER, 1, 1

    def __init__(self, change=None):
        self.change = np.zeros((NUMBER, 5), np.float32) if change is None else change

    def outputs(self, squares):
        which = squares[:, 0, 0, 0].astype(int)
        return 5 * np.eye(5, dtype=np.float32)[which % 5] + self.change[which]

    def forward(self, squares):
        return ForwardPass(self.outputs(squares))


def squares(number=NUMBER):
    made = np.zeros((number, 8, 8, 3), np.uint8)
    made[:, 0, 0, 0] = np.arange(number)
    return made


def moved(which, grade, by=9.0):
    change = np.zeros((NUMBER, 5), np.float32)
    change[which, grade] += by
    return Told(change)


def test_the_same_answers_are_a_proof():
    found = prove(Told(), Told(), squares(), EXACT, grades=np.arange(NUMBER) % 5)
    assert (found.failures, found.grades, found.referrals, found.outputs) == ((), 0, 0, 0.0)
    assert found.differences["QWK"].value == 0.0


def test_one_changed_grade_fails_an_exact_proof_and_not_one_of_int8():
    other = moved([0], 1)  # a healthy eye becomes mild: no referral changes
    exact, int8 = (prove(Told(), other, squares(), bars) for bars in (EXACT, INT8))
    assert (exact.grades, exact.referrals) == (1, 0)
    assert exact.failures
    assert not int8.failures


def test_referral_decisions_are_those_of_the_operating_point():
    found = prove(Told(), moved([0, 5, 10, 15, 20], 3), squares(), INT8)
    assert (found.grades, found.referrals) == (5, 5)
    assert found.referrals_by == "operating point HS"
    assert found.failures  # 5 of 200 are over 2 %


def test_sensitivity_that_falls_fails_where_grades_are_known():
    bars = Bars(photographs=1, moved=None, grades=1.0, referrals=1.0, score=-0.03)
    sick = np.flatnonzero(np.arange(NUMBER) % 5 == 4)[:30]
    grades = np.arange(NUMBER) % 5
    assert not prove(Told(), moved(sick, 0), squares(), bars).failures
    found = prove(Told(), moved(sick, 0), squares(), bars, grades=grades)
    assert found.differences["sensitivity"].value == pytest.approx(-30 / 120)
    assert len(found.failures) == 2  # QWK falls with it


def test_a_probability_that_moves_without_changing_a_grade_fails_an_exact_proof():
    found = prove(Told(), moved([3], 3, by=0.1), squares(), EXACT)
    assert found.grades == found.referrals == 0
    assert found.probabilities > EXACT.moved
    assert found.failures


def test_too_few_photographs_and_another_runtime_that_differs_are_failures():
    assert prove(Told(), Told(), squares(9), EXACT).failures
    other = moved([3], 3, by=0.1).outputs
    found = prove(Told(), Told(), squares(), EXACT, witness=other)
    assert found.witness > EXACT.moved
    assert found.failures


def test_without_a_point_a_referral_is_of_the_grade():
    first, second = Told(), moved([0], 2)
    first.header = second.header = replace(HEADER, provenance=ModelProvenance())
    found = prove(first, second, squares(), INT8)
    assert (found.referrals, found.referrals_by) == (1, "grade")


def test_a_proof_is_kept_as_plain_values():
    told = prove(Told(), moved([0], 1), squares(), EXACT).as_json()
    assert told["holds"] is False
    assert told["grades"] == 1
