"""What a batch costs, and how its squares lie in memory."""

import pytest

torch = pytest.importorskip("torch")

from drgrade.models.layers.squares import as_unit
from drgrade.training.losses.loss import laid


@pytest.mark.parametrize(
    ("channels_last", "layout"),
    [(True, torch.channels_last), (False, torch.contiguous_format)],
)
def test_squares_lie_in_memory_as_the_recipe_asks(channels_last, layout):
    squares = as_unit(torch.randint(0, 256, (2, 8, 8, 3), dtype=torch.uint8))
    found = laid(squares, channels_last=channels_last)
    assert found.is_contiguous(memory_format=layout)
    assert torch.equal(found, squares)
