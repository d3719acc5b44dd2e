"""The paper's table of layers for the residual networks of a lab, at the size they were run at."""

from collections.abc import Sequence
from typing import Any

from drgrade.icdr import OUTPUTS
from drgrade.lab.discussion import network_name
from drgrade.lab.results import Lab, Result

BLOCKS = {
    "resnet18": ("residual", (2, 2, 2, 2)),
    "resnet50": ("bottleneck", (3, 4, 6, 3)),
}
WIDTHS = (64, 128, 256, 512)
Kind = tuple[int, str, str, int]  # side of a photo in px, head, stem and outputs


def architectures(lab: Lab) -> list[dict[str, Any]]:
    """A table for each kind of residual network that the lab's table was run with.

    A kind is a size, a head, a stem and a number of outputs. Cells of several calls may differ in
    them; those of one call share one table.
    """
    kinds: dict[Kind, list[str]] = {}
    for cell in lab.cells:
        network = cell.settings["network"]
        if cell.settings["role"] == "table" and network in BLOCKS:
            kinds.setdefault(_kind(cell), []).append(network)
    return [_table(*kind, [n for n in BLOCKS if n in found]) for kind, found in kinds.items()]


def _kind(cell: Result) -> Kind:
    stem = cell.recipe.model.stem if cell.recipe else "standard"
    objective = cell.recipe.objective.name if cell.recipe else "cross_entropy"
    return int(cell.settings["size"]), cell.settings["head"], stem, OUTPUTS[objective]


def _table(size: int, head: str, stem: str, outputs: int, shown: Sequence[str]) -> dict[str, Any]:
    rows = _first_rows(size, stem)
    side = rows[-1]["side"]
    for layer, width in enumerate(WIDTHS):
        side = side if layer == 0 else -(-side // 2)
        rows.append({
            "name": f"layer{layer + 1}",
            "side": side,
            "each": [_stage(*BLOCKS[network], layer, width) for network in shown],
        })  # fmt: skip
    last = side - 6 if head == "lab" else 1
    widths = [512 if BLOCKS[network][0] == "residual" else 2048 for network in shown]
    rows.append({"name": "avg_pool", "side": last, "all": _pool(head)})
    rows.append({"name": "fc", "side": None, "each": [
        {"lines": [f"{width * last * last:,} → {outputs}"], "times": None} for width in widths
    ]})  # fmt: skip
    return {"size": size, "networks": [network_name(n) for n in shown], "rows": rows}


def _first_rows(size: int, stem: str) -> list[dict[str, Any]]:
    """What comes before the blocks: the small stem halves nothing and pools nothing."""
    if stem == "small":
        return [{"name": "conv1", "side": size, "all": "3×3, 64, stride 1"}]
    return [
        {"name": "conv1", "side": -(-size // 2), "all": "7×7, 64, stride 2"},
        {"name": "maxpool", "side": -(-size // 4), "all": "3×3 max pool, stride 2"},
    ]


def _stage(kind: str, blocks: Sequence[int], layer: int, width: int) -> dict[str, Any]:
    lines = {
        "residual": [f"3×3, {width}", f"3×3, {width}"],
        "bottleneck": [f"1×1, {width}", f"3×3, {width}", f"1×1, {4 * width}"],
    }[kind]
    return {"lines": lines, "times": blocks[layer]}


def _pool(head: str) -> str:
    return "average pool 7×7, stride 1" if head == "lab" else "global average pool"
