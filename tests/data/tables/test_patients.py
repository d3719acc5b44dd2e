"""Patients that a table does not give are taken from names; given ones are never changed."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgrade.data.sources.registry import import_source
from drgrade.data.tables.manifest import Manifest, make_manifest, read_manifest, write_manifest
from drgrade.data.tables.splits import leaked_share, split

RULE = r"^(\d+)_(left|right)"


def made(folder: Path, rows: list[tuple[str, str]]) -> Manifest:
    return make_manifest(pl.DataFrame(rows, schema=["photo", "patient"], orient="row"), folder)


def read(folder: Path, rows: list[tuple[str, str]]) -> Manifest:
    text = "photo,patient\n" + "".join(f"{photo},{patient}\n" for photo, patient in rows)
    (folder / "m.csv").write_text(text)
    return read_manifest(folder / "m.csv")


def imported(folder: Path, rows: list[tuple[str, str]]) -> Manifest:
    text = "image,patient,level\n" + "".join(f"{photo},{patient},1\n" for photo, patient in rows)
    (folder / "t.csv").write_text(text)
    return import_source("csv", folder / "t.csv")


WAYS = pytest.mark.parametrize("way", [made, read, imported])


def test_patients_are_taken_from_names_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("photo\nx/10_left.jpeg\nx/007_right.png\nz.png\n")
    manifest = read_manifest(tmp_path / "m.csv")
    assert manifest.table["patient"].to_list() == ["10", "007", None]
    assert manifest.table["eye"].to_list() == ["left", "right", None]
    assert manifest.provenance.notes == (
        f"patient and eye of 2 of 3 photos taken from their names by the rule {RULE}",
    )


@WAYS
def test_a_blank_patient_is_taken_from_the_name(tmp_path: Path, way) -> None:
    manifest = way(tmp_path, [("10_left.jpeg", ""), ("10_right.jpeg", ""), ("z.jpeg", "x")])
    assert manifest.table["patient"].to_list() == ["10", "10", "x"]
    assert manifest.table["eye"].to_list() == ["left", "right", None]


@WAYS
def test_a_blank_column_is_as_good_as_none(tmp_path: Path, way) -> None:
    manifest = way(tmp_path, [("10_left.jpeg", " "), ("10_right.jpeg", " ")])
    assert manifest.table["patient"].to_list() == ["10", "10"]


@WAYS
def test_a_blank_patient_is_the_one_that_others_of_that_name_were_given(
    tmp_path: Path, way
) -> None:
    manifest = way(tmp_path, [("10_left.jpeg", "ann"), ("10_right.jpeg", ""), ("9_left.jpeg", "")])
    assert manifest.table["patient"].to_list() == ["ann", "ann", "9"]
    assert (
        f"patient and eye of 2 of 3 photos taken from their names by the rule {RULE}; "
        "1 of them are the patient given to another photo of that name"
    ) in manifest.provenance.notes


@WAYS
def test_a_blank_patient_stays_one_where_others_of_that_name_were_given_two(
    tmp_path: Path, way
) -> None:
    rows = [("a/10_left.jpeg", "ann"), ("b/10_left.jpeg", "bob"), ("b/10_right.jpeg", "")]
    assert way(tmp_path, rows).table["patient"].to_list() == ["ann", "bob", None]


@settings(deadline=None)
@given(
    patients=st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["left", "right"]),
                  st.sampled_from(["", "ann", "bob"])),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_given_patients_stay_and_filling_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, patients: list[tuple[int, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("m")
    rows = [(f"{i}/{n}_{eye}.jpeg", given) for i, (n, eye, given) in enumerate(patients)]
    manifest = made(folder, rows)
    told = zip(manifest.table["patient"], rows, strict=True)
    assert all(patient == given for patient, (_, given) in told if given)
    write_manifest(manifest, folder / "m.csv")
    assert read_manifest(folder / "m.csv").table.equals(manifest.table)


def test_both_eyes_of_a_patient_without_an_entry_are_never_divided(tmp_path: Path) -> None:
    rows = [(f"{n}_{eye}.jpeg", f"p{n}" if n % 3 == 0 and eye == "left" else "")
            for n in range(60) for eye in ("left", "right")]  # fmt: skip
    divided = split(made(tmp_path, rows))
    number = pl.col("photo").str.extract(r"^(\d+)")
    parts = divided.table.group_by(number).agg(pl.col("split").n_unique())
    assert parts["split"].max() == 1
    assert leaked_share(divided) == 0
