"""What belongs together does not depend on which table knows it, or comes first."""

from itertools import permutations

import polars as pl
import pytest

from drgrade.cli.app import run
from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.errors import PredictionsError
from drgrade.evaluation.comparison.align_tables import who_belongs_together
from drgrade.evaluation.comparison.paired import compare
from drgrade.locale.catalogue import LANGUAGES, message

GRADES = [0, 1, 2, 3, 4, 2, 0, 0] * 5
ANSWERS = {"a": [0, 1, 2, 3, 3, 2, 0, 0] * 5, "b": [0, 0, 2, 2, 4, 0, 1, 0] * 5}


def table(name, **columns):
    """Forty photographs, with what a function of their number says in each further column."""
    return from_rows([
        {"photo": f"{n:02}", "grade": grade, "predicted": answer, "status": "graded",
         **{column: of(n) for column, of in columns.items()}}
        for n, (grade, answer) in enumerate(zip(GRADES, ANSWERS[name], strict=True))
    ])  # fmt: skip


def pairs(n):
    return f"p{n // 2}"


KNOWN = {
    "patients of one table": ({"patient": pairs}, {}, 20, "patients"),
    "half of the patients of each": (
        {"patient": lambda n: pairs(n) if n < 20 else None},
        {"patient": lambda n: pairs(n) if n >= 20 else None},
        20, "patients",
    ),
    "groups of one, patients of the other": (
        {"group": lambda n: f"g{n // 8}"}, {"patient": pairs}, 5, "groups",
    ),
    "nobody knows": ({}, {}, 40, "photos"),
}  # fmt: skip


@pytest.mark.parametrize("case", KNOWN)
def test_intervals_are_over_what_any_table_knows_whichever_comes_first(case):
    one, two, count, unit = KNOWN[case]
    tables = {"a": table("a", **one), "b": table("b", **two)}
    found = [compare({name: tables[name] for name in order}, resamples=100)
             for order in permutations("ab")]  # fmt: skip
    assert [(each.patients, each.unit) for each in found] == [(count, unit)] * 2
    scores = [{e.name: e.scores["qwk"] for e in each.entries} for each in found]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("column", ["patient", "group"])
def test_a_photo_of_two_patients_or_two_groups_is_refused_with_both_tables(column):
    tables = {"a": table("a"), "b": table("b", **{column: pairs}),
              "c": table("a", **{column: lambda n: "p9" if n > 37 else pairs(n)})}  # fmt: skip
    said = f"one {column} in all tables, got 'p19' in b and 'p9' in c for photo '38' \\(and 1 more"
    with pytest.raises(PredictionsError, match=said) as told:
        compare(tables, resamples=20)
    assert len(str(told.value).splitlines()) == 1


def test_columns_that_are_missing_or_empty_are_nobody_s():
    plain = table("a").table
    found = who_belongs_together({"a": plain.drop("patient"), "b": plain})
    assert found.columns == ["photo", "patient", "group"]
    assert found.select("patient", "group").null_count().row(0) == (40, 40)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_knows_patients_page_and_text_say_that_photos_were_taken_as_independent(
    tmp_path, capsys, language
):
    words = message(language, "compare-photos_alone")
    for name, of in (("alone", lambda n: None), ("known", pairs)):
        paths = [tmp_path / f"{name}-{each}.csv" for each in "ab"]
        for path, each in zip(paths, "ab", strict=True):
            table(each, patient=of).table.write_csv(path)
        out = tmp_path / name
        call = ["compare", *map(str, paths), "-o", str(out), "--language", language]
        assert run(call) == 0
        is_said = name == "alone"
        assert (words in capsys.readouterr().err) == is_said
        assert (words in (out / "report.html").read_text(encoding="utf-8")) == is_said


def test_tables_without_a_photo_in_common_are_refused():
    other = table("b").table.with_columns(photo=pl.lit("x") + pl.col("photo"))
    with pytest.raises(PredictionsError, match="40 in a and 40 in b, 0 of them in both"):
        compare({"a": table("a"), "b": Predictions(other)}, resamples=20)
