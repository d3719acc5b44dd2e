"""Write the trials' tables into experiments/notes/grader.md, between its marks.

The page's own words are kept. A mark `256-home` stands for the table `home` of trials at 256 px;
a trial that is not finished has no row, and a table whose base is not at hand stays as it is.

    python experiments/grader/page.py OUT
"""

import sys
from functools import partial
from pathlib import Path

from cells import TOGETHER, TRIALS, Cell
from tables import (
    everywhere,
    eyepacs,
    finished,
    home,
    table_of_edema,
    table_of_grades,
    table_of_healthy,
    table_of_own_points,
    table_of_trials,
)

sys.path.append(str(Path(__file__).resolve().parents[1]))
from marked_page import fill

PAGE = Path(__file__).resolve().parents[1] / "notes" / "grader.md"
READS = {"chosen": everywhere, "home": home, "eyepacs": eyepacs}
WHOLE = {
    "healthy": table_of_healthy,
    "edema": table_of_edema,
    "grades": table_of_grades,
    "own-points": table_of_own_points,
}
SEEDS = range(3)


def section(out: Path, mark: str) -> str | None:
    """The table of a mark, `SIZE-NAME`; None where there is no base to hold it against."""
    size, _, name = mark.partition("-")
    if name not in {*READS, *WHOLE}:
        return None
    names = [f"{trial}{kind}" for kind in ("", TOGETHER) for trial in TRIALS]
    cells = [Cell(name, int(size), seed) for name in names for seed in SEEDS]
    places = finished(out, cells)
    if "base" not in places:
        return None
    return WHOLE[name](places) if name in WHOLE else table_of_trials(places, READS[name])


if __name__ == "__main__":
    fill(PAGE, partial(section, Path(sys.argv[1])))
