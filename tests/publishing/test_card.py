"""What a card says of how a model was made and how it answers."""

import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.models.checkpoint import save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.provenance.model import ModelProvenance
from drgrade.publishing.card import card
from drgrade.recipe.recipe import Model


def card_of(folder, *, views: int = 1, **known) -> str:
    torch.manual_seed(0)
    model = Model(network="efficientnet_lite0", views=views)
    grader = Grader(build_network(model, 5), model, Preprocess(size=64), "cross_entropy",
                    provenance=ModelProvenance(source="drawn", epoch=7).but(**known))  # fmt: skip
    save_grader(folder / "m.safetensors", grader)
    return card(folder / "m.safetensors", "mine")


def test_an_epoch_that_was_chosen_names_its_split(tmp_path):
    assert "Epoch 7 was chosen on split `tune`." in card_of(tmp_path, epoch_chosen_on="tune")


def test_a_last_epoch_that_was_kept_is_not_called_chosen(tmp_path):
    told = card_of(tmp_path, epoch_chosen_on="no split")
    assert "The last epoch, 7, was kept; none was chosen." in told


@pytest.mark.parametrize(("views", "said"), [(1, False), (2, True), (4, True)])
def test_views_that_are_averaged_are_told(tmp_path, views, said):
    assert ("by the mean of the photograph" in card_of(tmp_path, views=views)) == said


def test_it_is_no_medical_device_and_without_a_scorecard_nothing_is_claimed(tmp_path):
    told = card_of(tmp_path)
    assert "not a medical device" in told
    assert "nothing is said here of how well it grades" in told


@pytest.mark.parametrize(("high", "low", "crossed"), [(0.6, 0.5, True), (0.3, 0.7, False)])
def test_a_high_sensitivity_point_above_the_other_one_is_explained(tmp_path, high, low, crossed):
    share = {"value": 0.9, "low": 0.8, "high": 0.95}
    points = [{"name": name, "threshold": at, "sensitivity": share, "specificity": share,
               "rule": "as told"} for name, at in (("HS", high), ("HP", low))]  # fmt: skip
    told = {"method": "none", "rows": 9, "split": "calibrate", "predicted_by": "it", "date": "now"}
    text = card_of(tmp_path, calibration=told, operating_points=points)
    assert ("HS lies above HP" in text) is crossed


@pytest.mark.parametrize(("source", "said"), [("drawn", True), ("idrid", False)])
def test_a_card_of_what_learned_from_drawn_eyes_alone_says_so_first(tmp_path, source, said):
    assert ("drawn eyes alone (W25)" in card_of(tmp_path, source=source)) is said


@pytest.mark.parametrize(("threshold", "said"), [(0.8, True), (None, False)])
def test_where_there_is_a_point_its_quarrel_with_the_grade_is_told(tmp_path, threshold, said):
    share = {"value": 0.9, "low": 0.8, "high": 0.95}
    point = {"name": "HS", "threshold": threshold, "sensitivity": share, "specificity": share}
    points = [point | {"rule": "as told", "reason": "too few"}]
    told = {"method": "none", "rows": 9, "split": "calibrate", "predicted_by": "it", "date": "now"}
    text = card_of(tmp_path, calibration=told, operating_points=points)
    assert ("a person has to decide" in text) is said
