"""The same file under two names keeps both answers, and the table says which is the copy."""

from dataclasses import replace

import polars as pl
import pytest

from drgrade.data.tables.predictions_file import read_predictions
from drgrade.inference.copies import Copies, Hashes, with_copies
from drgrade.inference.inputs import list_inputs
from drgrade.inference.rows import row_of
from drgrade.inference.table import TableTask, write_table


def answered(name: str, sha256: str, **more):
    shares = {"p0": 1.0, **{f"p{grade}": 0.0 for grade in range(1, 5)}}
    return {"photo": name, "status": "graded", "predicted": 0, "sha256": sha256 * 64,
            "referable": False, "model": "w", **shares, **more}  # fmt: skip


ROWS = [answered("1_left.jpg", "a"), answered("1_right.jpg", "b"), answered("2_left.jpg", "a"),
        {"photo": "3.jpg", "status": "error", "reason": "empty file", "model": "w"},
        answered("1_left_again.jpg", "b", grade=3), answered("2_right.jpg", "a")]  # fmt: skip


def test_a_copy_names_the_first_photograph_of_its_bytes_and_keeps_its_answer():
    rows = list(Copies().marked(ROWS))
    assert [row.get("duplicate_of") for row in rows] == [
        None, None, "1_left.jpg", None, "1_right.jpg", "1_left.jpg"
    ]  # fmt: skip
    assert [row["status"] for row in rows] == [row["status"] for row in ROWS]


def test_one_photograph_as_left_and_right_eye_is_told_apart_from_a_plain_copy():
    copies = Copies()
    list(copies.marked(ROWS))
    assert copies.number == 3
    assert copies.eyes == [("1_right.jpg", "1_left_again.jpg"), ("1_left.jpg", "2_right.jpg")]


def test_the_eye_of_the_table_counts_before_that_of_the_name():
    copies = Copies()
    list(copies.marked([answered("a.jpg", "a", eye="left"), answered("b.jpg", "a", eye="right")]))
    assert copies.eyes == [("a.jpg", "b.jpg")]


@pytest.mark.parametrize(("one", "other", "found"), [(0, 3, 1), (2, 2, 0), (None, 2, 0)])
def test_two_grades_of_one_photograph_are_told(one, other, found):
    copies = Copies()
    list(copies.marked([answered("a.jpg", "a", grade=one), answered("b.jpg", "a", grade=other)]))
    assert len(copies.grades) == found


def test_only_hashes_that_come_twice_are_looked_for_again():
    hashes = Hashes()
    for row in ROWS:
        hashes.note(row)
    assert hashes.repeated() == {int("a" * 16, 16), int("b" * 16, 16)}
    assert list(Copies(hashes.repeated()).marked(ROWS)) == list(Copies().marked(ROWS))
    assert list(Copies(()).marked(ROWS)) == ROWS


def written(folder, names_and_hashes, **options):
    manifest = folder / "set.csv"
    names = [name for name, _ in names_and_hashes]
    manifest.write_text("photo,eye\n" + "".join(f"{name},\n" for name in names))

    def grade(given):
        known = dict(names_and_hashes)
        for name, _, _ in given:
            failed = {"photo": name, "status": "error", "reason": "gone", "model": "w"}
            yield answered(name, known[name]) if known[name] else failed

    about = {"model": "m", "preprocess": "p", "options": {}}
    task = TableTask(folder / "t.csv", list_inputs([manifest], None), grade, about)
    return write_table(task, **options), read_predictions(folder / "t.csv").table


def test_a_written_table_has_the_column_where_there_is_a_copy_and_only_there(tmp_path):
    tally, table = written(tmp_path, [("a.jpg", "a"), ("b.jpg", "b"), ("c.jpg", "a")])
    assert table["duplicate_of"].to_list() == [None, None, "a.jpg"]
    assert any("duplicate_of" in line for line in tally.remarks())
    tally, table = written(tmp_path, [("a.jpg", "a"), ("b.jpg", "b")], force=True)
    assert "duplicate_of" not in table.columns
    assert tally.remarks() == []


def test_a_copy_that_comes_with_a_retry_is_marked(tmp_path):
    written(tmp_path, [("a.jpg", "a"), ("b.jpg", "")])
    _, table = written(tmp_path, [("a.jpg", "a"), ("b.jpg", "a")], retry=True)
    assert table["duplicate_of"].to_list() == [None, "a.jpg"]


def test_an_earlier_table_as_input_brings_no_mark_of_its_own():
    known = {"photo": "a.jpg", "duplicate_of": "z.jpg"}
    assert "duplicate_of" not in row_of(known, answered("a.jpg", "a"))
    table, copies = with_copies(pl.DataFrame([{**ROWS[0], "duplicate_of": "z.jpg"}]))
    assert "duplicate_of" not in table.columns
    assert replace(copies, wanted=None).number == 0
