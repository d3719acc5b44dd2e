"""A whole experiment: it learns, it is judged on what it never saw, and it resumes bit for bit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest, write_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.data.tables.splits import split
from drgrade.errors import ManifestError, RunError
from drgrade.models.checkpoint import load_grader, load_tensors
from drgrade.recipe.recipe import Recipe, make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json
from drgrade.runtime.signals import InterruptedRunError
from drgrade.training import fit, session
from drgrade.training.fit import resume_run, run
from drgrade.training.folds import run_folds
from drgrade.training.prepared import limited

QUICK = {
    "data": {"size": 32, "workers": 0},
    "model": {"network": "resnet10_narrow"},
    "augment": {"rotation": 20.0},
    "train": {"epochs": 2, "batch": 8, "threads": 1, "watch_test": True},
}


def quick(**changes) -> Recipe:
    settings = {key: dict(value) for key, value in QUICK.items()}
    for place, value in changes.items():
        section, key = place.split("__")
        settings.setdefault(section, {})[key] = value
    return make_recipe(settings)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Manifest:
    folder = tmp_path_factory.mktemp("drawn")
    drawn = split(draw_set(60, folder / "photos", size=64, seed=1), seed=0)
    write_manifest(drawn, folder / "manifest.csv")
    return read_manifest(folder / "manifest.csv")


@pytest.fixture(scope="module")
def finished(manifest, tmp_path_factory) -> RunFolder:
    return RunFolder(run(quick(), manifest, tmp_path_factory.mktemp("runs") / "quick"))


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_tensors(folder / "last.safetensors")[0]


def same(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[k], two[k]) for k in one)


def test_a_finished_run_has_all_its_files(finished):
    names = {path.name for path in finished.folder.iterdir()}
    assert names >= {
        "recipe.toml", "provenance.json", "metrics.csv", "curves.png", "curves.svg",
        "best.safetensors", "last.safetensors", "predictions.parquet", "highest_test.parquet",
        "summary.json", "manifest.parquet", "finished.json",
    }  # fmt: skip
    assert "lock" not in names


def test_every_photo_of_tune_calibrate_and_test_is_predicted_once(finished, manifest):
    table = read_predictions(finished.predictions).table
    wanted = manifest.table.filter(pl.col("split") != "train")
    assert sorted(table["photo"]) == sorted(wanted["photo"])
    assert set(table["status"]) == {"graded"}


def test_the_predictions_are_those_of_the_saved_model(finished):
    from drgrade.inference.engine_torch import TorchEngine
    from drgrade.inference.stream import grade_photos

    table = read_predictions(finished.predictions).table
    whole = read_manifest(finished.folder / "manifest.parquet")
    named = [(photo, whole.locate(photo)) for photo in table["photo"]]
    rows = list(grade_photos(TorchEngine(load_grader(finished.folder)), named))
    ours = np.array([[row[f"p{k}"] for k in range(5)] for row in rows])
    theirs = table.select([f"p{k}" for k in range(5)]).to_numpy()
    assert np.abs(ours - theirs).max() < 1e-5


def test_the_best_epoch_is_chosen_on_tune_and_says_so(finished):
    history = finished.read_metrics()
    summary = finished.read_json(finished.summary)
    scores = [row["tune_qwk"] for row in history]
    assert summary["best_tune_qwk"] == pytest.approx(max(s for s in scores if s is not None))
    assert load_grader(finished.folder).provenance.chosen_on == "tune"


def test_the_labs_custom_is_marked_as_chosen_on_test(finished):
    assert read_predictions(finished.highest_test).provenance.epoch_chosen_on == "test"


def test_the_same_seed_gives_the_same_weights(finished, manifest, tmp_path):
    again = run(quick(data__workers=2), manifest, tmp_path / "again")
    assert same(weights(again), weights(finished.folder))


def test_another_seed_gives_other_weights(finished, manifest, tmp_path):
    other = run(quick(train__seed=1, train__epochs=1), manifest, tmp_path / "other")
    assert not same(weights(other), weights(finished.folder))


TRAIN = """
import sys
from drgrade.cli.app import main
main(["train", sys.argv[1], "-o", sys.argv[2]] if sys.argv[3] == "new"
     else ["train", "--resume", sys.argv[2]])
"""


def start(recipe: Path, folder: Path, how: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(recipe), str(folder), how],
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def recipe_file(manifest: Manifest, folder: Path) -> Path:
    from drgrade.recipe.run_folder import write_toml

    path = write_and_name(manifest, folder)
    recipe = quick(data__manifest=str(path), train__save_minutes=0.0, train__epochs=3)
    (folder / "quick.toml").write_text(write_toml(recipe))
    return folder / "quick.toml"


def write_and_name(manifest: Manifest, folder: Path) -> Path:
    write_manifest(manifest, folder / "m.csv")
    return folder / "m.csv"


@pytest.mark.proof
@pytest.mark.parametrize("wait", [0.2, 0.9])
def test_a_killed_training_resumed_ends_with_the_same_bits(manifest, tmp_path, wait):
    recipe = recipe_file(manifest, tmp_path)
    assert start(recipe, tmp_path / "whole", "new").wait() == 0
    killed = start(recipe, tmp_path / "killed", "new")
    while not (tmp_path / "killed" / "last.safetensors").is_file():
        time.sleep(0.02)
    time.sleep(wait)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert start(recipe, tmp_path / "killed", "resume").wait() == 0
    assert same(weights(tmp_path / "killed"), weights(tmp_path / "whole"))


def test_a_terminated_training_saves_and_exits_143(manifest, tmp_path):
    recipe = recipe_file(manifest, tmp_path)
    process = start(recipe, tmp_path / "run", "new")
    while not (tmp_path / "run" / "last.safetensors").is_file():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 143
    assert not (tmp_path / "run" / "lock").exists()


def test_a_folder_that_holds_a_run_is_not_started_again(finished, manifest):
    with pytest.raises(RunError, match="already holds a run"):
        run(quick(), manifest, finished.folder)


def test_photos_that_cannot_be_trained_on_leave_the_folder_free(manifest, tmp_path):
    few = manifest.table.with_columns(
        pl.when(pl.int_range(pl.len()) > 0).then(None).otherwise(pl.col("grade")).alias("grade"),
        split=pl.lit("train"),
    )
    with pytest.raises(ManifestError, match="needs at least 2 graded photos"):
        run(quick(), Manifest(few, manifest.root, manifest.provenance), tmp_path / "run")
    assert not RunFolder(tmp_path / "run").is_started


def test_a_changed_recipe_is_refused_with_the_difference(finished, manifest, tmp_path):
    interrupted = copy_unfinished(finished, tmp_path)
    with pytest.raises(RunError, match=r"optimiser.learning_rate: 0.001 -> 0.5"):
        run(quick(optimiser__learning_rate=0.5), manifest, interrupted, resume=True)


def test_a_recipe_edited_in_its_folder_is_refused_on_resume(finished, manifest, tmp_path):
    from drgrade.training.fit import resume_run

    interrupted = copy_unfinished(finished, tmp_path)
    recipe = RunFolder(interrupted).recipe
    recipe.write_text(recipe.read_text().replace("learning_rate = 0.001", "learning_rate = 0.5"))
    with pytest.raises(RunError, match=r"recipe.toml was changed since its training began"):
        resume_run(interrupted)


def test_a_relabelled_manifest_is_refused_on_resume(finished, manifest, tmp_path):
    interrupted = copy_unfinished(finished, tmp_path)
    changed = manifest.table.with_columns(grade=pl.lit(0, dtype=pl.Int8))
    with pytest.raises(RunError, match="manifest changed"):
        run(
            quick(), Manifest(changed, manifest.root, manifest.provenance), interrupted, resume=True
        )


@pytest.fixture
def copied(manifest, tmp_path) -> Manifest:
    """Photos of the test's own, whose manifest promises no hashes."""
    import shutil

    shutil.copytree(manifest.root, tmp_path / "photos")
    return Manifest(manifest.table.drop("sha256", strict=False), tmp_path / "photos")


@pytest.mark.parametrize(("change", "left"), [("gone", 59), ("another", 60)])
def test_photos_that_changed_are_refused_on_resume(copied, tmp_path, change, left):
    folder = RunFolder(run(quick(train__epochs=1), copied, tmp_path / "run"))
    folder.finished.unlink()
    first, second = (copied.locate(photo) for photo in copied.table["photo"][:2])
    first.unlink() if change == "gone" else first.write_bytes(second.read_bytes())
    with pytest.raises(RunError, match=rf"files changed .*\(60 of them could .* then, {left} now"):
        run(quick(train__epochs=1), copied, folder.folder, resume=True)


def test_a_table_whose_photos_are_elsewhere_is_refused_before_it_is_trained_on(copied, tmp_path):
    for photo in copied.table["photo"][:30]:
        copied.locate(photo).unlink()
    with pytest.raises(ManifestError, match=r"at most 10% .* got 30 of 60, first .*data\.root"):
        run(quick(), copied, tmp_path / "run")
    assert not RunFolder(tmp_path / "run").is_started


def test_a_changed_version_is_told_on_resume(finished, manifest, tmp_path, capsys):
    interrupted = copy_unfinished(finished, tmp_path)
    path = RunFolder(interrupted).provenance
    began = json.loads(path.read_text())
    began["versions"]["torch"] = "1.0"
    path.write_text(json.dumps(began))
    run(quick(), manifest, interrupted, resume=True)
    assert "torch was 1.0 when the run began" in capsys.readouterr().err


def copy_unfinished(finished: RunFolder, folder: Path) -> Path:
    import shutil

    shutil.copytree(finished.folder, folder / "copy")
    (folder / "copy" / "finished.json").unlink()
    return folder / "copy"


def test_resuming_where_nothing_was_started_is_an_error(tmp_path):
    from drgrade.training.fit import resume_run

    with pytest.raises(RunError, match="no run to resume"):
        resume_run(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "changes",
    [
        {"objective__name": "regression"},
        {"train__ema": 0.9, "train__clip": 1.0},
        {"optimiser__name": "adamw", "schedule__name": "cosine", "schedule__warmup_epochs": 0.5},
        {"train__balanced_sampler": True, "objective__class_weights": "sqrt"},
        {"train__mixed_precision": True, "train__channels_last": False},
        {"model__network": "efficientnet_lite0"},
    ],
)
def test_every_way_of_training_comes_to_its_end(manifest, tmp_path, changes):
    folder = run(quick(train__epochs=1, **changes), manifest, tmp_path / "run")
    assert RunFolder(folder).is_finished


def test_early_stopping_ends_a_training_that_gets_no_better(manifest, tmp_path):
    recipe = quick(train__epochs=30, train__early_stop=1, optimiser__learning_rate=1e-9)
    folder = run(recipe, manifest, tmp_path / "run")
    assert len(RunFolder(folder).read_metrics()) < 30


def test_a_manifest_without_training_photos_is_refused(manifest, tmp_path):
    table = manifest.table.with_columns(split=pl.lit("test"))
    with pytest.raises(ManifestError):
        run(quick(), Manifest(table, manifest.root, manifest.provenance), tmp_path / "run")


def test_limiting_photos_keeps_whole_patients(manifest):
    small = limited(manifest, 12).table.filter(pl.col("split") == "train")
    whole = manifest.table.filter(pl.col("split") == "train")
    assert 0 < len(small) <= 12
    counts = whole.group_by("patient").len()
    kept = small.group_by("patient").len()
    assert kept.join(counts, on=["patient", "len"]).height == kept.height


def test_folds_predict_every_patient_by_a_model_that_never_saw_him(manifest, tmp_path):
    path = run_folds(quick(train__epochs=1), tmp_path / "folds", 2, manifest)
    table, known = read_predictions(path).table, read_predictions(path).provenance
    wanted = manifest.table.filter(pl.col("split") != "test")
    models = table.group_by("fold").agg(pl.col("model").first()).sort("fold")["model"].to_list()
    assert [each[:16] for each in known.fold_weights_sha256] == models
    assert sorted(table["photo"]) == sorted(wanted["photo"])
    assert set(table["split"]) == {"out_of_fold"}
    assert table.group_by("patient").agg(pl.col("fold").n_unique())["fold"].max() == 1


def test_a_signal_after_a_folds_last_step_ends_the_training_before_the_next_fold(
    manifest, tmp_path, monkeypatch
):
    finish = fit.finish

    def finish_and_be_asked_to_stop(*args):
        finish(*args)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(fit, "finish", finish_and_be_asked_to_stop)
    with pytest.raises(InterruptedRunError, match=r"fold-0 was finished") as caught:
        run_folds(quick(train__epochs=1), tmp_path / "folds", 2, manifest)
    assert caught.value.exit_code == 143
    assert str(caught.value).endswith("go on with the same command")
    assert not (tmp_path / "folds" / "fold-1").exists()
    with pytest.raises(RunError, match="holds folds; go on with the command that began them"):
        fit.resume_run(tmp_path / "folds")
    monkeypatch.setattr(fit, "finish", finish)
    table = run_folds(quick(train__epochs=1), tmp_path / "folds", 2, manifest)
    assert set(read_predictions(table).table["fold"]) == {0, 1}


def test_where_tune_has_one_grade_it_chooses_no_epoch_and_sees_no_collapse(
    manifest, tmp_path, capsys
):
    is_tune = pl.col("split") == "tune"
    one = manifest.table.with_columns(grade=pl.when(is_tune).then(2).otherwise(pl.col("grade")))
    files = RunFolder(run(quick(), Manifest(one, manifest.root), tmp_path / "one"))
    told = capsys.readouterr().err
    assert "of split 'tune' have grade 2: no QWK can choose an epoch there" in told
    assert "collapsed" not in told
    assert json.loads((files.folder / "summary.json").read_text())["best_epoch"] == 2


def relabelled(manifest: Manifest) -> Manifest:
    """The same photographs, every grade another."""
    return Manifest(manifest.table.with_columns(grade=4 - pl.col("grade")), manifest.root)


def test_a_finished_run_is_not_taken_for_one_of_corrected_labels(finished, manifest):
    with pytest.raises(RunError, match="the manifest changed since this run began"):
        run(quick(), relabelled(manifest), finished.folder, resume=True)
    assert run(quick(), manifest, finished.folder, resume=True) == finished.folder


def test_folds_of_other_labels_or_another_number_are_not_mixed(manifest, tmp_path):
    run_folds(quick(train__epochs=1), tmp_path, 2, manifest)
    changed, number = "the manifest changed since this run began", "begun with 2 folds, got 3"
    for k, other, said in ((2, relabelled(manifest), changed), (3, manifest, number)):
        with pytest.raises(RunError, match=said):
            run_folds(quick(train__epochs=1), tmp_path, k, other)
    table = read_predictions(tmp_path / "out_of_fold.parquet").table
    assert table["photo"].n_unique() == (manifest.table["split"] != "test").sum()


def test_a_fold_goes_on_by_itself_with_the_photos_it_was_given(manifest, tmp_path):
    run_folds(quick(train__epochs=1), tmp_path, 2, manifest)
    fold = RunFolder(tmp_path / "fold-1")
    fold.finished.unlink()
    fold.predictions.unlink()
    assert resume_run(fold.folder) == fold.folder
    assert fold.is_finished


def test_what_a_killed_end_did_not_write_is_written_when_the_run_goes_on(
    finished, manifest, tmp_path
):
    whole = finished.metrics.read_text()
    files = RunFolder(copy_unfinished(finished, tmp_path / "run"))
    files.metrics.write_text("\n".join(whole.splitlines()[:-1]) + "\n")
    run(quick(), manifest, files.folder, resume=True)
    assert files.metrics.read_text() == whole


def test_an_interrupted_run_of_another_drawing_is_told_before_photos_are_drawn(
    tmp_path, monkeypatch
):
    recipe = quick(data__drawn=4)
    files = RunFolder(tmp_path)
    files.begin(recipe, "")
    write_json(files.provenance, files.read_json(files.provenance) | {"drawing": -1})
    monkeypatch.setattr(session, "read_photos", None)
    with pytest.raises(RunError, match=r"learns from drawing -1 of photographs, .* remove that"):
        resume_run(tmp_path)
