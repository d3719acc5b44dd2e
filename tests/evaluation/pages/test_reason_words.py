"""Reasons why a figure is undefined exist in both languages."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import drgrade
from drgrade.errors import DownloadError, UsageError
from drgrade.evaluation.pages.reason_words import CHINESE, method_in, reason_in
from drgrade.stats.area_intervals import area
from drgrade.stats.estimate import with_unit
from drgrade.stats.intervals import FLAWLESS, from_replicates, ratio
from drgrade.stats.reliability import NOT_FITTED

ROOMS = ("evaluation", "lab", "stats")
SOURCES = sorted(
    path for room in ROOMS for path in (Path(drgrade.__file__).parent / room).rglob("*.py")
)


REASON_OF = {"missing": 0, "value_of": 1, "Value": 1, "Estimate": 5}  # the place of the reason
NAMED = re.compile(r"(NO|NONE|ALL|ONE|NOT)_[A-Z]+")


def reasons():
    """Every fixed text that is given as a reason, and every constant that is named like one."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]
    constants = {
        node.targets[0].id: node.value.value
        for tree in trees for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }  # fmt: skip
    found = {text for name, text in constants.items() if NAMED.fullmatch(name)}
    for part in (part for tree in trees for given in given_as_reason(tree)
                 if not isinstance(given, ast.JoinedStr) for part in ast.walk(given)):  # fmt: skip
        name = getattr(part, "id", getattr(part, "attr", None))
        found.add(constants.get(name, getattr(part, "value", None)))
    return sorted(text for text in found if isinstance(text, str) and " " in text)


def given_as_reason(tree):
    """The arguments that say why a figure is undefined."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        place = REASON_OF.get(getattr(call.func, "id", ""), len(call.args))
        yield from call.args[place : place + 1]
        yield from (each.value for each in call.keywords if each.arg == "reason")


def test_the_reasons_are_found_wherever_they_stand():
    assert {FLAWLESS, NOT_FITTED, "there is nothing to count"} <= set(reasons())


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_has_its_chinese(reason):
    assert reason in CHINESE
    assert reason_in("en", reason) == reason
    assert re.search(r"[一-鿿]", reason_in("zh-TW", reason))


def test_reasons_with_numbers_keep_them():
    assert reason_in("zh-TW", "undefined in 300 of 2000 resamples").startswith("2000 次")
    assert "3" in reason_in("zh-TW", "AUC is undefined for grade 3")


def test_why_a_cell_of_the_lab_could_not_start_is_said_in_chinese_too(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    from drgrade.models.weights.download import fetch
    from drgrade.models.weights.start import load_start
    from drgrade.models.weights.synthetic_starts import phantom_folder

    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    monkeypatch.setenv("DRGRADE_WEIGHTS_URL", "http://127.0.0.1:9")
    with pytest.raises(DownloadError) as unreached:
        fetch("resnet18-f37072fd.pth", "f37072fd")
    with pytest.raises(UsageError) as unmade:
        load_start(object(), "resnet18", "phantom")
    phantom_folder("resnet18").mkdir(parents=True)
    with pytest.raises(UsageError) as unfinished:
        load_start(object(), "resnet18", "phantom")
    for error in (unreached, unmade, unfinished):
        assert reason_in("en", str(error.value)) == str(error.value)
        assert re.match(r"(無法下載|resnet18 的)", reason_in("zh-TW", str(error.value)))


PAIRS = np.repeat(np.arange(40), 2)
EVERY_OTHER, SOME = np.tile([1, 0, 1, 1], 20), np.tile([1, 0, 1, 1, 1], 16)
MADE = {
    "independent photographs": ratio(SOME, np.arange(80)),
    "patients": ratio(SOME, PAIRS),
    "few patients": ratio(SOME, PAIRS % 20),
    "patients without spread": ratio(np.ones(80), PAIRS),
    "area": area(EVERY_OTHER, SOME + PAIRS, PAIRS),
    "area of one": area(EVERY_OTHER, EVERY_OTHER, PAIRS),
    "resamples": from_replicates(0.5, np.linspace(0, 1, 50), 80),
}


@pytest.mark.parametrize("name", MADE)
def test_how_an_interval_was_made_is_told_in_the_language_of_the_page(name):
    method = with_unit(MADE[name], "groups").method
    assert method_in("en", method) == method
    told = method_in("zh-TW", method)
    assert set(re.findall("[A-Za-z]+", told)) <= {"Wilson", "logit", "t", "bootstrap"}
