"""Text tables of any usual make: names that come twice, and cells without an end."""

import csv
from pathlib import Path

import pytest

from drgrade.data.tables.delimited import Problems, read_delimited
from drgrade.errors import ManifestError


def columns(folder: Path, header: str) -> list[str]:
    path = folder / "t.csv"
    path.write_text(f"{header}\n{','.join('x' * (header.count(',') + 1))}\n")
    return read_delimited(path, Problems(path)).table.columns


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("grade,grade,grade", ["grade", "grade.1", "grade.2"]),
        ("grade,grade,grade.1", ["grade", "grade.2", "grade.1"]),
        ("grade.1,grade,grade,grade", ["grade.1", "grade", "grade.2", "grade.3"]),
        ("a,a,a.1,a.1,a.1.1", ["a", "a.2", "a.1", "a.1.2", "a.1.1"]),
    ],
)
def test_a_name_that_comes_twice_gets_the_next_free_number(
    tmp_path: Path, header: str, named: list[str]
) -> None:
    assert columns(tmp_path, header) == named


def test_a_header_of_ten_thousand_equal_names_is_read_at_once(tmp_path: Path) -> None:
    assert len(set(columns(tmp_path, ",".join(["a"] * 10_000)))) == 10_000


def refused(folder: Path, text: str) -> str:
    path = folder / "t.csv"
    path.write_text(text)
    with pytest.raises(ManifestError) as caught:
        read_delimited(path, Problems(path))
    return str(caught.value)


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_too_long_is_called_that(tmp_path: Path, quote: str) -> None:
    limit = csv.field_size_limit()
    said = refused(tmp_path, f"photo,note\na,b\nc,{quote}{'x' * 200_000}{quote}\n")
    assert said.endswith("line 3: a cell of over 131,072 characters; is this a table?")
    assert csv.field_size_limit() == limit


def test_a_quote_that_swallows_many_lines_is_called_one_that_is_not_closed(tmp_path: Path) -> None:
    assert "line 2: a quote opens here" in refused(tmp_path, 'photo\n"a\n' + "b\n" * 200_000)


def test_decimal_commas_become_points_where_a_whole_column_has_numbers(tmp_path):
    (tmp_path / "t.csv").write_text("photo;p;age;said;n\n1,5;0,25;61;1,5 mm;3\n2,5;-1,5e3;7,5;;4\n")
    table = read_delimited(tmp_path / "t.csv", Problems(tmp_path)).table
    assert table["p"].to_list() == ["0.25", "-1.5e3"]
    assert table["age"].to_list() == ["61", "7.5"]
    assert table["photo"].to_list() == ["1,5", "2,5"]  # a name stays as it is
    assert table["said"].to_list() == ["1,5 mm", None]


def test_quoted_thousands_of_a_table_with_commas_stay(tmp_path):
    (tmp_path / "t.csv").write_text('photo,n\na,"1,234"\n')
    assert read_delimited(tmp_path / "t.csv", Problems(tmp_path)).table["n"][0] == "1,234"


def test_decimal_commas_between_commas_are_named(tmp_path):
    (tmp_path / "t.csv").write_text("photo,p0,p1\na,0,25,0,75\n")
    with pytest.raises(ManifestError, match="decimal commas"):
        read_delimited(tmp_path / "t.csv", Problems(tmp_path))
