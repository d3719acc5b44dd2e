"""Several views of a photo, averaged when a grader answers and not while it learns."""

import pytest

torch = pytest.importorskip("torch")

from drgrade.data.photos.preprocess import Preprocess
from drgrade.models.grader import VIEWS, Grader, build_network, turned
from drgrade.recipe.recipe import Model


def grader(views: int) -> Grader:
    torch.manual_seed(0)
    model = Model(network="resnet18", views=views)
    return Grader(build_network(model, 5).eval(), model, Preprocess(size=64), "cross_entropy")


def photo() -> torch.Tensor:
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("views", [1, 2, 4])
def test_the_answer_is_the_mean_of_the_views(views):
    asked = grader(views)
    with torch.no_grad():
        alone = [asked.at_once(turned(photo(), axes)) for axes in VIEWS[:views]]
        assert torch.allclose(asked.outputs(photo()), sum(alone) / views, atol=1e-6)


@pytest.mark.parametrize(("views", "axes"), [(2, (3,)), (4, (3,)), (4, (2,)), (4, (2, 3))])
def test_a_photo_and_its_mirror_image_get_the_same_answer(views, axes):
    asked = grader(views)
    with torch.no_grad():
        assert torch.allclose(
            asked.outputs(photo()), asked.outputs(turned(photo(), axes)), atol=1e-6
        )
        assert not torch.allclose(
            asked.at_once(photo()), asked.at_once(turned(photo(), axes)), atol=1e-6
        )


def test_a_network_that_learns_sees_one_view_a_step():
    asked = grader(4)
    asked.network.train()
    seen = []
    asked.network.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    asked.outputs(photo())
    assert seen == [2]


@pytest.mark.parametrize("axes", VIEWS)
def test_turning_twice_is_turning_back(axes):
    assert torch.equal(turned(turned(photo(), axes), axes), photo())
