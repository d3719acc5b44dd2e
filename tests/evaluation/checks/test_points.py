"""W24: a threshold must come from the model and the preprocessing it is used with."""

import pytest

from drgrade.evaluation.checks.points import check_points
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import OperatingPoint
from drgrade.stats.operating_points import settings_hash

SETTINGS = {"size": 512, "crop": True}
MADE_FOR = {"weights_sha256": "a" * 64, "preprocess_hash": settings_hash(SETTINGS)}
POINT = {"name": "HS", "threshold": 0.3, **MADE_FOR}


def known(point=POINT, weights="a" * 64, settings=SETTINGS):
    return ModelProvenance(
        operating_points=(OperatingPoint(**point),), weights_sha256=weights, preprocess=settings
    )


def test_w24_is_silent_where_both_hashes_agree():
    assert check_points(known()).state == "silent"


@pytest.mark.parametrize(
    ("found", "why"),
    [(known(weights="b" * 64), "other_weights"),
     (known(settings={"size": 128}), "other_preprocessing")],
)  # fmt: skip
def test_w24_is_an_error_for_other_weights_or_other_preprocessing(found, why):
    check = check_points(found)
    assert (check.state, check.level) == ("fires", "E")
    assert check.reasons == (why,)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (ModelProvenance(), "no_points"),
        (known(point={**POINT, "threshold": None}), "no_points"),
        (known(weights=None), "no_hashes"),
        (known(settings=None), "no_hashes"),
        (known(point={"name": "HS", "threshold": 0.3}), "no_hashes"),
    ],
)
def test_w24_says_why_it_cannot_be_checked(found, why):
    check = check_points(found)
    assert check.state == "not checkable"
    assert check.reasons == (why,)


@pytest.mark.parametrize("found", [known(weights="b" * 64), ModelProvenance()])
def test_w24_is_told_in_chinese(found):
    said = check_points(found).sentence("zh-TW")
    assert "操作點" in said
    assert "{" not in said
