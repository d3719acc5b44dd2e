"""Every look at a test set is counted, by set and by model, and nothing stops a judgement."""

import pytest

from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.evaluation.ledger import ledger_file, look_at, model_hash, set_hash
from drgrade.provenance.model import ModelProvenance


@pytest.fixture(autouse=True)
def empty_ledger(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def table(*answers, split="test", photos="abcd", **known) -> Predictions:
    rows = [
        {"photo": photo, "grade": grade, "predicted": answer, "status": "graded", "split": split}
        for photo, grade, answer in zip(photos, (0, 1, 2, 3), answers, strict=True)
    ]
    return from_rows(rows, ModelProvenance(**known))


def test_looks_are_counted_by_set_and_different_models_by_hash():
    numbers = [
        (look.number, look.models)
        for look in (look_at(table(*each)) for each in ((0, 1, 2, 3), (0, 1, 2, 3), (0, 0, 2, 3)))
    ]
    assert numbers == [(1, 1), (2, 1), (3, 2)]
    assert look_at(table(0, 1, 2, 3, photos="wxyz")).number == 1


def test_the_hash_that_travels_names_the_model():
    assert model_hash(table(0, 1, 2, 3, weights_sha256="f" * 64)) == "f" * 64


def test_a_set_is_its_photos_and_grades_in_any_order():
    rows = table(0, 1, 2, 3)
    turned = Predictions(rows.table.reverse())
    assert set_hash(rows) == set_hash(turned)
    assert set_hash(rows) != set_hash(table(0, 1, 2, 3, photos="abce"))


@pytest.mark.parametrize("split", ["train", "tune", "calibrate", "out_of_fold"])
def test_other_splits_may_be_looked_at(split):
    assert look_at(table(0, 1, 2, 3, split=split)) is None
    assert not ledger_file().exists()


def test_rows_without_a_split_count_as_a_test_set():
    assert look_at(table(0, 1, 2, 3, split=None)).number == 1


def test_a_line_cut_by_a_crash_is_passed_over_and_the_next_one_counts():
    look_at(table(0, 1, 2, 3))
    with ledger_file().open("ab") as file:
        file.write(b'\n{"set": "ab')
    assert [look_at(table(0, 1, 2, 3)).number for _ in range(2)] == [2, 3]


def test_a_ledger_that_cannot_be_written_is_said_and_stops_nothing(empty_ledger):
    empty_ledger.write_text("a file where the folder should be")
    look = look_at(table(0, 1, 2, 3))
    assert look.number == 1
    assert str(ledger_file()) in look.problem
