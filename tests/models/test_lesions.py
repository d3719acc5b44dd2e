"""Lesion maps: finest scale first, one loss a kind, and a grade that is the backbone's own."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.masks import MAPS
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import CheckpointError
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.grader import Grader, build_network
from drgrade.models.lesions import count_loss, map_loss
from drgrade.models.weights.start import load_start
from drgrade.recipe.recipe import Model

NETWORKS = ("resnet18", "resnet50", "efficientnet_lite0")


def network(name: str, *, lesions: bool = True) -> torch.nn.Module:
    torch.manual_seed(0)
    return build_network(Model(network=name, lesions=lesions), 5).eval()


@pytest.mark.parametrize("name", NETWORKS)
def test_maps_have_half_the_side_and_counts_one_figure_a_kind(name):
    seen = network(name).see(torch.zeros(2, 3, 64, 64))
    assert seen.maps.shape == (2, 5, 32, 32)
    assert seen.counts.shape == (2, 4)
    assert seen.outputs.shape == (2, 5)


@pytest.mark.parametrize("name", NETWORKS)
def test_features_come_from_half_to_a_thirty_second_of_the_side(name):
    backbone = network(name, lesions=False)
    features = backbone.features(torch.zeros(1, 3, 64, 64))
    assert [each.shape[2] for each in features] == [32, 16, 8, 4, 2]
    assert tuple(each.shape[1] for each in features) == backbone.widths


@pytest.mark.parametrize("name", NETWORKS)
def test_the_grade_is_that_of_the_backbone_alone(name):
    both = network(name)
    photo = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(both(photo), both.backbone(photo))
        assert torch.equal(both(photo), both.see(photo).outputs)


def test_a_map_that_is_the_mask_costs_next_to_nothing_and_its_opposite_much():
    masks = (torch.rand(2, 5, 8, 8, generator=torch.Generator().manual_seed(1)) > 0.7).float()
    known = torch.ones(2, 5, dtype=torch.bool)
    right, wrong = map_loss(40 * masks - 20, masks, known), map_loss(20 - 40 * masks, masks, known)
    assert right < 1e-3
    assert wrong > 5


def test_photos_without_a_mask_do_not_count():
    maps, masks = torch.zeros(2, 5, 8, 8), torch.zeros(2, 5, 8, 8)
    masks[1] = 1
    first = torch.tensor([True, False])[:, None].expand(2, 5)
    assert torch.equal(map_loss(maps, masks, first), map_loss(maps[:1], masks[:1], first[:1]))
    assert map_loss(maps, masks, torch.zeros(2, 5, dtype=torch.bool)) == 0


def test_a_kind_that_is_not_known_in_a_photo_does_not_count():
    generator = torch.Generator().manual_seed(3)
    maps, masks = torch.randn(2, 5, 8, 8, generator=generator), torch.zeros(2, 5, 8, 8)
    known = torch.ones(2, 5, dtype=torch.bool)
    known[1, MAPS.index("disc")] = False
    other = maps.clone()
    other[1, MAPS.index("disc")] += 9
    assert torch.equal(map_loss(maps, masks, known), map_loss(other, masks, known))
    assert map_loss(other, masks, torch.ones_like(known)) > map_loss(maps, masks, known) + 0.5


def test_counts_that_are_not_known_do_not_count():
    counts = torch.tensor([[3.0, float("nan"), 0.0, 1.0]])
    given = torch.log1p(torch.tensor([[3.0, 99.0, 0.0, 1.0]]))
    assert count_loss(given, counts) < 1e-9
    assert count_loss(given, torch.full((1, 4), float("nan"))) == 0


def test_a_file_keeps_the_maps_and_a_plain_network_starts_from_it(tmp_path):
    model = Model(network="resnet18", lesions=True)
    grader = Grader(network("resnet18"), model, Preprocess(size=64), "cross_entropy")
    save_grader(tmp_path / "best.safetensors", grader)
    read = load_grader(tmp_path)
    photo = torch.rand(1, 3, 64, 64)
    plain = build_network(Model(network="resnet18"), 5).eval()
    load_start(plain, "resnet18", str(tmp_path))
    with torch.no_grad():
        assert torch.equal(read.see(photo).maps, grader.see(photo).maps)
        assert torch.equal(plain(photo), read.network(photo))


def test_a_network_with_maps_starts_from_a_plain_one(tmp_path):
    plain = Grader(network("resnet18", lesions=False), Model(network="resnet18"),
                   Preprocess(size=64), "cross_entropy")  # fmt: skip
    save_grader(tmp_path / "best.safetensors", plain)
    both = build_network(Model(network="resnet18", lesions=True), 5).eval()
    load_start(both, "resnet18", str(tmp_path))
    photo = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(both(photo), plain.network(photo))


def test_a_grader_without_maps_says_how_to_get_them():
    plain = Grader(network("resnet18", lesions=False), Model(network="resnet18"),
                   Preprocess(size=64), "cross_entropy")  # fmt: skip
    with pytest.raises(CheckpointError, match=r"model\.lesions = true"):
        plain.see(torch.zeros(1, 3, 64, 64))


def test_lesions_are_learned_from_masks_alone():
    """Bright squares on noise: after a few steps the map finds them in photos it has not seen."""
    generator = np.random.default_rng(0)
    masks = np.zeros((40, 5, 16, 16), np.float32)
    for each in masks:
        y, x = generator.integers(0, 12, 2)
        each[2, y : y + 4, x : x + 4] = 1
    photos = generator.normal(0, 0.3, (40, 3, 32, 32)).astype(np.float32)
    photos += masks[:, 2:3].repeat(2, axis=2).repeat(2, axis=3)
    squares, aims = torch.from_numpy(photos), torch.from_numpy(masks)
    both = network("resnet10_narrow").train()
    optimiser = torch.optim.AdamW(both.parameters(), lr=2e-3)
    for step in range(25):
        chosen = slice(8 * (step % 4), 8 * (step % 4) + 8)
        optimiser.zero_grad()
        maps = both.see(squares[chosen]).maps
        map_loss(maps, aims[chosen], torch.ones(8, 5, dtype=torch.bool)).backward()
        optimiser.step()
    with torch.no_grad():
        found = both.see(squares[32:]).maps[:, 2]
    inside, outside = found[aims[32:, 2] > 0], found[aims[32:, 2] == 0]
    assert inside.median() > outside.quantile(0.95)


def test_half_precision_makes_no_plateaus_that_would_count_as_many_lesions():
    made = network("efficientnet_lite0")
    photo = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        maps = made.see(photo).maps
    assert maps.dtype == torch.float32


@pytest.mark.parametrize("lesions", [True, False])
def test_a_start_of_another_network_is_refused_whatever_maps_it_has(tmp_path, lesions):
    model = Model(network="efficientnet_lite0", lesions=lesions)
    other = Grader(network("efficientnet_lite0", lesions=lesions), model, Preprocess(size=64),
                   "cross_entropy")  # fmt: skip
    save_grader(tmp_path / "best.safetensors", other)
    both = build_network(Model(network="resnet18", lesions=True), 5)
    with pytest.raises(CheckpointError, match=r"holds weights of efficientnet_lite0, and mod"):
        load_start(both, "resnet18", str(tmp_path))


def test_maps_of_another_form_are_refused_in_one_line(tmp_path):
    made = network("resnet18")
    made.lesions.maps = torch.nn.Conv2d(32, 2, 1)
    grader = Grader(made, Model(network="resnet18", lesions=True), Preprocess(size=64),
                    "cross_entropy")  # fmt: skip
    save_grader(tmp_path / "best.safetensors", grader)
    both = build_network(Model(network="resnet18", lesions=True), 5)
    with pytest.raises(CheckpointError, match=r"maps do not fit: 2 of \d+ differ, first 'maps\."):
        load_start(both, "resnet18", str(tmp_path))
