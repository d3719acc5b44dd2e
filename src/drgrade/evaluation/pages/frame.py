"""What all pages share: their templates, the languages they name, and the versions they print."""

import platform
from importlib import metadata
from typing import TYPE_CHECKING

from drgrade import __version__

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

PAGE, TWIN, SUMMARY = "report.html", "report.json", "report.md"
LANGUAGE_CODES = {"en": "en", "zh-TW": "zh-Hant-TW"}
VERSIONED = ("numpy", "scipy", "polars")


def environment() -> "Environment":
    """The templates of this package; a name that is missing is an error, never an empty place."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("drgrade.evaluation.pages"),
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
    return found | {name: metadata.version(name) for name in VERSIONED}
