"""The doctor: what this machine has."""

import json

import pytest
import torch

from drgrade.cli.app import run
from drgrade.cli.doctor import can_write, devices, examine, memory


def test_what_is_found_is_plain_values_and_name_what_decides(capsys):
    assert run(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["extras"].keys() >= {"grade", "tensorboard"}
    assert found["packages"]["numpy"]


def test_a_missing_extra_is_answered_with_the_line_that_installs_it(capsys, monkeypatch):
    found = examine() | {"extras": {"grade": False}}
    monkeypatch.setattr("drgrade.cli.doctor.examine", lambda: found)
    run(["doctor"])
    assert "pip install 'drgrade[grade]'" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_a_finding(capsys, monkeypatch):
    found = examine() | {"folders": {"/nowhere": False}}
    monkeypatch.setattr("drgrade.cli.doctor.examine", lambda: found)
    assert run(["doctor"]) == 3
    assert "NOT writable" in capsys.readouterr().out


def test_a_folder_yet_to_be_made_counts_by_the_one_above_it(tmp_path):
    assert can_write(tmp_path / "a" / "b")


def test_memory_is_known_and_positive():
    found = memory()
    assert found is not None
    assert found > 0


@pytest.mark.parametrize(("can", "told"), [(True, True), (False, False)])
def test_a_processor_with_units_for_bfloat16_is_told(can, told, monkeypatch):
    """There `train.mixed_precision` is worth trying."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": can}, raising=False)
    assert ("AMX bfloat16" in devices()[0]) is told


def test_an_older_torch_that_cannot_tell_is_no_fault(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert devices()[0].startswith("cpu (")
