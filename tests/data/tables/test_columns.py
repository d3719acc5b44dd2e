"""Columns are known by their exact names, and those that nearly bear one are never overlooked."""

from pathlib import Path

import polars as pl
import pytest

from drgrade.data.tables.manifest import make_manifest, read_manifest
from drgrade.errors import ManifestError


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("Patient", "patient"),
        ("EYE", "eye"),
        (" group", "group"),
        ("Grade ", "grade"),
        ("Split", "split"),
        ("DME", "dme"),
        ("Mask", "mask"),
    ],
)
def test_a_column_in_other_letters_is_refused(tmp_path: Path, column: str, name: str) -> None:
    table = pl.DataFrame({"photo": ["a"], column: ["0"]})
    table.write_parquet(tmp_path / "m.parquet")
    said = f"column '{column}' is not '{name}'; rename it"
    with pytest.raises(ManifestError, match=said):
        make_manifest(table, tmp_path)
    with pytest.raises(ManifestError, match=said):
        read_manifest(tmp_path / "m.parquet")


def test_all_columns_in_other_letters_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("photo,Grade,GRADE,Patient\na,0,1,p\n")
    with pytest.raises(ManifestError, match="3 problems"):
        read_manifest(tmp_path / "m.csv")


def test_beside_the_column_itself_another_of_its_letters_is_anybodys(tmp_path: Path) -> None:
    whole = make_manifest(pl.DataFrame({"photo": ["a"], "grade": [1], "Grade": ["R1"]}), tmp_path)
    assert whole.table.select("grade", "Grade").row(0) == (1, "R1")


def labels_of(tmp_path, labels):
    rows = "".join(f"{n}.jpg,{label}\n" for n, label in enumerate(labels))
    (tmp_path / "m.csv").write_text(f"photo,grade\n{rows}")
    with pytest.raises(ManifestError) as caught:
        read_manifest(tmp_path / "m.csv")
    return str(caught.value)


@pytest.mark.parametrize("ending", ["", ".0"])
def test_labels_from_1_to_5_are_one_problem_whose_cure_blanks_no_proliferative_eye(
    tmp_path, ending
):
    said = labels_of(tmp_path, [f"{1 + n % 5}{ending}" for n in range(60)])
    assert "\n" not in said
    assert "--grade-map" in said
    assert "leave it empty" not in said


def test_a_5_beside_a_0_is_ungradable(tmp_path):
    assert "line 7: grade must be 0 to 4 or empty" in labels_of(tmp_path, "012345")


def test_other_labels_beside_a_1_to_5_are_told_in_their_lines(tmp_path):
    assert "got 'x'" in labels_of(tmp_path, "12345x")
