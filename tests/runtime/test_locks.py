"""Locks: who holds a folder, on this machine or another, and what becomes of the dead."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from drgrade.errors import RunError
from drgrade.runtime.locks import claim_output, locked, release_claims

DEAD = 2**22 + 1  # above the highest process number


def written_by(pid, host, *start):
    """The file of a lock: process number, host and when the process started, a line each."""
    return "\n".join([str(pid), host, *start]) + "\n"


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
    (tmp_path / "lock").write_text(written_by(DEAD, socket.gethostname(), "1"))
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


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path):
    (tmp_path / "lock").write_text(written_by(DEAD, socket.gethostname(), "1"))
    with locked(tmp_path):
        pid, *_ = (tmp_path / "lock").read_text().splitlines()
    assert int(pid) == os.getpid()


def test_a_lock_whose_process_number_was_given_to_another_is_taken_over(tmp_path):
    (tmp_path / "lock").write_text(written_by(os.getpid(), socket.gethostname(), "1"))
    with locked(tmp_path):
        assert (tmp_path / "lock").is_file()


def test_the_lock_of_another_machine_is_believed(tmp_path):
    (tmp_path / "lock").write_text(written_by(1, "elsewhere", "1"))
    with pytest.raises(RunError, match="on elsewhere"):
        locked(tmp_path).__enter__()


def test_what_a_killed_process_had_half_written_is_swept_out_by_who_takes_over(tmp_path):
    (tmp_path / ".last.123.part.safetensors").write_bytes(b"half")
    (tmp_path / "last.safetensors").write_bytes(b"whole")
    with locked(tmp_path):
        assert sorted(file.name for file in tmp_path.iterdir()) == ["last.safetensors", "lock"]


CLAIM = """
import sys
from pathlib import Path
from drgrade.runtime.locks import claim_output
claim_output(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another(tmp_path):
    """Another process that is making `out.csv`."""
    with subprocess.Popen([sys.executable, "-c", CLAIM, tmp_path / "out.csv"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_of_two_commands_with_one_output_the_second_is_refused(another, tmp_path):
    with pytest.raises(RunError, match="another process"):
        claim_output(tmp_path / "out.csv", force=True)
    claim_output(tmp_path / "other.csv")
    release_claims()


def test_a_killed_process_lets_its_output_go(another, tmp_path):
    another.kill()
    another.wait()
    claim_output(tmp_path / "out.csv")
    claim_output(tmp_path / "out.csv")
    release_claims()
    assert list(tmp_path.iterdir()) == []
