"""Which photographs of a manifest an earlier training learned from, and how its rows tell it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from drgrade.errors import Reason
from drgrade.provenance.parts import LearnedBefore
from drgrade.stats.estimate import Flags

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

LEARNED: Final = ("train", "tune", "calibrate")
COLUMN: Final = "learned_before"  # of a row: whether they were of its patient, group or photo
NAMES: Final = ("patient", "group")
TRUTHS: Final = {"true": True, "false": False}


def learned_before(manifest: "Manifest", earlier: "Manifest") -> Flags | None:
    """Whether a training on `earlier` learned from each row's photo, patient or group, (n,) bool.

    A patient's name means the same patient where the two are of one set (by their address) or
    share a photo (by its place or hash). None where nothing tells whether they are of the same
    patients.
    """
    taught = earlier.table.filter(pl.col("split").is_in(LEARNED))
    places = _places(manifest, manifest.table)
    same = _among(places, _places(earlier, taught))
    same |= _shared(manifest.table, taught, "sha256")
    one, other = _address(manifest), _address(earlier)
    is_one_set = bool(one) and one == other
    if is_one_set:
        same |= _shared(manifest.table, taught, "photo")
    elif one and other and not same.any():
        return same
    overlap = _among(places, _places(earlier, earlier.table)).any()
    if is_one_set or overlap or _shared(manifest.table, earlier.table, "sha256").any():
        for name in NAMES:
            same |= _shared(manifest.table, taught, name)
    elif not _told_apart(manifest.table, taught):
        return None
    return _with_their_own(manifest, same)


def _address(manifest: "Manifest") -> str:
    """Where a set is to be had: the same for two lists of one set; empty where that is unknown."""
    address = manifest.provenance.address or ""
    is_told = not address.startswith("your") and not manifest.provenance.is_synthetic
    return address if is_told else ""


def _places(manifest: "Manifest", table: pl.DataFrame) -> list[str]:
    root = manifest.root.resolve()
    return [str(root / photo) for photo in table["photo"]]


def _among(values: Iterable[str | None], known: Iterable[str | None]) -> Flags:
    seen = {each for each in known if each is not None}
    return np.array([value in seen for value in values], dtype=bool)


def _shared(rows: pl.DataFrame, others: pl.DataFrame, name: str) -> Flags:
    """Which of `rows` have a value of this column that others have too."""
    if name not in rows.columns or name not in others.columns:
        return np.zeros(len(rows), dtype=bool)
    return _among(rows[name].to_list(), others[name].to_list())


def _told_apart(rows: pl.DataFrame, taught: pl.DataFrame) -> bool:
    """Whether two sets that share no photo are known to differ: names known, none in common."""
    if any(_shared(rows, taught, name).any() for name in NAMES):
        return False
    return all(
        not table.is_empty() and not table["patient"].null_count() for table in (rows, taught)
    )


def _with_their_own(manifest: "Manifest", same: Flags) -> Flags:
    """All rows of a patient or group one of whose rows was learned from."""
    named = [pl.col(name).is_not_null() for name in NAMES if name in manifest.table.columns]
    is_told = manifest.table.select(pl.any_horizontal(named))[:, 0].to_numpy()
    labels = manifest.groups()
    return same | (np.isin(labels, labels[same & is_told]) & is_told)


def flags(rows: pl.DataFrame) -> pl.Series:
    """What the rows of a table tell of it: true, false or, where it is not known, null."""
    if COLUMN not in rows.columns:
        return pl.Series(COLUMN, [None] * len(rows), dtype=pl.Boolean)
    words = rows[COLUMN].cast(pl.String).str.to_lowercase()
    return words.replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean)


def reason(before: LearnedBefore | None) -> Reason:
    """Why rows that do not tell it cannot be checked, by what travels with them."""
    start = (before and before.start) or "?"
    if before is None or not before.photographs:
        return Reason("unknown_start", {"start": start})
    return Reason("known_start", {"start": start, "photographs": before.photographs})
