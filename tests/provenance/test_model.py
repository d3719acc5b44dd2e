"""What is known of a model is typed, and a part of it travels."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drgrade.provenance.model import ModelProvenance, Travelling
from drgrade.provenance.parts import Calibration, OperatingPoint
from drgrade.provenance.text import checked

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
OURS = {*ModelProvenance.model_fields, "provenance"}


def test_it_does_not_change():
    known = ModelProvenance(epoch=1)
    with pytest.raises(ValidationError):
        known.epoch = 2
    assert known.but(epoch=2).epoch == 2
    assert known.epoch == 1


@given(st.dictionaries(NAMES.filter(lambda name: name not in OURS), PLAIN, max_size=4))
def test_names_that_nobody_here_knows_are_kept_as_they_are(foreign):
    kept = checked(ModelProvenance, foreign | {"epoch": 3})
    assert kept.as_json() == foreign | {"epoch": 3}
    assert kept.but(seed=1).without("seed") == kept


def test_only_what_was_given_is_written_null_included():
    told = {"epoch": 0, "tune_qwk": None, "operating_points": [{"name": "HS", "threshold": 0}]}
    assert json.dumps(checked(ModelProvenance, told).as_json(), sort_keys=True) == json.dumps(
        told, sort_keys=True
    )


def test_how_a_model_was_made_has_its_name_of_before_in_files():
    made = {"learned_from": [{"name": "idrid", "role": "photographs"}], "recipe": "x = 1"}
    known = checked(ModelProvenance, {"provenance": made})
    assert known.making.learned_from[0].name == "idrid"
    assert known.but(epoch=1).as_json()["provenance"] == made


def test_what_travels_is_what_the_class_says_and_is_known():
    whole = ModelProvenance(
        recipe="r", seed=0, prevalence=None, epoch=4, source="idrid", preprocess={"size": 64}
    )
    assert whole.for_predictions().as_json() == {"recipe": "r", "seed": 0}
    assert not {"epoch", "source", "preprocess", "making"} & set(Travelling.model_fields)


def test_rounded_weights_keep_points_and_correction_under_a_hash_of_their_own():
    known = ModelProvenance(
        weights_sha256="a",
        operating_points=(OperatingPoint(name="HS", threshold=0.5, weights_sha256="a"),),
        calibration=Calibration(method="temperature", temperature=2.0, weights_sha256="a"),
    ).under_hash("b")
    assert known.weights_sha256 == known.calibration.weights_sha256 == "b"
    assert known.operating_points[0] == OperatingPoint(name="HS", threshold=0.5, weights_sha256="b")
    bare = ModelProvenance(weights_sha256="a", calibration=Calibration()).under_hash("b")
    assert bare.as_json() == {"weights_sha256": "b", "calibration": {}}


@pytest.mark.parametrize(("told", "taught"), [(None, True), (True, True), (False, False)])
def test_a_file_that_does_not_say_it_was_taught_edema(told, taught):
    assert ModelProvenance(knows_dme=told).has_learned_dme is taught
