"""The photographs that a command is given have names that can be kept, and tables any letters."""

import errno
import os
from pathlib import Path

import polars as pl

from drgrade.inference.inputs import list_inputs


def refuse(place, *_):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def test_a_name_that_is_no_text_is_told_by_its_bytes_and_its_file_is_kept(tmp_path):
    place = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    place.write_bytes(b"photo")
    ((name, path, _),) = list_inputs([tmp_path], None)
    assert name == f"{tmp_path}/caf\\xe9.jpg"
    assert path == place


def test_an_ending_in_capitals_is_a_table_too(tmp_path):
    (tmp_path / "TABLE.CSV").write_text("photo,grade\n1.jpg,0\n")
    assert [name for name, _, _ in list_inputs([tmp_path / "TABLE.CSV"], tmp_path)] == ["1.jpg"]


def test_a_folder_that_cannot_be_looked_into_is_an_input_with_the_reason(tmp_path, monkeypatch):
    (tmp_path / "a.png").touch()
    (tmp_path / "locked").mkdir()
    look = os.scandir
    monkeypatch.setattr(
        os, "scandir", lambda place: refuse(place) if Path(place).name == "locked" else look(place)
    )
    photo, locked = list_inputs([tmp_path], None)
    assert photo[1] == tmp_path / "a.png"
    assert (locked[0], str(locked[1])) == (
        f"{tmp_path}/locked", "cannot be read: Permission denied"
    )  # fmt: skip


def test_a_place_of_which_the_system_tells_nothing_is_an_input_like_the_others(
    tmp_path, monkeypatch
):
    (tmp_path / "a.png").touch()
    too_long = tmp_path / f"{'a' * 300}.png"
    monkeypatch.setattr(Path, "is_dir", refuse)
    found = list_inputs([too_long, tmp_path / "a.png"], None)
    assert [path for _, path, _ in found] == [too_long, tmp_path / "a.png"]


def test_a_name_that_no_file_can_have_is_an_input_with_the_reason(tmp_path):
    table = pl.DataFrame({"photo": ["a\0.png", "b.png"], "grade": [0, 1]})
    table.write_parquet(tmp_path / "m.parquet")
    named, other = list_inputs([tmp_path / "m.parquet"], None)
    assert named[1].code == "impossible_name"
    assert other[1] == tmp_path / "b.png"
