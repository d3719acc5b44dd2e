"""The table of layers says what the networks of a lab are."""

import json

import pytest

from drgrade.lab.architecture import architectures
from drgrade.lab.results import read_lab

from .made_lab import made_cell, made_lab, made_manifest

SMALL = ["model.stem=small"]


def tables(folder, *cells):
    """The tables of a lab whose cells are given by name, size and changes of their recipe."""
    manifest = made_manifest(folder, patients=12)
    settings = [
        made_cell(folder, manifest, name, skill=0.5, size=size, changes=changes)
        for name, size, changes in cells
    ]
    made_lab(folder, manifest, settings)
    return architectures(read_lab(folder, json.loads((folder / "lab.json").read_text()), manifest))


def sides(table):
    return {row["name"]: row["side"] for row in table["rows"]}


def test_the_standard_stem_halves_twice_before_the_blocks(tmp_path):
    (table,) = tables(tmp_path, ("resnet18-random", 512, []), ("resnet50-random", 512, []))
    assert table["networks"] == ["ResNet18", "ResNet50"]
    assert table["rows"][0]["all"] == "7×7, 64, stride 2"
    assert list(sides(table).values())[:6] == [256, 128, 128, 64, 32, 16]


def test_the_small_stem_has_no_pool_and_halves_nothing(tmp_path):
    (table,) = tables(tmp_path, ("resnet18-random", 28, SMALL))
    assert table["rows"][0]["all"] == "3×3, 64, stride 1"
    assert "maxpool" not in sides(table)
    assert list(sides(table).values())[:5] == [28, 28, 14, 7, 4]


def test_the_lab_s_head_keeps_ten_by_ten_places(tmp_path):
    (table,) = tables(tmp_path, ("resnet18-random", 512, ["model.head=lab"]))
    assert sides(table)["avg_pool"] == 10
    assert table["rows"][-1]["each"][0]["lines"] == ["51,200 → 5"]


@pytest.mark.parametrize(("objective", "outputs"), [("regression", 1), ("corn", 4)])
def test_the_last_row_has_as_many_outputs_as_the_objective_asks_for(tmp_path, objective, outputs):
    (table,) = tables(tmp_path, ("resnet18-random", 64, [f"objective.name={objective}"]))
    assert table["rows"][-1]["each"][0]["lines"] == [f"512 → {outputs}"]


def test_cells_of_two_calls_with_other_stems_get_a_table_each(tmp_path):
    first, second = tables(tmp_path, ("resnet18-random", 64, SMALL), ("resnet50-random", 64, []))
    assert (first["networks"], second["networks"]) == (["ResNet18"], ["ResNet50"])
    assert (sides(first)["conv1"], sides(second)["conv1"]) == (64, 32)


@pytest.mark.parametrize("network", ["resnet18", "resnet50"])
@pytest.mark.parametrize(("stem", "size"), [("standard", 100), ("small", 30)])
def test_the_sides_are_those_of_the_network_itself(tmp_path, network, stem, size):
    torch = pytest.importorskip("torch")
    from drgrade.models.resnet import resnet18, resnet50

    (table,) = tables(tmp_path, (f"{network}-random", size, [f"model.stem={stem}"]))
    made = {"resnet18": resnet18, "resnet50": resnet50}[network](stem=stem).eval()
    with torch.inference_mode():
        maps = made.features(torch.zeros(1, 3, size, size))
    assert [sides(table)[name] for name in ("conv1", "layer1", "layer2", "layer3", "layer4")] == [
        each.shape[-1] for each in maps
    ]
