"""The gradients of our convolution are torch's, whatever the shape, and nothing else changes."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn

from drgrade.models.layers import convolution
from drgrade.models.layers.convolution import Conv2d, weight_gradient
from drgrade.models.resnet import resnet18

SHAPES = [  # photos, in, out, side, kernel, stride
    (1, 16, 8, 33, 3, 1), (2, 16, 24, 32, 3, 2), (3, 32, 16, 7, 3, 1), (5, 16, 16, 1, 3, 1),
    (2, 16, 32, 9, 1, 1), (2, 16, 32, 9, 1, 2), (2, 17, 5, 12, 5, 2), (1, 64, 16, 130, 3, 1),
    (9, 64, 16, 16, 3, 1),
]  # fmt: skip


def laid(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    values = torch.randn(shape, generator=generator, dtype=torch.float64)
    return values.contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("n", "inside", "outside", "side", "kernel", "stride"), SHAPES)
def test_a_weight_gradient_is_torchs(n, inside, outside, side, kernel, stride):
    x, weight = laid(n, inside, side, side), laid(outside, inside, kernel, kernel)
    weight.requires_grad_()
    out = nn.functional.conv2d(x, weight, None, stride, kernel // 2)
    back = laid(*out.shape)
    out.backward(back)
    found = weight_gradient(x, back, kernel, stride, kernel // 2)
    assert torch.allclose(found, weight.grad, rtol=1e-10, atol=1e-10)


def test_a_weight_gradient_lies_as_the_weights_do():
    found = weight_gradient(laid(2, 16, 8, 8), laid(2, 24, 8, 8), 3, 1, 1)
    assert found.is_contiguous(memory_format=torch.channels_last)


def gradients(network: nn.Module, photos: torch.Tensor) -> list[torch.Tensor]:
    network.zero_grad()
    network(photos).square().sum().backward()
    return [each.grad.clone() for each in network.parameters()]


@pytest.fixture
def slow_machine(monkeypatch):
    """Every machine takes the matrix product, whatever its processor."""
    monkeypatch.setattr(convolution, "_is_slow_machine", lambda: True)
    return monkeypatch


def test_a_network_has_the_same_gradients_either_way(slow_machine):
    torch.manual_seed(0)
    network = resnet18().to(memory_format=torch.channels_last)
    photos = torch.randn(4, 3, 64, 64).contiguous(memory_format=torch.channels_last)
    ours = gradients(network, photos)
    slow_machine.setattr(convolution, "_is_slow_machine", lambda: False)
    theirs = gradients(network, photos)
    apart = [(a - b).norm() / b.norm() for a, b in zip(ours, theirs, strict=True)]
    assert max(apart) < 1e-4


def test_the_input_has_torchs_gradient(slow_machine):
    layer = Conv2d(16, 8, 3, 2, padding=1, bias=False).to(memory_format=torch.channels_last)
    x = laid(2, 16, 9, 9).float().requires_grad_()
    layer(x).square().sum().backward()
    ours, x.grad = x.grad, None
    nn.functional.conv2d(x, layer.weight, None, 2, 1).square().sum().backward()
    assert torch.allclose(ours, x.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "options", [{"groups": 16}, {"bias": True}, {"dilation": 2}, {"padding": (1, 2)}], ids=str
)
def test_a_layer_that_is_not_plain_is_left_to_torch(slow_machine, options):
    layer = Conv2d(16, 16, 3, **({"bias": False} | options)).to(memory_format=torch.channels_last)
    out = layer(laid(1, 16, 9, 9).float())
    assert type(out.grad_fn).__name__ == "ConvolutionBackward0"


def test_it_is_a_conv2d_for_whoever_looks():
    layer = Conv2d(16, 16, 3)
    assert isinstance(layer, nn.Conv2d)
    assert repr(layer) == repr(nn.Conv2d(16, 16, 3))
