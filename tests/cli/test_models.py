"""A start from drawn photographs: made by a command, found by its name, missed with the way out."""

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.data.phantom.drawing import DRAWING, draw_set
from drgrade.data.photos.preprocess import Preprocess
from drgrade.models.checkpoint import load_grader, save_grader, save_tensors
from drgrade.models.grader import Grader, build_network
from drgrade.models.weights.synthetic_starts import PHANTOM, phantom_folder
from drgrade.provenance.model import ModelProvenance
from drgrade.recipe.recipe import Model, load_recipe
from drgrade.recipe.run_folder import RunFolder

pytestmark = pytest.mark.usefixtures("empty_figures")

SMALL = ["--set", "data.drawn=24", "--set", "data.size=32", "--set", "train.epochs=1",
         "--set", "data.workers=0"]  # fmt: skip


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))


def test_a_missing_drawn_start_names_the_command_that_makes_it(own_cache, tmp_path, capsys):
    draw_set(24, tmp_path, size=64)
    settings = [f"data.manifest={tmp_path / 'manifest.csv'}", "data.size=32", "data.workers=0",
                f"model.start={PHANTOM}", "model.network=resnet10_narrow"]  # fmt: skip
    said = [word for setting in settings for word in ("--set", setting)]
    assert run(["train", "demo", *said, "-o", str(tmp_path / "run")]) == 2
    assert "drgrade models pretrain resnet10_narrow" in capsys.readouterr().err


def test_pretrain_leaves_a_finished_run_that_a_recipe_starts_from(own_cache, tmp_path, capsys):
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 0
    folder = phantom_folder("resnet10_narrow")
    assert capsys.readouterr().out.strip() == str(folder)
    assert RunFolder(folder).is_finished
    draw_set(24, tmp_path, size=64, seed=3)
    settings = [f"data.manifest={tmp_path / 'manifest.csv'}", "data.size=32", "data.workers=0",
                "train.epochs=1", "model.network=resnet10_narrow",
                f"model.start={PHANTOM}"]  # fmt: skip
    said = [word for setting in settings for word in ("--set", setting)]
    assert run(["train", "demo", *said, "-o", str(tmp_path / "run")]) == 0
    assert (
        "resnet10_narrow starts from drawn photographs (24 of them, 1 epoch)"
        in capsys.readouterr().err
    )


def test_the_starts_made_here_are_listed_and_unfinished_ones_are_not(own_cache, capsys):
    phantom_folder("resnet50").mkdir(parents=True)
    assert run(["models"]) == 0
    assert "no start from drawn photographs made here yet" in capsys.readouterr().out
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 0
    capsys.readouterr()
    folder = phantom_folder("resnet10_narrow")
    assert run(["models"]) == 0
    assert f"  resnet10_narrow  24 of them, 1 epoch  {folder}\n" in capsys.readouterr().out
    assert run(["models", "--json"]) == 0
    (start,) = json.loads(capsys.readouterr().out)["drawn_starts"]
    assert start == {
        "network": "resnet10_narrow",
        "made": "24 of them, 1 epoch",
        "folder": str(folder),
    }


def test_an_unknown_network_is_answered_with_the_nearest(own_cache, capsys):
    assert run(["models", "pretrain", "resnet19"]) == 2
    assert "did you mean 'resnet18'" in capsys.readouterr().err


def test_the_full_pretraining_after_a_quick_trial_is_told_which_folder_to_remove(
    own_cache, tmp_path, capsys
):
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 0
    folder = phantom_folder("resnet10_narrow")
    capsys.readouterr()
    assert run(["models", "pretrain", "resnet10_narrow"]) == 2
    said = capsys.readouterr().err
    assert f"{folder}: a run keeps its recipe, but these differ: data.drawn: 24 -> 12000" in said
    assert "remove that folder to begin anew" in said


def test_the_state_of_a_training_is_shown_as_no_grader(own_cache, tmp_path, capsys):
    save_tensors(tmp_path / "last.safetensors", {}, {"kind": "training state"})
    assert run(["models", "show", str(tmp_path / "last.safetensors")]) == 2
    assert "is a training state, not a grader" in capsys.readouterr().err


def test_a_network_that_cannot_work_is_not_shown(capsys):
    assert run(["models", "show", "resnet10_narrow", "--head", "lab", "--stem", "small"]) == 2
    assert "--head lab fits the standard stem only" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        (["data.drawn=0", "data.manifest=idrid.csv"],
         "data.drawn = 0 and data.manifest = 'idrid.csv'"),
        (["data.manifest=idrid.csv"], "data.manifest = 'idrid.csv'"),
        (["data.drawn=0"], "data.drawn = 0"),
    ],
)  # fmt: skip
def test_a_pretraining_on_other_than_drawn_photographs_is_refused(own_cache, capsys, changes, got):
    said = [word for change in changes for word in ("--set", change)]
    assert run(["models", "pretrain", "resnet10_narrow", *said]) == 2
    assert capsys.readouterr().err == (
        f"drgrade: a drawn start learns from drawn photographs alone, got {got}; train on "
        "others with `drgrade train RECIPE --set data.manifest=MANIFEST`, whose run folder is a "
        "start too\n"
    )
    assert not phantom_folder("resnet10_narrow").exists()


def test_a_pretraining_that_begins_from_a_grader_of_patients_is_refused(
    own_cache, tmp_path, capsys
):
    model = Model(network="resnet10_narrow")
    for source, code in (("idrid", 2), ("", 2)):
        save_grader(tmp_path / "best.safetensors", Grader(
            build_network(model, 5), model, Preprocess(size=64), "cross_entropy",
            provenance=ModelProvenance(train_source=source)))  # fmt: skip
        start = ["--set", f"model.start={tmp_path}"]
        assert run(["models", "pretrain", "resnet10_narrow", *SMALL, *start]) == code
        said = capsys.readouterr().err
        told = source or "photographs of no named source"
        assert f"got model.start = '{tmp_path}', which learned from {told}; " in said
        assert not phantom_folder("resnet10_narrow").exists()


def test_a_start_that_an_older_version_made_of_patients_is_not_listed_as_drawn(
    own_cache, tmp_path, capsys
):
    folder = phantom_folder("resnet10_narrow")
    files = RunFolder(folder)
    changes = ["data.drawn=0", "data.manifest=idrid.csv", "model.network=resnet10_narrow"]
    files.begin(load_recipe(PHANTOM, changes), "")
    files.best.touch()
    files.finished.write_text("{}")
    assert run(["models"]) == 0
    said = capsys.readouterr().out
    assert "no start from drawn photographs made here yet" in said
    assert f"  resnet10_narrow: {folder} learned from idrid.csv, not from drawn photographs" in said
    assert run(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["drawn_starts"] == []


def draw_otherwise(monkeypatch) -> None:
    """As if a later version drew other photographs of the same seed."""
    for module in ("drawing", "sets"):
        monkeypatch.setattr(f"drgrade.data.phantom.{module}.DRAWING", DRAWING + 1)


def test_a_start_of_an_older_drawing_is_made_anew_only_where_its_folder_is_removed(
    own_cache, tmp_path, capsys, monkeypatch
):
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 0
    files = RunFolder(phantom_folder("resnet10_narrow"))
    before = files.best.read_bytes()
    draw_otherwise(monkeypatch)
    capsys.readouterr()
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 2
    assert capsys.readouterr().err == (
        f"drgrade: {files.folder} learns from drawing {DRAWING} of photographs, and this version "
        f"draws {DRAWING + 1}; remove that folder to begin anew, or keep it as it is\n"
    )
    assert run(["models"]) == 0
    assert f"24 of them, 1 epoch, of drawing {DRAWING}  {files.folder}" in capsys.readouterr().out
    draw_set(24, tmp_path / "photos", size=64)
    settings = [f"data.manifest={tmp_path / 'photos' / 'manifest.csv'}", "data.size=32",
                "data.workers=0", "train.epochs=1", "model.network=resnet10_narrow",
                f"model.start={PHANTOM}"]  # fmt: skip
    said = [word for setting in settings for word in ("--set", setting)]
    assert run(["train", "demo", *said, "-o", str(tmp_path / "run")]) == 0
    assert (
        f"note: the drawn start of resnet10_narrow is of drawing {DRAWING} "
        in capsys.readouterr().err
    )
    files.finished.unlink()  # as one that was interrupted
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 2
    assert files.best.read_bytes() == before


def test_a_start_of_an_unknown_drawing_is_kept_with_a_note(own_cache, capsys):
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 0
    files = RunFolder(phantom_folder("resnet10_narrow"))
    grader = load_grader(files.best)
    untold = replace(grader, provenance=grader.provenance.without("drawing"))
    save_grader(files.best, untold)
    known = files.read_json(files.provenance)
    files.provenance.write_text(json.dumps({k: v for k, v in known.items() if k != "drawing"}))
    capsys.readouterr()
    assert run(["models", "pretrain", "resnet10_narrow", *SMALL]) == 0
    said = capsys.readouterr()
    assert "does not say which drawing of photographs it is of" in said.err
    assert said.out == f"{files.folder}\n"
