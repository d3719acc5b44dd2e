"""One parser: each name once, finite numbers, and every problem with its place, rule and value."""

import json
import re

import pytest

from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.photo_set import SetProvenance
from drgrade.provenance.text import WrongKindError, checked, read_object


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_object_is_read_in_any_usual_encoding(encoding):
    assert read_object('{"é": [1, null]}'.encode(encoding)) == {"é": [1, None]}


@pytest.mark.parametrize(
    "text", ["", "[1]", "null", "[" * 100_000, '{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 1}}',
             '{"a": NaN}', '{"a": [-Infinity]}', b"\xff{"],
)  # fmt: skip
def test_what_is_no_such_object_is_refused_in_a_line(text):
    with pytest.raises(ValueError, match=".") as caught:
        read_object(text)
    assert len(str(caught.value).splitlines()) == 1


POINT = {"name": "HS", "threshold": 0.5}


@pytest.mark.parametrize(
    ("told", "place", "value"),
    [
        ({"drawn": "no"}, "drawn", "no"),
        ({"seed": True}, "seed", True),
        ({"epoch": 1.5}, "epoch", 1.5),
        ({"tune_qwk": 10**400}, "tune_qwk", 10**400),
        ({"mirror_changes": -0.1}, "mirror_changes", -0.1),
        ({"prevalence": {"tune": 2}}, "prevalence.tune", 2),
        ({"calibration": {"method": "guess"}}, "calibration.method", "guess"),
        ({"decision": {"threshold": 0.5, "of a newer version": 7}},
         "decision.of a newer version", 7),
        ({"operating_points": [POINT, {**POINT, "name": "HP", "date": 5}]},
         "operating_points.HP.date", 5),
        ({"learned_before": {"photographs": "idrid"}}, "learned_before.photographs", "idrid"),
        ({"provenance": {"learned_from": [{"name": "x", "role": 1}]}},
         "provenance.learned_from.x.role", 1),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_named_by_its_place(told, place, value):
    with pytest.raises(WrongKindError) as caught:
        checked(ModelProvenance, told)
    line = str(caught.value)
    assert line.startswith(f"{place} must be ")
    assert json.dumps(value)[:60] in line


def test_every_problem_is_told_at_once_and_a_long_value_is_cut():
    with pytest.raises(WrongKindError) as caught:
        checked(ModelProvenance, {"drawn": 1, "recipe": ["x" * 500], "epoch": 3})
    assert re.findall(r"(\w+) must be", str(caught.value)) == ["recipe", "drawn"]
    assert len(str(caught.value)) < 200


def test_null_in_the_provenance_of_a_set_is_unknown_and_not_kept():
    known = checked(SetProvenance, {"source": None, "notes": None, "mine": None, "seed": 0})
    assert known.as_json() == {"mine": None, "seed": 0}
    assert known.noting(["a"], drawing=2).noting(["b"]).notes == ("a", "b")
