"""An explanation as files: the picture and its twin of figures."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from drgrade.data.photo import EXPLAINS, is_made_by
from drgrade.errors import UsageError
from drgrade.files import write_bytes, write_json
from drgrade.models.explain import KIND, Explanation
from drgrade.models.explain_picture import as_png, draw_explanation

ENDINGS = (".png", ".json")  # of a picture and its twin


def write_explanation(
    explanation: Explanation, told: dict[str, Any], place: Path, language: str
) -> None:
    """`PLACE.png` and `PLACE.json`. The picture first: where the twin lies, both are whole."""
    png, twin = files_of(place)
    write_bytes(png, as_png(draw_explanation(explanation, language)))
    write_json(twin, told)


def files_of(place: Path) -> tuple[Path, Path]:
    """The picture and its twin."""
    png, twin = (place.with_name(f"{place.name}{ending}") for ending in ENDINGS)
    return png, twin


def refuse_others(places: Iterable[Path]) -> None:
    """Refuse to write over files that are no explanations: photographs above all.

    Raises:
        UsageError: names the first.
    """
    for place in places:
        png, twin = files_of(place)
        for path, is_ours in ((png, is_made_by(png, EXPLAINS)), (twin, _tells(twin))):
            if path.exists() and not is_ours:
                raise UsageError(f"{path} is there and is no explanation; choose another folder "
                                 "with -o, it would be written over")  # fmt: skip


def _tells(path: Path) -> bool:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("kind") == KIND
