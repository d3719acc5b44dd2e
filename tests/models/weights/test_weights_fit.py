"""A start goes only into a network that means by each weight what the start learned by it."""

import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import CheckpointError, UsageError
from drgrade.models.checkpoint import save_grader, save_tensors
from drgrade.models.grader import Grader, build_network
from drgrade.models.weights.start import load_start, refuse_other_model
from drgrade.models.weights.synthetic_starts import MissingStartError, phantom_folder
from drgrade.recipe.recipe import Model
from drgrade.runtime.files import write_json


def saved(folder, **settings):
    """A run folder whose model has these settings."""
    folder.mkdir(parents=True, exist_ok=True)
    model = Model(**settings)
    grader = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy")
    save_grader(folder / "best.safetensors", grader)
    return str(folder)


@pytest.mark.parametrize("network", ["resnet50", "resnet101", "resnet152"])
@pytest.mark.parametrize("start", ["imagenet", "resnet50-0676ba61.pth"])
def test_published_weights_are_refused_where_the_stride_is_not_theirs(network, start):
    with torch.device("meta"):
        papers = build_network(Model(network=network, stride_in="1x1"), 5)
    with pytest.raises(UsageError) as caught:
        load_start(papers, network, start)
    assert str(caught.value) == (
        f'model.start = "{start}" is weights with the stride in the 3x3, got '
        'model.stride_in = "1x1"; set model.stride_in = "3x3" or model.start = "random"'
    )


@pytest.mark.parametrize("lesions", [False, True])
def test_the_papers_stride_goes_with_a_start_at_random(lesions):
    papers = build_network(Model(network="resnet50", stride_in="1x1", lesions=lesions), 5)
    assert load_start(papers, "resnet50", "random") == "resnet50 starts at random"
    with pytest.raises(UsageError, match="stride in the 3x3"):
        load_start(papers, "resnet50", "imagenet")


@pytest.mark.parametrize("lesions", [False, True])
def test_a_run_of_another_network_is_refused_with_the_network_to_set(tmp_path, lesions):
    start = saved(tmp_path / "run", network="efficientnet_lite0", lesions=lesions)
    network = build_network(Model(network="resnet18", lesions=True), 5)
    with pytest.raises(CheckpointError) as caught:
        load_start(network, "resnet18", start)
    assert str(caught.value) == (
        f"{start} holds weights of efficientnet_lite0, and model.network is resnet18; "
        'set model.network = "efficientnet_lite0"'
    )


def test_a_run_with_the_stride_elsewhere_is_refused_with_the_setting_to_give(tmp_path):
    start = saved(tmp_path / "run", network="resnet50", stride_in="1x1")
    ours = build_network(Model(network="resnet50"), 5)
    with pytest.raises(CheckpointError) as caught:
        load_start(ours, "resnet50", start)
    assert str(caught.value) == (
        f'{start} was trained with model.stride_in = "1x1", got "3x3"; set model.stride_in = "1x1"'
    )
    same = build_network(Model(network="resnet50", stride_in="1x1"), 5)
    assert load_start(same, "resnet50", start) == "resnet50 starts from best.safetensors"


def test_a_setting_that_changes_nothing_in_a_network_refuses_nothing(tmp_path):
    start = saved(tmp_path / "run", network="resnet18", stride_in="1x1", views=4)
    assert load_start(build_network(Model(), 5), "resnet18", start, light="camera")


def test_a_run_that_was_shown_another_light_is_refused_where_the_light_is_known(tmp_path):
    start, network = saved(tmp_path / "run", light="flat"), build_network(Model(), 5)
    with pytest.raises(CheckpointError) as caught:
        load_start(network, "resnet18", start, light="camera")
    assert str(caught.value) == (
        f'{start} was trained with model.light = "flat", got "camera"; set model.light = "flat"'
    )
    assert load_start(network, "resnet18", start, light="flat") == load_start(
        network, "resnet18", start
    )


def test_the_drawn_start_is_held_to_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    saved(phantom_folder("resnet18"), network="resnet18", light="flat")
    write_json(phantom_folder("resnet18") / "finished.json", {"epochs": 1})
    network = build_network(Model(), 5)
    with pytest.raises(CheckpointError, match=r'phantom was trained with model\.light = "flat"'):
        load_start(network, "resnet18", "phantom", light="camera")
    assert load_start(network, "resnet18", "phantom", light="flat")


def test_a_drawn_start_whose_weights_are_gone_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    write_json(phantom_folder("resnet18") / "finished.json", {"epochs": 1})
    with pytest.raises(MissingStartError, match=r"has lost its best\.safetensors .* delete the"):
        load_start(build_network(Model(), 5), "resnet18", "phantom")


def test_all_that_differs_is_told_at_once_and_what_an_older_file_leaves_out_is_the_usual():
    with torch.device("meta"):
        papers = build_network(Model(network="resnet50", stride_in="1x1"), 5)
    with pytest.raises(CheckpointError) as caught:
        refuse_other_model(papers, "resnet50", "flat", {"network": "resnet50"}, "run")
    assert str(caught.value) == (
        'run was trained with model.stride_in = "3x3" and model.light = "camera", '
        'got "1x1" and "flat"; set model.stride_in = "3x3" and model.light = "camera"'
    )


def test_the_state_of_a_training_is_told_apart_before_its_weights_are_tried(tmp_path):
    path = tmp_path / "last.safetensors"
    save_tensors(path, {"network.x": torch.zeros(1)}, {"kind": "training state"})
    with pytest.raises(CheckpointError, match=r"training state, not a grader.*best\.safetensors"):
        load_start(build_network(Model(), 5), "resnet18", str(path))


@pytest.mark.parametrize(
    ("theirs", "ours", "had", "got"),
    [
        ({"plain": True}, {}, "model.plain = true", "false"),
        ({}, {"plain": True}, "model.plain = false", "true"),
        ({"stem": "small"}, {}, 'model.stem = "small"', '"standard"'),
        ({}, {"stem": "small"}, 'model.stem = "standard"', '"small"'),
    ],
)
def test_a_run_of_another_form_of_the_network_is_refused_with_the_setting_to_give(
    tmp_path, theirs, ours, had, got
):
    start = saved(tmp_path / "run", network="resnet34", **theirs)
    with pytest.raises(CheckpointError) as caught:
        load_start(build_network(Model(network="resnet34", **ours), 5), "resnet34", start)
    assert str(caught.value) == f"{start} was trained with {had}, got {got}; set {had}"
    same = build_network(Model(network="resnet34", **theirs), 5)
    assert load_start(same, "resnet34", start)


def test_the_labs_head_takes_a_start_that_had_the_global_one(tmp_path):
    start = saved(tmp_path / "run", network="resnet18", lesions=True)
    told = load_start(build_network(Model(head="lab"), 5), "resnet18", start)
    assert told == "resnet18 starts from best.safetensors; its last layer is new"
