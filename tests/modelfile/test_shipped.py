"""The model that ships: there, small, free to pass on, calibrated, and able to grade a real eye."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

torch = pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.demo.photographs import packaged_picture
from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.places import shipped_models
from drgrade.models.checkpoint import load_grader, weights_hash
from drgrade.models.grader import Grader, build_network
from drgrade.models.weights.half_precision import LARGEST_FILE
from drgrade.models.weights.start import load_start
from drgrade.recipe.recipe import Model, load_recipe
from drgrade.runtime.files import sha256_file
from drgrade.training.stages import chained

ROOT = Path(__file__).resolve().parents[2]
PACKAGED = ROOT / "src" / "drgrade" / "modelfile" / "shipped"
CARD = ROOT / "docs" / "results" / "model-card.md"


@pytest.fixture(scope="module")
def place() -> Path:
    return shipped_models(PACKAGED)["default"]


@pytest.fixture(scope="module")
def shipped(place: Path) -> Grader:
    return load_grader(place)


def test_it_is_small_enough_to_come_with_the_package(place):
    assert place.stat().st_size <= LARGEST_FILE


def test_the_start_that_ships_has_learned_from_nobodys_photographs():
    start = load_grader(shipped_models(PACKAGED)["drawn"])
    taught = start.provenance.making.learned_from
    assert {each.name for each in taught} == {
        "drawn", "ImageNet weights of EfficientNet-Lite0",
    }  # fmt: skip
    assert start.provenance.recipe_hash == chained(load_recipe("grader"))[0].hash
    assert shipped_models(PACKAGED)["drawn"].stat().st_size <= LARGEST_FILE


def test_a_training_begins_with_the_start_that_ships(monkeypatch):
    monkeypatch.delenv("DRGRADE_MODELS", raising=False)
    model = Model(network="efficientnet_lite0", lesions=True, reads="both", dme=True)
    start = load_grader(shipped_models(PACKAGED)["drawn"]).network
    network = build_network(model, 4)
    load_start(network, "efficientnet_lite0", "drawn")
    before, now = start.state_dict(), network.state_dict()
    assert all(torch.equal(before[name], now[name]) for name in before if "lesions." in name)
    assert torch.equal(before["backbone.conv_stem.weight"], now["backbone.conv_stem.weight"])


def test_all_that_taught_it_may_be_passed_on(shipped):
    taught = shipped.provenance.making.learned_from
    assert {each.name for each in taught} >= {"idrid", "drawn"}
    assert {each.terms for each in taught} == {"free"}


def test_its_card_comes_with_it_and_has_results(place, tmp_path, capsys):
    assert run(["models", "card", str(place)]) == 0
    text = capsys.readouterr().out
    assert text == CARD.read_text(encoding="utf-8")
    assert "| quadratic weighted kappa (QWK) | 0." in text
    other = tmp_path / "default.safetensors"
    other.write_bytes(place.read_bytes())
    (tmp_path / "default.md").write_text(text.replace(sha256_file(place), "0" * 64))
    assert run(["models", "card", str(other)]) == 0
    assert "No scorecard was given to this card" in capsys.readouterr().out


def test_its_hash_is_that_of_its_weights(shipped):
    assert shipped.provenance.weights_sha256 == weights_hash(shipped.network)


def test_the_packaged_recipe_is_the_one_that_made_it(shipped):
    assert shipped.provenance.recipe_hash == chained(load_recipe("grader"))[-1].hash


def test_it_says_that_its_points_were_chosen_out_of_fold(shipped):
    assert shipped.provenance.calibration.split == "out_of_fold"
    points = {each.name: each for each in shipped.provenance.operating_points}
    assert points["HS"].sensitivity.value >= 0.9
    assert points["HP"].specificity.value >= 0.95


def test_it_lets_the_healthy_eye_of_scikit_image_go(place, capsys):
    assert run(["predict", str(place), str(packaged_picture("retina.jpg")), "--json"]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[0])
    assert row["status"] == "graded"
    assert row["predicted"] == 0
    assert row["referable"] is False
    assert sum(row[name] for name in PROBABILITIES) == pytest.approx(1, abs=1e-6)


def test_it_shows_what_it_sees_in_that_eye(place, tmp_path, capsys):
    assert (
        run(["explain", str(place), str(packaged_picture("retina.jpg")), "-o", str(tmp_path)]) == 0
    )
    assert "grade 0" in capsys.readouterr().out
    twin = json.loads((tmp_path / "retina.json").read_text(encoding="utf-8"))
    assert twin["eye"] == "left"


@pytest.mark.parametrize("sigma", [14, 20, 30])
def test_a_blurred_healthy_eye_is_ungradable_and_never_diseased(place, tmp_path, capsys, sigma):
    with Image.open(packaged_picture("retina.jpg")) as eye:  # 1,411 px
        eye.filter(ImageFilter.GaussianBlur(sigma)).save(tmp_path / "soft.png")
    assert run(["predict", str(place), str(tmp_path / "soft.png"), "--json"]) == 3
    row = json.loads(capsys.readouterr().out.splitlines()[0])
    assert row["status"] == "ungradable"
    assert row["reason"].startswith("out of focus")
    assert "p0" not in row


def test_grade_and_referral_are_one_decision(shipped):
    assert shipped.decision is not None
    p = np.random.default_rng(0).dirichlet(np.full(5, 0.5), 2000)
    assert np.array_equal(shipped.decision.grades(p) >= 2, shipped.decision.refers(p))
    assert shipped.decision.threshold == shipped.provenance.point("HS").threshold
