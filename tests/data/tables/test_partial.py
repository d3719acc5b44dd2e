"""Rows that are written are there again, whatever ended the process that wrote them."""

import errno
import os

import pytest

from drgrade.data.tables import partial
from drgrade.data.tables.partial import drop_leftover, journal_at, partial_of
from drgrade.errors import RunError, UsageError

ABOUT = {"model": "m", "inputs": "i", "options": {"mirror": False}}
ROWS = [{"photo": "a.jpg", "p0": 0.1 + 0.2}, {"photo": "é\n.jpg", "reason": "cut"}]


def written(path, rows=ROWS, about=ABOUT):
    with journal_at(path, about) as journal:
        for row in rows:
            journal.append(row)
    return path


def test_rows_are_read_back_as_they_were_and_more_are_added(tmp_path):
    path = written(tmp_path / "t.csv.partial")
    with journal_at(path, ABOUT) as journal:
        assert (journal.count, list(journal.rows())) == (2, ROWS)
        journal.append({"photo": "c.jpg"})
        assert list(journal.rows()) == [*ROWS, {"photo": "c.jpg"}]


def test_a_line_cut_at_any_byte_is_dropped_and_the_others_stay(tmp_path):
    whole = written(tmp_path / "t.csv.partial").read_bytes()
    header, first, _ = whole.splitlines(keepends=True)
    for size in range(1, len(whole)):
        path = tmp_path / "cut.partial"
        path.write_bytes(whole[:size])
        rows = (size >= len(header + first)) if size >= len(header) else 0
        with journal_at(path, ABOUT) as journal:
            assert journal.count == rows, size
            journal.append(ROWS[1])
            assert list(journal.rows()) == [*ROWS[:rows], ROWS[1]], size


def test_a_line_of_zeros_as_a_power_cut_leaves_it_ends_what_is_kept(tmp_path):
    path = written(tmp_path / "t.csv.partial")
    path.write_bytes(path.read_bytes() + b"\0" * 40 + b'\n{"photo":"z"}\n')
    with journal_at(path, ABOUT) as journal:
        assert list(journal.rows()) == ROWS


@pytest.mark.parametrize(
    ("other", "what"),
    [({"model": "n"}, "another model"), ({"inputs": "j"}, "other photographs"),
     ({"options": {}}, "other options"), ({"retry_of": "t"}, "another table")],
)  # fmt: skip
def test_rows_of_something_else_are_refused_and_begun_anew_by_force(tmp_path, other, what):
    path = written(tmp_path / "t.csv.partial")
    with pytest.raises(RunError, match=f"{what}.*--force"), journal_at(path, ABOUT | other):
        pass
    assert len(path.read_bytes().splitlines()) == 3
    with journal_at(path, ABOUT | other, force=True) as journal:
        assert journal.count == 0


def test_force_goes_on_with_rows_of_the_same(tmp_path):
    with journal_at(written(tmp_path / "t.csv.partial"), ABOUT, force=True) as journal:
        assert journal.count == 2


@pytest.mark.parametrize("content", [b"photo,grade\n", b'{"kind": "other"}\n', b"a note"])
def test_a_file_of_somebody_else_is_never_written_over(tmp_path, content):
    path = tmp_path / "t.csv.partial"
    path.write_bytes(content)
    with pytest.raises(UsageError), journal_at(path, ABOUT, force=True):
        pass
    assert path.read_bytes() == content


def test_two_processes_do_not_write_one_table(tmp_path):
    path = tmp_path / "t.csv.partial"
    with journal_at(path, ABOUT) as journal:
        journal.append(ROWS[0])
        with pytest.raises(RunError, match="another process"), journal_at(path, ABOUT):
            pass
    assert path.exists()


def test_a_journal_without_a_row_is_not_left_behind(tmp_path):
    path = tmp_path / "t.csv.partial"
    with pytest.raises(KeyError), journal_at(path, ABOUT):
        raise KeyError
    assert not path.exists()


def test_on_a_full_disk_the_rows_before_are_kept_and_the_way_on_is_named(tmp_path, monkeypatch):
    path, write = tmp_path / "t.csv.partial", os.write

    def full(descriptor, line):
        if len(line) < 12:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, line[:12])

    with journal_at(path, ABOUT) as journal:
        journal.append(ROWS[0])
        monkeypatch.setattr(partial.os, "write", full)
        with pytest.raises(OSError, match="1 rows are kept, the same command goes on"):
            journal.append(ROWS[1])
    monkeypatch.undo()
    with journal_at(path, ABOUT) as journal:
        assert list(journal.rows()) == ROWS[:1]


def test_what_a_finished_table_left_is_swept_and_a_younger_journal_stays(tmp_path):
    output = tmp_path / "t.csv"
    path = written(partial_of(output))
    drop_leftover(output)  # no table: an unfinished one
    output.write_text("photo\n")
    os.utime(output, ns=(0, path.stat().st_mtime_ns - 1))
    drop_leftover(output)  # of a table that is being made anew with --force
    assert path.exists()
    os.utime(output, ns=(0, path.stat().st_mtime_ns + 1))
    drop_leftover(output)
    assert not path.exists()
