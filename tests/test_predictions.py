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


HEAD = "photo,grade,predicted,p0,p1,p2,p3,p4\n"


def refused(folder, text):
    """What is said of a CSV, in one line."""
    (folder / "theirs.csv").write_text(text)
    with pytest.raises(PredictionsError) as told:
        read_predictions(folder / "theirs.csv")
    said = str(told.value)
    assert len(said.splitlines()) == 1
    return said


@pytest.mark.parametrize(
    ("shares", "cure"),
    [
        ("20,20,20,30,10", "divide by 100"),
        ("2.1,-3,0,1,0", "apply softmax"),
        ("4,3,2,1,0", "apply softmax"),
        ("-0.1,0.6,0.5,0,0", "one is negative"),
        ("nan,0,0,0,1", "status error"),
        ("inf,0,0,0,1", "status error"),
        (",0,0,0,1", "status error"),
        (".5,.5,.5,0,0", "divide each row by its sum"),
        ("0,0,0,0,0", "leave them empty"),
    ],
)
def test_what_is_no_probability_is_refused_with_its_first_photo_and_the_cure(
    tmp_path, shares, cure
):
    good, bad = "fine,0,0,1,0,0,0,0\n", f"a,0,1,{shares}\nb,0,1,{shares}\n"
    said = refused(tmp_path, HEAD + good + bad)
    assert "photo 'a' (and 1 more rows)" in said
    assert cure in said


def test_rounded_probabilities_are_fine(tmp_path):
    (tmp_path / "theirs.csv").write_text(HEAD + "a,0,1,.333,.333,.333,0,0.0005\n")
    assert read_predictions(tmp_path / "theirs.csv").has_probabilities


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("a,NA,1,,,,,", "grade must be 0 to 4, got 'NA' for photo 'a'"),
        ("a,1.5,1,,,,,", "grade must be 0 to 4, got '1.5'"),
        ("a,300,1,,,,,", "grade must be 0 to 4, got '300'"),
        ("a,0,1,high,0,0,0,0", "p0 must be a number, got 'high' for photo 'a'"),
    ],
)
def test_what_a_column_cannot_hold_is_named_with_its_photo(tmp_path, row, what):
    assert what in refused(tmp_path, f"{HEAD}{row}\n")


def test_a_status_or_an_answer_of_other_words_is_answered_with_those_there_are(tmp_path):
    said = refused(tmp_path, "photo,grade,predicted,status\na,0,1,Graded\n")
    assert "got 'Graded' for photo 'a'; did you mean 'graded'?" in said
    said = refused(tmp_path, "photo,grade,predicted,referable\na,0,1,yes\n")
    assert "referable must be true or false, got 'yes'" in said


def test_a_table_without_rows_is_no_table_of_predictions(tmp_path):
    assert "no rows" in refused(tmp_path, HEAD)


def test_damaged_facts_and_damaged_parquet_are_told_in_a_line(tmp_path):
    (tmp_path / "theirs.json").write_text("{")
    assert "theirs.json cannot be read" in refused(tmp_path, HEAD + "a,0,1,,,,,\n")
    (tmp_path / "p.parquet").write_bytes(b"PAR1")
    with pytest.raises(PredictionsError, match=r"p\.parquet cannot be read"):
        read_predictions(tmp_path / "p.parquet")


def test_numbers_that_are_no_numbers_are_no_probabilities():
    whole = from_rows([GRADED, {**GRADED, "photo": "b", "p0": float("nan")}])
    assert not whole.has_probabilities
    assert from_rows([GRADED]).has_probabilities


def test_a_grade_outside_the_scale_is_refused(tmp_path):
    (tmp_path / "theirs.csv").write_text("photo,grade,predicted\na,5,1\n")
    with pytest.raises(PredictionsError, match="0 to 4, got 5 for photo 'a'"):
        read_predictions(tmp_path / "theirs.csv")


def test_groups_are_resampled_then_patients_and_photos_where_neither_is_known():
    alone = {**GRADED, "photo": "x", "patient": None}
    rows = [GRADED, alone, {**alone, "photo": "y", "group": "g"}]
    assert from_rows(rows).clusters().tolist() == ["007", "x", "g"]
