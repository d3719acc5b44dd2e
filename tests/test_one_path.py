"""Make the one function that opens a photograph raise, and whatever needs photographs fails."""

import sys

import pytest

torch = pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.data.audit.check import examine
from drgrade.data.dataset import PhotoDataset
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos import intake
from drgrade.data.photos.cache import prepare_all
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import DrgradeError, PhotoError, Reason
from drgrade.explanation.explain import explain_photo
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.locale.refusal import refusal
from drgrade.models.checkpoint import save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.publishing.detections import Masked, check_marks
from drgrade.recipe.recipe import Model, make_recipe
from drgrade.training.prepared import prepare

SETTINGS = Preprocess(size=64)


class Shut(Exception):  # noqa: N818 - not of the tree: nobody may take it for a broken photo
    """The door is shut."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return draw_set(10, tmp_path_factory.mktemp("drawn"), size=96)


@pytest.fixture
def shut(monkeypatch):
    """`open_photo` raises wherever a module has it."""

    def refuse(*photo, **options):
        raise Shut

    whole = intake.open_photo
    for name, module in list(sys.modules.items()):
        if name.startswith("drgrade.") and getattr(module, "open_photo", None) is whole:
            monkeypatch.setattr(module, "open_photo", refuse)


def grader(**more):
    model = Model(network="resnet10_narrow", **more)
    return Grader(build_network(model, 5).eval(), model, SETTINGS, "cross_entropy")


def first(drawn):
    return drawn.locate(drawn.table["photo"][0])


def test_predict_fails(drawn, shut):
    with pytest.raises(Shut):
        list(grade_photos(TorchEngine(grader()), [("a", first(drawn))]))


def test_explain_fails(drawn, shut):
    with pytest.raises(Shut):
        explain_photo(TorchEngine(grader()), "a", first(drawn))


def test_counting_detections_fails(drawn, shut):
    with pytest.raises(Shut):
        check_marks([Masked(grader(lesions=True), first(drawn), first(drawn))])


def test_data_check_fails(drawn, shut):
    with pytest.raises(Shut):
        examine(drawn)


def test_data_prepare_fails(drawn, shut, tmp_path):
    with pytest.raises(Shut):
        prepare_all(drawn, SETTINGS, tmp_path, workers=0)


def test_training_fails(drawn, shut, tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    with pytest.raises(Shut):
        prepare(make_recipe({"data": {"size": 64, "workers": 0}}), drawn)


def test_the_dataset_fails(drawn, shut):
    with pytest.raises(Shut):
        PhotoDataset(drawn, "", size=64)[0]


def test_a_photo_that_cannot_be_opened_is_told_alike_by_all(drawn, tmp_path, monkeypatch, capsys):
    def refuse(*photo, **options):
        raise refusal(PhotoError, Reason("no_retina", {"what": "shut"}))

    monkeypatch.setattr(intake, "open_photo", refuse)
    save_grader(tmp_path / "m.safetensors", grader())
    photo = str(first(drawn))
    for command in (["predict", str(tmp_path / "m.safetensors"), photo],
                    ["explain", str(tmp_path / "m.safetensors"), photo, "-o", str(tmp_path / "e")],
                    ["data", "prepare", str(drawn.root), "--size", "64", "--workers", "0", "-o",
                     str(tmp_path / "s")]):  # fmt: skip
        assert run(command) == DrgradeError.exit_code + 2
        told = capsys.readouterr()
        assert "no retina: shut" in told.out + told.err
    assert {reason for _, reason in examine(drawn).refused} == {"no retina: shut"}
