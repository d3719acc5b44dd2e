"""The table between a model and its judges."""

import pytest

from drgrade.errors import PredictionsError
from drgrade.predictions import from_rows, read_predictions, write_predictions

GRADED = {
    "photo": "007.jpg", "patient": "007", "grade": 1, "status": "graded", "predicted": 2,
    "p0": 0.1, "p1": 0.2, "p2": 0.4, "p3": 0.2, "p4": 0.1, "split": "test", "site": "NA",
}  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_written_and_read_is_the_same(tmp_path, ending):
    failed = {"photo": "1e5", "status": "error", "split": "test"}
    before = from_rows([GRADED, failed], {"drawn": False})
    write_predictions(before, tmp_path / f"p.{ending}")
    after = read_predictions(tmp_path / f"p.{ending}")
    assert after.table.equals(before.table)
    assert after.facts == {"drawn": False}


def test_a_row_without_a_grade_has_no_probabilities_and_no_zeros():
    row = from_rows([{"photo": "x", "status": "error"}]).table.row(0, named=True)
    assert [row[f"p{k}"] for k in range(5)] == [None] * 5
    assert row["predicted"] is None


def test_photo_grade_and_predicted_are_enough(tmp_path):
    (tmp_path / "theirs.csv").write_text("photo,grade,predicted\na,0,1\nb,4,4\n")
    table = read_predictions(tmp_path / "theirs.csv")
    assert table.graded().predicted().tolist() == [1, 4]
    assert not table.has_probabilities


def test_probabilities_without_a_predicted_grade_predict_the_likeliest(tmp_path):
    (tmp_path / "theirs.csv").write_text(
        "photo,grade,p0,p1,p2,p3,p4\na,0,.1,.6,.1,.1,.1\nb,4,,,,,\n"
    )
    table = read_predictions(tmp_path / "theirs.csv").table
    assert table["predicted"].to_list() == [1, None]
    assert table["status"].to_list() == ["graded", "error"]


def test_a_missing_column_is_named_with_what_was_found(tmp_path):
    (tmp_path / "theirs.csv").write_text("image,level\na,0\n")
    with pytest.raises(PredictionsError, match="photo, grade, predicted; found"):
        read_predictions(tmp_path / "theirs.csv")


@pytest.mark.parametrize("shares", ["20,20,20,20,20", "-1,1,1,0,0", "nan,0,0,0,1", "2.1,-3,0,1,0"])
def test_what_is_no_probability_is_refused_with_its_photo(tmp_path, shares):
    head = "photo,grade,predicted,p0,p1,p2,p3,p4\n"
    (tmp_path / "theirs.csv").write_text(f"{head}a,0,1,{shares}\n")
    with pytest.raises(PredictionsError, match="'a'"):
        read_predictions(tmp_path / "theirs.csv")


def test_a_grade_outside_the_scale_is_refused(tmp_path):
    (tmp_path / "theirs.csv").write_text("photo,grade,predicted\na,5,1\n")
    with pytest.raises(PredictionsError, match="0 to 4, got 5"):
        read_predictions(tmp_path / "theirs.csv")


def test_patients_are_resampled_where_known_and_photos_where_not():
    rows = [GRADED, {**GRADED, "photo": "x", "patient": None}]
    assert from_rows(rows).patients().tolist() == ["007", "x"]
