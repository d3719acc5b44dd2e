"""Processes beside ours: they do their work, and none stays behind when ours is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children
from pathlib import Path

import pytest

from drgrade.errors import DrgradeError
from drgrade.runtime.workers import pool, threads

WAITING = """
import os, sys, time
from drgrade.runtime.workers import pool, threads

if __name__ == "__main__":
    with pool(2) as processes:
        print(*{each.result() for each in [processes.submit(os.getpid) for _ in range(40)]},
              *processes._processes, flush=True)
        time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"


def test_work_is_done_in_order():
    with pool(2) as processes:
        assert list(processes.map(abs, range(-20, 0))) == list(range(20, 0, -1))


def test_a_process_that_is_ended_from_outside_is_told_in_a_line_with_the_way_on():
    with (
        pytest.raises(DrgradeError, match="one of 2 working processes was ended.*same command"),
        pool(2) as processes,
    ):
        list(processes.map(os._exit, [1] * 4))


def test_none_stays_behind_when_the_one_that_made_them_is_killed(tmp_path):
    script = tmp_path / "waiting.py"
    script.write_text(WAITING)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        pids = {int(word) for word in one.stdout.readline().split()}
        one.kill()
    assert pids
    end = time.monotonic() + 20
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.1)
    assert [pid for pid in pids if is_alive(pid)] == []


DRAWING = """
import signal, sys
from drgrade.cli.app import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("begun", "seconds"), [("drawn.json", 1.0), ("photos/*.jpg", 0.0)],
    ids=["while they start", "while they work"],
)  # fmt: skip
def test_ctrl_c_ends_them_with_one_line_and_no_traceback(tmp_path, begun, seconds):
    call = [sys.executable, "-c", DRAWING, "data", "draw", "2000", "-o", str(tmp_path / "drawn"),
            "--size", "256"]  # fmt: skip
    with subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as one:
        while not any((tmp_path / "drawn").glob(begun)):
            time.sleep(0.05)
        time.sleep(seconds)
        os.killpg(one.pid, signal.SIGINT)
        _, told = one.communicate(timeout=60)
    assert one.returncode == 130
    assert [line for line in told.splitlines() if not line.startswith("drawing ")] == [
        "drgrade: interrupted"
    ]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no POSIX signals")
def test_a_signal_that_comes_while_they_start_is_heard_when_all_have(monkeypatch):
    started = []

    class Struck(ProcessPoolExecutor):
        def submit(self, *task, **more):
            if not started:
                os.kill(os.getpid(), signal.SIGTERM)
            started.append(task)
            return super().submit(*task, **more)

    def caught(*_):
        raise InterruptedError

    monkeypatch.setattr("drgrade.runtime.workers.ProcessPoolExecutor", Struck)
    before = signal.signal(signal.SIGTERM, caught)
    threads = set(threading.enumerate())
    try:
        with pytest.raises(InterruptedError), pool(2):
            pytest.fail("the work began")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(started) == 2
    assert set(threading.enumerate()) <= threads
    assert not active_children()


def blas_threads(_=None):
    import numpy as np  # noqa: F401  # loads BLAS
    from threadpoolctl import threadpool_info

    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_products_of_matrices_take_one_thread_beside_workers_and_all_afterwards():
    before = blas_threads()
    with threads(2) as made:
        assert set(made.map(lambda _: frozenset(blas_threads()), range(4))) == {frozenset({1})}
    assert blas_threads() == before
    with pool(1) as made:
        assert made.submit(blas_threads).result() == {1}
