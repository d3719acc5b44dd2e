"""Cells are held against each other where they differ in one thing, and in nothing else."""

import json

import pytest

from drgrade.lab.discussion import discussion
from drgrade.lab.pairs import other_settings
from drgrade.lab.report import write_lab_report
from drgrade.lab.results import read_lab
from drgrade.recipe.overrides import apply_changes
from drgrade.recipe.recipe import make_recipe

from .made_lab import made_cell, made_lab, made_manifest

pytestmark = pytest.mark.usefixtures("empty_figures")

SHALLOW, DEEP = "resnet18-random", "resnet50-random"
START = "model.start=imagenet"
LAB_RATE, OTHER_RATE = "optimiser.learning_rate=1e-5", "optimiser.learning_rate=3e-5"


def differing(kind, first, second):
    """The other settings of two recipes, each the lab's own with changes."""
    recipes = []
    for changes in (first, second):
        settings = {"optimiser": {"learning_rate": 1e-4}}
        apply_changes(settings, changes)
        recipes.append(make_recipe(settings))
    return other_settings(kind, *recipes)


def made(folder, *cells, compared=()):
    """A lab of cells given by name and changes of their recipe, and what was read of it."""
    manifest = made_manifest(folder, patients=60)
    settings = [
        made_cell(folder, manifest, name, skill=0.5, changes=changes) for name, changes in cells
    ]
    made_lab(folder, manifest, settings, compared=compared)
    notes = json.loads((folder / "lab.json").read_text())
    return manifest, read_lab(folder, notes, manifest)


def test_the_rate_that_goes_with_a_start_is_no_other_setting():
    assert differing("pretraining", [], [START, LAB_RATE]) == []
    assert differing("pretraining", [], [START, OTHER_RATE]) == ["optimiser.learning_rate"]


def test_the_epochs_that_go_with_a_network_are_no_other_setting():
    deep = ["model.network=resnet50"]
    assert differing("depth", ["train.epochs=10"], [*deep, "train.epochs=8"]) == []
    assert differing("depth", ["train.epochs=10"], [*deep, "train.epochs=3"]) == ["train.epochs"]


def test_places_and_how_a_result_is_computed_are_no_settings():
    moved = ["data.size=256", "data.root=elsewhere", "data.workers=4", "train.save_minutes=1.0"]
    assert differing("size", [], moved) == []


@pytest.mark.parametrize(
    "change", ["augment.rotation=20.0", "model.head=lab", "train.seed=1", "train.batch=8",
               "objective.class_weights=balanced", "data.size=256"]
)  # fmt: skip
def test_a_cell_of_a_call_with_another_setting_is_no_pair_of_the_first(tmp_path, change):
    _, lab = made(tmp_path, (SHALLOW, []), (DEEP, [change]))
    assert lab.pairs == ()
    assert [each.settings for each in lab.unlike] == [(change.partition("=")[0],)]


def test_cells_that_differ_in_one_thing_are_a_pair(tmp_path):
    _, lab = made(tmp_path, (SHALLOW, []), (DEEP, []), ("resnet18-imagenet", []))
    assert [pair.kind for pair in lab.pairs] == ["pretraining", "depth"]
    assert lab.unlike == ()


@pytest.mark.parametrize(("language", "said"), [("en", "Not compared"), ("zh-TW", "不作比較")])
def test_what_is_not_compared_is_said_with_the_settings(tmp_path, language, said):
    _, lab = made(tmp_path, (SHALLOW, []), (DEEP, ["train.seed=1"]))
    (told,) = [each for each in discussion(lab, language) if said in each]
    assert SHALLOW in told
    assert DEEP in told
    assert "train.seed" in told


@pytest.mark.parametrize(("language", "said"), [("en", "not compared"), ("zh-TW", "不作比較")])
def test_sizes_with_other_settings_have_no_table_and_no_figure(tmp_path, language, said):
    small = f"{SHALLOW}-128px"
    manifest, lab = made(
        tmp_path, (SHALLOW, []), (small, ["data.size=128", "train.epochs=3"]),
        compared=[SHALLOW, small],
    )  # fmt: skip
    assert lab.sizes == []
    text = write_lab_report(tmp_path, manifest, language=language).read_text(encoding="utf-8")
    assert said in text.split('id="s4"')[0]
    assert not (tmp_path / "figures" / "sizes.svg").exists()


def test_a_recipe_that_cannot_be_read_ends_no_page_and_makes_no_pair(tmp_path):
    manifest, _ = made(tmp_path, (SHALLOW, []), (DEEP, []))
    (tmp_path / "runs" / DEEP / "recipe.toml").write_text("[model]\nshape = 1\n")
    notes = json.loads((tmp_path / "lab.json").read_text())
    lab = read_lab(tmp_path, notes, manifest)
    assert (lab.pairs, lab.unlike) == ((), ())
    assert len(lab.finished) == 2
