"""Safe writing and hashes."""

import json
import os
import subprocess
import sys

import pytest

from drgrade.errors import UsageError
from drgrade.runtime.files import (
    HOST,
    LONGEST_NAME,
    refuse_taken,
    replacing,
    sha256_bytes,
    sha256_file,
    write_json,
    write_text,
)


def write_half(path):
    with replacing(path) as temporary:
        temporary.write_text("new but half")
        raise ValueError("half")


def test_a_failed_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept.txt"
    write_text(path, "old")
    with pytest.raises(ValueError, match="half"):
        write_half(path)
    assert [file.name for file in tmp_path.iterdir()] == ["kept.txt"]
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "force", "said"),
    [
        ("there.csv", False, "there.csv is there already; give another name or --force"),
        ("folder.csv", False, "got the folder .*folder.csv; add a file's name"),
        ("folder.csv", True, "got the folder"),
        ("there.csv/below.csv", True, "got the file .*there.csv; give another name"),
    ],
)
def test_an_output_whose_place_is_taken_is_refused(tmp_path, name, force, said):
    (tmp_path / "there.csv").write_text("kept")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match=said):
        refuse_taken(tmp_path / name, force=force)


@pytest.mark.parametrize(("name", "force"), [("there.csv", True), ("new/deep/file.csv", False)])
def test_an_output_that_is_free_or_forced_is_let_through(tmp_path, name, force):
    (tmp_path / "there.csv").write_text("kept")
    assert refuse_taken(tmp_path / name, force=force) is None


def test_json_that_is_not_a_number_is_refused(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"value": float("nan")})


def test_the_hash_of_a_file_is_the_hash_of_its_bytes(tmp_path):
    content = os.urandom(3_000_000)
    (tmp_path / "x").write_bytes(content)
    assert sha256_file(tmp_path / "x") == sha256_bytes(content)


def test_bytes_of_a_name_that_are_no_text_are_written_and_json_reads_them_back(tmp_path):
    write_json(tmp_path / "a.json", {"command": "m\udcff.csv"})
    assert json.loads((tmp_path / "a.json").read_text())["command"] == "m\udcff.csv"


def test_what_a_dead_process_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [f".x.{HOST}-{gone.pid}.part.json", f".y.{HOST}-{gone.pid}.part"]
    kept = [f".x.{HOST}-{os.getppid()}.part.json", f".x.00000000-{gone.pid}.part.json",
            f".x.{HOST}-{gone.pid}.party", f"x.{HOST}-{gone.pid}.part.json"]  # fmt: skip
    for name in (*left, *kept):
        (tmp_path / name).write_text("half")
    write_json(tmp_path / "x.json", {})
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([*kept, "x.json"])


@pytest.mark.parametrize("name", ["a" * 224 + ".csv", "眼" * 74 + ".csv"])
def test_a_name_that_leaves_no_room_for_files_beside_it_is_refused_before_any_work(tmp_path, name):
    with pytest.raises(UsageError, match="shorter"):
        refuse_taken(tmp_path / name)


def test_the_longest_name_can_be_written(tmp_path):
    place = tmp_path / ("a" * (LONGEST_NAME - 4) + ".csv")
    refuse_taken(place)
    write_text(place, "whole")
    assert place.read_text() == "whole"
