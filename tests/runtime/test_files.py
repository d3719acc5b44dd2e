"""Safe writing, hashes and locks."""

import json
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from drgrade.errors import RunError, UsageError
from drgrade.runtime.files import (
    cache_folder,
    data_folder,
    locked,
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


def test_a_folder_is_held_by_one_process_alone(tmp_path):
    with locked(tmp_path), pytest.raises(RunError, match=f"in use by process {os.getpid()}"):
        locked(tmp_path).__enter__()


def test_a_folder_that_is_held_can_be_waited_for_and_that_is_said_once(tmp_path):
    told, order = [], []
    with locked(tmp_path):

        def wait():
            with locked(tmp_path, waiting=told.append):
                order.append("second")

        second = threading.Thread(target=wait)
        second.start()
        second.join(timeout=1.2)
        order.append("first")
    second.join(timeout=5)
    assert order == ["first", "second"]
    assert len(told) == 1
    assert f"in use by process {os.getpid()}" in told[0]
    assert list(tmp_path.iterdir()) == []


def test_of_many_that_take_over_a_dead_lock_one_holds_it_at_a_time(tmp_path):
    owner = {"pid": 2**22 + 1, "host": socket.gethostname(), "started": "1"}
    (tmp_path / "lock.json").write_text(json.dumps(owner))
    inside, most = [], []

    def work():
        with locked(tmp_path, waiting=lambda told: None):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=30)
    assert most == [1] * 8


def test_a_disk_without_hard_links_has_locks_too(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with locked(tmp_path), pytest.raises(RunError, match=f"in use by process {os.getpid()}"):
        locked(tmp_path).__enter__()
    assert list(tmp_path.iterdir()) == []


def test_a_user_without_a_home_is_told_what_to_set_or_needs_none(tmp_path, monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    for name in ("DRGRADE_CACHE", "DRGRADE_DATA", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="set DRGRADE_CACHE=FOLDER"):
        cache_folder()
    monkeypatch.setenv("DRGRADE_DATA", str(tmp_path))
    assert data_folder() == tmp_path


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path):
    owner = {"pid": 2**22 + 1, "host": socket.gethostname(), "started": "1"}
    (tmp_path / "lock.json").write_text(json.dumps(owner))
    with locked(tmp_path):
        held = json.loads((tmp_path / "lock.json").read_text())
    assert held["pid"] == os.getpid()


def test_a_lock_whose_process_number_was_given_to_another_is_taken_over(tmp_path):
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "started": "another time"}
    (tmp_path / "lock.json").write_text(json.dumps(owner))
    with locked(tmp_path):
        assert (tmp_path / "lock.json").is_file()


def test_the_lock_of_another_machine_is_believed(tmp_path):
    (tmp_path / "lock.json").write_text(json.dumps({"pid": 1, "host": "elsewhere"}))
    with pytest.raises(RunError, match="on elsewhere"):
        locked(tmp_path).__enter__()


def test_what_a_killed_process_had_half_written_is_swept_out_by_who_takes_over(tmp_path):
    (tmp_path / ".last.123.part.safetensors").write_bytes(b"half")
    (tmp_path / "last.safetensors").write_bytes(b"whole")
    with locked(tmp_path):
        assert sorted(file.name for file in tmp_path.iterdir()) == ["last.safetensors", "lock.json"]


def test_bytes_of_a_name_that_are_no_text_are_written_and_json_reads_them_back(tmp_path):
    write_json(tmp_path / "a.json", {"command": "m\udcff.csv"})
    assert json.loads((tmp_path / "a.json").read_text())["command"] == "m\udcff.csv"
