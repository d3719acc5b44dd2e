"""The networks: the lab's listing, the paper's table, published parameter counts, real weights."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from drgrade.models.efficientnet import efficientnet_lite0
from drgrade.models.networks import NETWORKS
from drgrade.models.resnet import resnet18, resnet34, resnet50
from drgrade.models.weights.start import lite0_state
from drgrade.publishing.describe import count_parameters, multiply_adds, size_of

PUBLISHED = {
    "resnet18": 11_689_512, "resnet34": 21_797_672, "resnet50": 25_557_032,
    "resnet101": 44_549_160, "resnet152": 60_192_808, "efficientnet_lite0": 4_652_008,
}  # fmt: skip

LISTING = """
conv1 Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)
bn BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True
relu ReLU(inplace=True)
maxpool MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)
layer1.0.conv1 Conv2d(64, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
layer1.0.bn1 BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True
layer1.0.relu ReLU(inplace=True)
layer1.0.conv2 Conv2d(64, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
layer2.0.conv1 Conv2d(64, 128, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
layer2.0.downsample.0 Conv2d(64, 128, kernel_size=(1, 1), stride=(2, 2), bias=False)
layer2.0.downsample.1 BatchNorm2d(128, eps=1e-05, momentum=0.1, affine=True
layer3.0.conv1 Conv2d(128, 256, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
layer4.1.conv2 Conv2d(512, 512, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
avg_pool AvgPool2d(kernel_size=7, stride=1, padding=0)
fc Linear(in_features=51200, out_features=5, bias=True)
"""


def test_resnet18_with_the_labs_head_prints_what_the_lab_lists():
    network = resnet18(head="lab")
    for line in LISTING.strip().splitlines():
        name, _, printed = line.partition(" ")
        assert str(network.get_submodule(name)).startswith(printed), name


def test_no_block_of_resnet18_has_a_downsample_where_shapes_agree():
    network = resnet18()
    has = [str(i) for i in range(1, 5) if network.get_submodule(f"layer{i}.0").downsample]
    assert has == ["2", "3", "4"]


LISTING_50 = {
    "layer1.0.conv1": "Conv2d(64, 64, kernel_size=(1, 1), stride=(1, 1), bias=False)",
    "layer1.0.conv3": "Conv2d(64, 256, kernel_size=(1, 1), stride=(1, 1), bias=False)",
    "layer1.0.downsample.0": "Conv2d(64, 256, kernel_size=(1, 1), stride=(1, 1), bias=False)",
    "layer1.1.conv1": "Conv2d(256, 64, kernel_size=(1, 1), stride=(1, 1), bias=False)",
    "fc": "Linear(in_features=204800, out_features=5, bias=True)",
}  # fmt: skip


def test_resnet50_with_the_labs_head_prints_what_the_lab_lists():
    network = resnet50(head="lab")
    assert {name: str(network.get_submodule(name)) for name in LISTING_50} == LISTING_50


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_parameters_are_as_published(name, published):
    with torch.device("meta"):  # counted, not made
        assert count_parameters(NETWORKS[name](outputs=1000)) == published


def test_the_narrow_network_costs_a_twentieth_of_resnet18():
    narrow, whole = (size_of(name) for name in ("resnet10_narrow", "resnet18"))
    assert 20 * narrow.multiply_adds < whole.multiply_adds
    assert 30 * narrow.parameters_graded < whole.parameters_graded


def test_the_stride_in_the_1x1_explains_the_papers_flops():
    ours, papers = (multiply_adds(resnet50(outputs=1000, stride_in=place), 224)
                    for place in ("3x3", "1x1"))  # fmt: skip
    assert round(ours / 1e9, 1) == 4.1
    assert papers // 1e8 / 10 == 3.8  # the paper cuts its figures, it does not round them


def test_resnet18_has_the_papers_flops():
    assert round(size_of("resnet18").multiply_adds / 1e9, 1) == 1.8


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_answers_and_every_weight_learns(name):
    network = NETWORKS[name](outputs=5)
    outputs = network(torch.rand(2, 3, 64, 64))
    assert outputs.shape == (2, 5)
    outputs.square().sum().backward()
    assert all(p.grad is not None for p in network.parameters())


def test_the_labs_head_fits_512_pixels():
    assert resnet18(head="lab").eval()(torch.zeros(1, 3, 512, 512)).shape == (1, 5)


def test_the_small_stem_keeps_a_small_photo_whole():
    network = resnet18(stem="small").eval()
    stemmed = network.maxpool(network.relu(network.bn(network.conv1(torch.zeros(1, 3, 28, 28)))))
    assert stemmed.shape[-2:] == (28, 28)


def test_a_plain_network_has_no_shortcut():
    network = resnet34(plain=True)
    assert not any("downsample" in name for name, _ in network.named_modules())
    block = network.layer1[0].eval()
    torch.nn.init.zeros_(block.bn2.weight)
    assert block(torch.ones(1, 64, 4, 4)).abs().max() == 0


def seen_by_lite0(name: str) -> int:
    skimage = pytest.importorskip("skimage")
    with Image.open(Path(skimage.__file__).parent / "data" / name) as image:
        square = image.convert("RGB").crop(_middle(image.size)).resize((224, 224), 3)
    network = efficientnet_lite0(1000)
    network.load_state_dict(lite0_state())
    pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1)[None].float()
    return int(network.eval()((pixels - 127) / 128).argmax())


def _middle(size: tuple[int, int]) -> tuple[int, int, int, int]:
    side = min(size)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    return left, top, left + side, top + side


def test_the_imagenet_start_of_lite0_names_the_cat():
    assert seen_by_lite0("chelsea.png") in range(281, 286)


def test_the_imagenet_start_of_lite0_names_the_coffee():
    assert seen_by_lite0("coffee.png") in (504, 967, 968)
