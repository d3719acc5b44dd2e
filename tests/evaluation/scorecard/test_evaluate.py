"""A table goes in, and page, twin and summary say the same about it."""

import html
import json
import re

import numpy as np
import polars as pl
import pytest

from drgrade.cli.app import run
from drgrade.data.tables.manifest import write_manifest
from drgrade.data.tables.predictions import (
    Predictions,
    from_rows,
    read_predictions,
    write_predictions,
)
from drgrade.errors import PredictionsError, UsageError
from drgrade.evaluation.scorecard.evaluate import evaluate_table, pick_split
from drgrade.locale.catalogue import LANGUAGES, message

from ...lab.made_lab import made_manifest


def answers(manifest, *, always=None, split="test", **facts) -> Predictions:
    """One row a photo of a split; every tenth grade one off, every fifteenth photo ungradable."""
    rows = []
    for i, row in enumerate(manifest.part(split).table.iter_rows(named=True)):
        grade = abs(row["grade"] - (i % 10 == 0)) if always is None else always
        kept = {key: row[key] for key in ("photo", "patient", "eye", "grade", "split")}
        lost = i % 15 == 7
        rows.append(kept | {"status": "ungradable" if lost else "graded", "model": "made",
                            "predicted": None if lost else grade})  # fmt: skip
    return from_rows(rows, {"drawn": False, **facts})


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    return made_manifest(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def folder(manifest, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scorecard")
    write_manifest(manifest, folder / "m.csv")
    write_predictions(answers(manifest, epoch_chosen_on="tune"), folder / "p.csv")
    return folder


@pytest.fixture(scope="module", params=["en", "zh-TW"])
def page(request, folder):
    out = folder / request.param
    assert run(["evaluate", str(folder / "p.csv"), "--manifest", str(folder / "m.csv"), "-o",
                str(out), "--language", request.param]) == 0  # fmt: skip
    return out


def test_a_table_that_names_no_split_is_judged_by_the_manifest_s(folder, tmp_path, capsys):
    whole = pl.read_csv(folder / "p.csv")
    whole.drop("split").write_csv(tmp_path / "bare.csv")
    test = whole.filter(pl.col("split") == "test").drop("split")
    test.head(len(test) // 2).write_csv(tmp_path / "half.csv")
    asked = ["--manifest", str(folder / "m.csv"), "--json", "-o"]
    assert run(["evaluate", str(tmp_path / "bare.csv"), *asked, str(tmp_path / "bare")]) == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert run(["evaluate", str(folder / "p.csv"), *asked, str(tmp_path / "whole")]) == 0
    assert scores == json.loads(capsys.readouterr().out)["scores"]
    assert run(["evaluate", str(tmp_path / "half.csv"), *asked, str(tmp_path / "half")]) == 3
    assert "W23" in capsys.readouterr().err


def test_a_grader_that_is_worse_than_chance_gets_its_scorecard_and_is_told_so(tmp_path, capsys):
    rows = [
        {"photo": str(i), "patient": str(i), "grade": i % 5, "predicted": 4 - i % 5,
         **{f"p{k}": 0.8 if k == 4 - i % 5 else 0.05 for k in range(5)}}
        for i in range(100)
    ]  # fmt: skip
    pl.DataFrame(rows).write_csv(tmp_path / "reversed.csv")
    for language in LANGUAGES:
        word = message(language, "scorecard-verdict_worse")
        call = ["evaluate", str(tmp_path / "reversed.csv"), "-o", str(tmp_path / language)]
        assert run([*call, "--language", language, "--force"]) in (0, 3)
        assert word in capsys.readouterr().err
        page = (tmp_path / language / "report.html").read_text()
        assert word in page


def test_what_was_trained_on_leaks_though_its_rows_are_called_the_same(tmp_path, capsys):
    test = [{"photo": str(i), "patient": str(i), "grade": i % 5, "predicted": i % 5}
            for i in range(40)]  # fmt: skip
    both = [{**row, "split": split} for row in test for split in ("test", "train")]
    pl.DataFrame(both).write_csv(tmp_path / "both.csv")
    assert run(["evaluate", str(tmp_path / "both.csv"), "-o", str(tmp_path / "out")]) == 3
    assert "W02: 100.00%" in capsys.readouterr().err


def test_a_photo_that_is_in_train_too_leaks_though_no_patient_is_known(tmp_path, capsys):
    test = [{"photo": str(i), "grade": i % 5, "predicted": i % 5} for i in range(40)]
    train = [{**row, "split": "train"} for row in test[:10]]
    pl.DataFrame([*({**row, "split": "test"} for row in test), *train]).write_csv(
        tmp_path / "both.csv"
    )
    assert run(["evaluate", str(tmp_path / "both.csv"), "-o", str(tmp_path / "out")]) == 3
    assert "W02: 25.00%" in capsys.readouterr().err


def test_whatever_of_the_table_was_not_judged_is_told_with_its_count(tmp_path):
    rows = [{"photo": str(i), "grade": None if i < 3 else i % 5, "predicted": i % 5,
             "split": "test" if i < 40 else "tune", "status": "duplicate" if i == 4 else "graded"}
            for i in range(47)]  # fmt: skip
    pl.DataFrame(rows).write_csv(tmp_path / "p.csv")
    for language, words in (
        ("en", "1 duplicate; 3 photographs without a reference grade; 7 rows of other splits"),
        ("zh-TW", "1 張重複照片；3 張沒有參考分級的照片；7 列屬於其他資料集"),
    ):
        call = ["evaluate", str(tmp_path / "p.csv"), "-o", str(tmp_path / language)]
        assert run([*call, "--split", "test", "--language", language]) == 0
        assert words in (tmp_path / language / "report.html").read_text()


def test_selective_referral_names_its_share_and_counts_photographs_without_patients(tmp_path):
    rows = [
        {"photo": str(i), "grade": i % 5, "status": "ungradable" if i % 10 == 9 else "graded",
         **({} if i % 10 == 9 else {f"p{k}": 0.8 if k == i % 5 else 0.05 for k in range(5)})}
        for i in range(500)
    ]  # fmt: skip
    pl.DataFrame(rows, infer_schema_length=None).write_csv(tmp_path / "p.csv")
    for language, words in (
        ("en", "answers 100.0 % of the graded photographs alone"),
        ("en", "over 250 photographs with disease"),
        ("zh-TW", "已分級照片的 100.0 %"),
        ("zh-TW", "250 個有病變的照片"),
    ):
        if not (tmp_path / language).exists():
            call = ["evaluate", str(tmp_path / "p.csv"), "-o", str(tmp_path / language)]
            assert run([*call, "--language", language]) == 0
        assert words in (tmp_path / language / "report.html").read_text()


def test_a_table_that_is_refused_was_no_look_at_the_test_set(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DRGRADE_DATA", str(tmp_path / "data"))
    rows = [{"photo": str(i), "grade": i % 5, "predicted": i % 5} for i in range(40)]
    pl.DataFrame(rows).write_csv(tmp_path / "mine.csv")
    pl.DataFrame([{**row, "photo": "x" + row["photo"]} for row in rows]).write_csv(
        tmp_path / "others.csv"
    )
    call = ["evaluate", str(tmp_path / "mine.csv"), "-o", str(tmp_path / "out")]
    assert run([*call, "--manifest", str(tmp_path / "others.csv")]) == 2
    capsys.readouterr()
    assert run([*call, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["looks"]["number"] == 1


def test_page_and_summary_show_the_numbers_of_the_twin(page):
    twin = json.loads((page / "report.json").read_text())
    html, text = ((page / name).read_text() for name in ("report.html", "report.md"))
    main = next(
        d for d in twin["detections"]
        if (d["endpoint"]["name"], d["level"]) == ("referable", twin["primary_level"])
    )  # fmt: skip
    for analysis in main["analyses"]:
        shown = f"{100 * analysis['sensitivity']['value']:.1f} %"
        assert shown in html
        assert shown in text
    assert twin["verdict"] in html
    assert twin["verdict"] in text


def test_the_page_stands_alone_and_leaves_nothing_unsaid(page):
    html = (page / "report.html").read_text()
    fetched = re.findall(r"""(?:src|href|url\()=?["']?https?:|<script|<link""", html)
    assert fetched == []
    assert "None" not in html
    assert "nan" not in html.lower().split("<svg")[0]
    assert {p.name for p in (page / "figures").iterdir()} == {
        f"{name}.{kind}"
        for name in ("agreement", "confusion", "detection", "subgroups")
        for kind in ("png", "svg")
    }


def test_every_warning_that_fires_is_on_the_page_in_the_twin_and_in_the_summary(page):
    twin = json.loads((page / "report.json").read_text())
    assert twin["warnings"]
    for name in ("report.html", "report.md"):
        text = (page / name).read_text()
        assert [code for code in twin["warnings"] if code not in text] == []


def test_the_patient_decides_where_both_eyes_are_known(manifest):
    found = evaluate_table(answers(manifest), manifest, resamples=50)
    assert found.primary == "patient"
    levels = {d.level: d.n for d in found.detections if d.endpoint.name == "referable"}
    assert levels["photo"] == levels["eye"] == 2 * levels["patient"]


def test_a_collapsed_model_is_called_so(manifest):
    found = evaluate_table(answers(manifest, always=0), manifest, resamples=50)
    assert "W01" in [check.code for check in found.warnings]


def test_a_leak_exits_3_and_a_declared_one_stands_in_the_title(tmp_path):
    leaking = made_manifest(tmp_path, leak=True)
    write_manifest(leaking, tmp_path / "m.csv")
    write_predictions(answers(leaking), tmp_path / "p.csv")
    call = ["evaluate", str(tmp_path / "p.csv"), "--manifest", str(tmp_path / "m.csv")]
    assert run([*call, "-o", str(tmp_path / "a")]) == 3
    assert not (tmp_path / "a").exists()
    assert run([*call, "-o", str(tmp_path / "a"), "--force"]) == 3
    assert "Do not use these figures" in (tmp_path / "a" / "report.html").read_text()
    write_predictions(answers(leaking, leak_declared=True), tmp_path / "p.csv")
    assert run([*call, "-o", str(tmp_path / "b")]) == 0
    title = message("en", "scorecard-title_leak", title=message("en", "scorecard-title"))
    head = (tmp_path / "b" / "report.html").read_text().split("<body>")[0]
    assert title in html.unescape(head)


def test_strict_exits_3_on_a_warning(folder, tmp_path):
    assert run(["evaluate", str(folder / "p.csv"), "-o", str(tmp_path), "--strict"]) == 3


def test_a_table_written_by_hand_is_judged(tmp_path):
    (tmp_path / "theirs.csv").write_text("photo,grade,predicted\na,0,0\nb,2,3\nc,4,1\nd,0,0\n")
    assert run(["evaluate", str(tmp_path / "theirs.csv"), "-o", str(tmp_path / "out")]) == 0
    twin = json.loads((tmp_path / "out" / "report.json").read_text())
    assert twin["scores"]["referable_auc"]["value"] is None


def test_a_row_left_out_is_an_error(manifest):
    whole = answers(manifest)
    short = Predictions(whole.table.head(whole.table.height - 1), whole.facts)
    assert evaluate_table(short, manifest, resamples=50).has_error


def test_predictions_of_other_photos_are_told_both_ways_and_exit_2(manifest, tmp_path, capsys):
    whole = answers(manifest)
    renamed = whole.table.with_columns(pl.concat_str(pl.lit("photos/"), "photo").alias("photo"))
    write_predictions(Predictions(renamed, whole.facts), tmp_path / "p.csv")
    write_manifest(manifest, tmp_path / "m.csv")
    code = run(["evaluate", str(tmp_path / "p.csv"), "--manifest", str(tmp_path / "m.csv"), "-o",
                str(tmp_path / "out")])  # fmt: skip
    said = capsys.readouterr().err
    assert code == 2
    assert "80 of 80 predicted photos are not in the manifest, first 'photos/4_left.jpeg'" in said
    assert "80 of 80 manifest rows of split test have no prediction, first '4_left.jpeg'" in said


def test_a_score_that_is_no_number_is_an_error_and_the_rest_is_judged(manifest):
    whole = answers(manifest)
    shares = {f"p{k}": pl.lit(0.2) for k in range(5)}
    odd = whole.table.with_columns(**shares).with_columns(
        p1=pl.when(pl.col("photo") == "5_left.jpeg").then(float("nan")).otherwise(0.2)
    )
    found = evaluate_table(Predictions(odd, whole.facts), manifest, resamples=50)
    assert [check.code for check in found.warnings if check.level == "E"] == ["W17"]
    assert found.scores.qwk.value is not None
    assert found.scores.referable_auc.value is None
    assert json.loads(json.dumps(found.as_json(), allow_nan=False))


def test_every_warning_of_the_list_is_told_of_once(manifest):
    codes = [
        check.code for check in evaluate_table(answers(manifest), manifest, resamples=50).checks
    ]
    assert sorted(set(codes)) == codes


def test_a_photo_that_comes_twice_is_refused_by_name(manifest):
    rows = answers(manifest)
    twice = Predictions(pl.concat([rows.table, rows.table.head(1)]), rows.facts)
    with pytest.raises(PredictionsError, match="judged once, got '4_left.jpeg'"):
        evaluate_table(twice, manifest)


def test_the_test_rows_are_judged_unless_another_split_is_asked(manifest):
    both = pl.concat([answers(manifest, split=name).table for name in ("test", "tune")])
    rows = Predictions(both, {})
    assert set(pick_split(rows).table["split"]) == {"test"}
    assert set(pick_split(rows, "tune").table["split"]) == {"tune"}
    with pytest.raises(UsageError, match="did you mean 'tune'"):
        pick_split(rows, "tun")


@pytest.mark.parametrize("command", ["evaluate", "compare"])
@pytest.mark.parametrize("wrong", [["--seed", "-1"], ["-o", "taken/inside"]])
def test_what_cannot_be_written_or_drawn_is_refused_before_any_work(
    folder, tmp_path, monkeypatch, capsys, command, wrong
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("mine")
    tables = [str(folder / "p.csv")] * (2 if command == "compare" else 1)
    places = [] if "-o" in wrong else ["-o", "out"]
    assert run([command, *tables, *places, *wrong]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert (tmp_path / "taken").read_text() == "mine"


def test_rows_that_are_not_judged_are_counted_aloud(tmp_path, capsys):
    (tmp_path / "p.csv").write_text(
        "photo,grade,predicted,split\na,0,0,test\nb,2,2,train\nc,2,0,\n"
    )
    assert run(["evaluate", str(tmp_path / "p.csv"), "-o", str(tmp_path / "out")]) == 0
    assert "2 rows of other splits" in capsys.readouterr().err


def test_names_out_of_a_table_are_text_on_every_page(tmp_path):
    tag = "<script>alert(1)</script>"
    rows = "".join(
        f"{tag}{i},{i % 5},{0 if i % 2 else i % 5},{tag}{i % 2},{tag}\n" for i in range(80)
    )
    (tmp_path / "p.csv").write_text(f"photo,grade,predicted,site,model\n{rows}")
    (tmp_path / "p.json").write_text(json.dumps({"source": tag, "recipe": tag, tag: tag}))
    assert run(["evaluate", str(tmp_path / "p.csv"), "-o", str(tmp_path / "out")]) == 0
    written = [(tmp_path / "out" / f"report.{ending}").read_text() for ending in ("html", "md")]
    assert "site: &lt;script>" in written[1]
    assert not any("<script>" in text for text in written)


def test_a_table_in_groups_says_groups_on_page_and_twin_and_patients_nowhere(manifest, tmp_path):
    rows = answers(manifest)
    table = rows.table.with_columns(group=pl.col("patient"), patient=pl.lit(None, pl.String))
    write_predictions(Predictions(table, rows.facts), tmp_path / "p.csv")
    assert run(["evaluate", str(tmp_path / "p.csv"), "-o", str(tmp_path / "out")]) == 0
    twin = (tmp_path / "out" / "report.json").read_text()
    page = (tmp_path / "out" / "report.html").read_text()
    assert '"unit": "patients"' not in twin
    assert '"unit": "groups"' in twin
    assert "groups resampled" in page
    assert "patients resampled" not in page


def test_a_leak_between_the_splits_of_one_table_is_found_without_a_manifest(tmp_path):
    rows = [
        {"photo": f"{i}-{eye}", "patient": str(i), "eye": eye, "grade": i % 5, "predicted": i % 4,
         "status": "graded", "split": split}
        for i in range(60) for eye, split in (("left", "test"), ("right", "train"))
    ]  # fmt: skip
    write_predictions(from_rows(rows), tmp_path / "leaky.csv")
    assert run(["evaluate", str(tmp_path / "leaky.csv"), "-o", str(tmp_path / "card")]) == 3
    whole = read_predictions(tmp_path / "leaky.csv")
    found = evaluate_table(whole.part("test"), whole=whole, resamples=20)
    assert next(c for c in found.checks if c.code == "W02").values["share"] == 1.0
    apart = Predictions(whole.table.filter(pl.col("split") == "test"), {})
    blind = evaluate_table(apart, whole=apart, resamples=20)
    assert next(c for c in blind.checks if c.code == "W02").state == "not checkable"


def test_photographs_of_one_grade_do_not_make_a_grader_trivial():
    rows = [{"photo": str(i), "grade": 0, "predicted": 2 * (i % 10 == 0), "status": "graded"}
            for i in range(400)]  # fmt: skip
    assert next(
        c for c in evaluate_table(from_rows(rows), resamples=20).checks if c.code == "W01"
    ).state == ("silent")


def test_probabilities_in_reverse_order_are_told():
    rows = []
    for i in range(200):
        p = np.full(5, 0.05)
        p[4 - i % 5] = 0.8
        rows.append({"photo": str(i), "grade": i % 5, "predicted": i % 5, "status": "graded",
                     **{f"p{k}": float(p[k]) for k in range(5)}})  # fmt: skip
    found = next(c for c in evaluate_table(from_rows(rows), resamples=50).checks if c.code == "W01")
    assert "auc_below_chance" in found.reasons


def test_a_table_that_knows_no_patients_cannot_show_that_nothing_leaks():
    rows = [{"photo": f"{i}", "grade": i % 5, "predicted": i % 4, "status": "graded",
             "split": "train" if i % 2 else "test"} for i in range(60)]  # fmt: skip
    whole = from_rows(rows)
    found = evaluate_table(whole.part("test"), whole=whole, resamples=20)
    assert next(c for c in found.checks if c.code == "W02").state == "not checkable"
