"""The provenance of a model as it lies beside its predictions, or in their metadata."""

import json
from pathlib import Path
from typing import Any, Final, NoReturn

from drgrade.data.tables.bound import record_of, which
from drgrade.errors import PredictionsError
from drgrade.provenance.model import ModelProvenance, Travelling
from drgrade.provenance.text import checked, read_object

KIND: Final = "drgrade predictions"
EARLIER: Final = "no kind"
METADATA: Final = "drgrade"  # the name of it in a Parquet file
LARGEST: Final = 16 << 20  # bytes


def read_model_provenance(table: Path) -> tuple[ModelProvenance, bool | None]:
    """The provenance in the `.json` beside a table, and whether the table is another by now.

    An empty provenance without a file of that kind; None where it does not name its table.

    Raises:
        PredictionsError: no JSON object, a number that is none, or a value of the wrong kind.
    """
    path = record_of(table)
    if not path.is_file():
        return ModelProvenance(), None
    try:
        if path.stat().st_size > LARGEST:
            _refuse(path, f"over {LARGEST >> 20} MiB are no provenance of a model")
        found = read_object(path.read_bytes())
    except OSError as error:
        _refuse(path, str(error).splitlines()[0])
    except ValueError as error:
        _refuse(path, str(error))
    bound = which(found, table)
    return _checked(bound.values, path), bound.is_changed


def parse_model_provenance(text: str | bytes, path: Path) -> ModelProvenance:
    """The provenance in a text; `path` is where it stood, for what is said of it.

    Raises:
        PredictionsError: as `read_model_provenance`.
    """
    try:
        found = read_object(text)
    except ValueError as error:
        _refuse(path, str(error))
    return _checked(found, path)


def _checked(found: dict[str, Any], path: Path) -> ModelProvenance:
    if found.pop("kind", KIND) != KIND:
        return ModelProvenance()
    try:
        return checked(ModelProvenance, found)
    except ValueError as error:
        _refuse(path, str(error))


def _refuse(path: Path, what: str) -> NoReturn:
    raise PredictionsError(f"{path} cannot be read: {what}; write it anew, or remove it")


def kind_of(beside: Path) -> str:
    """`KIND`, `EARLIER` where a provenance names no kind, or nothing: another's file."""
    try:
        found = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    ours = {*Travelling.model_fields, "preprocess"}
    is_earlier = "kind" not in found and bool(ours & set(found))
    return EARLIER if is_earlier else str(found.get("kind", ""))
