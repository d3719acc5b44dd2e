"""What is read off lesion maps: peaks are counted, placed, and every kind's part is told."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.masks import KINDS, MAPS
from drgrade.models.grader import build_network
from drgrade.models.lesions import dme_loss
from drgrade.models.reading import FIGURES, Reading, summary
from drgrade.recipe.recipe import Model


def maps_with(*spots: tuple[str, int, int], side: int = 32) -> torch.Tensor:
    """Logits of maps that are sure of a lesion at each (kind, row, column), and of nothing else."""
    maps = torch.full((1, len(MAPS), side, side), -12.0)
    for kind, row, column in spots:
        maps[0, MAPS.index(kind), row, column] = 12.0
    return maps


def figure(maps: torch.Tensor, kind: str, name: str) -> float:
    return float(summary(maps)[0, KINDS.index(kind), FIGURES.index(name)])


def test_nothing_seen_is_nothing_of_every_kind():
    assert float(summary(maps_with()).abs().max()) < 0.01


def test_lesions_apart_are_counted_and_touching_ones_are_one():
    apart = maps_with(("haemorrhage", 4, 4), ("haemorrhage", 4, 20), ("haemorrhage", 20, 4))
    assert figure(apart, "haemorrhage", "count") == pytest.approx(np.log1p(3), abs=1e-3)
    assert figure(apart, "microaneurysm", "count") == 0
    broad = maps_with()
    broad[0, MAPS.index("haemorrhage"), 4:6, 4:6] = 12.0
    broad[0, MAPS.index("haemorrhage"), 4, 4] = 13.0
    assert figure(broad, "haemorrhage", "count") == pytest.approx(np.log1p(1), abs=1e-3)


def test_scattered_asks_for_lesions_in_all_four_quadrants():
    three = [("haemorrhage", 4, 4), ("haemorrhage", 4, 28), ("haemorrhage", 28, 4)]
    assert figure(maps_with(*three), "haemorrhage", "scattered") == 0
    four = maps_with(*three, ("haemorrhage", 28, 28))
    assert figure(four, "haemorrhage", "scattered") == pytest.approx(np.log1p(1), abs=1e-3)


def test_central_knows_the_middle_from_the_rim():
    middle = figure(maps_with(("hard_exudate", 16, 16)), "hard_exudate", "central")
    rim = figure(maps_with(("hard_exudate", 1, 16)), "hard_exudate", "central")
    assert middle == pytest.approx(np.log1p(1000 / 32**2), rel=0.01)
    assert rim < 0.01


@pytest.mark.parametrize("turn", [lambda x: x.flip(3), lambda x: x.flip(2), lambda x: x.mT])
def test_mirroring_changes_nothing(turn):
    maps = torch.randn(2, len(MAPS), 32, 32, generator=torch.Generator().manual_seed(0)) * 3
    assert torch.allclose(summary(maps), summary(turn(maps)), atol=1e-4)


def test_what_each_kind_adds_sums_up_to_what_is_read():
    reading = Reading(4)
    torch.nn.init.normal_(reading.weights.weight, generator=torch.Generator().manual_seed(1))
    maps = torch.randn(2, len(MAPS), 16, 16, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        assert torch.allclose(reading.by_kind(maps).sum(dim=1), reading(maps), atol=1e-5)


def test_the_grade_reaches_the_maps_it_is_read_off():
    maps = maps_with(("microaneurysm", 8, 8)).requires_grad_()
    summary(maps).sum().backward()
    assert float(maps.grad[0, MAPS.index("microaneurysm"), 8, 8]) > 0
    assert float(maps.grad[0, MAPS.index("disc")].abs().max()) == 0


@pytest.mark.parametrize("reads", ["features", "lesions", "both"])
@pytest.mark.parametrize("dme", [False, True])
def test_a_call_gives_the_grade_and_behind_it_macular_edema(reads, dme):
    torch.manual_seed(0)
    model = Model(network="efficientnet_lite0", lesions=True, reads=reads, dme=dme)
    network = build_network(model, 4).eval()
    photo = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        told, seen = network(photo), network.see(photo)
        features = network.backbone(photo)
    assert told.shape == (2, 6 if dme else 4)
    assert torch.equal(told[:, :4], seen.outputs)
    assert (seen.dme is not None) == dme
    fresh = {"features": features, "both": features, "lesions": torch.zeros(2, 4)}
    assert torch.allclose(told[:, :4], fresh[reads])  # what is read says nothing yet


def test_edema_that_is_not_known_does_not_count():
    given = torch.tensor([[9.0, 9.0], [-9.0, 5.0], [5.0, 5.0]])
    right = torch.tensor([2, 0, -1])
    assert dme_loss(given, right) < 1e-3
    assert dme_loss(-given, right) > 5
    assert dme_loss(given, torch.tensor([-1, -1, -1])) == 0
