"""Predictions held against the manifest: the same photographs, none left out, none from elsewhere.

W23 rows of a split, whatever their status, are not the manifest's rows of that split.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from drgrade.data.tables.predictions import Predictions
from drgrade.errors import PredictionsError, Reason, shown
from drgrade.evaluation.checks.check import Check, checked, not_checkable

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

OUT_OF_FOLD = "out_of_fold"


@dataclass(frozen=True)
class Join:
    """`found` rows of predictions of a split beside the `wanted` rows of the manifest.

    Photos: `unknown` are in no row of the manifest, `elsewhere` in another split of it, `left_out`
    in its rows of the split but not among the predictions. `split` is empty where none is known.
    """

    split: str
    found: int
    wanted: int
    unknown: tuple[str, ...]
    elsewhere: tuple[str, ...]
    left_out: tuple[str, ...]


def join(predictions: Predictions, manifest: "Manifest", split: str | None) -> Join:
    """Match photos by name; rows of `out_of_fold` are the manifest's rows outside `test`.

    A photo is counted once, however many further rows of it are marked as duplicates.
    """
    rows = manifest.table
    is_meant = pl.lit(value=True) if split is None else pl.col("split") == split
    if split == OUT_OF_FOLD:
        is_meant = pl.col("split").is_null() | (pl.col("split") != "test")
    meant = rows.filter(is_meant)["photo"]
    photos = predictions.table["photo"]
    unknown = photos.filter(~photos.is_in(rows["photo"].implode()))
    elsewhere = photos.filter(
        photos.is_in(rows["photo"].implode()) & ~photos.is_in(meant.implode())
    )
    left_out = meant.filter(~meant.is_in(photos.implode()))
    return Join(
        split or "", photos.n_unique(), meant.n_unique(),
        tuple(unknown), tuple(elsewhere), tuple(left_out),
    )  # fmt: skip


def with_splits(predictions: Predictions, manifest: "Manifest | None") -> Predictions:
    """Predictions that name no split, with the manifest's of each photo, where it has some.

    Raises:
        PredictionsError: photos that the manifest does not have, whose split nobody tells.
    """
    if manifest is None:
        return predictions
    table = predictions.table
    lent = manifest.table.select("photo", "split").unique("photo", keep="first")
    if table["split"].null_count() < len(table) or lent["split"].null_count() == len(lent):
        return predictions
    refuse_strangers(replace(join(predictions, manifest, None), left_out=()))
    joined = table.drop("split").join(lent, on="photo", how="left", maintain_order="left")
    return replace(predictions, table=joined.select(table.columns))


def held_against(predictions: Predictions, manifest: "Manifest") -> Join:
    """The rows of one split beside the manifest's; what does not belong together is refused.

    Raises:
        PredictionsError: photos that the manifest does not have, or other reference grades.
    """
    split = next(iter(predictions.table["split"].drop_nulls()), None)
    beside = join(predictions, manifest, split)
    refuse_strangers(beside)
    refuse_other_grades(predictions, manifest)
    return beside


def refuse_strangers(found: Join) -> None:
    """Refuse predictions of photos that the manifest does not have.

    Raises:
        PredictionsError: what is unmatched, both ways, with the first of each.
    """
    if not found.unknown:
        return
    of_split = f" of split {found.split}" if found.split else ""
    unmatched = (
        f", and {len(found.left_out)} of {found.wanted} manifest rows{of_split} have no "
        f"prediction, first '{found.left_out[0]}'"
        if found.left_out
        else ""
    )
    raise PredictionsError(
        f"predictions and manifest are of the same photos, but {len(found.unknown)} of "
        f"{found.found} predicted photos are not in the manifest, first '{found.unknown[0]}'"
        f"{unmatched}; name photos as the manifest does, or give the manifest they came from"
    )


def refuse_other_grades(predictions: Predictions, manifest: "Manifest") -> None:
    """Refuse reference grades that are not the manifest's, or are left out where it has one.

    Raises:
        PredictionsError: how many differ, and the first of them.
    """
    known = manifest.table.select("photo", known=pl.col("grade")).unique("photo", keep="first")
    rows = predictions.table.select("photo", "grade").join(known, on="photo", maintain_order="left")
    other = rows.filter(pl.col("known").is_not_null() & pl.col("grade").ne_missing(pl.col("known")))
    if other.is_empty():
        return
    photo, here, there = other.row(0)
    raise PredictionsError(
        f"reference grades are those of the manifest, but {other.height} of {rows.height} differ, "
        f"first '{shown(photo)}': {'none' if here is None else here} for {there}; "
        "judge with the grades of one of them"
    )


def check_rows(found: Join | None) -> Check:
    """W23: the table has not the manifest's rows of its split, no more and no fewer."""
    if found is None:
        return not_checkable("W23", Reason("no_manifest"), "E")
    if not found.split:
        return not_checkable("W23", Reason("no_split"), "E")
    why = []
    if found.left_out:
        about = {"n": len(found.left_out), "photo": found.left_out[0]}
        why.append(Reason("left_out", about))
    if found.elsewhere:
        about = {"n": len(found.elsewhere), "photo": found.elsewhere[0]}
        why.append(Reason("elsewhere", about))
    return checked(
        "W23", bool(why) or found.found != found.wanted, "E",
        found=found.found, wanted=found.wanted, split=found.split, why=tuple(why),
    )  # fmt: skip
