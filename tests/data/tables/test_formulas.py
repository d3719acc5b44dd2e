"""Formulas of a spreadsheet are text, and stay text."""

import polars as pl
import pytest

from drgrade.data.tables.formulas import neutralise, restored


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1"])
def test_formulas_are_neutralised_when_written(text: str) -> None:
    assert neutralise(pl.DataFrame({"note": [text]}))["note"].to_list() == ["'" + text]


def test_names_of_columns_are_neutralised_too() -> None:
    assert neutralise(pl.DataFrame({"=a": ["-1.5"]})).to_dict(as_series=False) == {"'=a": ["-1.5"]}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["'=a", "=a"], ["'=a", "=a"]),
        (["''=a", "'=a", "=a"], ["''=a", "'=a", "=a"]),
        (["''=a", "'=a"], ["'=a", "=a"]),
    ],
)
def test_a_name_whose_bare_form_is_taken_keeps_its_mark(
    written: list[str], read: list[str]
) -> None:
    table = restored(pl.DataFrame([written], schema=written, orient="row"))
    assert table.columns == read
    assert restored(neutralise(table)).columns == read
