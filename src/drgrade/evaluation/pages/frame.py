"""What all pages share: templates, languages, versions, and the place of an earlier report."""

import json
import platform
from collections.abc import Collection
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade import __version__
from drgrade.errors import shown

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

PAGE, TWIN, SUMMARY = "report.html", "report.json", "report.md"
FIGURES = ("detection", "confusion", "agreement", "subgroups", "selective", "roc", "reliability",
           "qwk")  # fmt: skip
LANGUAGE_CODES = {"en": "en", "zh-TW": "zh-Hant-TW"}
OURS = {"format", "verdict", "command", "versions"}  # of every twin
VERSIONED = ("numpy", "scipy", "polars")


def earlier_report(folder: Path) -> dict[str, Any]:
    """The twin of a scorecard or a comparison in a folder; empty where none of ours lies there."""
    try:
        found = json.loads((folder / TWIN).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and set(found) >= OURS else {}


def of_other_tables(folder: Path, key: str, value: object) -> str:
    """A sentence where a report of ours has another `value` at `key`; empty elsewhere."""
    earlier = earlier_report(folder)
    if not earlier or earlier.get(key) == value:
        return ""
    return (
        f"{folder} held a report of other tables (`{shown(earlier['command'])}`); it is replaced, "
        "figures included"
    )


def remove_earlier(folder: Path, written: Collection[str]) -> None:
    """Remove what an earlier report of ours left in a folder and the one to come does not write.

    `written` names its figures, and `SUMMARY` where it writes one; files of other names stay.
    """
    if not earlier_report(folder):
        return
    for name in FIGURES:
        if name not in written:
            for ending in ("png", "svg"):
                (folder / "figures" / f"{name}.{ending}").unlink(missing_ok=True)
    if SUMMARY not in written:
        (folder / SUMMARY).unlink(missing_ok=True)


@cache  # a template is compiled once, however many pages are written
def environment(*packages: str) -> "Environment":
    """The templates of `packages` and of this one; a missing name is an error, never a gap.

    This one's are found last; all pages share its style.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([*map(PackageLoader, packages), PackageLoader(__package__)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def coded(text: str) -> "Markup":
    """A sentence for a page: escaped, what stands between backticks as code."""
    from markupsafe import Markup, escape

    parts = [escape(part) for part in text.split("`")]
    marked = (Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts))
    return Markup("").join(marked)


def versions() -> dict[str, str]:
    """The versions that made the figures."""
    found = {"drgrade": __version__, "python": platform.python_version()}
    return found | {name: _version(name) for name in VERSIONED}


_version = cache(metadata.version)
