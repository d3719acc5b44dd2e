"""W02: judged photographs of patients, or groups, that were learned from, however they are told."""

from dataclasses import replace

import polars as pl
import pytest

from drgrade.data.tables.manifest import make_manifest
from drgrade.data.tables.predictions import from_rows
from drgrade.data.tables.splits import leaked_share
from drgrade.errors import Reason
from drgrade.evaluation.scorecard.leak import Leak, leak_of
from drgrade.evaluation.scorecard.scores import with_patients
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import LearnedBefore
from drgrade.provenance.photo_set import SetProvenance


def answers(split, patients, **more):
    """A table with a row a patient."""
    return from_rows(
        [{"photo": f"{split}{i}", "patient": patient, "grade": i % 5, "predicted": i % 5,
          "status": "graded", "split": split, **{name: of(i) for name, of in more.items()}}
         for i, patient in enumerate(patients)]
    )  # fmt: skip


def listed(tmp_path, **splits):
    """A manifest with a row for each of the patients of a split; a patient may be (it, a group)."""
    rows = []
    for split, patients in splits.items():
        for i, told in enumerate(patients):
            patient, group = told if isinstance(told, tuple) else (told, None)
            rows.append({"photo": f"{split}{i}", "patient": patient, "group": group,
                         "grade": i % 5, "split": split})  # fmt: skip
    schema = dict.fromkeys(("photo", "patient", "group", "split"), pl.String) | {"grade": pl.Int64}
    return make_manifest(pl.DataFrame(rows, schema=schema), tmp_path)


def test_patients_are_known_by_the_manifest_however_the_table_spells_them(tmp_path):
    manifest = listed(tmp_path, test=["007", "008"], train=["007", "009"])
    assert leak_of(answers("test", ["7", "8"]), manifest).share == 0.5


def test_a_group_that_was_learned_from_leaks_as_the_check_of_the_manifest_says(tmp_path):
    manifest = listed(tmp_path, test=[("1", "a"), ("2", "b")], train=[("3", "a"), ("4", "c")])
    assert leak_of(answers("test", ["1", "2"]), manifest).share == leaked_share(manifest) == 0.5


def test_without_a_leak_and_with_all_that_is_needed_the_share_is_none(tmp_path):
    manifest = listed(tmp_path, test=["1", "2"], train=["3"])
    assert leak_of(answers("test", ["1", "2"]), manifest) == Leak(0.0)


@pytest.mark.parametrize(
    ("splits", "patients", "unknown"),
    [
        ({"test": ["1", "2"]}, ["1", "2"], "no_training_rows"),
        ({"test": [None, None], "train": ["3"]}, [None, None], "no_patients"),
        ({"test": ["1", "2"], "train": [None]}, ["1", "2"], "no_patients"),
    ],
)
def test_what_is_not_known_is_not_called_silent(tmp_path, splits, patients, unknown):
    found = leak_of(answers("test", patients), listed(tmp_path, **splits))
    assert (found.share, found.unknown) == (None, Reason(unknown))
    assert leak_of(answers("test", patients), None).unknown == Reason("no_manifest")


def test_rows_to_tune_with_are_not_held_against_themselves(tmp_path):
    table = answers("tune", ["1", "2"])
    assert leak_of(table, None, table) == Leak(None, unknown=Reason("no_training_rows"))
    ungraded = listed(tmp_path, tune=["1", "2"], train=["3"])
    one = from_rows([{**row, "grade": None if row["photo"] == "tune1" else row["grade"]}
                     for row in table.table.to_dicts()])  # fmt: skip
    assert leak_of(one, ungraded) == Leak(0.0)
    assert leak_of(one, listed(tmp_path, tune=["1", "2"], train=["2"])).share == 0.0
    assert leak_of(one, listed(tmp_path, tune=["1", "2"], train=["1"])).share == 1.0


def test_out_of_fold_a_patient_in_two_folds_leaks(tmp_path):
    apart = answers("out_of_fold", ["1", "1", "2", "2"], fold=lambda i: i // 2)
    assert leak_of(apart, None) == Leak(0.0)
    across = answers("out_of_fold", ["1", "1", "2", "2", "3"], fold=lambda i: int(i > 0))
    assert leak_of(across, None).share == 2 / 5
    nobody = answers("out_of_fold", [None, None], fold=lambda i: i)
    assert leak_of(nobody, None).unknown == Reason("no_patients")


def test_out_of_fold_groups_are_those_of_the_manifest(tmp_path):
    manifest = listed(tmp_path, train=[("1", "a"), ("2", "a"), ("3", "b")])
    table = from_rows([{"photo": f"train{i}", "patient": str(i + 1), "grade": i, "predicted": i,
                        "status": "graded", "split": "out_of_fold", "fold": i}
                       for i in range(3)])  # fmt: skip
    assert leak_of(with_patients(table, manifest), manifest).share == 2 / 3


START = ModelProvenance(learned_before=LearnedBefore(start="default", photographs=("idrid",)))


def started(told, *, known=START, **more):
    """Test rows of four patients, of a training whose start learned from those that `told` says."""
    table = answers("test", ["1", "2", "3", "4"], learned_before=lambda i: told[i], **more)
    return from_rows(table.table.to_dicts(), known)


def test_what_the_start_learned_from_leaks_too(tmp_path):
    manifest = listed(tmp_path, test=["1", "2", "3", "4"], train=["1", "5"])
    assert leak_of(started([False, True, False, False]), manifest) == Leak(0.5)
    assert leak_of(started([False] * 4), manifest).share == 0.25
    assert leak_of(started([None, True, None, None]), manifest).share == 0.5


def test_what_a_start_of_which_nothing_is_known_learned_from_is_not_called_silent(tmp_path):
    manifest = listed(tmp_path, test=["1", "2", "3", "4"], train=["5"])
    found = leak_of(started([None] * 4), manifest)
    about = {"start": "default", "photographs": ("idrid",)}
    assert (found.share, found.unknown) == (None, Reason("known_start", about))
    bare = from_rows(answers("test", ["1", "2", "3", "4"]).table.to_dicts(), START)
    assert leak_of(bare, manifest) == found
    untold = ModelProvenance(learned_before=LearnedBefore(start="x.pth", photographs=()))
    assert leak_of(started([None] * 4, known=untold), manifest).unknown.code == "unknown_start"


def test_a_column_of_another_model_says_nothing(tmp_path):
    manifest = listed(tmp_path, test=["1", "2", "3", "4"], train=["5"])
    assert leak_of(started([True] * 4, known=ModelProvenance()), manifest) == Leak(0.0)


def test_a_leak_through_the_start_is_none_that_the_source_declares(tmp_path):
    manifest = listed(tmp_path, test=["1", "2", "3", "4"], train=["1"])
    manifest = replace(manifest, provenance=SetProvenance(leak_declared=True))
    assert leak_of(started([True, False, False, False]), manifest).is_declared
    assert not leak_of(started([True, True, False, False]), manifest).is_declared


def test_out_of_fold_the_start_may_have_learned_from_what_no_fold_shares():
    apart = answers("out_of_fold", ["1", "2"], fold=lambda i: i, learned_before=lambda i: bool(i))
    assert leak_of(from_rows(apart.table.to_dicts(), START), None).share == 0.5
    untold = answers("out_of_fold", ["1", "2"], fold=lambda i: i)
    assert leak_of(from_rows(untold.table.to_dicts(), START), None).unknown.code == "known_start"
