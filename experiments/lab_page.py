"""Write the tables and figures of finished labs into docs/results/lab.md, between its marks.

The page's own words are kept; what stands between `<!-- NAME -->` and `<!-- end -->` is replaced by
the table of the lab folder NAME below the folder given.

Command: python experiments/lab_page.py FOLDER_OF_LABS
"""

import sys
from functools import partial
from pathlib import Path

from lab_tables import table
from marked_page import fill
from PIL import Image

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "lab.md"
WIDTH = 760


def section(labs: Path, name: str) -> str | None:
    """The table of one lab and its small figure of intervals; None where it is not there."""
    if not (labs / name / "report.json").is_file():
        return None
    figure = Image.open(labs / name / "figures" / "intervals.png").convert("RGB")
    figure.thumbnail((WIDTH, WIDTH))
    place = PAGE.parent / "images" / f"{name}-intervals.png"
    figure.quantize(64).save(place, optimize=True)
    shown = f"![Intervals of {name}, beside the floors](images/{place.name})"
    return f"{table(labs / name)}\n\n{shown}"


def main() -> None:
    """Replace every marked part of the page."""
    fill(PAGE, partial(section, Path(sys.argv[1])))


if __name__ == "__main__":
    main()
