"""Graders on the same photographs: equal ones are equal, better ones lead, others are refused."""

import html
import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from drgrade.cli.app import run
from drgrade.data.tables.manifest import make_manifest, write_manifest
from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.data.tables.predictions_file import write_predictions
from drgrade.errors import PredictionsError, UsageError
from drgrade.evaluation.comparison.paired import compare
from drgrade.evaluation.comparison.pooling import as_asked, by_family
from drgrade.evaluation.pages.compare_page import verdict, write_comparison
from drgrade.evaluation.pages.scorecard_text import number
from drgrade.locale.catalogue import LANGUAGES, message
from drgrade.provenance.model import ModelProvenance
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import paired_difference
from drgrade.stats.metrics import kappas, mcnemar

FEW = 300
GENERATOR = np.random.default_rng(0)
GRADES = GENERATOR.choice(5, 400, p=[0.4, 0.15, 0.25, 0.1, 0.1])
NOISE = GENERATOR.random(400)


def grader(right, lost=0):
    """Right on the share `right` of photographs, else grade 0; the first `lost` are ungradable."""
    rows = []
    for i, grade in enumerate(GRADES.tolist()):
        answer = grade if NOISE[i] < right else 0
        p = {f"p{k}": 0.8 if k == answer else 0.05 for k in range(5)}
        done = i >= lost
        rows.append({"photo": f"{i:03}", "patient": str(i // 2), "grade": grade,
                     "status": "graded" if done else "ungradable",
                     **({"predicted": answer, **p} if done else {})})  # fmt: skip
    return from_rows(rows)


def test_a_grader_against_itself_differs_in_nothing():
    (pair,) = compare({"a": grader(0.8), "b": grader(0.8)}, resamples=FEW).pairs
    assert all((d.value, d.low, d.high) == (0, 0, 0) for d in pair.differences.values())
    assert (pair.mcnemar_p, pair.delong_p) == (1.0, None)


def test_a_better_grader_leads_and_is_first_in_every_resample():
    found = compare({"weak": grader(0.5), "good": grader(0.9)}, resamples=FEW)
    assert found.pairs[0].differences["qwk"].low > 0
    assert {e.name: e.ranks for e in found.entries} == {"weak": (0, 1), "good": (1, 0)}


def test_graders_that_are_equal_share_the_ranks_they_hold_together():
    found = compare({"a": grader(0.8), "b": grader(0.8), "weak": grader(0.5)}, resamples=FEW)
    ranks = {entry.name: entry.ranks for entry in found.entries}
    assert ranks == {"a": (0.5, 0.5, 0), "b": (0.5, 0.5, 0), "weak": (0, 0, 1)}


def test_every_grader_has_a_rank_and_every_rank_a_grader():
    near = {"a": grader(0.70), "b": grader(0.71), "c": grader(0.72)}
    shares = np.array([entry.ranks for entry in compare(near, resamples=FEW).entries])
    assert shares.sum(0) == pytest.approx(1)
    assert shares.sum(1) == pytest.approx(1)


def test_turning_the_pair_round_turns_the_difference():
    one = compare({"a": grader(0.6), "b": grader(0.7)}, resamples=FEW).pairs[0]
    two = compare({"b": grader(0.7), "a": grader(0.6)}, resamples=FEW).pairs[0]
    for key, found in one.differences.items():
        back = two.differences[key]
        assert (found.value, found.low, found.high) == pytest.approx(
            (-back.value, -back.high, -back.low)
        )


def test_the_difference_of_qwk_is_that_of_the_paired_bootstrap():
    a, b = grader(0.6), grader(0.7)
    found = compare({"a": a, "b": b}).pairs[0].differences["qwk"]
    other = paired_difference(kappas, GRADES, a.predicted(), b.predicted(), a.clusters(), seed=1)
    assert found.value == pytest.approx(other.value)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=0.01)


def test_mcnemar_counts_what_only_one_gets_right():
    pair = compare({"a": grader(0.6), "b": grader(0.8)}, resamples=50).pairs[0]
    right = [(g.predicted() >= 2) == (GRADES >= 2) for g in (grader(0.6), grader(0.8))]
    b, c = (right[0] & ~right[1]).sum(), (right[1] & ~right[0]).sum()
    assert (pair.only_first, pair.only_second) == (b, c)
    assert pair.mcnemar_p == mcnemar(int(b), int(c))


def test_what_one_could_not_grade_counts_as_referred_and_leaves_the_five_grades():
    found = compare({"a": grader(0.8), "b": grader(0.8, lost=40)}, resamples=50)
    assert (found.n, found.graded) == (400, 360)
    assert [e.not_graded for e in found.entries] == [0, 40]
    assert found.pairs[0].differences["specificity"].value < 0


def test_without_probabilities_there_is_no_area_and_the_rest_stays():
    table = grader(0.8).table.with_columns(
        pl.lit(None, pl.Float64).alias(f"p{k}") for k in range(5)
    )
    found = compare({"a": grader(0.8), "b": Predictions(table)}, resamples=50)
    assert found.entries[0].scores["auc"].value is None
    assert found.entries[0].scores["qwk"].value is not None


def test_intervals_name_what_was_resampled():
    table = grader(0.8).table.with_columns(patient=pl.lit(None, pl.String))
    found = compare({"a": Predictions(table), "b": Predictions(table)}, resamples=50)
    assert (found.unit, found.patients) == ("photos", 400)
    assert found.entries[0].scores["qwk"].method.values["unit"] == "photos"
    assert compare({"a": grader(0.8), "b": grader(0.5)}, resamples=50).unit == "patients"


def test_tables_of_other_photos_are_refused_with_the_counts():
    short = Predictions(grader(0.8).table.head(390))
    with pytest.raises(PredictionsError, match="400 in a and 390 in b, 390 of them in both"):
        compare({"a": grader(0.8), "b": short})


def test_other_reference_grades_are_refused_by_photo():
    table = grader(0.8).table.with_columns(grade=pl.lit(1, pl.Int8))
    with pytest.raises(PredictionsError, match="reference grades differ between a and b"):
        compare({"a": grader(0.8), "b": Predictions(table)})


def test_one_table_is_nothing_to_compare():
    with pytest.raises(UsageError, match="2 to 10 tables"):
        compare({"a": grader(0.8)})


def test_tables_that_name_no_split_are_compared_on_the_manifest_s_test_rows(tmp_path):
    whole = grader(0.9).table
    patients = whole["patient"].cast(pl.Int64) % 2
    photos = whole.select("photo", "patient", "grade").with_columns(
        split=patients.replace_strict({0: "train", 1: "test"}, return_dtype=pl.String)
    )
    write_manifest(make_manifest(photos, tmp_path), tmp_path / "m.csv")
    paths = [tmp_path / f"{name}.csv" for name in ("weak", "good")]
    for path, right in zip(paths, (0.5, 0.9), strict=True):
        grader(right).table.drop("split").write_csv(path)
    call = ["compare", *map(str, paths), "--manifest", str(tmp_path / "m.csv")]
    assert run([*call, "-o", str(tmp_path / "out")]) == 0
    twin = json.loads((tmp_path / "out" / "report.json").read_text())
    assert twin["n"] == int((photos["split"] == "test").sum())


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_page_and_twin_name_every_grader_and_the_one_that_leads(tmp_path, language):
    paths = [tmp_path / name / "predictions.csv" for name in ("weak", "good")]
    for path, right in zip(paths, (0.5, 0.9), strict=True):
        path.parent.mkdir()
        write_predictions(grader(right), path)
    out = tmp_path / "out"
    call = ["compare", *map(str, paths), "-o", str(out), "--language", language]
    assert run(call) == 0
    twin, page = json.loads((out / "report.json").read_text()), (out / "report.html").read_text()
    assert [e["name"] for e in twin["entries"]] == ["weak", "good"]
    assert twin["verdict"].startswith("good")
    assert twin["verdict"] in page
    assert (out / "figures" / "qwk.png").is_file()


def seeds_of(recipe, *rights):
    """Tables of one recipe, a seed each, with the share of right answers of each."""
    return {
        f"{recipe}{seed}": Predictions(
            grader(right).table, ModelProvenance(recipe=recipe, recipe_family=recipe)
        )
        for seed, right in enumerate(rights)
    }


def test_seeds_of_one_recipe_are_one_grader_with_the_mean_of_their_scores():
    tables = {**seeds_of("good", 0.8, 0.9), "other": grader(0.5)}
    found = compare(tables, resamples=FEW)
    assert [entry.name for entry in found.entries] == ["good, 2 seeds", "other"]
    each = [compare({"a": table, "b": grader(0.5)}, resamples=FEW).entries[0].scores["qwk"].value
            for table in list(tables.values())[:2]]  # fmt: skip
    pooled = found.entries[0]
    assert pooled.scores["qwk"].value == pytest.approx(np.mean(each))
    assert pooled.spread["qwk"] == pytest.approx((min(each), max(each)))
    assert (found.pairs[0].mcnemar_p, found.pairs[0].delong_p) == (None, None)


@pytest.mark.parametrize(
    ("language", "name"), [("en", "good, 2 seeds"), ("zh-TW", "good（2 個種子）")]
)
def test_seeds_are_counted_in_the_language_of_the_page(tmp_path, language, name):
    found = compare({**seeds_of("good", 0.8, 0.9), "other": grader(0.5)}, resamples=FEW)
    page = write_comparison(found, tmp_path, command="drgrade", language=language)
    text = page.read_text(encoding="utf-8")
    assert verdict(found, language).startswith(name)
    assert text.count(name) == 5  # verdict, scores, figure, pair and ranks
    assert ("2 seeds" in text) == (language == "en")
    assert found.entries[0].name == "good, 2 seeds"


def test_seeds_of_two_recipes_of_one_name_are_told_apart_by_their_first_table():
    tables = seeds_of("r", 0.8, 0.9) | {
        f"other{n}": replace(grader(0.5), provenance=ModelProvenance(recipe="r", recipe_family="x"))
        for n in range(2)
    }
    assert list(by_family(tables)) == ["r, 2 seeds", "r (other0), 2 seeds"]


def test_seeds_that_differ_widen_the_interval_and_equal_ones_do_not():
    def width(*rights):
        tables = {**seeds_of("r", *rights), "other": grader(0.5)}
        qwk = compare(tables, resamples=FEW).entries[0].scores["qwk"]
        return qwk.high - qwk.low

    alone = compare({"a": grader(0.8), "b": grader(0.5)}, resamples=FEW).entries[0].scores["qwk"]
    assert width(0.8, 0.8) == pytest.approx(alone.high - alone.low)
    assert width(0.6, 0.95) > 1.5 * width(0.8, 0.8)


def test_seeds_of_one_recipe_alone_are_refused_with_the_way_out():
    with pytest.raises(UsageError, match="got 2 seeds of one recipe.*--seeds-apart"):
        compare(seeds_of("r", 0.8, 0.9), resamples=FEW)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"p": ["x"]}, "got 'x' in 'p'"),
        ({"p": ["a"], "q": ["a"]}, "got one in two"),
        ({"b": ["a"]}, "the pool 'b' is called like a table"),
    ],
)
def test_pools_hold_tables_that_are_there_once(asked, problem):
    with pytest.raises(UsageError, match=problem):
        as_asked(dict.fromkeys("ab", grader(0.5)), asked)


def test_pools_asked_by_name_leave_the_others_alone():
    assert as_asked(dict.fromkeys("abc", grader(0.5)), {"p": ["c", "a"]}) == {"p": [2, 0], "b": [1]}


def answering(grades, answers, status="graded"):
    """A table of these answers, one photo a patient."""
    return from_rows([
        {"photo": f"{n:02}", "grade": grade, "predicted": answer, "status": status}
        for n, (grade, answer) in enumerate(zip(grades, answers, strict=True))
    ])  # fmt: skip


UPRIGHT = [0, 1, 2, 3] * 5
UPSIDE_DOWN = [3, 2, 1, 0] * 5


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (answering(UPRIGHT, UPRIGHT), "first and second have the same QWK"),
        (answering(UPRIGHT, [None] * 20, "error"), "is undefined"),
    ],
)
def test_no_grader_leads_where_qwk_is_equal_or_undefined(second, said):
    found = compare({"first": answering(UPRIGHT, UPRIGHT), "second": second}, resamples=20)
    assert said in verdict(found)


def test_a_qwk_of_zero_comes_before_one_below_zero_and_leads_nobody():
    tables = {"worse": answering(UPRIGHT, UPSIDE_DOWN), "constant": answering(UPRIGHT, [2] * 20)}
    found = verdict(compare(tables, resamples=50))
    assert found == message("en", "compare-trivial_lead", first="constant")


def test_tables_without_any_reference_grade_are_refused_by_name():
    blank = answering([None] * 20, UPRIGHT)
    with pytest.raises(PredictionsError, match="first: no photo has a reference grade"):
        compare({"first": blank, "second": blank}, resamples=20)


def with_edema(table, edema=0):
    return Predictions(table.table.with_columns(dme=pl.lit(edema)))


def test_macular_edema_counts_only_where_every_table_knows_it_in_whatever_order():
    one, two = with_edema(grader(0.9), 1), grader(0.6)
    plain = compare({"a": grader(0.9), "b": grader(0.6)}, resamples=FEW).pairs[0]
    for tables in ({"a": one, "b": two}, {"b": two, "a": one}):
        found = compare(tables, resamples=FEW).pairs[0].differences["sensitivity"]
        assert abs(found.value) == pytest.approx(abs(plain.differences["sensitivity"].value))


def test_other_references_of_macular_edema_are_refused():
    with pytest.raises(PredictionsError, match="reference dmes differ between a and b"):
        compare({"a": with_edema(grader(0.9)), "b": with_edema(grader(0.6), 1)}, resamples=FEW)


@pytest.mark.parametrize(("language", "word"), [("en", "to"), ("zh-TW", "至")])
def test_an_interval_that_begins_below_zero_is_told_in_words_of_the_page(language, word):
    found = Estimate(-0.1, -0.2, 0.05, None, 40)
    assert number(found, language) == f"-0.100 (-0.200 {word} 0.050)"


def table_at(folder, name, made):
    path = folder / f"{name}.csv"
    write_predictions(made, path)
    return path


def test_a_graded_row_without_a_grade_is_no_answer_of_0():
    lost = grader(0.8)
    silent = replace(lost, table=lost.table.with_columns(predicted=pl.lit(None, pl.Int8)))
    with pytest.raises(PredictionsError, match="b: a graded row needs a predicted grade"):
        compare({"a": grader(0.8), "b": silent}, resamples=FEW)


def test_a_manifest_of_other_photographs_or_other_grades_is_refused(tmp_path, capsys):
    paths = [str(table_at(tmp_path, name, grader(0.8))) for name in "ab"]
    photos = [{"photo": row["photo"], "patient": row["patient"], "grade": row["grade"]}
              for row in grader(0.8).table.iter_rows(named=True)]  # fmt: skip
    wrong = {
        "are not in the manifest": [{**row, "photo": f"x{row['photo']}"} for row in photos],
        "reference grades are those of the manifest": [
            {**row, "grade": 4 - row["grade"]} for row in photos
        ],
    }
    for what, rows in wrong.items():
        pl.DataFrame(rows).write_csv(tmp_path / "photos.csv")
        call = ["compare", *paths, "-o", str(tmp_path / "out"), "--manifest"]
        assert run([*call, str(tmp_path / "photos.csv")]) == 2
        assert what in capsys.readouterr().err


def test_comparing_test_photographs_is_a_look_for_each_table(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DRGRADE_DATA", str(tmp_path / "data"))
    paths = [str(table_at(tmp_path, name, grader(right))) for name, right in (("a", 0.5), ("b", 1))]
    for n, looks in ((1, 2), (2, 4)):
        assert run(["compare", *paths, "-o", str(tmp_path / f"out{n}")]) == 0
        told = capsys.readouterr().err
        assert f"test-set evaluations: {looks} on this machine" in told
        assert "2 different models" in told


def test_a_pool_is_named_once_and_seeds_of_one_recipe_beside_it_are_one_grader(tmp_path, capsys):
    paths = [str(table_at(tmp_path, name, grader(0.8))) for name in "abcd"]
    call = ["compare", *paths, "-o", str(tmp_path / "out"), "--pool", "x=a,b", "--pool", "x=c,d"]
    assert run(call) == 2
    assert "a pool is named once" in capsys.readouterr().err
    tables = seeds_of("r", 0.8, 0.9) | {"c": grader(0.5), "d": grader(0.6)}
    pools = as_asked(tables, {"pool": ["c", "d"]})
    assert pools == {"pool": [2, 3], "r, 2 seeds": [0, 1]}


def at_point(table):
    return replace(table, table=table.table.with_columns(referable=pl.col("predicted") >= 3))


@pytest.mark.parametrize("language", LANGUAGES)
def test_graders_that_call_by_other_rules_say_so_in_a_sentence(tmp_path, capsys, language):
    rule = message(language, "page-called_by_operating_point")
    word = message(language, "compare-rules_differ")
    tables = {"a": grader(0.8), "b": at_point(grader(0.8))}
    paths = [str(table_at(tmp_path, name, made)) for name, made in tables.items()]
    assert run(["compare", *paths, "-o", str(tmp_path / "out"), "--language", language]) == 0
    page = (tmp_path / "out" / "report.html").read_text()
    twin = json.loads((tmp_path / "out" / "report.json").read_text())
    assert word in capsys.readouterr().err
    assert word in html.unescape(page)
    assert rule in html.unescape(page)
    assert [entry["called_by"] for entry in twin["entries"]] == ["grade", "operating point"]


def test_graders_of_one_rule_say_nothing_of_it_and_seeds_of_two_rules_do():
    ungraded = answering(UPRIGHT, [None] * 20, "error")
    assert not compare({"a": answering(UPRIGHT, UPRIGHT), "b": ungraded}, resamples=20).rules_differ
    tables = {"a": grader(0.8), "b": at_point(grader(0.8)), "c": grader(0.5)}
    pooled = compare(tables, pools={"ab": [0, 1], "c": [2]}, resamples=20)
    assert pooled.rules_differ
    assert pooled.entries[0].called_by == "both"


def test_one_model_twice_is_no_comparison():
    tables = seeds_of("r", 0.8, 0.8)
    same = {name: Predictions(rows.table, rows.provenance.but(weights_sha256="ab"))
            for name, rows in tables.items()}  # fmt: skip
    with pytest.raises(UsageError, match="got 2 tables of the same weights"):
        compare(same, resamples=FEW)
