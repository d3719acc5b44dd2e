"""How far marks of lesions can be believed: counted by calibrate, said by explain and the card."""

import json
import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.data.audit.dust import Block, Dust, DustSpot, write_dust
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos.masks import KINDS
from drgrade.data.tables.manifest import write_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.explanation.explain import see_lesions
from drgrade.explanation.findings import RED
from drgrade.explanation.remarks import lesion_reliability
from drgrade.locale.catalogue import message
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.publishing.detections import marks_on_healthy
from drgrade.recipe.recipe import make_recipe
from drgrade.runtime.files import sha256_file
from drgrade.training.fit import run as train
from drgrade.training.folds import run_folds

pytestmark = pytest.mark.usefixtures("empty_figures")

RECIPE = {
    "data": {"size": 64, "workers": 0},
    "model": {"network": "resnet18", "lesions": True},
    "train": {"epochs": 1, "batch": 8, "threads": 1},
}
SPLITS = ["train"] * 24 + ["tune"] * 8 + ["test"] * 8


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A run with lesion maps, its folds, and its manifest with masks."""
    folder = tmp_path_factory.mktemp("marks")
    drawn = draw_set(len(SPLITS), folder, size=96, seed=3)
    table = drawn.table.with_columns(split=pl.Series(SPLITS))
    manifest = type(drawn)(table, drawn.root, drawn.provenance)
    write_manifest(manifest, folder / "manifest.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(folder / "cache"))
        train(make_recipe(RECIPE), manifest, folder / "run")
        run_folds(make_recipe(RECIPE), folder / "folds", 2, manifest)
    return folder


def command(place, output, *options, table="folds/out_of_fold.parquet"):
    return ["calibrate", str(place / table), "--model", str(place / "run"), "-o", str(output),
            *options]  # fmt: skip


@pytest.fixture(scope="module")
def counted(place):
    """The model that says how far its marks can be believed."""
    output = place / "counted.safetensors"
    assert run(command(place, output, "--masks", str(place / "manifest.csv"))) in (0, 3)
    return output


def test_every_photo_of_the_folds_that_has_a_mask_is_counted(place, counted):
    told = load_grader(counted).provenance.lesion_marks
    masked = pl.read_csv(place / "manifest.csv").filter(
        (pl.col("split") != "test") & pl.col("mask").is_not_null()
    )
    assert told["photographs"] == len(masked) > 20
    assert told["split"] == "out_of_fold"
    assert list(told["kinds"]) == list(KINDS)
    assert sum(each["lesions"] for each in told["kinds"].values()) > 0


def test_marks_on_photographs_of_grade_0_are_counted_too(place, counted):
    told = load_grader(counted).provenance.lesion_marks["healthy"]
    rows = read_predictions(place / "folds" / "out_of_fold.parquet").table
    healthy = rows.filter(pl.col("grade") == 0)
    assert told["photographs"] == len(healthy) > 0
    counts = marks_on_healthy(
        (load_grader(place / "folds" / f"fold-{fold}"), place / photo)
        for photo, fold in healthy.select("photo", "fold").rows()
    )
    assert [each["marks"] for each in told["kinds"].values()] == counts[:, 0].sum(axis=0).tolist()
    assert told["with_marks"]["value"] == (counts[:, 0].sum(axis=1) > 0).mean()


def test_explain_says_how_far_marks_like_these_can_be_believed(place, counted, tmp_path, capsys):
    grader = load_grader(counted)
    told = grader.provenance.lesion_marks
    for each in told["kinds"].values():
        each["right"] |= {"value": 0.45}
    torch.nn.init.constant_(grader.network.lesions.maps.bias, 3.0)  # it marks everything
    save_grader(tmp_path / "sure.safetensors", grader)
    photo = min((place / "photos").iterdir())
    assert (
        run(["explain", str(tmp_path / "sure.safetensors"), str(photo), "-o", str(tmp_path)]) == 0
    )
    said = capsys.readouterr().out
    low, high = told["grades"]
    assert f"on {told['photographs']} photographs of grades {low} to {high} with reference " \
        "masks: " in said  # fmt: skip
    healthy = told["healthy"]
    alarms = {"n": healthy["photographs"], "share": float(healthy["with_marks"]["value"])}
    assert message("en", "explain-false_alarms", dust="none", **alarms) in said
    assert "hard exudates 45%" in said
    twin = json.loads((tmp_path / f"{photo.stem}.json").read_text(encoding="utf-8"))
    assert twin["marks_believed"]["photographs"] == told["photographs"]


def test_the_card_has_a_table_of_them(place, counted, capsys):
    assert run(["models", "card", str(counted)]) == 0
    card = capsys.readouterr().out
    assert "## Lesion marks" in card
    assert "| microaneurysm |" in card
    assert "photographs of reference grade 0, on which every mark is wrong" in card


def refused(capsys, words: list[str]) -> str:
    assert run(words) != 0
    told = capsys.readouterr().err.strip()
    assert "\n" not in told
    return told


def test_a_manifest_without_masks_of_these_photos_is_refused(place, tmp_path, capsys):
    (tmp_path / "other.csv").write_text("photo,grade\na.jpg,0\n")
    told = refused(capsys, command(place, tmp_path / "m.safetensors", "--masks",
                                   str(tmp_path / "other.csv")))  # fmt: skip
    assert "no photo of these rows with a mask" in told
    assert not (tmp_path / "m.safetensors").exists()


def test_a_table_away_from_its_folds_is_refused(place, tmp_path, capsys):
    shutil.copy(place / "folds" / "out_of_fold.parquet", tmp_path / "alone.parquet")
    told = refused(capsys, ["calibrate", str(tmp_path / "alone.parquet"), "--model",
                            str(place / "run"), "-o", str(tmp_path / "m.safetensors"), "--masks",
                            str(place / "manifest.csv")])  # fmt: skip
    assert "fold-0 holds none; give the out_of_fold.parquet in its own folder" in told


def test_marks_are_counted_without_those_on_dust_too_where_it_is_known(place, tmp_path, capsys):
    rows = read_predictions(place / "folds" / "out_of_fold.parquet").table
    everywhere = (DustSpot(48.0, 48.0, 200.0, 0.1, 1.0, near=200.0),)
    names = tuple(rows["photo"])
    hashes = tuple(sha256_file(place / name) for name in names)
    write_dust(Dust((Block(96, 96, names, hashes, everywhere),)), tmp_path / "dust.json")
    output = tmp_path / "counted.safetensors"
    asked = ("--masks", str(place / "manifest.csv"), "--dust", str(tmp_path / "dust.json"))
    assert run(command(place, output, *asked)) in (0, 3)
    assert "without marks on dust" in capsys.readouterr().out
    told = load_grader(output).provenance.lesion_marks
    without = told["off_dust"]
    for kind, each in without["kinds"].items():
        assert each["marks"] == (0 if kind in RED else told["kinds"][kind]["marks"])
    assert all(without["healthy"]["kinds"][kind]["marks"] == 0 for kind in RED)
    assert [each["lesions"] for each in without["kinds"].values()] == [
        each["lesions"] for each in told["kinds"].values()
    ]
    assert run(["models", "card", str(output), "-o", str(tmp_path / "card.md")]) == 0
    assert "Without the marks on dust of the camera" in (tmp_path / "card.md").read_text()


def test_how_many_photographs_were_not_seen_is_said(place, counted, tmp_path, capsys):
    seen = load_grader(counted).provenance.lesion_marks["photographs"]
    for name in ("masks", "manifest.csv", "manifest.json"):
        (tmp_path / name).symlink_to(place / name)
    shutil.copytree(place / "photos", tmp_path / "photos")
    table = pl.read_csv(place / "manifest.csv")
    lost = table.filter((pl.col("split") != "test") & pl.col("mask").is_not_null())["photo"][0]
    (tmp_path / lost).unlink()
    output = tmp_path / "m.safetensors"
    assert run(command(place, output, "--masks", str(tmp_path / "manifest.csv"))) in (0, 3)
    said = f"1 of {seen} photographs with masks not seen (first: "
    assert said in capsys.readouterr().err
    assert load_grader(output).provenance.lesion_marks["photographs"] == seen - 1
    names = [name for name in table["photo"] if name != lost]
    hashes = tuple(sha256_file(place / name) for name in names)
    write_dust(Dust((Block(96, 96, tuple(names), hashes, ()),)), tmp_path / "dust.json")
    asked = ("--masks", str(tmp_path / "manifest.csv"), "--dust", str(tmp_path / "dust.json"))
    assert run(command(place, output, *asked, "--force")) in (0, 3)
    assert said in capsys.readouterr().err


def test_dust_of_other_photographs_is_refused(place, tmp_path, capsys):
    write_dust(Dust(()), tmp_path / "dust.json")
    asked = ("--masks", str(place / "manifest.csv"), "--dust", str(tmp_path / "dust.json"))
    assert run(command(place, tmp_path / "out.safetensors", *asked)) == 2
    assert "--dust does not have" in capsys.readouterr().err
    assert not (tmp_path / "out.safetensors").exists()


def test_dust_without_masks_is_refused(place, tmp_path, capsys):
    asked = command(place, tmp_path / "out.safetensors", "--dust", str(tmp_path / "dust.json"))
    assert run(asked) == 2
    assert "--masks" in capsys.readouterr().err


def test_explain_tells_what_was_counted_without_dust_where_it_sets_dust_aside():
    shares = {kind: {"right": {"value": 0.4}} for kind in KINDS}
    better = {kind: {"right": {"value": 0.6}} for kind in KINDS}
    healthy = [{"photographs": 9, "with_marks": {"value": each}} for each in (0.56, 0.36)]
    marks = {"photographs": 5, "grades": [2, 4], "kinds": shares, "healthy": healthy[0],
             "off_dust": {"kinds": better, "healthy": healthy[1]}}  # fmt: skip
    sight = see_lesions(np.full((5, 16, 16), 0.9), np.full((64, 64, 3), 120, np.uint8))
    unknown = " ".join(lesion_reliability(marks, sight, "en"))
    known = " ".join(lesion_reliability(marks, replace(sight, on_dust=()), "en"))
    assert "40%" in unknown
    assert "56%" in unknown
    assert "60%" in known
    assert "36%" in known
    assert "(without camera dust)" in known
