"""The device that was named, and no other."""

import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.errors import UsageError
from drgrade.inference import engine_torch
from drgrade.models.devices import pick_device


def test_the_cpu_is_always_here():
    assert pick_device("cpu").type == "cpu"


def test_a_device_that_is_not_here_is_an_error_and_no_silent_cpu():
    with pytest.raises(UsageError, match="cuda:77 is not here"):
        pick_device("cuda:77")


@pytest.mark.parametrize("name", ["gpu", "", "cuda:x", "mps"])
def test_a_device_nobody_knows_is_refused_with_those_there_are(name):
    with pytest.raises(UsageError, match="--device must be auto, cpu or cuda:N"):
        pick_device(name)


def test_predict_refuses_a_device_before_it_reads_the_weights(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        engine_torch, "load_grader", lambda *_: pytest.fail("the weights were read")
    )
    (tmp_path / "x.jpg").write_bytes(b"not looked at")
    assert run(["predict", "default", str(tmp_path / "x.jpg"), "--device", "cuda:77"]) == 2
    assert "--device cuda:77 is not here" in capsys.readouterr().err
