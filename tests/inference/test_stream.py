"""Photo in, probabilities out: one row for each input, whatever happens to it."""

import hashlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import skimage.data
from PIL import Image

torch = pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.photos.quality import QualityModel, figures_of
from drgrade.data.photos.quality_check import QualityCheck
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.modelfile.answers import answer, answers_of
from drgrade.modelfile.header import ModelHeader
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.recipe.recipe import Model


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inference")
    torch.manual_seed(0)
    model = Model(network="resnet10_narrow")
    grader = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy")
    save_grader(folder / "model.safetensors", grader)
    draw_set(5, folder / "drawn", size=96)
    return folder


def photos(place):
    return sorted((place / "drawn" / "photos").iterdir())


def shares(rows):
    return np.array([[row[f"p{k}"] for k in range(5)] for row in rows])


def test_batches_of_any_size_give_the_same_answers(place):
    grader = load_grader(place / "model.safetensors")
    named = [(path.name, path) for path in photos(place)]
    one, all_ = (shares(list(grade_photos(TorchEngine(grader, size), named))) for size in (1, 5))
    assert np.allclose(one, all_, atol=1e-6)


def test_what_the_models_quality_check_refuses_is_ungradable_unless_it_is_not_asked(place):
    figures = len(figures_of(np.zeros((8, 8, 3), np.uint8)))
    out = np.array([[0.0] * 3, [-2.0, 2.0, 2.0]])  # focus 0.12, light and field 0.88
    model = QualityModel(np.zeros(figures), np.ones(figures), np.zeros((figures + 1, 1)), out)
    check = QualityCheck(model, {"focus": 0.8, "light": 0.5, "field": 0.5})
    file = place / "checked.safetensors"
    save_grader(file, replace(load_grader(place / "model.safetensors"), quality=check))
    engine = TorchEngine(load_grader(file), 4)
    named = [(path.name, path) for path in photos(place)[:2]]
    for row in grade_photos(engine, named):
        assert row["status"] == "ungradable"
        assert "p0" not in row
    for row in grade_photos(engine, named, quality_check=False):
        assert row["status"] == "graded"
        assert "focus" not in row


def test_every_input_has_a_row_in_its_order(place, tmp_path):
    grader = load_grader(place / "model.safetensors")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("<html>")
    Image.new("RGB", (8, 8)).save(tmp_path / "tiny.png")
    bad = [tmp_path / name for name in ("empty.jpg", "text.jpg", "tiny.png", "missing.jpg")]
    inputs = [bad[0], photos(place)[0], *bad[1:]]
    rows = list(grade_photos(TorchEngine(grader, batch=2), [(p.name, p) for p in inputs]))
    assert [row["photo"] for row in rows] == [p.name for p in inputs]
    statuses = [row["status"] for row in rows]
    assert statuses == ["error", "graded", "error", "ungradable", "error"]


def test_what_is_not_graded_has_no_probability_and_no_grade(place, tmp_path):
    (tmp_path / "empty.jpg").touch()
    grader = load_grader(place / "model.safetensors")
    (row,) = grade_photos(TorchEngine(grader), [("empty.jpg", tmp_path / "empty.jpg")])
    assert not {"p0", "predicted"} & set(row)
    assert "empty file" in row["reason"]


def test_an_answer_that_is_no_number_is_an_error_and_never_grade_0():
    assert answer(np.array([np.nan] * 5), 0).status == "error"


@pytest.mark.parametrize(("objective", "wrong"), [
    ("corn", [-np.inf] * 4), ("corn", [2.0, np.inf, 0.0, 0.0]), ("regression", [np.inf]),
    ("cross_entropy", [np.nan, 0.0, 0.0, 0.0, 0.0]),
])  # fmt: skip
def test_outputs_that_are_not_finite_are_an_error_whatever_they_decode_to(objective, wrong):
    grader = Grader(torch.nn.Identity(), Model(), Preprocess(size=64), objective)
    error, graded = answers_of(grader, np.array([wrong, np.zeros(len(wrong))], np.float32))
    assert error.as_row() == {"status": "error", "reason": "the network gave no finite answer"}
    assert graded.status == "graded"


def test_an_output_for_edema_that_is_not_finite_is_an_error_too():
    grader = Grader(torch.nn.Identity(), Model(lesions=True, dme=True), Preprocess(size=64), "corn")
    outputs = np.zeros((2, 6), np.float32)
    outputs[0, 4] = -np.inf
    assert [each.status for each in answers_of(grader, outputs)] == ["error", "graded"]


class Lopsided(torch.nn.Module):
    """Its answer is infinite where the left edge is brighter than the right one."""

    def forward(self, squares):
        left, right = (half.mean(dim=(1, 2, 3)) for half in squares.chunk(2, dim=3))
        return torch.where((left > right)[:, None], torch.inf, torch.zeros(len(squares), 4))


def test_a_mirrored_answer_that_is_not_finite_is_an_error_too(place):
    grader = Grader(Lopsided().eval(), Model(), Preprocess(size=64), "corn")
    named = [(path.name, path) for path in photos(place)]
    rows = list(grade_photos(TorchEngine(grader), named, mirror=True))
    assert {row["status"] for row in rows} == {"error"}
    assert not any("mirrored" in row for row in rows)


def test_predict_writes_a_table_that_can_be_judged(place, tmp_path, capsys):
    out = tmp_path / "p.csv"
    manifest = place / "drawn" / "manifest.csv"
    assert run(["predict", str(place / "model.safetensors"), str(manifest), "-o", str(out)]) == 0
    table = read_predictions(out)
    assert len(table.graded().table) == 5
    assert "5 photographs = 5 graded + 0 not graded" in capsys.readouterr().err


def test_a_photo_on_the_screen_is_graded_without_loading_what_reads_tables(place):
    told = f"""
import sys
from drgrade.cli.app import run
assert run(["predict", {str(place / "model.safetensors")!r}, {str(photos(place)[0])!r}]) == 0
print([name for name in ("polars", "matplotlib", "scipy.stats") if name in sys.modules])
"""
    shown = subprocess.run(
        [sys.executable, "-c", told], check=True, capture_output=True, text=True
    ).stdout
    assert "graded" in shown
    assert shown.splitlines()[-1] == "[]"


def test_predict_exits_3_when_a_photo_failed_and_keeps_the_others(place, tmp_path, capsys):
    (tmp_path / "empty.jpg").touch()
    inputs = [str(tmp_path / "empty.jpg"), str(photos(place)[0])]
    assert run(["predict", str(place / "model.safetensors"), *inputs, "--json"]) == 3
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["status"] for row in rows] == ["error", "graded"]


def test_an_empty_folder_is_wrong_usage(place, tmp_path, capsys):
    assert run(["predict", str(place / "model.safetensors"), str(tmp_path)]) == 2
    assert "no photographs found" in capsys.readouterr().err


def test_a_photo_with_one_flipped_bit_is_an_error_where_the_manifest_has_its_hash(
    place, tmp_path, capsys
):
    kept, flipped = photos(place)[:2]
    lines = ["photo,grade,sha256"]
    for path in (kept, flipped):
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content)
        lines.append(f"{path.name},0,{hashlib.sha256(content).hexdigest()}")
    damaged = bytearray(flipped.read_bytes())
    damaged[-40] ^= 1
    (tmp_path / flipped.name).write_bytes(damaged)
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    code = run(["predict", str(place / "model.safetensors"), str(tmp_path / "manifest.csv"),
                "--json"])  # fmt: skip
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 3
    assert [row["status"] for row in rows] == ["graded", "error"]
    assert rows[1].get("p0") is None


def test_a_strip_of_a_picture_does_not_stop_the_others(place, tmp_path):
    model = Model(network="resnet10_narrow")
    grader = Grader(build_network(model, 5).eval(), model, Preprocess(size=28), "cross_entropy")
    Image.new("RGB", (30, 9_000), (200, 90, 40)).save(tmp_path / "strip.png")
    inputs = [tmp_path / "strip.png", photos(place)[0]]
    rows = list(grade_photos(TorchEngine(grader), [(path.name, path) for path in inputs]))
    assert [row["photo"] for row in rows] == ["strip.png", photos(place)[0].name]
    assert [row["status"] for row in rows] == ["not_fundus", "graded"]
    assert rows[0]["reason"] == "no photograph of an eye: a strip of 9000 x 30 px"


def test_a_picture_of_something_else_gets_no_grade_unless_the_retina_check_is_skipped(
    place, tmp_path
):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    Image.fromarray(skimage.data.chelsea()).save(tmp_path / "cat.png")
    Image.fromarray(skimage.data.camera()).save(tmp_path / "grey.png")
    grader = load_grader(place / "model.safetensors")
    inputs = [(name, tmp_path / name) for name in ("noise.png", "cat.png", "grey.png")]
    rows = list(grade_photos(TorchEngine(grader), inputs))
    assert [row["status"] for row in rows] == ["not_fundus", "not_fundus", "ungradable"]
    assert not any("p0" in row or "predicted" in row for row in rows)
    asked = list(grade_photos(TorchEngine(grader), inputs, retina_check=False))
    assert [row["status"] for row in asked] == ["graded"] * 3


@pytest.mark.parametrize(("colour", "why"), [((2, 1, 3), "black"), ((90, 160, 40), "one colour")])
def test_a_frame_that_shows_nothing_is_ungradable_and_never_grade_0(place, tmp_path, colour, why):
    Image.new("RGB", (300, 200), colour).save(tmp_path / "frame.jpg", quality=90)
    grader = load_grader(place / "model.safetensors")
    (row,) = grade_photos(TorchEngine(grader), [("frame.jpg", tmp_path / "frame.jpg")])
    assert row["status"] == "ungradable"
    assert "p0" not in row
    assert f"nothing to see: the photo is {why}" in row["reason"]


def test_a_manifest_none_of_whose_photos_is_there_is_told_how_to_find_them(place, tmp_path, capsys):
    (tmp_path / "away.csv").write_text("photo,grade\na.jpg,0\nb.jpg,1\n")
    code = run(["predict", str(place / "model.safetensors"), str(tmp_path / "away.csv"), "--json"])
    told = capsys.readouterr()
    assert code == 3
    assert [json.loads(line)["status"] for line in told.out.splitlines()] == ["error", "error"]
    assert "say with --root where they lie" in told.err


def test_names_that_no_file_can_have_are_rows_and_the_rest_is_graded(place, tmp_path, capsys):
    good = photos(place)[0]
    names = ["a\0.png", f"{'b' * 300}.png", good.name]
    pl.DataFrame({"photo": names}).write_parquet(tmp_path / "m.parquet")
    code = run(["predict", str(place / "model.safetensors"), str(tmp_path / "m.parquet"),
                "--root", str(good.parent), "--json"])  # fmt: skip
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 3
    assert [row["status"] for row in rows] == ["error", "error", "graded"]
    assert "null byte" in rows[0]["reason"]
    assert "too long" in rows[1]["reason"]


def test_a_photograph_whose_name_is_too_long_is_a_row_and_the_rest_is_graded(
    place, tmp_path, capsys
):
    inputs = [str(tmp_path / f"{'b' * 300}.png"), str(photos(place)[0])]
    assert run(["predict", str(place / "model.safetensors"), *inputs, "--json"]) == 3
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["status"] for row in rows] == ["error", "graded"]


def test_photographs_of_an_array_are_not_told_to_be_elsewhere(place, tmp_path, capsys):
    pixels = np.stack([np.asarray(Image.open(path).convert("RGB")) for path in photos(place)])
    np.savez(tmp_path / "set.npz", test_images=pixels)
    (tmp_path / "m.csv").write_text("photo\nset.npz#test/0\n")
    assert run(["predict", str(place / "model.safetensors"), str(tmp_path / "m.csv")]) == 0
    assert "--root" not in capsys.readouterr().err


class Slow:
    """An engine that counts what it was given at once, and fails where it is told to."""

    name, lanes, batch = "slow", 2, 3

    def __init__(self, fails_at=None):
        self.header = ModelHeader(Model(), Preprocess(size=64), "cross_entropy")
        self.fails_at, self.seen, self.sizes = fails_at, 0, []

    def outputs(self, squares):
        self.sizes.append(len(squares))
        self.seen += len(squares)
        if self.fails_at is not None and self.seen >= self.fails_at:
            raise RuntimeError("the engine stopped")
        time.sleep(0.002)
        return np.zeros((len(squares), 5), np.float32)


def test_photographs_are_taken_only_a_little_ahead_of_the_rows(place):
    taken, most = 0, 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield "eye", photos(place)[0]

    rows = grade_photos(Slow(), endless())
    for given in range(60):
        assert next(rows)["status"] == "graded"
        most = max(most, taken - given)
    rows.close()
    assert most <= 20
    assert not [each for each in threading.enumerate() if each.name.startswith(("engine-", "prep"))]


def test_an_engine_never_gets_more_at_once_than_it_asks_for(place):
    engine = Slow()
    rows = list(grade_photos(engine, [(str(k), photos(place)[k % 5]) for k in range(25)]))
    assert [row["photo"] for row in rows] == [str(k) for k in range(25)]
    assert max(engine.sizes) <= 3
    assert sum(engine.sizes) == 25


def test_an_engine_that_fails_ends_the_work_with_its_error(place):
    with pytest.raises(RuntimeError, match="the engine stopped"):
        list(grade_photos(Slow(fails_at=7), [("eye", photos(place)[0])] * 40))
    assert not [each for each in threading.enumerate() if each.name.startswith(("engine-", "prep"))]
