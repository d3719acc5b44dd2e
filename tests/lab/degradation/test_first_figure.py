"""The page of a lab that was asked for its first figure and for nothing else."""

import json

import pytest

from drgrade.lab.report import write_lab_report

from ..made_lab import made_lab, made_manifest
from ..made_nets import made_nets

FINALS = {(18, True): [0.2, 0.25], (18, False): [0.2], (34, True): [0.3, 0.3]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    manifest = made_manifest(folder, patients=30)
    made_lab(folder, manifest, [])
    notes = json.loads((folder / "lab.json").read_text())
    notes["degradation"] = made_nets(folder, FINALS)
    (folder / "lab.json").write_text(json.dumps(notes))
    return folder, manifest


@pytest.fixture(scope="module", params=["en", "zh-TW"])
def page(folder, request):
    return write_lab_report(*folder, language=request.param).read_text(encoding="utf-8")


def test_the_figure_its_table_and_its_seeds_are_on_the_page(page):
    assert page.count("<figure") >= 2
    assert "30.0\N{NO-BREAK SPACE}%" in page
    assert "2/2 / 1/1" in page


def test_the_empty_table_of_cells_is_not_shown(page):
    assert "80.7829" not in page
    assert 'class="two"' not in page


def test_the_verdict_is_what_the_figure_shows(folder, page):
    twin = json.loads((folder[0] / "report.json").read_text(encoding="utf-8"))
    assert twin["verdict"] in page
    assert "18" in twin["verdict"]
    assert "30.0\N{NO-BREAK SPACE}%" in twin["verdict"]


def test_the_twin_has_every_error_of_every_training(folder, page):
    twin = json.loads((folder[0] / "report.json").read_text(encoding="utf-8"))
    trainings = [each for net in twin["degradation"]["nets"] for each in net["trainings"]]
    assert [len(each["errors"]) for each in trainings] == [4] * 5
