"""Numbers name the unit they were drawn by."""

from dataclasses import dataclass

import pytest

from drgrade.stats.estimate import Estimate, missing, with_unit

BY_PATIENT = Estimate(0.5, 0.4, 0.6, "ratio over patients, logit", 9)
DRAWN = Estimate(0.5, 0.4, 0.6, "patient bootstrap, 10 resamples, percentile, seed 0", 9)


@dataclass(frozen=True)
class Held:
    name: str
    one: Estimate
    more: tuple[Estimate, ...]
    named: dict[str, Estimate]


HELD = Held("over patients", BY_PATIENT, (DRAWN, missing("nothing")), {"a": BY_PATIENT})


@pytest.mark.parametrize("unit", ["groups", "photos"])
def test_every_method_inside_a_result_names_the_unit_and_nothing_else_changes(unit):
    found = with_unit(HELD, unit)
    assert found.one.method == found.named["a"].method == f"ratio over {unit}, logit"
    assert found.more[0].method.startswith(f"{unit[:-1]} bootstrap, 10 resamples")
    assert found.more[1] == missing("nothing")
    assert (found.name, found.one.value, found.one.n) == ("over patients", 0.5, 9)


def test_patients_are_what_methods_say_already():
    assert with_unit(HELD, "patients") is HELD


def test_naming_the_unit_twice_is_naming_it_once():
    assert with_unit(with_unit(HELD, "groups"), "groups") == with_unit(HELD, "groups")
