"""Our ReLU6 is torch's, forwards and backwards to the last bit, with a copy less."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn

from drgrade.models.efficientnet import efficientnet_lite0
from drgrade.models.layers.clipping import ReLU6

EDGES = [-1.0, -0.0, 0.0, 1e-38, 5.9999995, 6.0, 6.0000005, 7.0, float("inf"), float("-inf")]


def through(layer: nn.Module, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What comes out, and the gradient of what came in."""
    x = values.clone().requires_grad_()
    out = layer(x * 1.0)
    out.backward(torch.arange(1.0, out.numel() + 1).reshape(out.shape))
    assert x.grad is not None
    return out.detach(), x.grad


@pytest.mark.parametrize("values", [torch.tensor(EDGES), 9 * torch.randn(2, 8, 5, 5)])
def test_values_and_gradients_are_torchs(values):
    ours, theirs = through(ReLU6(), values), through(nn.ReLU6(inplace=True), values)
    assert torch.equal(ours[0], theirs[0])
    assert torch.equal(ours[1], theirs[1])


def test_nothing_is_copied_on_the_way():
    x = torch.randn(4, 8, requires_grad=True) * 1.0
    place = x.data_ptr()
    out = ReLU6()(x)
    assert out.data_ptr() == place
    assert [each.data_ptr() for each in out.grad_fn.saved_tensors] == [place]


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_without_gradients_it_clips_in_place(context):
    with context():
        x = torch.tensor([-1.0, 3.0, 9.0])
        assert ReLU6()(x).data_ptr() == x.data_ptr()
        assert x.tolist() == [0.0, 3.0, 6.0]


def test_a_network_with_it_learns_as_with_torchs():
    torch.manual_seed(0)
    network, photos = efficientnet_lite0(), torch.randn(2, 3, 64, 64)
    found = []
    for layer in (ReLU6, lambda: nn.ReLU6(inplace=True)):
        for module in network.modules():
            if hasattr(module, "relu"):
                module.relu = layer()
        network.zero_grad()
        torch.manual_seed(1)
        network(photos).square().sum().backward()
        found.append([each.grad.clone() for each in network.parameters()])
    assert all(torch.equal(*pair) for pair in zip(*found, strict=True))
