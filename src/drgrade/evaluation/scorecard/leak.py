"""W02: whether judged photographs are of patients, or groups, that a network learned from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from drgrade.data.tables.groups import groups_of
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.trained_before import LEARNED, flags, reason
from drgrade.errors import Reason
from drgrade.evaluation.join_manifest import OUT_OF_FOLD
from drgrade.evaluation.levels import judged

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

NO_PATIENTS = Reason("no_patients")


@dataclass(frozen=True)
class Leak:
    """The share of judged rows that are of a patient, a group or a photo that was learned from.

    `share` is None where that cannot be known; `unknown` is then the reason. `is_declared` says
    that the set's source tells of its leak, and there is no other.
    """

    share: float | None
    is_declared: bool = False
    unknown: Reason | None = None


def leak_of(
    predictions: Predictions, manifest: "Manifest | None", whole: Predictions | None = None
) -> Leak:
    """What is known of a leak into the judged rows.

    The splits are the manifest's; without one those of `whole`, the table that the rows are from.
    Rows of `out_of_fold` are held against the rows of the other folds. What the start of the
    training learned from counts too, as the rows tell it. That no leak is seen says something only
    where the rows that were learned from, and whose they are, are known.
    """
    is_declared = bool(predictions.provenance.leak_declared)
    if manifest is not None and manifest.provenance.leak_declared is not None:
        is_declared = manifest.provenance.leak_declared
    rows = judged(predictions.table)
    beside = manifest.table if manifest is not None else None if whole is None else whole.table
    unknown: Reason | None
    if OUT_OF_FOLD in rows["split"].to_list() and "fold" in rows.columns:
        own, unknown = _between_folds(rows)
    elif beside is None:
        own, unknown = pl.repeat(False, rows.height, eager=True), Reason("no_manifest")
    else:
        own, unknown = _across(predictions, rows, _labelled(beside))
    earlier = predictions.provenance.learned_before
    before = flags(rows) if earlier is not None else pl.repeat(False, rows.height, eager=True)
    both = own | before.fill_null(value=False)
    if both.any():
        return Leak(float(both.mean()), is_declared and not (both & ~own).any())  # type: ignore[arg-type]
    if before.null_count():
        return Leak(None, is_declared, reason(earlier))
    return Leak(None if unknown else 0.0, is_declared, unknown)


def _between_folds(rows: pl.DataFrame) -> tuple[pl.Series, Reason | None]:
    """Which rows share a label with another fold, which was learned from."""
    labelled = _labelled(rows)
    is_split = (pl.col("fold").n_unique().over("label") > 1) & pl.col("label").is_not_null()
    is_known = labelled["label"].count() > 0
    return labelled.select(is_split)[:, 0], None if is_known else NO_PATIENTS


def _across(
    predictions: Predictions, rows: pl.DataFrame, beside: pl.DataFrame
) -> tuple[pl.Series, Reason | None]:
    """Which rows the learned ones among `beside` share a label or a photo with.

    With it, where there are none, the reason why that says nothing.
    """
    own = rows["split"].drop_nulls().unique().to_list()
    others = beside.filter(pl.col("split").is_in(LEARNED) & ~pl.col("split").is_in(own))
    if OUT_OF_FOLD in own:  # the row of a photo beside it is the judged one
        others = others.filter(~pl.col("photo").is_in(predictions.table["photo"].implode()))
    lent = beside.select("photo", named="label").unique("photo", keep="first")
    rows = _labelled(rows).join(lent, on="photo", how="left", maintain_order="left")
    labels, patients = (others[name].drop_nulls().unique() for name in ("label", "patient"))
    is_same = rows["photo"].is_in(others["photo"].implode())
    for column, seen in (("named", labels), ("label", labels), ("patient", patients)):
        is_same |= rows[column].is_in(seen.implode()).fill_null(value=False)
    if "train" not in others["split"].to_list():
        return is_same, Reason("no_training_rows")
    is_known = len(labels) > 0 and rows["label"].count() + rows["named"].count() > 0
    return is_same, None if is_known else NO_PATIENTS


def _labelled(table: pl.DataFrame) -> pl.DataFrame:
    """The rows with a `label` each: what is never divided, null where no row tells whose it is."""
    owners = [pl.col(name).is_not_null() for name in ("group", "patient") if name in table.columns]
    labels = pl.Series("label", groups_of(table).tolist(), dtype=pl.String)
    return table.with_columns(labels).with_columns(
        pl.when(pl.any_horizontal(owners)).then("label").alias("label")
    )
