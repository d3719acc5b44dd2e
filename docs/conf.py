"""How the documentation is built."""

project = "drgrade"
author = "the drgrade authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
html_theme = "furo"
html_title = "drgrade"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
