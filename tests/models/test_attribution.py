"""Evidence of each place: it adds up to the figure it explains, and shows what is weighed."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn

from drgrade.data.photos.masks import KINDS
from drgrade.data.photos.preprocess import Preprocess
from drgrade.models.attribution import FIGURES, attribute, glance, log_odds_of_steps
from drgrade.models.grader import Grader, build_network
from drgrade.models.objectives import OBJECTIVES, Decoding
from drgrade.recipe.recipe import Model


class Blurred(nn.Module):
    """Each channel blurred the same to both sides, averaged over places, and weighed."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.blur = nn.Conv2d(3, 3, 3, padding=1, groups=3, bias=False)
        nn.init.constant_(self.blur.weight, 1 / 9)
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(3, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(torch.flatten(self.avg_pool(self.blur(x)), 1))


def grader_of(network: nn.Module, objective: str, size: int = 64, **more) -> Grader:
    return Grader(network.eval(), Model(), Preprocess(size=size), objective, **more)


def built(name: str, objective: str, size: int = 64, **more) -> Grader:
    torch.manual_seed(1)
    model = Model(network=name, **more)
    network = build_network(model, OBJECTIVES[objective].outputs)
    return replace(grader_of(network, objective, size), model=model)


def square(size: int = 64) -> torch.Tensor:
    return torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(2))


def evidence_of(grader: Grader, photo: torch.Tensor):
    return attribute(grader, glance(grader, photo))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("reads", ["lesions", "both"])
@pytest.mark.parametrize("views", [1, 4])
def test_base_places_and_what_lesions_add_are_the_figure(objective, reads, views):
    grader = built(
        "efficientnet_lite0", objective, lesions=True, reads=reads, dme=True, views=views
    )
    torch.nn.init.normal_(grader.network.reading.weights.weight)
    found = evidence_of(grader, square())
    with torch.no_grad():
        outputs = grader.outputs(square())[0, : grader.objective.outputs]
    figure = float(FIGURES[objective][1](outputs.double()))
    assert list(found.lesions) == list(KINDS)
    assert min(map(abs, found.lesions.values())) > 0
    whole = found.base + found.places.mean() + sum(found.lesions.values())
    assert whole == pytest.approx(figure, abs=1e-4)
    assert (found.places.any()) == (reads == "both")


@pytest.mark.parametrize("lesions", [True, False], ids=["maps", "plain"])
def test_with_a_mirrored_view_the_evidence_of_the_mirrored_photo_is_mirrored(lesions):
    grader = built("efficientnet_lite0", "corn", lesions=lesions, views=2)
    plain, mirrored = evidence_of(grader, square()), evidence_of(grader, square().flip(3))
    assert plain.total == mirrored.total
    assert np.allclose(plain.places, mirrored.places[:, ::-1], atol=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", ["resnet18", "efficientnet_lite0"])
@pytest.mark.parametrize("lesions", [True, False], ids=["maps", "plain"])
def test_base_and_the_mean_over_places_are_the_figure(name, objective, lesions):
    grader = built(name, objective, lesions=lesions)
    found = evidence_of(grader, square())
    with torch.no_grad():
        figure = FIGURES[objective][1](grader.outputs(square())[0].double())
    assert found.base + found.places.mean() == pytest.approx(float(figure), abs=1e-4)
    assert found.total == pytest.approx(float(figure), abs=1e-4)
    assert found.says.mean() == pytest.approx(found.total - found.neutral, abs=1e-4)


def test_the_labs_head_adds_up_too():
    grader = built("resnet18", "cross_entropy", 512, head="lab")
    found = evidence_of(grader, square(512))
    assert found.places.shape == (16, 16)
    assert found.base + found.places.mean() == pytest.approx(found.total, abs=1e-4)


@pytest.mark.parametrize("objective", ["cross_entropy", "corn"])
def test_the_figure_is_the_log_odds_of_what_is_decoded(objective):
    outputs = np.random.default_rng(0).normal(0, 3, (20, OBJECTIVES[objective].outputs))
    p, _ = OBJECTIVES[objective].decode(outputs, Decoding())
    wanted = np.log(p[:, 2:].sum(axis=1) / p[:, :2].sum(axis=1))
    got = [float(FIGURES[objective][1](torch.tensor(each))) for each in outputs]
    assert got == pytest.approx(wanted, abs=1e-9)


def test_steps_that_are_sure_have_finite_log_odds_and_slopes():
    steps = torch.tensor([80.0, 80.0, 0.0, 0.0], dtype=torch.float64, requires_grad=True)
    odds = log_odds_of_steps(steps)
    odds.backward()
    assert odds.isfinite()
    assert steps.grad.isfinite().all()


def test_a_network_that_reads_one_channel_shows_exactly_that_channel():
    network = Blurred(1)
    with torch.no_grad():
        network.blur.weight.zero_()[:, 0, 1, 1] = 1
        network.fc.weight.copy_(torch.tensor([[0.0, 2.0, 0.0]]))
        network.fc.bias.fill_(0.5)
    grader = grader_of(network, "regression", mean=(0, 0, 0), std=(255, 255, 255))
    found = evidence_of(grader, square())
    assert np.allclose(found.places, 2 * square()[0, 1].numpy(), atol=1e-6)
    assert found.base == pytest.approx(0.5, abs=1e-6)


def test_what_a_regression_says_is_measured_from_the_cut_to_a_referable_grade():
    torch.manual_seed(0)
    cut = Decoding(cuts=(0.4, 1.3, 2.2, 3.1))
    grader = grader_of(Blurred(1), "regression", decoding=cut)
    found = evidence_of(grader, square())
    assert found.neutral == 1.3
    assert found.says.mean() == pytest.approx(found.total - 1.3)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_mirrored_photo_has_mirrored_evidence(objective):
    torch.manual_seed(0)
    grader = grader_of(Blurred(OBJECTIVES[objective].outputs), objective)
    found, turned = (evidence_of(grader, each) for each in (square(), square().flip(-1)))
    assert np.allclose(found.places[:, ::-1], turned.places, atol=1e-5)
    assert found.base == pytest.approx(turned.base, abs=1e-5)


def test_a_look_leaves_no_trace_in_the_network():
    grader = built("resnet18", "cross_entropy", lesions=True)
    with torch.no_grad():
        before = grader.outputs(square())
        found = glance(grader, square())
        assert torch.equal(before, grader.outputs(square()))
    assert np.array_equal(found.outputs, before[0].numpy())
    assert not grader.network.backbone.avg_pool._forward_pre_hooks
    assert all(weight.grad is None for weight in grader.network.parameters())
