"""What travels with predictions is checked before anybody judges by it."""

import json

import pytest

from drgrade.data.tables.provenance import read_model_provenance
from drgrade.errors import PredictionsError
from drgrade.provenance.model import ModelProvenance


def known_of(folder, content: bytes):
    (folder / "p.json").write_bytes(content)
    return read_model_provenance(folder / "p.csv")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_provenance_is_read_in_any_usual_encoding(tmp_path, encoding):
    assert known_of(tmp_path, '{"drawn": false}'.encode(encoding)) == ModelProvenance(drawn=False)


def test_there_may_be_none_and_one_of_another_kind_is_not_ours(tmp_path):
    assert read_model_provenance(tmp_path / "none.csv") == (ModelProvenance(), None)
    assert known_of(tmp_path, b'{"kind": "drgrade manifest", "source": "x"}') == ModelProvenance()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "Expecting value"),
        (b"[1]", "one JSON object, got list"),
        (b"null", "one JSON object, got NoneType"),
        (b"[" * 100_000, "recursion"),
        (b'{"x": [NaN]}', "NaN is no number"),
        (b'{"drawn": false, "drawn": true}', "'drawn' is there twice"),
        (b"\xff{", "codec"),
    ],
)
def test_what_is_no_object_is_told_in_a_line(tmp_path, content, what):
    with pytest.raises(PredictionsError, match=f"p.json cannot be read: .*{what}") as told:
        known_of(tmp_path, content)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("drawn", "no"),
        ("weights_sha256", [1]),
        ("mirror_changes", 1.5),
        ("preprocess", "512"),
        ("calibration", {"temperature": 2}),
        ("calibration", {"method": "temperature", "temperature": 0}),
        ("calibration", {"method": "isotonic", "scores": [0.1], "shares": []}),
        ("prevalence", {"train": 20}),
        ("input_statistics", {"train": {"width": [1]}}),
        ("input_statistics", {"cameras": "canon"}),
        ("operating_points", [{"threshold": 0.5}]),
        ("operating_points", [{"name": "HS", "threshold": 0.5}] * 9),
        ("operating_points", [{"name": "HS", "threshold": 0.5, "split": 1}]),
        ("operating_points", [{"name": "HS", "threshold": 0.5, "sensitivity": 0.9}]),
        ("operating_points", [{"name": "HS", "threshold": 0.5, "sensitivity": {"low": 0.9}}]),
    ],
)
def test_a_fact_of_another_kind_is_named_with_its_value(tmp_path, name, value):
    with pytest.raises(PredictionsError, match=rf"{name}[\w.]* must be"):
        known_of(tmp_path, json.dumps({name: value}).encode())


@pytest.mark.parametrize("name", ["drawn", "prevalence", "operating_points", "weights_sha256"])
def test_null_says_that_nothing_is_known(tmp_path, name):
    assert known_of(tmp_path, json.dumps({name: None}).encode()) == ModelProvenance(**{name: None})


@pytest.mark.parametrize("threshold", [-0.1, 1.1, 50, "x", True])
def test_an_operating_point_outside_0_to_1_is_named_with_its_threshold(tmp_path, threshold):
    points = [{"name": "HP", "threshold": None}, {"name": "HS", "threshold": threshold}]
    rule = f"must be a share of 0 to 1 or null, got {json.dumps(threshold)}; write it anew"
    with pytest.raises(PredictionsError, match=f"operating_points.HS.threshold {rule}"):
        known_of(tmp_path, json.dumps({"operating_points": points}).encode())


@pytest.mark.parametrize("threshold", [None, 0, 0.5, 1, 1.0000001])
def test_a_share_is_a_threshold_and_one_may_be_a_rounding_above_1(tmp_path, threshold):
    told = {"operating_points": [{"name": "HS", "threshold": threshold, "split": None}]}
    assert known_of(tmp_path, json.dumps(told).encode()).as_json() == told
