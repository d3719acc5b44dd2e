"""Numbers name the unit they were drawn by."""

from dataclasses import dataclass

import pytest

from drgrade.errors import Reason
from drgrade.stats.estimate import Estimate, missing, with_unit

BY_PATIENT = Estimate(0.5, 0.4, 0.6, Reason("ratio_logit_t", {"unit": "patients"}), 9)
DRAWING = {"unit": "patients", "resamples": 10, "seed": 0}
DRAWN = Estimate(0.5, 0.4, 0.6, Reason("bootstrap_percentile", DRAWING), 9)
NOTHING = missing(Reason("nothing_to_count"))
ALONE = missing(Reason("one_unit_only", {"unit": "patients"}))


@dataclass(frozen=True)
class Held:
    name: str
    one: Estimate
    more: tuple[Estimate, ...]
    named: dict[str, Estimate]


HELD = Held("over patients", BY_PATIENT, (DRAWN, NOTHING, ALONE), {"a": BY_PATIENT})


@pytest.mark.parametrize("unit", ["groups", "photos"])
def test_every_method_and_reason_inside_a_result_has_the_unit_and_nothing_else_changes(unit):
    found = with_unit(HELD, unit)
    assert found.one.method == found.named["a"].method == Reason("ratio_logit_t", {"unit": unit})
    assert found.more[0].method.values == {**DRAWING, "unit": unit}
    assert found.more[1] == NOTHING
    assert found.more[2].reason.values == {"unit": unit}
    assert (found.name, found.one.value, found.one.n) == ("over patients", 0.5, 9)


def test_patients_are_what_methods_say_already():
    assert with_unit(HELD, "patients") is HELD


def test_naming_the_unit_twice_is_naming_it_once():
    assert with_unit(with_unit(HELD, "groups"), "groups") == with_unit(HELD, "groups")
