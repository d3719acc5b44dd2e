"""The table between a model and its judges."""

from datetime import date, timedelta

import polars as pl
import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.data.tables.predictions_file import read_predictions, write_predictions
from drgrade.errors import PredictionsError
from drgrade.provenance.model import ModelProvenance

GRADED = {
    "photo": "007.jpg", "patient": "007", "grade": 1, "status": "graded", "predicted": 2,
    "p0": 0.1, "p1": 0.2, "p2": 0.4, "p3": 0.2, "p4": 0.1, "split": "test", "site": "NA",
}  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_written_and_read_is_the_same(tmp_path, ending):
    failed = {"photo": "1e5", "status": "error", "split": "test"}
    before = from_rows([GRADED, failed], ModelProvenance(drawn=False))
    write_predictions(before, tmp_path / f"p.{ending}")
    after = read_predictions(tmp_path / f"p.{ending}")
    assert after.table.equals(before.table)
    assert after.provenance == ModelProvenance(drawn=False)


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


def test_a_damaged_provenance_and_damaged_parquet_are_told_in_a_line(tmp_path):
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


PLAIN = "photo,patient,eye,grade,predicted\n007,1,left,2,2\nNA,1,right,0,1\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", " , ").encode(),
        PLAIN.replace("\n", "\n\n").encode() + b",,,,\n",
        b"sep=;\n" + PLAIN.replace(",", ";").encode(),
        PLAIN.replace("left", "OS").replace("right", "R").encode(),
    ],
)
def test_a_table_of_any_usual_make_is_read_the_same(tmp_path, content):
    (tmp_path / "plain.csv").write_text(PLAIN)
    (tmp_path / "theirs.csv").write_bytes(content)
    found, wanted = (read_predictions(tmp_path / name) for name in ("theirs.csv", "plain.csv"))
    assert found.table.equals(wanted.table)
    assert found.table["photo"].to_list() == ["007", "NA"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("photo,grade,predicted\n,1,2\n", "photo is empty in row 1"),
        ("photo,grade,predicted\nb,1,1\na,1\n", "line 3: 2 cells where the header has 3"),
        ("photo,grade,predicted\na\0b,1,1\n", "NUL byte"),
        ("photo,grade,grade,predicted\na,1,3,2\n", "keep one column 'grade'"),
        ("photo,grade,predicted,Status\na,1,0,ungradable\n", "'Status' is nearly 'status'"),
        ("photo,grade,predicted,eye\na,1,0,up\n", "eye must be left, right or empty, got 'up'"),
        ("photo,grade,predicted,dme\na,1,0,-1\n", "dme must be 0 to 2, 0 for none, got -1"),
        ("photo,grade,predicted,dme\na,1,0,yes\n", "dme must be 0 to 2, 0 for none, got 'yes'"),
        ("photo,grade,predicted,p_dme\na,1,0,x\n", "p_dme must be a number, got 'x'"),
        (HEAD + "a,1,1,0,1,0,0,0\nb,1,1,,,,,\n", "none for photo 'b' (and 0 more of 2)"),
        ('photo,grade,predicted\n"a\nb\x1b[2J",9,1\n', "photo 'a\\nb\\x1b[2J'"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(tmp_path, text, what):
    assert what in refused(tmp_path, text)


def test_an_answer_left_empty_is_the_likeliest_grade_where_there_are_probabilities(tmp_path):
    head = "photo,grade,status,predicted,p0,p1,p2,p3,p4\n"
    shares = "0,0,.9,.1,0"
    (tmp_path / "theirs.csv").write_text(
        f"{head}a,0,graded,,{shares}\nb,0,,,{shares}\nc,0,error,,{shares}\n"
    )
    table = read_predictions(tmp_path / "theirs.csv").table
    assert table["predicted"].to_list() == [2, 2, None]
    assert table["status"].to_list() == ["graded", "graded", "error"]


def test_formulas_are_marked_in_the_csv_and_read_back_as_they_were(tmp_path):
    before = from_rows([{**GRADED, "patient": "=1+1", "site": "@SUM(A1)"}])
    write_predictions(before, tmp_path / "p.csv")
    assert "'=1+1" in (tmp_path / "p.csv").read_text()
    assert read_predictions(tmp_path / "p.csv").table.equals(before.table)


def test_the_provenance_never_overwrites_another_file(tmp_path):
    (tmp_path / "p.json").write_text('{"mine": 1}')
    with pytest.raises(PredictionsError, match="another's file"):
        write_predictions(from_rows([GRADED]), tmp_path / "p.csv")
    assert (tmp_path / "p.json").read_text() == '{"mine": 1}'
    assert not (tmp_path / "p.csv").exists()


@pytest.mark.parametrize("kind", [pl.Struct({"a": pl.Int8}), pl.List(pl.Int8), pl.Binary])
def test_a_parquet_of_other_kinds_is_refused_in_a_line(tmp_path, kind):
    photo = pl.Series("photo", [None], dtype=kind)
    pl.DataFrame([photo]).with_columns(grade=1, predicted=1).write_parquet(tmp_path / "p.parquet")
    with pytest.raises(PredictionsError, match="photo must hold a text or a number"):
        read_predictions(tmp_path / "p.parquet")


@pytest.mark.parametrize("name", ["group", "site", "age", "sha256", "width", "brightness"])
@pytest.mark.parametrize("value", [["a"], b"\xff", {"a": 1}, timedelta(1)])
def test_a_further_column_of_another_kind_is_refused_in_a_line(tmp_path, name, value):
    table = pl.DataFrame({"photo": ["a"], "grade": [1], "predicted": [1], name: [value]})
    table.write_parquet(tmp_path / "p.parquet")
    with pytest.raises(PredictionsError, match=f"{name} must hold a text or a number") as told:
        read_predictions(tmp_path / "p.parquet")
    assert len(str(told.value).splitlines()) == 1


def test_further_columns_are_text_and_measures_that_are_numbers_stay_numbers(tmp_path):
    given = {"site": [1], "phash": [7], "camera": [date(2020, 1, 2)], "sex": [" F "],
             "age": [61], "width": ["900"], "quality": [None]}  # fmt: skip
    pl.DataFrame({"photo": ["a"], "grade": [1], "predicted": [1], **given}).write_parquet(
        tmp_path / "p.parquet"
    )
    found = read_predictions(tmp_path / "p.parquet").table
    assert found.select(list(given)).row(0) == ("1", "7", "2020-01-02", "F", 61, "900", None)


def test_a_parquet_of_floats_and_empty_columns_is_read(tmp_path):
    table = pl.DataFrame({"photo": [7, 8], "grade": [1.0, 2.0], "predicted": [1, 2]})
    table.with_columns(pl.lit(None).alias("patient")).write_parquet(tmp_path / "p.parquet")
    found = read_predictions(tmp_path / "p.parquet").table
    assert found.select("photo", "grade").rows() == [("7", 1), ("8", 2)]


def test_one_of_an_earlier_version_makes_room_when_forced_and_say_so_else(tmp_path):
    beside, rows = tmp_path / "p.json", from_rows([GRADED], ModelProvenance(drawn=False))
    beside.write_text('{"preprocess": {"size": 64}}')
    with pytest.raises(PredictionsError, match="without its kind, .* --force replaces it"):
        write_predictions(rows, tmp_path / "p.csv")
    assert not (tmp_path / "p.csv").exists()
    write_predictions(rows, tmp_path / "p.csv", force=True)
    assert read_predictions(tmp_path / "p.csv").provenance == ModelProvenance(drawn=False)


@pytest.mark.parametrize("text", ["[]", "{", '{"name": "theirs"}', '{"kind": "other"}'])
def test_another_files_place_is_never_taken(tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(PredictionsError, match="another's file"):
        write_predictions(from_rows([GRADED]), tmp_path / "p.csv", force=True)
    assert (tmp_path / "p.json").read_text() == text


def test_probabilities_of_three_decimals_are_divided_by_their_sum_and_exact_ones_are_not(tmp_path):
    exact = [0.1 + 1e-8, 0.2, 0.3, 0.3, 0.1]
    head = "photo,grade,p0,p1,p2,p3,p4\na,1,0.333,0.334,0.111,0.111,0.113\n"
    (tmp_path / "rounded.csv").write_text(head + ",".join(map(str, ["b", 1, *exact])))
    found = read_predictions(tmp_path / "rounded.csv")
    assert found.table["predicted"].to_list() == [1, 2]
    assert found.probabilities()[0].sum() == pytest.approx(1, abs=1e-12)
    assert found.probabilities()[0][1] == pytest.approx(0.334 / 1.002)
    assert found.probabilities()[1].tolist() == exact


def test_a_table_whose_rows_name_another_model_than_its_record_is_refused(tmp_path):
    rows = [{"photo": "a", "grade": 1, "predicted": 1, "model": "a" * 64}]
    known = ModelProvenance(weights_sha256="b" * 64)
    for ending in (".csv", ".parquet"):
        write_predictions(from_rows(rows, known), tmp_path / f"t{ending}")
        with pytest.raises(PredictionsError, match="two models"):
            read_predictions(tmp_path / f"t{ending}")


def test_an_edited_table_is_known_to_be_and_so_is_its_part(tmp_path):
    place = tmp_path / "t.csv"
    write_predictions(from_rows([{"photo": "a", "grade": 1, "predicted": 1}]), place)
    assert read_predictions(place).is_changed is False
    place.write_text(place.read_text().replace("a,", "b,"))
    assert read_predictions(place).part("test").is_changed
