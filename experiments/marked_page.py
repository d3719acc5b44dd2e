"""A page whose parts between `<!-- NAME -->` and `<!-- end -->` are written by a program."""

import re
from collections.abc import Callable
from pathlib import Path

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "results" / "images"
SHOWN = "../../docs/results/images"  # the same, from a page of experiments/notes


def fill(page: Path, section: Callable[[str], str | None]) -> None:
    """Replace every marked part of a page by what `section` gives for its name; None keeps it."""

    def written(found: re.Match[str]) -> str:
        text = section(found[1])
        return found[0] if text is None else f"<!-- {found[1]} -->\n{text}\n\n<!-- end -->"

    whole = page.read_text(encoding="utf-8")
    filled = re.sub(r"<!-- (\S+) -->\n.*?<!-- end -->", written, whole, flags=re.DOTALL)
    page.write_text(filled, encoding="utf-8")


def part(page: Path, name: str) -> str:
    """What stands in a page between `<!-- NAME -->` and its end; empty where it is not there."""
    after = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")[2]
    return after.partition("<!-- end -->")[0].strip()
