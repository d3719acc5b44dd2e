"""A table and its record are one, whenever the process that writes them dies."""

import os
import signal
import subprocess
import sys

import pytest

from drgrade.data.tables.bound import record_of, which, write_bound
from drgrade.provenance.text import read_object
from drgrade.runtime.failpoints import VARIABLE

WRITE = """
import sys
from pathlib import Path
from drgrade.data.tables.bound import write_bound
place, text = Path(sys.argv[1]), sys.argv[2]
write_bound(place, lambda path: path.write_text(text), {"of": text})
"""
STEPS = ("written", "flushed", "named")  # of the record of both, of the table, of the record
MOMENTS = ("record_of_both", "record_of_both_stays",
           *(f"{name}:{n}" for name in STEPS for n in (1, 2, 3)))  # fmt: skip


def put(place, text):
    write_bound(place, lambda path: path.write_text(text), {"of": text})


def pair(place):
    """What the table holds, and what its record says of it."""
    bound = which(read_object(record_of(place).read_bytes()), place)
    return place.read_text(), bound.values["of"], bound.is_changed


def put_by_another(place, text, moment=""):
    """A process of its own writes; `moment`: dies there."""
    ended = subprocess.run([sys.executable, "-c", WRITE, place, text], check=False,
                           env={**os.environ, VARIABLE: moment})  # fmt: skip
    assert ended.returncode == (-signal.SIGKILL if moment else 0)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_leaves_the_old_pair_or_the_new_and_the_next_writing_is_whole(tmp_path, moment):
    place = tmp_path / "t.csv"
    put(place, "old")
    put_by_another(place, "new", moment)
    table, record, is_changed = pair(place)
    assert table == record
    assert is_changed is False
    put_by_another(place, "newer")
    assert pair(place) == ("newer", "newer", False)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["t.csv", "t.json"]


def test_two_kills_in_a_row_still_leave_the_first_pair(tmp_path):
    place = tmp_path / "t.csv"
    put(place, "old")
    put_by_another(place, "new", "record_of_both")
    put_by_another(place, "newer", "record_of_both")
    assert pair(place) == ("old", "old", False)


def test_a_table_without_a_record_gets_none_of_the_next_table(tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("somebody's")
    put_by_another(place, "new", "record_of_both")
    assert which(read_object(record_of(place).read_bytes()), place).values == {}


def test_a_table_that_was_edited_is_no_longer_the_record_s(tmp_path):
    place = tmp_path / "t.csv"
    put(place, "old")
    place.write_text("edited")
    assert pair(place) == ("edited", "old", True)


def test_a_record_of_an_earlier_version_names_no_table(tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("old")
    assert which({"of": "old"}, place).is_changed is None
