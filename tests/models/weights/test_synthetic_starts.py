"""A drawn start learned from drawn photographs, and says what else is behind it."""

import pytest

pytest.importorskip("torch")

from drgrade.data.phantom.drawing import DRAWING
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import RunError
from drgrade.models.checkpoint import save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.models.weights.synthetic_starts import (
    MissingStartError,
    drawing_note,
    drawing_of,
    drawn_start,
    drawn_starts,
    made_with,
    not_drawn,
    phantom_folder,
    refuse_other_drawing,
)
from drgrade.provenance.model import ModelProvenance
from drgrade.recipe.recipe import load_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))


def made(*changes, **known):
    """The folder of a finished start of ResNet18, made with these changes of the recipe."""
    recipe = load_recipe("phantom", [f"model.network={NETWORK}", *changes])
    files = RunFolder(phantom_folder(NETWORK))
    files.begin(recipe, "")
    network = build_network(recipe.model, 5)
    save_grader(files.best, Grader(network, recipe.model, Preprocess(size=64), "cross_entropy",
                                   provenance=ModelProvenance(**known)))  # fmt: skip
    write_json(files.finished, {"epochs": 4})
    return files.folder


NETWORK = "resnet18"
PATIENTS = ("data.drawn=0", "data.manifest=idrid.csv")


@pytest.mark.parametrize(
    ("changes", "known", "named"),
    [
        (PATIENTS, {"train_source": "idrid"}, "idrid"),
        (PATIENTS, {"train_source": ""}, "idrid.csv"),
        (PATIENTS, {}, "idrid.csv"),
        ((), {"train_source": "idrid"}, "idrid"),
    ],
)
def test_a_start_that_learned_from_patients_is_none(changes, known, named):
    folder = made(*changes, **known)
    with pytest.raises(MissingStartError) as caught:
        drawn_start(NETWORK)
    assert caught.value.reason.code == "synthetic_start_missing"
    assert caught.value.reason.values == {
        "network": "resnet18",
        "where": f"{folder} learned from {named}, not from drawn photographs alone; remove it",
    }
    assert drawn_starts() == []
    assert not_drawn() == [f"resnet18: {folder} learned from {named}, not from drawn photographs "
                           "alone; remove it"]  # fmt: skip


def test_a_start_of_drawn_photographs_is_one_whether_its_file_says_so_or_not():
    folder = made(train_source="drawn")
    assert drawn_start(NETWORK).parent == folder
    assert [each.folder for each in drawn_starts()] == [str(folder)]
    assert not_drawn() == []


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("random", "12,000 of them, 4 epochs"),
        ("imagenet", "12,000 of them, 4 epochs, itself from ImageNet"),
        ("runs/mine", "12,000 of them, 4 epochs, itself from runs/mine"),
    ],
)
def test_what_a_start_began_from_itself_is_told(start, told):
    assert made_with(made(f"model.start={start}")) == told


def test_a_start_of_another_drawing_is_told_with_the_folder_to_remove():
    folder = made(train_source="drawn", drawing=DRAWING - 1)
    assert drawing_note(NETWORK) == (
        f"note: the drawn start of resnet18 is of drawing {DRAWING - 1} of photographs, and this "
        f"version draws {DRAWING}; to make it anew, remove {folder} and run "
        "`drgrade models pretrain resnet18`"
    )
    assert made_with(folder) == f"12,000 of them, 4 epochs, of drawing {DRAWING - 1}"
    assert drawn_start(NETWORK).parent == folder
    with pytest.raises(RunError) as caught:
        refuse_other_drawing(folder)
    assert str(caught.value) == (
        f"{folder} learns from drawing {DRAWING - 1} of photographs, and this version draws "
        f"{DRAWING}; remove that folder to begin anew, or keep it as it is"
    )


def test_a_start_of_todays_drawing_is_told_without_its_number():
    folder = made(train_source="drawn", drawing=DRAWING)
    assert drawing_note(NETWORK) == ""
    assert made_with(folder) == "12,000 of them, 4 epochs"
    refuse_other_drawing(folder)


def test_a_start_of_before_drawings_were_told_is_taken_with_a_note():
    folder = made(train_source="drawn")
    assert drawing_note(NETWORK) == (
        f"note: the drawn start of resnet18 does not say which drawing of photographs it is of "
        f"(this version draws {DRAWING}); to make it anew, remove {folder} and run "
        "`drgrade models pretrain resnet18`"
    )
    refuse_other_drawing(folder)


def test_a_start_that_has_no_model_yet_tells_its_drawing_by_its_provenance():
    files = RunFolder(made())
    files.best.unlink()
    assert drawing_of(files.folder) is None
    write_json(files.provenance, files.read_json(files.provenance) | {"drawing": 3})
    assert drawing_of(files.folder) == 3
    assert drawing_of(files.folder / "nowhere") is None
