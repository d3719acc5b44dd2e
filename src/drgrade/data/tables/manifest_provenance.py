"""The provenance of a set of photographs, as it lies beside its manifest or in its metadata."""

import json
from pathlib import Path
from typing import Any, Final

from drgrade.data.tables.bound import record_of, which
from drgrade.errors import ManifestError
from drgrade.provenance.photo_set import SetProvenance
from drgrade.provenance.text import WrongKindError, checked, read_object

KIND: Final = "drgrade manifest"


def read_set_provenance(path: Path) -> SetProvenance:
    """The provenance beside a CSV manifest; an empty one where there is none of ours.

    Raises:
        ManifestError: our file beside the manifest is damaged, or a value is of another kind.
    """
    beside = record_of(path)
    if not beside.is_file() or beside == path:
        return SetProvenance()
    return _checked(which(_read(beside.read_bytes(), beside), path).values, beside)


def parse_set_provenance(text: bytes, place: Path) -> SetProvenance:
    """The provenance in JSON; an empty one where it is not ours. `place` is where it stood.

    Raises:
        ManifestError: as `read_set_provenance`.
    """
    return _checked(_read(text, place), place)


def _read(text: bytes, place: Path) -> dict[str, Any]:
    try:
        return read_object(text)
    except ValueError as error:
        if KIND.encode() not in text:
            return {}
        raise ManifestError(f"{place} is no JSON ({error}); repair or remove it") from None


def _checked(found: dict[str, Any], place: Path) -> SetProvenance:
    if found.pop("kind", None) != KIND:
        return SetProvenance()
    try:
        return checked(SetProvenance, found)
    except WrongKindError as error:
        raise ManifestError(f"{place}: {error}; correct it, or remove the file") from None


def refuse_foreign(beside: Path) -> None:
    """Refuse a place for the provenance of a CSV manifest where another's file lies.

    Raises:
        ManifestError: names the file.
    """
    if not beside.exists():
        return
    try:
        is_ours = json.loads(beside.read_bytes()).get("kind") == KIND
    except (OSError, ValueError, RecursionError, AttributeError):
        is_ours = False
    if not is_ours:
        raise ManifestError(
            f"the provenance of a CSV manifest goes to {beside.name}, which is another's file; "
            "choose another name for the manifest, or .parquet"
        )
