"""How the documentation is built."""

from drgrade import __version__

project = "drgrade"
author = "the drgrade authors"
copyright = "2026, the drgrade authors"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
html_theme = "furo"
html_title = f"drgrade {__version__}"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
