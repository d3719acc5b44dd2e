"""An explanation as files: the picture and its twin of figures."""

from pathlib import Path
from typing import Any

from drgrade.files import write_bytes, write_json
from drgrade.models.explain import Explanation
from drgrade.models.explain_picture import as_png, draw_explanation


def write_explanation(
    explanation: Explanation, told: dict[str, Any], place: Path, language: str
) -> None:
    """`PLACE.png` and `PLACE.json`. The picture first: where the twin lies, both are whole."""
    png, twin = (place.with_name(f"{place.name}.{kind}") for kind in ("png", "json"))
    write_bytes(png, as_png(draw_explanation(explanation, language)))
    write_json(twin, told)
