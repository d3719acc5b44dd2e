"""An explanation as files: the picture and its JSON report."""

import json
from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path
from typing import Any

from drgrade.data.photos.decode import EXPLAINS, is_made_by
from drgrade.errors import UsageError
from drgrade.explanation.explain import KIND, Explanation
from drgrade.explanation.picture import as_png, draw_explanation
from drgrade.runtime.files import write_bytes, write_json

ENDINGS = (".png", ".json")  # of a picture and its report


def write_explanation(
    explanation: Explanation, report: dict[str, Any], place: Path, language: str
) -> None:
    """`PLACE.png` and `PLACE.json`. The picture first: where the report lies, both are whole."""
    png, json_file = files_of(place)
    write_bytes(png, as_png(draw_explanation(explanation, language)))
    write_json(json_file, report)


def own_place(place: Path, sha256: str) -> Path:
    """The place itself, or its name with the first number that nothing else has taken.

    An earlier explanation of the same photograph, known by its hash, is no hindrance.
    """
    numbered = (place.with_name(f"{place.name}-{number}") for number in count(2))
    return next(each for each in chain([place], numbered) if _is_free(each, sha256))


def _is_free(place: Path, sha256: str) -> bool:
    return not _foreign(place) and _read(files_of(place)[1]).get("sha256") in (None, sha256)


def _foreign(place: Path) -> Path | None:
    """The first file at a place that exists and is no explanation."""
    png, report = files_of(place)
    found = ((png, is_made_by(png, EXPLAINS)), (report, _read(report).get("kind") == KIND))
    return next((path for path, is_ours in found if path.exists() and not is_ours), None)


def files_of(place: Path) -> tuple[Path, Path]:
    """The picture and its JSON report."""
    png, report = (place.with_name(f"{place.name}{ending}") for ending in ENDINGS)
    return png, report


def refuse_others(places: Iterable[Path]) -> None:
    """Refuse to write over files that are no explanations: photographs above all.

    Raises:
        UsageError: names the first.
    """
    for place in places:
        if (path := _foreign(place)) is not None:
            raise UsageError(f"{path} already exists and is no explanation; choose another folder "
                             "with -o, it would be written over")  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    """A report's figures; empty where there is none, or something else."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
