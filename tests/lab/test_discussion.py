"""What the lab's page says of differences."""

import json
from dataclasses import replace

import pytest

from drgrade.errors import Reason
from drgrade.lab.discussion import direction, discussion
from drgrade.lab.pairs import Pair
from drgrade.lab.results import read_lab
from drgrade.stats.estimate import Estimate

from .made_lab import made_cell, made_lab, made_manifest


def test_a_difference_without_width_is_of_one_patient_and_no_finding():
    assert direction(Estimate(-1.0, -1.0, -1.0, None, 3)) == "same"
    assert direction(Estimate(-1.0, -1.0, -0.5, None, 3)) == "worse"
    assert direction(Estimate(0.4, 0.1, 0.7, None, 3)) == "better"
    assert direction(None) == "unknown"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "undefined in 300 of 2000 resamples"), ("zh-TW", "2000 次重抽樣本中有 300 次無法計算")],
)
def test_why_there_is_no_interval_is_said_in_the_language_of_the_page(tmp_path, language, said):
    manifest = made_manifest(tmp_path, patients=12)
    names = ("resnet18-random", "resnet50-random")
    made_lab(tmp_path, manifest, [made_cell(tmp_path, manifest, n, skill=0.5) for n in names])
    notes = json.loads((tmp_path / "lab.json").read_text())
    why = Reason("undefined_in_resamples", {"n": 300, "of": 2000})
    unknown = Estimate(0.1, None, None, None, 4, why)
    lab = read_lab(tmp_path, notes, manifest)
    told = discussion(replace(lab, pairs=(Pair("depth", *names, unknown, unknown),)), language)
    assert [said in each for each in told].count(True) == 1
