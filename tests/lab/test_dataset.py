"""The lab's Dataset: what it flips is new for every photograph, worker and epoch."""

import pytest

torch = pytest.importorskip("torch")

from torch.utils.data import DataLoader

from drgrade.data.dataset import PhotoDataset
from drgrade.data.phantom.drawing import draw_set


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return draw_set(12, tmp_path_factory.mktemp("drawn"), size=64, seed=2)


def flips_of(drawn, squares) -> list[tuple[bool, bool]]:
    """How each of the squares was flipped: left to right, up to down."""
    still = PhotoDataset(drawn, "", size=32, flip=False)
    ways = {(False, False): [], (False, True): [1], (True, False): [2], (True, True): [1, 2]}
    found = []
    for number, square in enumerate(squares):
        whole = still[number][0]
        found += [way for way, axes in ways.items() if torch.allclose(whole.flip(axes), square)][:1]
    return found


@pytest.mark.parametrize("workers", [0, 2])
def test_no_two_epochs_flip_alike_and_workers_do_not_flip_in_step(drawn, workers):
    data = PhotoDataset(drawn, "", size=32)
    data.flip = data.flip.model_copy(update={"flip": True})
    torch.manual_seed(0)
    loader = DataLoader(data, batch_size=1, num_workers=workers)
    epochs = [flips_of(drawn, [square[0] for square, _ in loader]) for _ in range(3)]
    assert [len(each) for each in epochs] == [12, 12, 12]
    assert len({tuple(each) for each in epochs}) == 3
    assert any(each[0::2] != each[1::2] for each in epochs)


def test_the_same_seed_flips_alike(drawn):
    one, two = (PhotoDataset(drawn, "train", size=32, seed=5) for _ in range(2))
    assert all(torch.equal(one[i][0], two[i][0]) for i in range(len(one)))
