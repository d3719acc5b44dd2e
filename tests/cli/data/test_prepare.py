"""`data prepare` keeps what lies in its folder, and makes anew what is its own and damaged."""

import contextlib
import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from drgrade.cli.app import run
from drgrade.data.phantom.drawing import draw_set
from drgrade.runtime.locks import locked


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    draw_set(3, folder, size=96)
    return folder


def prepare(drawn, folder, *more):
    return run(["data", "prepare", str(drawn / "manifest.csv"), "--size", "32", "--workers", "0",
                "-o", str(folder), *more])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [("index.json", b"[1]"), ("index.json", b'{"a": 1}'), ("squares.npy", b"mine")],
)
def test_a_file_of_another_is_kept_unless_forced(drawn, tmp_path, capsys, name, content):
    (tmp_path / name).write_bytes(content)
    assert prepare(drawn, tmp_path) == 2
    assert f"{name} is no file of this command" in capsys.readouterr().err
    assert (tmp_path / name).read_bytes() == content
    assert prepare(drawn, tmp_path, "--force") == 0


def test_squares_of_other_photographs_or_settings_are_kept_unless_forced(drawn, tmp_path, capsys):
    assert prepare(drawn, tmp_path / "k") == 0
    draw_set(2, tmp_path / "other", size=96, seed=1)
    assert prepare(tmp_path / "other", tmp_path / "k") == 2
    assert "holds squares of other photographs" in capsys.readouterr().err
    assert prepare(drawn, tmp_path / "k", "--crop", "none") == 2
    assert "holds squares made with other settings" in capsys.readouterr().err
    assert prepare(drawn, tmp_path / "k") == 0
    assert prepare(tmp_path / "other", tmp_path / "k", "--force") == 0


def test_squares_that_another_made_while_the_folder_was_waited_for_are_kept(
    drawn, tmp_path, capsys, monkeypatch
):
    @contextlib.contextmanager
    def after_another(folder, waiting):
        monkeypatch.undo()
        assert prepare(drawn, folder, "--crop", "none") == 0
        with locked(folder, waiting):
            yield

    monkeypatch.setattr("drgrade.data.photos.cache.locked", after_another)
    assert prepare(drawn, tmp_path) == 2
    assert "holds squares made with other settings" in capsys.readouterr().err
    assert prepare(drawn, tmp_path, "--crop", "none") == 0


def test_a_root_beside_a_folder_is_refused(drawn, tmp_path, capsys):
    assert run(["data", "prepare", str(drawn), "--root", str(drawn), "-o", str(tmp_path)]) == 2
    assert "--root is where a manifest's photographs lie" in capsys.readouterr().err


def test_a_name_that_no_file_can_have_is_a_photograph_that_failed(drawn, tmp_path, capsys):
    photo = next((drawn / "photos").iterdir()).name
    table = pl.DataFrame({"photo": ["a\0.png", "a\0.npz#train/0", f"photos/{photo}"]})
    table.write_parquet(tmp_path / "m.parquet")
    assert run(["data", "prepare", str(tmp_path / "m.parquet"), "--root", str(drawn), "--size",
                "32", "--workers", "0", "-o", str(tmp_path / "k")]) == 3  # fmt: skip
    told = capsys.readouterr().err
    assert r"a\x00.png: cannot be read: no file can have this name: embedded null byte" in told
    assert "3 photographs = 1 prepared + 2 failed" in told


@pytest.mark.parametrize("name", ["index.json", "squares.npy"])
def test_what_was_cut_short_is_made_anew(drawn, tmp_path, name):
    prepare(drawn, tmp_path)
    whole = np.load(tmp_path / "squares.npy")
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    assert prepare(drawn, tmp_path) == 0
    assert np.array_equal(np.load(tmp_path / "squares.npy"), whole)
    assert json.loads((tmp_path / "index.json").read_text())["done"]


def test_a_file_in_the_place_of_the_folder_is_refused(drawn, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    assert prepare(drawn, tmp_path / "file") == 2
    assert "output is a folder, got the file" in capsys.readouterr().err


def test_a_name_that_is_no_text_is_a_photograph_like_the_others(drawn, tmp_path, capsys):
    photo = next((drawn / "photos").iterdir()).read_bytes()
    for name in (b"caf\xe9.jpg", b"good.jpg"):
        (tmp_path / os.fsdecode(name)).write_bytes(photo)
    assert run(["data", "prepare", str(tmp_path), "--size", "32", "--workers", "0", "-o",
                str(tmp_path / "k")]) == 0  # fmt: skip
    assert "2 photographs = 2 prepared + 0 failed" in capsys.readouterr().err
    assert json.loads((tmp_path / "k" / "index.json").read_text())["photos"] == [
        r"caf\xe9.jpg", "good.jpg",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_read_is_told_and_is_no_success(
    drawn, tmp_path, capsys, monkeypatch
):
    def looked(place, look=os.scandir):
        if Path(place).name == "masks":
            raise PermissionError(13, "Permission denied", str(place))
        return look(place)

    monkeypatch.setattr(os, "scandir", looked)
    said = ["data", "prepare", str(drawn), "--size", "32", "--workers", "0", "-o", str(tmp_path)]
    assert run(said) == 3
    assert "which cannot be read (Permission denied)" in capsys.readouterr().err
