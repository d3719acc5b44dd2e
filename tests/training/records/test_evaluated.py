"""A training ends with a scorecard of its test rows, or says why there is none."""

import json

import polars as pl

from drgrade.data.tables.manifest import make_manifest, write_manifest
from drgrade.data.tables.predictions import from_rows
from drgrade.data.tables.predictions_file import write_predictions
from drgrade.training.records.evaluated import evaluate_folds, evaluate_run


def rows(split, n=40):
    return from_rows(
        [
            {"photo": str(i), "patient": str(i // 2), "eye": ("left", "right")[i % 2],
             "grade": i % 5, "predicted": (i + i // 20) % 5, "status": "graded", "split": split}
            for i in range(n)
        ]
    )  # fmt: skip


def test_test_rows_are_judged_into_the_run_folder(tmp_path):
    write_predictions(rows("test"), tmp_path / "predictions.parquet")
    page = evaluate_run(tmp_path)
    assert page == tmp_path / "scorecard" / "report.html"
    assert json.loads(page.with_suffix(".json").read_text())["scores"]["n"] == 40


def test_a_run_is_judged_once(tmp_path):
    write_predictions(rows("test"), tmp_path / "predictions.parquet")
    before = evaluate_run(tmp_path).stat().st_mtime_ns
    assert evaluate_run(tmp_path).stat().st_mtime_ns == before


def test_without_test_rows_the_reason_is_said(tmp_path, capsys):
    write_predictions(rows("tune"), tmp_path / "predictions.parquet")
    assert evaluate_run(tmp_path) is None
    said = capsys.readouterr().err
    assert "no scorecard: no row is of split 'test'" in said
    assert "data split MANIFEST --reassign" in said


def test_a_run_that_learned_from_every_photo_has_nobody_to_be_judged_on(tmp_path, capsys):
    table = pl.DataFrame({"photo": ["a.jpg", "b.jpg"], "grade": [0, 1], "split": ["train"] * 2})
    write_manifest(make_manifest(table, tmp_path), tmp_path / "manifest.parquet")
    assert evaluate_run(tmp_path) is None
    assert "every photo was learned from" in capsys.readouterr().err


def test_out_of_fold_rows_are_judged_beside_their_table(tmp_path):
    write_predictions(rows("out_of_fold"), tmp_path / "out_of_fold.parquet")
    assert (
        evaluate_folds(tmp_path / "out_of_fold.parquet") == tmp_path / "scorecard" / "report.html"
    )


def test_a_run_judged_in_another_language_is_written_anew_and_is_no_further_look(tmp_path):
    write_predictions(rows("test"), tmp_path / "predictions.parquet")
    page = evaluate_run(tmp_path)
    looks = json.loads(page.with_suffix(".json").read_text())["looks"]
    assert evaluate_run(tmp_path, language="zh-TW") == page
    assert "評分卡" in page.read_text(encoding="utf-8")
    assert json.loads(page.with_suffix(".json").read_text())["looks"] == looks
