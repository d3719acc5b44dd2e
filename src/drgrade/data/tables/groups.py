"""Rows that belong together: never divided between splits, drawn together when resampled."""

import numpy as np
import polars as pl


def groups_of(table: pl.DataFrame) -> np.ndarray:
    """A label a row, shape (n,), str: its group, else its patient, else the photo itself.

    A patient with rows in two groups ties these groups together. The columns `group` and
    `patient` may be missing.
    """
    rows = table.select(
        (pl.col(name) if name in table.columns else pl.lit(None)).cast(pl.String).alias(name)
        for name in ("group", "patient", "photo")
    )
    named = rows.select("patient", name=pl.coalesce("group", "patient", "photo"))
    if rows["group"].count() and rows["patient"].count():
        named = _tied(named)
    return named["name"].to_numpy().astype(str)


def unit_of(table: pl.DataFrame) -> str:
    """What `groups_of` draws by: `groups` where a row names one, else `patients`, else `photos`."""
    for name in ("group", "patient"):
        if name in table.columns and table[name].count():
            return f"{name}s"
    return "photos"


def _tied(named: pl.DataFrame) -> pl.DataFrame:
    """Every name becomes the least of those its patients have, until no patient has two."""
    while True:
        known = named.filter(pl.col("patient").is_not_null()).with_columns(
            least=pl.col("name").min().over("patient")
        )
        other = known.filter(pl.col("least") != pl.col("name"))
        if other.is_empty():
            return named
        renamed = other.group_by("name").agg(pl.col("least").min())
        named = named.join(renamed, on="name", how="left", maintain_order="left").select(
            "patient", pl.coalesce("least", "name").alias("name")
        )
