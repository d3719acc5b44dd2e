"""Evidence of each place: it adds up to the figure it explains, and shows what is weighed."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn

from drgrade.data.photos.masks import KINDS
from drgrade.data.photos.preprocess import Preprocess
from drgrade.explanation.evidence import FIGURES, attribute, log_odds_of_steps
from drgrade.inference.engine_torch import TorchEngine
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


def square(size: int = 64) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (1, size, size, 3), np.uint8)


MIRRORED = np.s_[:, :, ::-1]


def evidence_of(grader: Grader, photo: np.ndarray):
    return attribute(grader.header, TorchEngine(grader).forward(photo))


def figure_of(grader: Grader, photo: np.ndarray) -> float:
    outputs = TorchEngine(grader).outputs(photo)[0, : grader.objective.outputs]
    return FIGURES[grader.objective_name][1](outputs.astype(np.float64))[0]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("reads", ["lesions", "both"])
@pytest.mark.parametrize("views", [1, 4])
def test_base_places_and_what_lesions_add_are_the_figure(objective, reads, views):
    grader = built(
        "efficientnet_lite0", objective, lesions=True, reads=reads, dme=True, views=views
    )
    torch.nn.init.normal_(grader.network.reading.weights.weight)
    found = evidence_of(grader, square())
    figure = figure_of(grader, square())
    assert list(found.lesions) == list(KINDS)
    assert min(map(abs, found.lesions.values())) > 0
    whole = found.base + found.places.mean() + sum(found.lesions.values())
    assert whole == pytest.approx(figure, abs=1e-4)
    assert (found.places.any()) == (reads == "both")


@pytest.mark.parametrize("lesions", [True, False], ids=["maps", "plain"])
def test_with_a_mirrored_view_the_evidence_of_the_mirrored_photo_is_mirrored(lesions):
    grader = built("efficientnet_lite0", "corn", lesions=lesions, views=2)
    plain, mirrored = evidence_of(grader, square()), evidence_of(grader, square()[MIRRORED])
    assert plain.total == pytest.approx(mirrored.total, abs=1e-6)
    assert np.allclose(plain.places, mirrored.places[:, ::-1], atol=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", ["resnet18", "efficientnet_lite0"])
@pytest.mark.parametrize("lesions", [True, False], ids=["maps", "plain"])
def test_base_and_the_mean_over_places_are_the_figure(name, objective, lesions):
    grader = built(name, objective, lesions=lesions)
    found = evidence_of(grader, square())
    figure = figure_of(grader, square())
    assert found.base + found.places.mean() == pytest.approx(figure, abs=1e-4)
    assert found.total == pytest.approx(figure, abs=1e-4)
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
    got = [FIGURES[objective][1](each)[0] for each in outputs]
    assert got == pytest.approx(wanted, abs=1e-9)


def test_steps_that_are_sure_have_finite_log_odds_and_slopes():
    odds, slope = log_odds_of_steps(np.array([80.0, 80.0, 0.0, 0.0]))
    assert np.isfinite(odds)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_slope_of_a_figure_is_its_change_by_small_steps(objective):
    figure = FIGURES[objective][1]
    outputs = np.random.default_rng(1).normal(0, 2, OBJECTIVES[objective].outputs)
    step = 1e-6
    moved = [(figure(outputs + step * each)[0] - figure(outputs - step * each)[0]) / (2 * step)
             for each in np.eye(len(outputs))]  # fmt: skip
    assert figure(outputs)[1] == pytest.approx(moved, abs=1e-6)


def test_a_network_that_reads_one_channel_shows_exactly_that_channel():
    network = Blurred(1)
    with torch.no_grad():
        network.blur.weight.zero_()[:, 0, 1, 1] = 1
        network.fc.weight.copy_(torch.tensor([[0.0, 2.0, 0.0]]))
        network.fc.bias.fill_(0.5)
    grader = grader_of(network, "regression", mean=(0, 0, 0), std=(255, 255, 255))
    found = evidence_of(grader, square())
    assert np.allclose(found.places, 2.0 * square()[0, :, :, 1] / 255, atol=1e-6)
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
    found, turned = (evidence_of(grader, each) for each in (square(), square()[MIRRORED]))
    assert np.allclose(found.places[:, ::-1], turned.places, atol=1e-5)
    assert found.base == pytest.approx(turned.base, abs=1e-5)


def test_a_look_leaves_no_trace_in_the_network():
    grader = built("resnet18", "cross_entropy", lesions=True)
    engine = TorchEngine(grader)
    before = engine.outputs(square())
    found = engine.forward(square())
    assert np.array_equal(before, engine.outputs(square()))
    assert np.array_equal(found.outputs, before)
    assert not grader.network.backbone.avg_pool._forward_pre_hooks
    assert all(weight.grad is None for weight in grader.network.parameters())
