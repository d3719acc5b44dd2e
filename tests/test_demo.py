"""The demo tells the whole story, and goes on where it was interrupted."""

import json

import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.demo import real_photo


def test_the_demo_draws_trains_judges_grades_a_real_eye_and_names_its_page(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("drgrade.modelfile.places.shipped_folder", lambda: tmp_path / "none")
    command = ["demo", "-o", str(tmp_path / "demo"), "--photos", "48", "--epochs", "1"]
    assert run(command) == 0
    told = capsys.readouterr().out
    page = tmp_path / "demo" / "report.html"
    assert told.rstrip().endswith(str(page))
    assert "a real healthy left eye, by a network that has seen drawn eyes only" in told
    assert "research software, not a medical device" in told
    assert (tmp_path / "demo" / "real-eye.png").is_file()
    assert "Drawn photographs" in page.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "demo" / "report.json").read_text(encoding="utf-8"))
    trained = (tmp_path / "demo" / "runs" / "resnet18-random" / "best.safetensors").stat().st_mtime
    assert run(command) == 0
    again = (tmp_path / "demo" / "runs" / "resnet18-random" / "best.safetensors").stat().st_mtime
    assert again == trained


def test_a_manifest_of_other_photographs_is_refused(tmp_path, capsys):
    (tmp_path / "manifest.csv").write_text("photo,grade\na.jpg,0\n")
    assert run(["demo", "-o", str(tmp_path), "--photos", "48"]) == 2
    assert "name another folder with -o" in capsys.readouterr().err


def test_the_real_photograph_is_where_the_package_has_it():
    assert real_photo().is_file()
