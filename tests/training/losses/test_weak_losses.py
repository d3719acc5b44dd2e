"""Losses without a grade: they ask what is known, nothing else, and point the right way."""

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.errors import RecipeError
from drgrade.models.objectives import corn, decode_corn
from drgrade.recipe.recipe import Augment, make_recipe
from drgrade.training.fit import run
from drgrade.training.losses.consistency import distance_of_steps, moved_alone
from drgrade.training.losses.weak_losses import any_dr_loss, tag_loss


def test_any_dr_is_priced_by_the_probability_of_a_grade_above_0():
    outputs = torch.tensor([[0.3, -1.0, 0.2, 2.0]])
    p, _ = decode_corn(outputs.numpy(), None)
    given = any_dr_loss(outputs, torch.tensor([1]), torch.tensor([-1]))
    assert given.item() == pytest.approx(-np.log(1 - p[0, 0]), abs=1e-6)


def test_a_photo_with_a_grade_is_not_asked_for_any_dr():
    outputs = torch.randn(2, 4)
    assert any_dr_loss(outputs, torch.tensor([1, -1]), torch.tensor([2, -1])).item() == 0


def test_photos_without_a_grade_ask_nothing_of_the_steps():
    outputs, weights = torch.randn(3, 4), torch.ones(5)
    alone = corn(outputs[:1], torch.tensor([2]), weights, 0.0)
    assert corn(outputs, torch.tensor([2, -1, -1]), weights, 0.0).item() == pytest.approx(
        alone.item()
    )
    assert corn(outputs, torch.tensor([-1, -1, -1]), weights, 0.0).item() == 0


@pytest.mark.parametrize(("tag", "sign"), [(1, -1.0), (0, 1.0)])
def test_a_tag_moves_the_places_that_speak_for_it(tag, sign):
    maps = torch.randn(1, 5, 6, 6, requires_grad=True)
    tag_loss(maps, torch.tensor([[tag, -1, -1, -1]])).backward()
    assert maps.grad is not None
    moved = maps.grad[0, 0].flatten()
    assert int((moved != 0).sum()) == 4
    assert (moved[moved != 0].sign() == sign).all()
    assert (maps.grad[0, 1:] == 0).all()


def test_unknown_tags_cost_nothing():
    assert tag_loss(torch.randn(2, 5, 4, 4), torch.full((2, 4), -1)).item() == 0


def test_the_distance_to_a_teacher_is_least_where_both_agree():
    logits = torch.randn(6, 4)
    above = logits.sigmoid().cumprod(dim=1)
    same = distance_of_steps(logits.clone().requires_grad_(True), above)
    for _ in range(5):
        assert distance_of_steps(logits + torch.randn(6, 4), above) > same
    moving = logits.clone().requires_grad_(True)
    distance_of_steps(moving, above).backward()
    assert moving.grad is not None
    assert moving.grad.abs().max() < 1e-6


def test_the_teacher_sees_moves_and_no_colours():
    settings = Augment(rotation=90, scale=0.1, brightness=0.5, colour=0.3, jpeg=40)
    assert moved_alone(settings) == Augment(rotation=90, scale=0.1)


COMMON = {
    "data": {"size": 32, "workers": 0, "carve": "none"},
    "model": {"network": "resnet10_narrow", "lesions": True, "reads": "both"},
    "objective": {"name": "corn"},
    "train": {"epochs": 2, "batch": 8, "choose": "last", "ema": 0.9, "save_minutes": 0.0},
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Manifest:
    folder = tmp_path_factory.mktemp("photos")
    draw_set(24, folder, size=64, seed=9)
    return read_manifest(folder / "manifest.csv")


def test_photos_without_a_grade_teach(photos, tmp_path):
    half = pl.int_range(pl.len()) % 2 == 0
    table = photos.table.with_columns(
        pl.when(half).then("grade"), dr_any=pl.lit("1"), has_haemorrhage=pl.lit("1"),
        split=pl.lit("train"),
    )  # fmt: skip
    manifest = Manifest(table, photos.root, photos.provenance)
    more = {"objective": {"name": "corn", "any_dr": 1.0}, "lesions": {"tags": 0.5},
            "consistency": {"weight": 1.0, "after": 0.0}}  # fmt: skip
    weak = run(make_recipe(COMMON | more), manifest, tmp_path / "weak")
    plain = run(make_recipe(COMMON), manifest, tmp_path / "plain")
    seen = [(each / "summary.json").read_text() for each in (weak, plain)]
    assert seen[0] != seen[1]


@pytest.mark.parametrize("change", [
    {"objective": {"name": "cross_entropy", "any_dr": 1.0}},
    {"consistency": {"weight": 1.0}, "train": {"ema": 0.0}},
    {"lesions": {"tags": 0.1}, "train": {"balanced_sampler": True}},
])  # fmt: skip
def test_what_cannot_learn_without_grades_is_refused(change):
    with pytest.raises(RecipeError):
        make_recipe(COMMON | change)


def test_settings_that_came_later_leave_hashes_as_they_were():
    plain = make_recipe(COMMON)
    named = make_recipe(COMMON | {"lesions": {"tags": 0.0}, "consistency": {"views": 2}})
    other = make_recipe(COMMON | {"lesions": {"tags": 0.1}})
    assert plain.hash == named.hash != other.hash
