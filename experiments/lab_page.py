"""Write the tables and figures of finished labs into experiments/notes/lab.md, between its marks.

The page's own words are kept; what stands between `<!-- NAME -->` and `<!-- end -->` is replaced by
the table of the lab folder NAME below the folder given. Rows of cells that this lab did not run
stay as they were, if both labs had the same photographs; the figure is drawn from all rows.

Command: python experiments/lab_page.py FOLDER_OF_LABS
"""

import re
import sys
from functools import partial
from io import BytesIO
from pathlib import Path

from lab_tables import FLOORS, NETWORKS, STARTS, table
from marked_page import IMAGES, SHOWN, fill, part
from PIL import Image

from drgrade.evaluation.pages.figures import draw_intervals
from drgrade.stats.estimate import Estimate

PAGE = Path(__file__).resolve().parent / "notes" / "lab.md"
WIDTH = 760
NUMBER = re.compile(r"(-?[\d.]+) \((-?[\d.]+) to (-?[\d.]+)\)")


def section(labs: Path, name: str) -> str | None:
    """The table of one lab and its small figure of intervals; None where it is not there."""
    if not (labs / name / "report.json").is_file():
        return None
    merged = with_rows_of(part(PAGE, name), table(labs / name))
    place = IMAGES / f"{name}-intervals.png"
    draw(merged, place)
    return f"{merged}\n\n![Intervals of {name}, beside the trivial baselines]({SHOWN}/{place.name})"


def cell_of(row: str) -> str:
    """A row's network, start and size; a collapse is a finding, not part of the name."""
    return row.split("|")[1].strip().removesuffix(", collapsed")


def with_rows_of(before: str, now: str) -> str:
    """The table `now`, with the rows of cells that `before` alone has, in the lab's order."""
    counts, *lines = now.splitlines()
    if counts not in before:
        return now
    old = [line for line in before.splitlines() if line.startswith("|")]
    rows = {cell_of(line): line for line in [*old, *(each for each in lines if each)]}
    cells = [name for name in rows if any(name.startswith(f"{net},") for net in NETWORKS.values())]
    rest = [name for name in rows if name not in cells]
    head, floors = rest[:2], rest[2:]
    ordered = [*head, *sorted(cells, key=place_of), *floors]
    return "\n".join([counts, "", *(rows[name] for name in ordered)])


def place_of(name: str) -> tuple[int, int]:
    """Networks in the lab's order, each from ImageNet, from random weights, from drawn ones."""
    network, start = name.split(", ")[:2]
    starts = (STARTS["imagenet"], "random", STARTS["phantom"])
    found = [i for i, each in enumerate(starts) if start.startswith(each)]
    return list(NETWORKS.values()).index(network), found[0]


def draw(merged: str, place: Path) -> None:
    """The accuracies of a table with their intervals, and the floors among its rows."""
    found = {}
    for line in merged.splitlines():
        cells = [each.strip() for each in line.split("|")]
        if len(cells) > 2 and (figures := NUMBER.match(cells[2])):
            value, low, high = (float(each) / 100 for each in figures.groups())
            found[cell_of(line)] = Estimate(value, low, high, "ratio", 0)
    floors = {word: found[f"*{said}*"].value for word, said in FLOORS.items()
              if word != "majority" and f"*{said}*" in found}  # fmt: skip
    named = {name: one for name, one in found.items() if not name.startswith("*")}
    if len({name.rsplit(",", 1)[1] for name in named}) == 1:  # one size needs no saying
        named = {name.rsplit(",", 1)[0]: one for name, one in named.items()}
    figure = draw_intervals(named, baselines=floors, title="Accuracy on test with 95 % interval",
                            axis="accuracy")  # fmt: skip
    held = BytesIO()
    figure.savefig(held, format="png", dpi=150)
    picture = Image.open(held).convert("RGB")
    picture.thumbnail((WIDTH, WIDTH))
    picture.quantize(64).save(place, optimize=True)


def main() -> None:
    """Replace every marked part of the page."""
    fill(PAGE, partial(section, Path(sys.argv[1])))


if __name__ == "__main__":
    main()
