"""The page says what chose each epoch, and names no best on tune where tune has no score."""

import json

import pytest

from drgrade.lab.discussion import discussion, verdict
from drgrade.lab.figures import draw_figures
from drgrade.lab.report import write_lab_report
from drgrade.lab.results import read_lab
from drgrade.locale.catalogue import LANGUAGES, message

from .made_lab import EPOCHS, made_cell, made_lab, made_manifest

pytestmark = pytest.mark.usefixtures("empty_figures")

LAST = ["train.choose=last"]
ONE, OTHER = "resnet18-random", "resnet18-imagenet"


def made(folder, *cells):
    """A lab of cells given by name and what is otherwise, its manifest, and what was read of it."""
    manifest = made_manifest(folder, patients=60)
    settings = [made_cell(folder, manifest, name, skill=0.9, **other) for name, other in cells]
    made_lab(folder, manifest, settings)
    notes = json.loads((folder / "lab.json").read_text())
    return manifest, read_lab(folder, notes, manifest)


def page(folder, manifest, language):
    return write_lab_report(folder, manifest, language=language).read_text(encoding="utf-8")


def matrix_title(lab, name, language="en"):
    figure = draw_figures(lab, language)[f"confusion-{name}"]
    return str(figure.get_suptitle() or figure.axes[0].get_title())


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_a_lab_that_keeps_last_epochs_says_so_in_note_verdict_and_curves(tmp_path, language):
    manifest, lab = made(tmp_path, (ONE, {"changes": LAST}))
    text = page(tmp_path, manifest, language)
    assert message(language, "lab-kept_last") in text
    assert message(language, "lab-circle_last") in text
    assert message(language, "lab-verdict_last") in verdict(lab, language)
    for code in ("lab-kept_tune", "lab-kept_mixed", "lab-circle_tune"):
        assert message(language, code) not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_matrix_of_a_last_epoch_is_called_so(tmp_path, language):
    said = message(language, "lab-last_epoch")
    _, lab = made(tmp_path, (ONE, {"changes": LAST}), (OTHER, {}))
    assert said in matrix_title(lab, ONE, language)
    assert said not in matrix_title(lab, OTHER, language)


def test_the_twin_says_that_no_split_chose(tmp_path):
    _, lab = made(tmp_path, (ONE, {"changes": LAST}), (OTHER, {}))
    chosen_on = [cell["honest"]["chosen_on"] for cell in lab.as_json()["cells"]]
    assert chosen_on == ["no split", "tune"]


def test_a_last_epoch_that_has_a_tune_score_is_ranked_by_it(tmp_path):
    _, lab = made(tmp_path, (ONE, {"changes": LAST}))
    assert lab.as_json()["chosen_on_tune"] == ONE


@pytest.mark.parametrize("changes", [LAST, ["data.carve=none", *LAST], []])
@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_without_a_tune_score_no_cell_is_the_best_on_tune(tmp_path, language, changes):
    manifest, lab = made(
        tmp_path, (ONE, {"changes": changes, "tuned": False}),
        (OTHER, {"changes": changes, "tuned": False}),
    )  # fmt: skip
    assert lab.chosen is None
    assert lab.as_json()["chosen_on_tune"] is None
    assert verdict(lab, language) == message(language, "lab-verdict_unscored")
    text = page(tmp_path, manifest, language)
    assert message(language, "lab-kept_last") in text
    assert 'class="chosen"' not in text


def test_a_cell_without_a_tune_score_is_not_held_against_one_that_has_it(tmp_path):
    _, lab = made(tmp_path, (ONE, {"tuned": False}), (OTHER, {}))
    assert lab.chosen is not None
    assert lab.chosen.name == OTHER


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_where_both_kinds_stand_side_by_side_the_row_says_which(tmp_path, language):
    manifest, _ = made(tmp_path, (ONE, {"changes": LAST}), (OTHER, {}))
    text = page(tmp_path, manifest, language)
    assert message(language, "lab-kept_mixed") in text
    row = text.split(f'<th scope="row">{ONE}<small>')[1].split("</small>")[0]
    other = text.split(f'<th scope="row">{OTHER}<small>')[1].split("</small>")[0]
    assert message(language, "lab-of_last_epoch", epoch=EPOCHS) in row
    assert message(language, "lab-last_epoch") not in other


def test_what_choosing_on_test_added_is_against_what_was_done_instead(tmp_path):
    _, lab = made(tmp_path, (ONE, {"changes": LAST}))
    told = [
        each
        for each in discussion(lab, "en")
        if each.startswith("Choosing the epoch on the test set")
    ]
    assert len(told) == 1
    assert "instead of keeping the last one" in told[0]
