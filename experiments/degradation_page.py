"""Write the first figures of labs into experiments/notes/degradation.md, between its marks.

The page's own words are kept; what stands between `<!-- NAME -->` and `<!-- end -->` is replaced by
what the lab folder NAME below the folder given has come to: table, sentences, figure.

Command: python experiments/degradation_page.py FOLDER_OF_LABS
"""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from marked_page import IMAGES, SHOWN, fill
from PIL import Image

PAGE = Path(__file__).resolve().parent / "notes" / "degradation.md"
WIDTH = 1100
HEAD = """\
| layers | plain, % | residual, % | plain minus residual, points | seeds, plain / residual |
|---|---|---|---|---|"""


def said(found: dict[str, Any], sign: str = "") -> str:
    """A share in percent, or a difference in points, with its range over seeds; n/a without one."""
    if found["value"] is None:
        return "n/a"
    value, low, high = (
        "" if found[key] is None else f"{100 * found[key]:{sign}.1f}".replace("-", "\N{MINUS SIGN}")
        for key in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})" if low else value


def table(figure: dict[str, Any]) -> str:
    """A row a depth: final errors of both kinds, their difference, and how many seeds stand."""
    nets = {(net["depth"], net["plain"]): net for net in figure["nets"]}
    lines = [HEAD]
    for depth, gap in figure["gaps"].items():
        plain, residual = nets[int(depth), True], nets[int(depth), False]
        seeds = " / ".join(
            f"{sum(each['is_finished'] for each in net['trainings'])} of {len(net['trainings'])}"
            for net in (plain, residual)
        )
        lines.append(
            f"| {depth} | {said(plain['final'])} | {said(residual['final'])} "
            f"| {said(gap, '+')} | {seeds} |"
        )
    return "\n".join(lines)


def state(figure: dict[str, Any]) -> str:
    """How many trainings have ended; those that have begun and not ended by name."""
    every = [each for net in figure["nets"] for each in net["trainings"]]
    done = sum(each["is_finished"] for each in every)
    begun = [
        f"{each['name']} ({len(each['errors'])} of {each['epochs']} epochs)"
        for each in every
        if each["errors"] and not each["is_finished"]
    ]
    told = f"{done} of {len(every)} trainings have ended"
    told += f"; under way: {', '.join(begun)}" if begun else ""
    return f"{told}. Always answering the commonest grade errs on {100 * figure['floor']:.1f} %."


def section(labs: Path, name: str) -> str:
    """One lab: its state, its table, what is seen, and its figure."""
    if not (labs / name / "report.json").is_file():
        return "No training has ended yet."
    twin = json.loads((labs / name / "report.json").read_text(encoding="utf-8"))
    figure = Image.open(labs / name / "figures" / "degradation.png").convert("RGB")
    figure.thumbnail((WIDTH, WIDTH))
    place = IMAGES / f"degradation-{name}.png"
    figure.quantize(256).save(place, optimize=True)
    shown = f"![Training error of plain and residual networks, {name}]({SHOWN}/{place.name})"
    found = twin["degradation"]
    return "\n\n".join([state(found), table(found), *twin["first_figure"], shown])


def main() -> None:
    """Replace every marked part of the page."""
    fill(PAGE, partial(section, Path(sys.argv[1])))


if __name__ == "__main__":
    main()
