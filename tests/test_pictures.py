"""The README's pictures are of this drawing, this version and this grader."""

import hashlib
import json
import re
from pathlib import Path

from drgrade import __version__
from drgrade.data.phantom.drawing import DRAWING
from drgrade.modelfile.places import shipped_models

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
MADE = json.loads((IMAGES / "made.json").read_text(encoding="utf-8"))
AGAIN = "make them again: drgrade demo -o demo && python docs/images/make.py demo"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_they_are_of_this_drawing_version_and_grader():
    now = (DRAWING, __version__, sha256(shipped_models()["default"]))
    assert (MADE["drawing"], MADE["drgrade"], MADE["default_sha256"]) == now, AGAIN


def test_the_files_are_those_that_were_made():
    assert {name: sha256(IMAGES / name) for name in MADE["pictures"]} == MADE["pictures"], AGAIN


def test_the_readme_shows_them():
    shown = re.findall(r"\(docs/images/([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(MADE["pictures"]) <= set(shown)
