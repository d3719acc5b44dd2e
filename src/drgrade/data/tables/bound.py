"""A CSV table and the record beside it as one: bound by a hash, written so that no kill parts them.

The record names the SHA-256 of its table. While a table is replaced, the record holds that of the
old table too, and the rename of the table decides which of the two counts.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drgrade.runtime.failpoints import fail_point
from drgrade.runtime.files import replacing, sha256_file, write_json

HASH: Final = "table_sha256"
BEFORE: Final = "before"  # the record of the table that is being replaced
Values = dict[str, Any]


@dataclass(frozen=True)
class Bound:
    """What a record says of its table, and whether the table is the one that it was written for.

    `is_changed` is None where the record names no table, as earlier versions wrote it.
    """

    values: Values
    is_changed: bool | None = None


def record_of(table: Path) -> Path:
    """The place of the record of a table."""
    return table.with_suffix(".json")


def write_bound(table: Path, write: Callable[[Path], None], record: Mapping[str, Any]) -> None:
    """Write a table with `write` and its record, so that a kill leaves the old pair or the new.

    Args:
        table: its place, .csv.
        write: writes it to a path.
        record: plain values.
    """
    beside = record_of(table)
    with replacing(table) as temporary:
        write(temporary)
        new, before = {**record, HASH: sha256_file(temporary)}, _before(table)
        write_json(beside, new | before)
        fail_point("record_of_both")
    fail_point("record_of_both_stays")
    if before:
        write_json(beside, new)


def _before(table: Path) -> Values:
    """The record of the table that is there, under `BEFORE`; nothing where there is no table."""
    if not table.is_file():
        return {}
    try:
        found = json.loads(record_of(table).read_bytes())
    except (OSError, ValueError, RecursionError):
        found = {}
    kept = which(found, table).values if isinstance(found, dict) else {}
    return {BEFORE: {**kept, HASH: sha256_file(table)}}


def which(found: Values, table: Path) -> Bound:
    """Of the records in a file the one that counts for the table as it is."""
    found = dict(found)
    before = found.pop(BEFORE, None)
    promised = found.pop(HASH, None)
    if promised is None or not table.is_file():
        return Bound(found)
    actual = sha256_file(table)
    if promised == actual:
        return Bound(found, is_changed=False)
    if isinstance(before, dict) and before.get(HASH) == actual:
        return Bound({key: value for key, value in before.items() if key != HASH}, is_changed=False)
    return Bound(found, is_changed=True)
