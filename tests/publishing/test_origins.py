"""What taught a model, followed through its starts, and the terms that come with it."""

import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import make_manifest, write_manifest
from drgrade.models.checkpoint import save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.models.weights.synthetic_starts import phantom_folder
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.photo_set import SetProvenance
from drgrade.publishing.origins import Origin, TaughtStart, origins, taught_start
from drgrade.recipe.recipe import Model
from drgrade.runtime.files import sha256_file


def saved(place, source, **known):
    """A model file that says it learned from `source`."""
    model = Model(network="efficientnet_lite0", start=known.pop("start", "random"))
    network = build_network(model, 5)
    grader = Grader(network, model, Preprocess(size=64), "cross_entropy",
                    provenance=ModelProvenance(source=source, **known))  # fmt: skip
    save_grader(place, grader)
    return place


def told(place):
    return [(each.name, each.role, each.terms) for each in origins(place)]


@pytest.mark.parametrize(
    ("licence", "terms"),
    [("CC BY 4.0", "free"), ("CC BY 4.0 (MedMNIST v2)", "free"), ("CC0 1.0", "free"),
     ("none needed: drawn by drgrade", "free"), ("Apache-2.0", "free"),
     ("CC BY-SA 4.0", "unknown"), ("CC BY-NC 4.0", "unknown"), ("yours to know", "unknown"),
     ("not told", "unknown"),
     ("Kaggle competition rules: research use, no redistribution", "closed"),
     ("research use", "closed")],
)  # fmt: skip
def test_terms_follow_from_the_licence(licence, terms):
    assert Origin("x", licence, "", "photographs").terms == terms


@pytest.mark.parametrize(
    ("source", "terms"),
    [("drawn", "free"), ("idrid", "free"), ("eyepacs", "closed"), ("lab3", "closed"),
     ("csv", "unknown"), ("folder", "unknown"), ("", "unknown"), ("a set of ours", "unknown")],
)  # fmt: skip
def test_the_photographs_are_known_by_their_source(tmp_path, source, terms):
    place = saved(tmp_path / "m.safetensors", source)
    assert told(place) == [(source or "not told", "photographs", terms)]


def test_a_manifest_can_tell_the_licence_of_a_set_we_do_not_know(tmp_path):
    known = SetProvenance(source="rfmid2", licence="CC BY 4.0", address="riadd.grand-challenge.org")
    table = pl.DataFrame({"photo": ["a.jpg"], "grade": ["0"]})
    write_manifest(make_manifest(table, tmp_path, known), tmp_path / "manifest.parquet")
    assert told(saved(tmp_path / "best.safetensors", "rfmid2")) == [
        ("rfmid2", "photographs", "free")
    ]


def test_the_start_is_followed_to_what_taught_it(tmp_path):
    first = saved(tmp_path / "first.safetensors", "eyepacs", start="imagenet")
    place = saved(tmp_path / "m.safetensors", "idrid", start=str(first))
    assert told(place) == [
        ("idrid", "photographs", "free"),
        ("eyepacs", "start", "closed"),
        ("ImageNet weights of EfficientNet-Lite0", "start", "free"),
    ]


def test_a_start_that_changed_since_is_not_believed(tmp_path):
    first = saved(tmp_path / "first.safetensors", "drawn")
    same, other = sha256_file(first), "0" * 64
    believed = saved(tmp_path / "a.safetensors", "idrid", start=str(first), start_sha256=same)
    changed = saved(tmp_path / "b.safetensors", "idrid", start=str(first), start_sha256=other)
    assert told(believed)[1:] == [("drawn", "start", "free")]
    assert told(changed)[1:] == [(str(first), "start", "unknown")]


def test_the_drawn_start_of_this_machine_is_followed_too(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    place = saved(tmp_path / "m.safetensors", "idrid", start="phantom")
    assert told(place)[1:] == [("phantom", "start", "unknown")]  # nobody can look at it here
    folder = phantom_folder("efficientnet_lite0")
    folder.mkdir(parents=True)
    saved(folder / "best.safetensors", "drawn")
    assert told(place)[1:] == [("drawn", "start", "free")]
    first = saved(tmp_path / "first.safetensors", "eyepacs")
    saved(folder / "best.safetensors", "drawn", start=str(first))
    assert told(place)[1:] == [("drawn", "start", "free"), ("eyepacs", "start", "closed")]


def test_an_earlier_stage_is_found_beside_the_run_and_beside_its_folds(tmp_path):
    for folder in ("run/stages/drawn", "run/fold-0"):
        (tmp_path / folder).mkdir(parents=True)
    saved(tmp_path / "run/stages/drawn/best.safetensors", "drawn")
    places = [tmp_path / "run/best.safetensors", tmp_path / "run/fold-0/best.safetensors"]
    found = [told(saved(place, "idrid", start="stages/drawn@0123")) for place in places]
    assert found == [[("idrid", "photographs", "free"), ("drawn", "start", "free")]] * 2
    (tmp_path / "run/stages/more").mkdir()
    more = saved(tmp_path / "run/stages/more/best.safetensors", "idrid", start="stages/drawn@0123")
    assert told(more) == found[0]
    elsewhere = saved(tmp_path / "m.safetensors", "idrid", start="stages/drawn@0123")
    assert told(elsewhere)[1:] == [("stages/drawn@0123", "start", "unknown")]


def test_weights_of_unknown_terms_are_named_as_such(tmp_path):
    for start in ("resnet18-f37072fd.pth", "hf:someone/something@0123"):
        place = saved(tmp_path / "m.safetensors", "idrid", start=start)
        assert told(place)[1:] == [(start, "start", "unknown")]


@pytest.mark.parametrize("start", ["imagenet", "resnet18-f37072fd.pth"])
def test_a_run_folder_named_like_known_weights_is_not_what_taught_a_model(
    tmp_path, monkeypatch, start
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / start).mkdir()
    saved(tmp_path / start / "best.safetensors", "eyepacs")
    model = Model(network="resnet18", start=start)
    grader = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy",
                    provenance=ModelProvenance(source="idrid"))  # fmt: skip
    save_grader(tmp_path / "m.safetensors", grader)
    assert told(tmp_path / "m.safetensors")[1:] == [(start, "start", "unknown")]


def test_a_start_from_a_model_that_ships_is_followed_too(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_MODELS", str(tmp_path / "shipped"))
    (tmp_path / "shipped").mkdir()
    saved(tmp_path / "shipped" / "eye.safetensors", "eyepacs")
    place = saved(tmp_path / "m.safetensors", "idrid", start="eye")
    assert told(place)[1:] == [("eyepacs", "start", "closed")]


@pytest.mark.parametrize("start", ["random", "imagenet", "resnet18-f37072fd.pth", "drawn"])
def test_a_start_that_no_patient_taught_is_told_by_nothing(tmp_path, start):
    place = saved(tmp_path / "m.safetensors", "idrid", start=start)
    assert taught_start(place) == (start, [])


def test_imagenet_weights_are_known_by_their_hash_wherever_they_lie(tmp_path):
    known = {"start": "mine.pth", "start_sha256": "f37072fd" + "0" * 56}
    place = saved(tmp_path / "m.safetensors", "idrid", **known)
    assert taught_start(place) == ("mine.pth", [])


def test_the_photographs_that_taught_a_start_are_named(tmp_path):
    first = saved(tmp_path / "first.safetensors", "eyepacs", start="hf:someone/something@0123")
    place = saved(tmp_path / "m.safetensors", "drawn", start=str(first))
    assert taught_start(place) == (str(first), [TaughtStart("eyepacs"), TaughtStart("")])
    ships = saved(tmp_path / "m.safetensors", "idrid", start="default")
    assert taught_start(ships) == ("default", [TaughtStart("idrid")])


def test_a_start_that_is_another_by_now_does_not_tell_what_taught_it(tmp_path):
    first = saved(tmp_path / "first.safetensors", "drawn")
    known = {"start": str(first), "start_sha256": "0" * 64}
    assert taught_start(saved(tmp_path / "m.safetensors", "idrid", **known))[1] == [TaughtStart("")]


def test_a_run_folder_brings_the_rows_that_taught_it_where_they_are_its_own(tmp_path):
    table = pl.DataFrame({"photo": ["a.jpg"], "grade": ["0"], "split": ["train"]})
    manifest = make_manifest(table, tmp_path, SetProvenance(source="clinic"))
    for name, own in (("own", manifest.hash), ("other", "0" * 64)):
        (tmp_path / name).mkdir()
        write_manifest(manifest, tmp_path / name / "manifest.parquet")
        first = saved(tmp_path / name / "best.safetensors", "clinic", manifest_hash=own)
        place = saved(tmp_path / "m.safetensors", "drawn", start=str(first.parent))
        ((found,),) = taught_start(place)[1:]
        assert found.name == "clinic"
        assert (found.manifest is not None) == (name == "own")
    (tmp_path / "own" / "manifest.parquet").write_bytes(b"damaged")
    place = saved(tmp_path / "m.safetensors", "drawn", start=str(tmp_path / "own"))
    assert taught_start(place)[1] == [TaughtStart("clinic")]
