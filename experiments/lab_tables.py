"""Print the table of one or more finished labs as Markdown, figures as their pages have them.

Command: python experiments/lab_tables.py LAB_FOLDER...
"""

import json
import sys
from pathlib import Path
from typing import Any

FLOORS = {
    "always_0": "always answering 0",
    "majority": "always the commonest grade of the test set",
    "train_other_eye": "the other eye's grade in train, else 0",
}
NETWORKS = {
    "resnet18": "ResNet18",
    "resnet50": "ResNet50",
    "efficientnet_lite0": "EfficientNet-Lite0",
}
STARTS = {"imagenet": "ImageNet", "phantom": "synthetic"}


def said(estimate: dict[str, Any] | None, scale: float = 1.0, digits: int = 3) -> str:
    """A number with its interval, or n/a."""
    if not estimate or estimate.get("value") is None:
        return "n/a"
    low, high = estimate.get("low"), estimate.get("high")
    around = f" ({low * scale:.{digits}f} to {high * scale:.{digits}f})" if low is not None else ""
    return f"{estimate['value'] * scale:.{digits}f}{around}"


def row_of(cell: dict[str, Any]) -> str:
    """One cell of the lab's table as a row."""
    settings = cell["settings"]
    start = STARTS.get(settings["start"], settings["start"])
    name = f"{NETWORKS[settings['network']]}, {start} start, {settings['size']} px"
    if not cell["honest"]:
        return f"| {name} | empty: no such weights could be had | | | | |"
    honest, highest = cell["honest"], cell["highest"] or {}
    mark = ", collapsed" if cell["is_collapsed"] else ""
    best = highest.get("accuracy") or {}
    shown = f"{best['value'] * 100:.2f} % (epoch {highest['epoch']})" if best else "n/a"
    return (
        f"| {name}{mark} | {said(honest['accuracy'], 100, 1)} | {said(honest['qwk'])} "
        f"| {said(honest['macro_auc'])} | {honest['epoch']} of {settings['epochs']} | {shown} |"
    )


def table(folder: Path) -> str:
    """The table of one lab: cells, then floors, then what the page says of them."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    counts = report["counts"]
    lines = [
        f"{sum(counts['train'])} train, {sum(counts['tune'])} tune, {sum(counts['calibrate'])} "
        f"calibrate, {sum(counts['test'])} test photographs (grades of test: "
        f"{'/'.join(map(str, counts['test']))}).",
        "",
        "| cell | accuracy, % | QWK | macro AUC | epoch chosen on tune "
        "| highest test accuracy of any epoch |",
        "|---|---|---|---|---|---|",
        *(row_of(cell) for cell in report["cells"]),
    ]
    for floor in report["floors"]:
        if floor["name"] in FLOORS and floor["accuracy"]["value"] is not None:
            lines.append(
                f"| *{FLOORS[floor['name']]}* | {said(floor['accuracy'], 100, 1)} "
                f"| {said(floor['qwk'])} | | | |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the tables of the folders named on the command line."""
    for folder in map(Path, sys.argv[1:]):
        print(f"### {folder.name}\n\n{table(folder)}\n")


if __name__ == "__main__":
    main()
