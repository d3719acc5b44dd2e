"""The doctor: what this machine has."""

import json

from drgrade.cli.app import run
from drgrade.doctor import can_write, examine, memory


def test_the_facts_are_plain_values_and_name_what_decides(capsys):
    assert run(["doctor", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["extras"].keys() >= {"grade", "tensorboard"}
    assert facts["packages"]["numpy"]


def test_a_missing_extra_is_answered_with_the_line_that_installs_it(capsys, monkeypatch):
    facts = examine() | {"extras": {"grade": False}}
    monkeypatch.setattr("drgrade.doctor.examine", lambda: facts)
    run(["doctor"])
    assert "pip install 'drgrade[grade]'" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_a_finding(capsys, monkeypatch):
    facts = examine() | {"folders": {"/nowhere": False}}
    monkeypatch.setattr("drgrade.doctor.examine", lambda: facts)
    assert run(["doctor"]) == 3
    assert "NOT writable" in capsys.readouterr().out


def test_a_folder_yet_to_be_made_counts_by_the_one_above_it(tmp_path):
    assert can_write(tmp_path / "a" / "b")


def test_memory_is_known_and_positive():
    found = memory()
    assert found is not None
    assert found > 0
