"""From a trained run to a model with a name: shipped, calibrated, used, and described."""

import json
import shutil
import tomllib
from pathlib import Path

import polars as pl
import pytest

torch = pytest.importorskip("torch")
yaml = pytest.importorskip("yaml")

from drgrade.cli.app import run
from drgrade.data.phantom.drawing import draw_set
from drgrade.models.checkpoint import load_grader, load_tensors, save_grader
from drgrade.models.weights.half_precision import LARGEST_FILE
from drgrade.recipe.recipe import make_recipe
from drgrade.training.fit import run as train
from drgrade.training.folds import run_folds

pytestmark = pytest.mark.usefixtures("empty_figures")

ROOT = Path(__file__).resolve().parents[2]
RECIPE = {
    "name": "small",
    "data": {"size": 32, "workers": 0},
    "model": {"network": "resnet10_narrow"},
    "optimiser": {"learning_rate": 0.01},
    "train": {"epochs": 3, "batch": 8, "threads": 1},
}
SPLITS = ["train"] * 48 + ["tune"] * 24 + ["test"] * 24


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A run and its folds on drawn photographs, and a folder of named models made of it."""
    folder = tmp_path_factory.mktemp("ship")
    drawn = draw_set(len(SPLITS), folder / "photos", size=64, seed=3)
    table = drawn.table.with_columns(split=pl.Series(SPLITS), patient=pl.col("photo"))
    table = table.with_columns(pl.lit(None, dtype=pl.String).alias("group"))
    manifest = type(drawn)(table, drawn.root, drawn.provenance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(folder / "cache"))
        train(make_recipe(RECIPE), manifest, folder / "run")
        run_folds(make_recipe(RECIPE), folder / "folds", 2, manifest)
    shipped = folder / "shipped"
    shipped.mkdir()
    assert run(["models", "ship", str(folder / "run"), "-o", str(folder / "m.safetensors")]) == 0
    assert run(["calibrate", str(folder / "folds" / "out_of_fold.parquet"), "--model",
                str(folder / "m.safetensors"), "-o",
                str(shipped / "default.safetensors")]) in (0, 3)  # fmt: skip
    return folder


@pytest.fixture
def named(place, monkeypatch):
    """The folder of named models, as the one that comes with the package."""
    monkeypatch.setenv("DRGRADE_MODELS", str(place / "shipped"))
    return place


def test_out_of_fold_rows_calibrate_the_shipped_file_and_it_stays_half_precision(place):
    before, after = place / "m.safetensors", place / "shipped" / "default.safetensors"
    kinds = [{name: each.dtype for name, each in load_tensors(file)[0].items()}
             for file in (before, after)]  # fmt: skip
    assert kinds[0] == kinds[1]
    assert torch.float16 in kinds[1].values()
    assert after.stat().st_size <= LARGEST_FILE
    assert load_grader(after).provenance.thresholds_chosen_on == "out_of_fold"
    assert load_grader(after).decoding.recalibration.method == "temperature"
    assert load_grader(after).provenance.making.recipe


def test_the_name_default_grades_a_photograph(named, capsys):
    photo = str(min((named / "photos" / "photos").rglob("*_left.*")))
    assert run(["predict", "default", photo, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["status"] == "graded"
    assert row["model"] == load_grader("default").provenance.weights_sha256[:16]


def test_the_name_default_explains_and_shows_itself(named, tmp_path, capsys):
    photo = str(min((named / "photos" / "photos").rglob("*_left.*")))
    assert run(["explain", "default", photo, "-o", str(tmp_path)]) == 0
    assert run(["models", "show", "default"]) == 0
    shown = capsys.readouterr().out
    assert "resnet10_narrow, 32 px; learned from drawn; calibrated on out_of_fold rows" in shown


def test_models_lists_what_ships_with_its_size(named, capsys):
    assert run(["models", "--json"]) == 0
    ships = {each["name"]: each for each in json.loads(capsys.readouterr().out)["shipped"]}
    assert {"default", "drawn"} <= set(ships)
    told = ships["default"]
    assert told["bytes"] == (named / "shipped" / "default.safetensors").stat().st_size
    assert "learned from drawn" in told["summary"]


@pytest.mark.parametrize("command", [["predict", "defualt", "x.jpg"], ["models", "show", "defualt"],
                                     ["models", "card", "defualt"]])  # fmt: skip
def test_an_unknown_name_is_answered_with_the_nearest(named, command, capsys):
    assert run(command) == 2
    assert "did you mean 'default'?" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["predict", "default", "x.jpg"], ["models", "show", "default"],
                                     ["explain", "default", "x.jpg", "-o", "x"],
                                     ["models", "card", "default"]])  # fmt: skip
def test_where_no_model_ships_one_line_says_so(command, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("drgrade.modelfile.places.shipped_folder", lambda: tmp_path)
    assert run(command) == 2
    said = capsys.readouterr().err
    assert "no model ships with this build, so 'default' names none" in said
    assert said.count("\n") == 1


def test_models_says_that_none_ships(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("drgrade.modelfile.places.shipped_folder", lambda: tmp_path)
    assert run(["models"]) == 0
    assert "no model ships with this build" in capsys.readouterr().out


def test_a_model_of_photographs_under_closed_terms_is_not_shipped(place, tmp_path, capsys):
    grader = load_grader(place / "run").with_provenance(train_source="eyepacs")
    save_grader(tmp_path / "m.safetensors", grader)
    command = ["models", "ship", str(tmp_path / "m.safetensors"), "-o",
               str(tmp_path / "out.safetensors"), "--licence", "CC BY 4.0"]  # fmt: skip
    assert run(command) == 2
    assert "got eyepacs (photographs; licence: Kaggle" in capsys.readouterr().err
    assert not (tmp_path / "out.safetensors").exists()


def test_a_file_without_its_run_folder_ships_and_says_what_is_missing(place, tmp_path, capsys):
    shutil.copy(place / "run" / "best.safetensors", tmp_path / "alone.safetensors")
    command = ["models", "ship", str(tmp_path / "alone.safetensors"), "-o",
               str(tmp_path / "out.safetensors")]  # fmt: skip
    assert run(command) == 0
    assert "no recipe is known of a file outside its run folder" in capsys.readouterr().err
    assert run(command) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.fixture(scope="module")
def scorecard(place, tmp_path_factory):
    """The scorecard of the folds' rows."""
    folder = tmp_path_factory.mktemp("card") / "scorecard"
    run(["evaluate", str(place / "folds" / "out_of_fold.parquet"), "-o", str(folder), "--force"])
    return folder


def test_a_card_reads_as_the_hub_reads_it(named, scorecard, tmp_path, capsys):
    hub = pytest.importorskip("huggingface_hub")
    out = tmp_path / "MODEL_CARD.md"
    command = ["models", "card", "default", "--scorecard", str(scorecard), "-o", str(out)]
    assert run(command) == 0
    assert capsys.readouterr().out.strip() == str(out)
    data = hub.ModelCard(out.read_text(encoding="utf-8")).data
    assert (data.license, data.library_name, data.pipeline_tag) == (
        "apache-2.0", "drgrade", "image-classification")  # fmt: skip
    assert data.datasets == ["drawn"]
    assert data.model_name == "default"
    twin = json.loads((scorecard / "report.json").read_text(encoding="utf-8"))
    found = {each.metric_type: each for each in data.eval_results}
    assert found["accuracy"].metric_value == round(twin["scores"]["accuracy"]["value"], 4)
    assert found["accuracy"].dataset_split == "out_of_fold"
    assert "by other models of its recipe, out of fold" in found["accuracy"].metric_name


def test_a_card_says_all_that_a_reader_must_know(named, scorecard, capsys):
    assert run(["models", "card", "default", "--scorecard", str(scorecard)]) == 0
    text = capsys.readouterr().out
    titles = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert titles == ["What it is", "Intended use and limits", "How to use it", "Data", "Training",
                      "Preprocessing", "Calibration and operating points", "Results", "Warnings",
                      "Environment", "Hashes"]  # fmt: skip
    assert "**Research software, not a medical device.**" in text
    assert 'network = "resnet10_narrow"' in text
    assert "drgrade predict default photo.jpg" in text
    assert "split `out_of_fold`, predicted by models of its recipe, out of fold" in text
    assert "| always grade 0 |" in text
    assert "**W25**" in text
    twin = json.loads((scorecard / "report.json").read_text(encoding="utf-8"))
    for grade, row in enumerate(twin["scores"]["confusion"]):
        assert f"| {grade} | {sum(row)} | {' | '.join(map(str, row))} |" in text
    assert load_grader("default").provenance.weights_sha256 in text


def test_a_card_without_a_scorecard_says_that_there_are_no_results(place, capsys):
    assert run(["models", "card", str(place / "run")]) == 0
    text = capsys.readouterr().out
    assert "No scorecard was given to this card" in text
    assert "model-index" not in text
    assert "Not calibrated" in text


def test_a_scorecard_of_another_model_is_refused(named, scorecard, tmp_path, capsys):
    twin = json.loads((scorecard / "report.json").read_text(encoding="utf-8"))
    twin["facts"] |= {"recipe_hash": "0" * 64, "weights_sha256": "1" * 64}
    (tmp_path / "report.json").write_text(json.dumps(twin))
    assert run(["models", "card", "default", "--scorecard", str(tmp_path)]) == 2
    assert "of weights 111111111111 for" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "no JSON", "{}", '{"format": 99}', "[]"])
def test_what_is_no_scorecard_is_refused(named, content, tmp_path, capsys):
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    assert run(["models", "card", "default", "--scorecard", str(tmp_path)]) == 2
    assert "no scorecard of this drgrade" in capsys.readouterr().err


def test_the_wheel_takes_the_shipped_models_along():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {
        "packages": ["src/drgrade"],
        "artifacts": [
            f"src/drgrade/modelfile/shipped/*.{kind}" for kind in ("safetensors", "openvino")
        ],
    }
