"""Several tables of the same photographs: what is not the same is refused, what one knows is known.

Rows are judged ones, sorted by photo, so that a place is the same photograph in every table.
"""

from collections.abc import Mapping

import polars as pl

from drgrade.errors import PredictionsError, shown

Tables = Mapping[str, pl.DataFrame]


def refuse_other_photos(tables: Tables) -> None:
    """Refuse tables that do not hold the same photographs once each with the same references.

    Raises:
        PredictionsError: names the two tables, and how many photographs differ.
    """
    first, one = next(iter(tables.items()))
    for second, two in tables.items():
        _refuse_twice(second, two)
        if two.is_empty():
            raise PredictionsError(
                f"{second}: no photo has a reference grade; fill the column grade"
            )
        common = len(set(one["photo"]) & set(two["photo"]))
        if not common == one.height == two.height:
            raise PredictionsError(
                f"the same photos are compared, got {one.height} in {first} and {two.height} in "
                f"{second}, {common} of them in both; predict the same split with each model"
            )
        _refuse_other_references(first, one, second, two)


def _refuse_twice(name: str, table: pl.DataFrame) -> None:
    if table["photo"].n_unique() < table.height:
        raise PredictionsError(f"{name}: each photo is judged once, some come twice")


def _refuse_other_references(first: str, one: pl.DataFrame, second: str, two: pl.DataFrame) -> None:
    for column in ("grade", "dme"):
        if column not in one.columns or column not in two.columns:
            continue
        differ = one.filter(one[column].cast(pl.Float64).ne_missing(two[column].cast(pl.Float64)))
        if not differ.is_empty():
            raise PredictionsError(
                f"reference {column}s differ between {first} and {second} for {differ.height} "
                f"photos, first '{differ['photo'][0]}'; use one manifest for both"
            )


def who_belongs_together(tables: Tables) -> pl.DataFrame:
    """The columns photo, patient and group, each filled by whichever table knows it.

    Raises:
        PredictionsError: two tables name other patients, or other groups, for one photo.
    """
    photos = next(iter(tables.values()))["photo"]
    return pl.DataFrame([photos, *(_known(tables, photos, name) for name in ("patient", "group"))])


def _known(tables: Tables, photos: pl.Series, column: str) -> pl.Series:
    known = pl.Series(column, [None] * len(photos), dtype=pl.String)
    whose = pl.Series([None] * len(photos), dtype=pl.String)
    for name, table in tables.items():
        if column not in table.columns:
            continue
        here = table[column].cast(pl.String)
        if (other := (known != here).fill_null(value=False)).any():
            place = int(other.arg_true()[0])
            raise PredictionsError(
                f"a photo has one {column} in all tables, got '{shown(known[place])}' in "
                f"{whose[place]} and '{shown(here[place])}' in {name} for photo "
                f"'{shown(photos[place])}' (and {int(other.sum()) - 1} more); name each {column} "
                f"alike in both, or leave the column {column} out of one"
            )
        whose = whose.zip_with(known.is_not_null() | here.is_null(), pl.Series([name]))
        known = known.zip_with(known.is_not_null(), here).alias(column)
    return known
