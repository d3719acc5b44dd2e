"""How the documentation is built."""

project = "drgrade"
author = "the drgrade authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "drgrade"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
