"""The lab's cells: which they are, what each is trained with, and how long they will take."""

from pathlib import Path

import pytest

from drgrade.errors import UnknownNameError, UsageError
from drgrade.lab.cells import Wanted, cells_of, compared, fitting_head
from drgrade.lab.degradation.nets import nets_of
from drgrade.lab.plan import Pace, plan, say_plan
from drgrade.runtime.files import write_json

PHOTOS = {"train": 100, "tune": 10, "calibrate": 10, "test": 20}


def test_the_lab_has_six_cells():
    names = [cell.name for cell in cells_of(Wanted())]
    assert names == [
        "resnet18-imagenet", "resnet18-random", "resnet50-imagenet", "resnet50-random",
        "efficientnet_lite0-imagenet", "efficientnet_lite0-random",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "epochs", "rate"),
    [
        ("resnet18-imagenet", 10, 1e-5),
        ("resnet18-random", 10, 1e-4),
        ("resnet50-imagenet", 8, 1e-5),
        ("resnet50-random", 8, 1e-4),
    ],
)
def test_a_cell_has_the_settings_of_the_labs_report(name, epochs, rate):
    (cell,) = cells_of(Wanted(cells=[name]))
    assert cell.recipe.train.epochs == epochs
    assert cell.recipe.train.batch == 4
    assert cell.recipe.optimiser.learning_rate == rate
    assert cell.recipe.model.head == "lab"


def test_what_a_person_sets_wins_over_the_lab():
    changes = ("train.epochs=3", "optimiser.learning_rate=0.5")
    (cell,) = cells_of(Wanted(cells=["resnet18-random"], changes=changes))
    assert cell.recipe.train.epochs == 3
    assert cell.recipe.optimiser.learning_rate == 0.5


def test_another_recipe_keeps_its_own_epochs():
    (cell,) = cells_of(Wanted(cells=["resnet18-random"], recipe="lab-best"))
    assert cell.recipe.train.epochs == 20


def test_an_unknown_cell_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="resnet18-random"):
        cells_of(Wanted(cells=["resnet18-rndom"]))


@pytest.mark.parametrize(
    ("network", "size", "head"),
    [("resnet18", 512, "lab"), ("resnet18", 128, "global"), ("efficientnet_lite0", 512, "global")],
)
def test_the_labs_head_is_kept_where_it_fits(network, size, head):
    assert fitting_head("lab", network, size) == head


def test_sizes_are_compared_with_the_same_head():
    cells = cells_of(Wanted(size=512, compare_size=128, cells=["resnet18-random"]))
    twins = [cell for cell in cells if cell.name in compared(cells)]
    assert [(cell.size, cell.recipe.model.head) for cell in twins] == [
        (512, "global"),
        (128, "global"),
    ]


def test_a_cell_of_the_table_is_not_run_twice_to_compare_sizes():
    cells = cells_of(Wanted(size=128, compare_size=64, cells=["resnet18-random"]))
    assert [cell.name for cell in cells] == ["resnet18-random", "resnet18-random-64px"]
    assert compared(cells) == ["resnet18-random", "resnet18-random-64px"]


def test_equal_sizes_are_refused():
    with pytest.raises(UsageError, match="--compare-size must differ from --size"):
        cells_of(Wanted(size=128, compare_size=128))


def pace(cell):
    return Pace(learning=1.0, judging=0.5)


def test_the_plan_counts_learning_and_judging(tmp_path):
    cells = cells_of(Wanted(cells=["resnet18-random"], epochs=2))
    (planned,) = plan(cells, tmp_path, PHOTOS, pace)
    assert planned.seconds == 2 * (100 * 1.0 + 30 * 0.5) + 40 * 0.5


def test_a_finished_cell_costs_nothing(tmp_path):
    write_json(tmp_path / "runs" / "resnet18-random" / "finished.json", {})
    cells = cells_of(Wanted(cells=["resnet18-random"]))
    (planned,) = plan(cells, tmp_path, PHOTOS, pace)
    assert (planned.epochs_left, planned.seconds) == (0, 0.0)


def test_networks_are_timed_once_each(tmp_path):
    timed = []
    cells = cells_of(Wanted(size=128))
    plan(cells, tmp_path, PHOTOS, lambda cell: timed.append(cell.network) or Pace(1.0, 0.5))
    assert timed == ["resnet18", "resnet50", "efficientnet_lite0"]


def test_the_plan_is_said_a_line_a_cell_then_the_sum(tmp_path: Path, capsys):
    planned = plan(cells_of(Wanted(size=128)), tmp_path, PHOTOS, pace)
    say_plan(planned, PHOTOS)
    lines = capsys.readouterr().err.strip().splitlines()
    assert "6 cells on 100 train, 10 tune, 20 test photos" in lines[0]
    assert len(lines) == 8
    assert "together about" in lines[-1]


@pytest.mark.parametrize(
    ("change", "way"),
    [("data.size=32", "--size"), ("model.network=resnet34", "--cells"),
     ("model.start = phantom", "--cells"), ("data.manifest=other.csv", "the manifest as")],
)  # fmt: skip
def test_a_setting_that_the_lab_decides_is_refused_with_the_way_to_ask_for_it(change, way):
    with pytest.raises(UsageError, match=f"would do nothing; give {way}"):
        cells_of(Wanted(cells=["resnet18-random"], changes=[change]))


def test_the_nets_of_the_first_figure_take_their_size_from_a_setting_and_no_network():
    (net, *_) = nets_of(Wanted(degradation=True, changes=["data.size=32"]))
    assert net.size == 32
    with pytest.raises(UsageError, match="give --cells"):
        nets_of(Wanted(degradation=True, changes=["model.network=resnet34"]))


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        (Wanted(changes=("data.root=/photos",)), "give --root instead"),
        (Wanted(epochs=3, changes=("train.epochs=5",)), "--epochs and --set train.epochs"),
        (Wanted(photos=3, changes=("data.photos=5",)), "--photos and --set data.photos"),
    ],
)
def test_what_would_do_nothing_is_refused(wanted, problem):
    with pytest.raises(UsageError, match=problem):
        cells_of(wanted)


@pytest.mark.parametrize("change", ["model.plain=true", "model.head=lab"])
def test_what_the_nets_of_the_first_figure_decide_is_not_set(change):
    with pytest.raises(UsageError, match="the lab decides model"):
        nets_of(Wanted(degradation=True, changes=(change,)))
