"""A page whose parts between `<!-- NAME -->` and `<!-- end -->` are written by a program."""

import re
from collections.abc import Callable
from pathlib import Path


def fill(page: Path, section: Callable[[str], str]) -> None:
    """Replace every marked part of a page by what `section` gives for its name."""
    filled = re.sub(
        r"<!-- (\S+) -->\n.*?<!-- end -->",
        lambda found: f"<!-- {found[1]} -->\n{section(found[1])}\n\n<!-- end -->",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    page.write_text(filled, encoding="utf-8")
