"""From drawn photographs to a calibrated model and its referrals, as a person types it."""

import json
from pathlib import Path

import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.evaluation.levels import Endpoint, called_by, judged
from drgrade.modelfile.decision import decision_of
from drgrade.models.checkpoint import load_grader
from drgrade.recipe.recipe import make_recipe
from drgrade.stats.referable import referable_score
from drgrade.training.fit import run as train
from drgrade.training.folds import run_folds

pytestmark = pytest.mark.usefixtures("empty_figures")

RECIPE = {
    "data": {"size": 32, "workers": 0},
    "model": {"network": "resnet10_narrow"},
    "optimiser": {"learning_rate": 0.01},
    "train": {"epochs": 3, "batch": 8, "threads": 1},
}
SPLITS = ["train"] * 16 + ["tune"] * 8 + ["calibrate"] * 48 + ["test"] * 24


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A trained run, its manifest, and the same calibrated."""
    folder = tmp_path_factory.mktemp("calibrate")
    drawn = draw_set(len(SPLITS), folder / "photos", size=64, seed=3)
    table = drawn.table.with_columns(split=pl.Series(SPLITS), patient=pl.col("photo"))
    table = table.with_columns(pl.lit(None, dtype=pl.String).alias("group"))
    manifest = type(drawn)(table, drawn.root, drawn.provenance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(folder / "cache"))
        train(make_recipe(RECIPE), manifest, folder / "run")
        run_folds(make_recipe(RECIPE), folder / "folds", 2, manifest)
    (folder / "test").mkdir()
    for photo in manifest.part("test").table["photo"]:
        (folder / "test" / photo.replace("/", "-")).write_bytes((drawn.root / photo).read_bytes())
    assert run(command(folder, "run/predictions.parquet", "calibrated.safetensors")) == 0
    return folder


def command(folder, table, output, *options):
    return ["calibrate", str(folder / table), "--model", str(folder / "run"), "-o",
            str(folder / output), *options]  # fmt: skip


def test_the_network_stays_and_the_new_file_carries_correction_and_points(place):
    before, after = load_grader(place / "run"), load_grader(place / "calibrated.safetensors")
    assert after.provenance.weights_sha256 == before.provenance.weights_sha256
    assert after.decoding.recalibration.method == "temperature"
    assert [point.name for point in after.provenance.operating_points] == ["HS", "HP"]
    assert before.referable_from is None
    assert after.referable_from == after.provenance.operating_points[0].threshold


def test_grade_and_referral_of_a_calibrated_model_are_one_decision(place, tmp_path):
    out = [tmp_path / "before.csv", tmp_path / "after.csv"]
    models = [place / "run", place / "calibrated.safetensors"]
    assert [run(["predict", str(m), str(place / "test"), "-o", str(o)])
            for m, o in zip(models, out, strict=True)] == [0, 0]  # fmt: skip
    before, after = (read_predictions(path) for path in out)
    decision = decision_of(after.provenance.decision)
    assert decision is not None
    assert (decision.grades(after.probabilities()) == after.predicted()).all()
    assert ((after.predicted() >= 2) == after.table["referable"].to_numpy()).all()
    close = after.table["close_to_threshold"].to_numpy().astype(bool)
    assert (close == decision.is_close(after.probabilities())).all()
    assert before.provenance.decision is None
    assert before.table["referable"].null_count() == before.table.height
    told = after.provenance.operating_points[0]
    called = referable_score(after.probabilities()) >= told.threshold
    assert after.table["referable"].to_list() == called.tolist()
    assert decision.threshold == told.threshold
    assert after.provenance.thresholds_chosen_on == "calibrate"
    assert after.provenance.calibration.method == "temperature"


def test_evaluate_then_says_that_the_operating_point_decided(place, tmp_path, capsys):
    table = tmp_path / "p.parquet"
    known = read_predictions(place / "run" / "predictions.parquet").part("test").table
    (tmp_path / "manifest.csv").write_text(
        "photo,grade,split\n"
        + "".join(f"{row['photo'].replace('/', '-')},{row['grade']},test\n"
                  for row in known.to_dicts())
    )  # fmt: skip
    model = str(place / "calibrated.safetensors")
    run(["predict", model, str(tmp_path / "manifest.csv"), "--root", str(place / "test"),
         "-o", str(table)])  # fmt: skip
    assert called_by(judged(read_predictions(table).table), Endpoint("referable", 2)) == (
        "operating point"
    )
    capsys.readouterr()
    run(["evaluate", str(table), "-o", str(tmp_path / "card"), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["detections"][0]["called_by"] == "operating point"
    states = {check["code"]: check["state"] for check in found["checks"]}
    assert states["W24"] == "silent"


def test_out_of_fold_rows_of_the_same_recipe_calibrate_the_final_model(place, capsys):
    args = command(place, "folds/out_of_fold.parquet", "oof.safetensors", "--json", "--force")
    assert run(args) in (0, 3)
    told = json.loads(capsys.readouterr().out)
    assert told["thresholds_chosen_on"] == "out_of_fold"
    assert told["calibration"]["predicted_by"] == "models of its recipe, out of fold"


def test_test_rows_are_refused_by_name_and_nothing_is_written(place, tmp_path, capsys):
    rows = read_predictions(place / "run" / "predictions.parquet").part("test")
    rows.table.write_csv(place / "only-test.csv")
    assert run(command(place, "only-test.csv", "no.safetensors")) == 2
    assert "split calibrate or out_of_fold only, got test" in capsys.readouterr().err
    assert not (place / "no.safetensors").exists()


def test_a_calibrated_model_is_calibrated_anew_by_its_own_rows(place, tmp_path, capsys):
    run(command(place, "run/predictions.parquet", "here.safetensors"))
    manifest = read_predictions(place / "run" / "predictions.parquet").part("calibrate").table
    manifest.select("photo", "grade", "split").write_csv(tmp_path / "mine.csv")
    out = str(tmp_path / "p.csv")
    code = run(["predict", str(place / "here.safetensors"), str(tmp_path / "mine.csv"),
                "--root", str(place / "photos"), "-o", out])  # fmt: skip
    assert code == 0
    capsys.readouterr()
    words = ["calibrate", out, "--model", str(place / "here.safetensors"), "--json"]
    assert run([*words, "-o", str(tmp_path / "m.safetensors")]) in (0, 3)
    shown = capsys.readouterr()
    assert "the model's own correction (temperature) is replaced" in shown.err
    wanted = load_grader(place / "here.safetensors").decoding.recalibration.temperature
    found = json.loads(shown.out)["calibration"]["temperature"]
    assert found == pytest.approx(wanted, rel=1e-3)
    Path(out).with_suffix(".json").unlink()
    assert run([*words, "-o", str(tmp_path / "n.safetensors")]) == 2


@pytest.mark.parametrize(
    ("output", "said"), [("calibrated.safetensors", "is there already"), ("m.pt", ".safetensors")]
)
def test_a_file_that_is_there_or_of_another_ending_is_refused(place, output, said, capsys):
    assert run(command(place, "run/predictions.parquet", output)) == 2
    assert said in capsys.readouterr().err


def test_bad_photographs_have_their_rows_and_reasons_and_the_rest_is_graded(
    place, tmp_path, capsys
):
    whole = min((place / "test").iterdir()).read_bytes()
    contents = {"a.jpg": whole, "b.jpg": b"", "c.jpg": b"no image", "d.jpg": whole[:400]}
    (tmp_path / "in").mkdir()
    for name, content in contents.items():
        (tmp_path / "in" / name).write_bytes(content)
    (tmp_path / "in" / "e.jpg").symlink_to("nowhere.jpg")
    out = tmp_path / "new" / "folder" / "p.csv"
    model = str(place / "calibrated.safetensors")
    assert run(["predict", model, str(tmp_path / "in"), "-o", str(out)]) == 3
    assert "5 photographs = 1 graded + 4 not graded" in capsys.readouterr().err
    table = read_predictions(out).table
    assert table["status"].to_list() == ["graded"] + ["error"] * 4
    assert table["p0"].null_count() == table["predicted"].null_count() == 4
    assert table["reason"].null_count() == 1


def test_a_manifest_whose_photographs_are_elsewhere_is_told_of_root(place, tmp_path, capsys):
    (tmp_path / "m.csv").write_text("photo,grade\na.jpg,0\nb.jpg,2\n")
    assert run(["predict", str(place / "calibrated.safetensors"), str(tmp_path / "m.csv")]) == 3
    shown = capsys.readouterr().err
    assert "2 photographs = 0 graded + 2 not graded" in shown
    assert "say with --root where they lie" in shown
