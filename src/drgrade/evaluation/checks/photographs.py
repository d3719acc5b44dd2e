"""The warnings about the photographs themselves: W04 and W15 duplicates, W19 shortcuts.

They read columns of the table or of the manifest: `phash` (the fingerprint), `sha256`, and the
what is known of the file (width, height, bytes, black_share, camera).
"""

from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from drgrade.data.audit.duplicates import near_duplicates
from drgrade.data.audit.shortcuts import TELLS, find_shortcut
from drgrade.data.photos.fingerprint import HEX_DIGITS
from drgrade.data.tables.groups import groups_of
from drgrade.errors import Reason
from drgrade.evaluation.checks.check import Check, checked, not_checkable
from drgrade.icdr import REFERABLE_FROM

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

LISTED = 10
OTHERS = ("train", "tune", "calibrate")
LENT = ("sha256", "phash", "width", "height", "bytes", "black_share", "camera", "dr_any")

Twins = list[tuple[str, str]]


def with_file_columns(table: pl.DataFrame, manifest: "Manifest | None") -> pl.DataFrame:
    """The judged rows; a fact of its photograph that a row does not tell is the manifest's."""
    if manifest is None:
        return table
    lent = [name for name in LENT if name in manifest.table.columns]
    both = [name for name in lent if name in table.columns and table[name].count()]
    known = manifest.table.select("photo", *lent).unique("photo", keep="first")
    table = table.drop(set(lent) - set(both), strict=False)
    rows = table.join(known, on="photo", how="left", suffix="_lent", maintain_order="left")
    filled = [pl.coalesce(name, pl.col(f"{name}_lent").cast(table.schema[name], strict=False))
              for name in both]  # fmt: skip
    return rows.with_columns(filled).drop(f"{name}_lent" for name in both)


def check_twins_across(table: pl.DataFrame, manifest: "Manifest | None") -> Check:
    """W04: a judged photograph looks like one in train, tune or calibrate; E for the same file."""
    if manifest is None:
        return not_checkable("W04", Reason("no_manifest"))
    rows = with_file_columns(table, manifest).filter(pl.col("status") != "duplicate")
    others = manifest.table.filter(
        pl.col("split").is_in(OTHERS) & ~pl.col("photo").is_in(rows["photo"].implode())
    )
    has_prints = _has_prints(rows) and _has_prints(others)
    if not (has_prints or (_has_bytes(rows) and _has_bytes(others))):
        return not_checkable("W04", Reason("no_fingerprints"))
    same = _same_bytes_across(rows, others)
    across = sorted({*same, *(_alike_across(rows, others) if has_prints else ())})
    number = len({first for first, _ in across})
    return checked("W04", bool(across), "E" if same else "W", n=number, twins=_listed(across))


def check_twins_within(table: pl.DataFrame, manifest: "Manifest | None") -> Check:
    """W15: a photograph is judged twice under two names; E where the two have other labels."""
    rows = with_file_columns(table, manifest).filter(pl.col("status") != "duplicate")
    has_bytes = _has_bytes(rows)
    if not (has_bytes or _has_prints(rows)):
        return not_checkable("W15", Reason("no_fingerprints"))
    twins = sorted({*(_same_bytes(rows) if has_bytes else ()), *_alike(rows)})
    grades = dict(rows.select("photo", "grade").iter_rows())
    contrary = [(a, b) for a, b in twins if None not in (one := (grades[a], grades[b]))
                and one[0] != one[1]]  # fmt: skip
    return checked(
        "W15", bool(twins), "E" if contrary else "W",
        n=len(twins), contrary=len(contrary), twins=_listed(contrary or twins),
    )  # fmt: skip


def check_shortcut(table: pl.DataFrame, manifest: "Manifest | None") -> Check:
    """W19: the file alone (size, bytes, black share, camera) tells disease, AUC above 0.70.

    Referable disease, or any retinopathy (`dr_any`) where no grade is known.
    """
    rows = with_file_columns(table, manifest).filter(pl.col("status") != "duplicate")
    ill = pl.col("grade") >= REFERABLE_FROM
    if rows["grade"].null_count() == rows.height and "dr_any" in rows.columns:
        ill = pl.col("dr_any").cast(pl.String).is_in(["1", "true", "True"])
    rows = rows.with_columns(ill.alias("ill")).filter(pl.col("ill").is_not_null())
    found = find_shortcut(rows, rows["ill"].to_numpy().astype(bool), groups_of(rows))
    if found is None:
        return not_checkable("W19", Reason("no_file_facts"))
    best = found.best
    return checked(
        "W19", found.auc > TELLS, auc=float(found.auc), what=best, alone=float(found.alone[best])
    )


def _has_prints(rows: pl.DataFrame) -> bool:
    """Whether any fingerprint is of our kind."""
    if "phash" not in rows.columns:
        return False
    return bool((rows["phash"].cast(pl.String).str.len_chars() == HEX_DIGITS).any())


def _has_bytes(rows: pl.DataFrame) -> bool:
    """Whether the hash of any file is known."""
    return "sha256" in rows.columns and rows["sha256"].null_count() < rows.height


def _same_bytes_across(rows: pl.DataFrame, others: pl.DataFrame) -> Twins:
    if not (_has_bytes(rows) and _has_bytes(others)):
        return []
    one, two = (table.select("photo", "sha256").drop_nulls() for table in (rows, others))
    return list(one.join(two, on="sha256").select("photo", "photo_right").iter_rows())


def _alike_across(rows: pl.DataFrame, others: pl.DataFrame) -> Twins:
    both = pl.concat([rows.select("photo", "phash"), others.select("photo", "phash")])
    return [
        (both["photo"][pair.first], both["photo"][pair.second])
        for pair in near_duplicates(both["phash"].to_list())
        if pair.first < rows.height <= pair.second
    ]


def _same_bytes(rows: pl.DataFrame) -> Twins:
    same: dict[str, list[str]] = defaultdict(list)
    for photo, digest in rows.select("photo", "sha256").drop_nulls().iter_rows():
        same[digest].append(photo)
    return [(names[0], other) for names in same.values() for other in names[1:]]


def _alike(rows: pl.DataFrame) -> Twins:
    if not _has_prints(rows):
        return []
    photos = rows["photo"]
    found = near_duplicates(rows["phash"].to_list())
    return [(photos[pair.first], photos[pair.second]) for pair in found]


def _listed(twins: Twins) -> tuple[Reason, ...]:
    """The first pairs; the last of them says how many there are more."""
    left = max(0, len(twins) - LISTED)
    shown = twins[:LISTED]
    return tuple(
        Reason("twins", {"one": a, "other": b, "more": left if i == len(shown) else 0})
        for i, (a, b) in enumerate(shown, start=1)
    )
