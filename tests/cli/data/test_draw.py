"""What `data draw` says of photographs that are there already, and when it is stopped."""

import os
import signal
import subprocess
import sys
import time

import pytest

from drgrade.cli.app import run


def test_a_table_of_more_photographs_than_asked_is_kept_and_said_to_be(tmp_path, capsys):
    table = tmp_path / "manifest.csv"
    draw = ["--size", "64", "-o", str(tmp_path), "--workers", "0"]
    assert run(["data", "draw", "3", *draw]) == 0
    before = table.read_bytes()
    assert run(["data", "draw", "3", *draw]) == 0
    assert capsys.readouterr().err == ""
    assert run(["data", "draw", "2", *draw]) == 0
    said = capsys.readouterr()
    assert said.err == (
        f"note: {table} keeps 3 photographs, which were drawn here before; for 2 alone name an "
        "empty folder\n"
    )
    assert said.out == f"{table}\n"
    assert table.read_bytes() == before


@pytest.mark.parametrize(
    "begun", ["drawn.json", "photos/*.jpg"], ids=["while they start", "while they work"]
)
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_drawing_that_is_ended_says_so_in_one_line(tmp_path, begun, workers):
    call = [sys.executable, "-m", "drgrade", "data", "draw", "2000", "-o", str(tmp_path / "drawn"),
            "--size", "256", "--workers", workers]  # fmt: skip
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
        while not any((tmp_path / "drawn").glob(begun)):
            time.sleep(0.05)
        os.kill(one.pid, signal.SIGTERM)
        _, told = one.communicate(timeout=60)
    assert one.returncode == 143
    assert [line for line in told.splitlines() if not line.startswith("drawing ")] == [
        "drgrade: stopped while photographs were drawn; go on with the same command"
    ]
