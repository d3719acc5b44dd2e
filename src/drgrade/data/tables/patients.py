"""Patients and eyes that a table does not give, taken from names like `10_left.jpeg`."""

from typing import Final

import polars as pl

from drgrade.icdr import NAME_OF_PATH

PATIENT_AND_EYE: Final = r"^(\d+)_(left|right)"


def with_eyes(table: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Fill empty eyes from names; also what was done, empty where nothing was."""
    name = pl.col("photo").str.extract(NAME_OF_PATH, 2)
    filled = table.with_columns(pl.coalesce("eye", name).alias("eye"))
    named = table["eye"].null_count() - filled["eye"].null_count()
    return filled, f"eye of {named:,} of {len(table):,} photos taken from their names" * bool(named)


def with_patients(table: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Fill empty patients, and the eyes of these rows; also what was done, empty where nothing was.

    A row gets the patient that others of its name were given, else the number in the name. Where
    others were given two patients nobody knows which of them it is: it stays empty. Patients that
    are given are never changed.
    """
    if not table["patient"].null_count():
        return table, ""
    photo = pl.col("photo").str
    rows = table.select(
        "patient", "eye", name=photo.extract(NAME_OF_PATH, 1), side=photo.extract(NAME_OF_PATH, 2)
    )
    given = (
        rows.select("name", "patient")
        .drop_nulls()
        .group_by("name")
        .agg(given=pl.col("patient").first(), patients=pl.col("patient").n_unique())
    )
    rows = rows.join(given, on="name", how="left", maintain_order="left").with_columns(
        found=pl.when(pl.col("patients").fill_null(0) < 2).then(pl.coalesce("given", "name"))
    )
    is_new = rows["patient"].is_null() & rows["found"].is_not_null()
    filled = rows.select(
        patient=pl.coalesce("patient", "found"),
        eye=pl.coalesce("eye", pl.when(is_new).then("side")),
    )
    by_others = int((is_new & rows["given"].is_not_null()).sum())
    return table.with_columns(filled), _note(int(is_new.sum()), by_others, len(table))


def _note(named: int, by_others: int, photos: int) -> str:
    if not named:
        return ""
    others = f"; {by_others:,} of them are the patient given to another photo of that name"
    return (
        f"patient and eye of {named:,} of {photos:,} photos taken from their names "
        f"by the rule {PATIENT_AND_EYE}" + others * bool(by_others)
    )
