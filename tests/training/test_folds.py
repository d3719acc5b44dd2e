"""Folds: every photo is predicted once, by a model that never saw its patient."""

import numpy as np
import polars as pl
import pytest

pytest.importorskip("torch")

from drgrade.data.phantom.sets import drawn_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import ManifestError, RunError, UsageError
from drgrade.recipe.recipe import Model, Recipe, make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.training.fit import resume_run, run
from drgrade.training.folds import _refuse_gaps, run_folds
from drgrade.training.stages import run_stages

PHOTOS, SIZE = 24, 28


def drawn(**train: object) -> Recipe:
    """A recipe that draws its photos."""
    return make_recipe({
        "name": "drawn",
        "data": {"drawn": PHOTOS, "size": SIZE, "workers": 0},
        "model": {"network": "resnet10_narrow"},
        "train": {"epochs": 1, "batch": 8, "threads": 1, **train},
    })  # fmt: skip


@pytest.fixture(scope="module")
def folded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("folds") / "of-drawn"
    run_folds(drawn(), folder, 2)
    return folder


@pytest.fixture(scope="module")
def whole():
    return drawn_manifest(PHOTOS, 0, SIZE, workers=0)


def test_each_drawn_photo_is_predicted_once_by_a_model_that_never_saw_its_patient(folded, whole):
    table = read_predictions(folded / "out_of_fold.parquet").table
    held_back = (whole.table["split"] != "test").fill_null(True)
    assert sorted(table["photo"]) == sorted(whole.table.filter(held_back)["photo"])
    assert table["fold"].n_unique() == 2
    assert table.group_by("patient").agg(pl.col("fold").n_unique())["fold"].max() == 1


def test_the_folds_of_drawn_photos_learn_from_different_ones(folded):
    given = [RunFolder(folded / f"fold-{i}").read_json(RunFolder(folded / f"fold-{i}").provenance)
             for i in range(2)]  # fmt: skip
    assert given[0]["manifest_hash"] != given[1]["manifest_hash"]


def test_a_fold_of_drawn_photos_goes_on_by_itself_with_those_it_was_given(folded):
    fold = RunFolder(folded / "fold-1")
    before = read_predictions(fold.predictions).table
    fold.finished.unlink()
    assert resume_run(fold.folder) == fold.folder
    assert read_predictions(fold.predictions).table["photo"].equals(before["photo"])


def test_folds_that_are_finished_are_not_repeated(folded, capsys):
    run_folds(drawn(), folded, 2)
    assert "epoch 1/1" not in capsys.readouterr().err


def test_a_manifest_that_is_given_wins_over_drawn_photos(whole, tmp_path):
    table = whole.table.with_columns(photo=pl.col("photo")).head(PHOTOS - 4)
    given = type(whole)(table, whole.root, whole.provenance)
    files = RunFolder(run(drawn(), given, tmp_path / "run"))
    assert files.read_json(files.provenance)["manifest_hash"] == given.hash
    with pytest.raises(RunError, match="the manifest changed since this run began"):
        run(drawn(), whole, files.folder, resume=True)


def test_predictions_that_leave_a_photo_out_or_have_it_twice_are_no_table(folded, whole, tmp_path):
    table = read_predictions(folded / "out_of_fold.parquet").table
    kept = type(whole)(whole.table.filter(pl.col("photo").is_in(table["photo"].to_list())),
                       whole.root, whole.provenance)  # fmt: skip
    _refuse_gaps(table, kept.table["photo"], tmp_path)
    for wrong in (table.head(len(table) - 1), pl.concat([table, table.head(1)])):
        with pytest.raises(RunError, match=r"each of the \d+ photos once, got .*begin anew"):
            _refuse_gaps(wrong, kept.table["photo"], tmp_path)


def test_folds_are_not_put_into_the_folder_of_a_run_nor_a_run_into_theirs(folded, tmp_path):
    run(drawn(), None, tmp_path / "run")
    with pytest.raises(RunError, match=r"already holds a run.*choose another folder"):
        run_folds(drawn(), tmp_path / "run", 2)
    assert not (tmp_path / "run" / "fold-0").exists()
    with pytest.raises(RunError, match=r"holds folds.*choose another folder"):
        run_stages(drawn(), None, folded)
    assert not (folded / "recipe.toml").exists()


@pytest.mark.parametrize("asked", [3, 4])
def test_another_number_of_folds_than_a_folder_has_is_told_as_what_it_is(folded, asked):
    with pytest.raises(RunError) as caught:
        run_folds(drawn(), folded, asked)
    assert str(caught.value) == (
        f"{folded} was begun with 2 folds, got {asked}; ask for 2, or choose another folder"
    )


def test_folds_that_could_not_begin_leave_their_folder_free_for_another_number(tmp_path):
    recipe = drawn().model_copy(update={"model": Model(start=str(tmp_path / "nowhere"))})
    with pytest.raises(UsageError, match=r"model\.start must be"):
        run_folds(recipe, tmp_path / "folds", 3)
    run_folds(drawn(), tmp_path / "folds", 2)


def test_rows_have_the_folds_that_are_given_and_some_are_never_held_back(whole, tmp_path):
    rows = type(whole)(whole.table.head(16).with_columns(split=pl.lit(None, pl.String)),
                       whole.root, whole.provenance)  # fmt: skip
    of_row = np.array([0, 1] * 6 + [-1] * 4)
    table = read_predictions(run_folds(drawn(), tmp_path / "given", 2, rows, of_row)).table
    given = dict(zip(rows.table["photo"].to_list()[:12], of_row[:12].tolist(), strict=True))
    assert dict(table.select("photo", "fold").iter_rows()) == given


@pytest.mark.parametrize("of_row", [[0, 1, 0], [0] * 16, [0, 2] * 8])
def test_folds_that_do_not_fit_the_rows_are_refused(whole, tmp_path, of_row):
    rows = type(whole)(whole.table.head(16).with_columns(split=pl.lit(None, pl.String)),
                       whole.root, whole.provenance)  # fmt: skip
    with pytest.raises(ManifestError):
        run_folds(drawn(), tmp_path / "wrong", 2, rows, np.array(of_row))
