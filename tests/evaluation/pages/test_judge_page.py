"""The page of one judgement speaks its language where a figure is undefined too."""

import re

import polars as pl
import pytest

from drgrade.cli.app import run


@pytest.mark.parametrize(("language", "said"), [("en", "linear n/a"), ("zh-TW", "線性 無法計算")])
def test_an_undefined_error_of_kappa_is_said_in_the_language_of_the_page(tmp_path, language, said):
    rows = {"photo": [f"{i}" for i in range(40)], "patient": [f"{i}" for i in range(40)]}
    pl.DataFrame(rows).with_columns(grade=2, predicted=2).write_csv(tmp_path / "alike.csv")
    asked = ["evaluate", str(tmp_path / "alike.csv"), "-o", str(tmp_path), "--force"]
    assert run([*asked, "--language", language]) in (0, 3)
    assert said in (tmp_path / "report.html").read_text(encoding="utf-8")


def table_at(path, *, shares=True, shift=0):
    """Eighty photographs of forty patients, most of them answered right; with p0 to p4 if asked."""
    rows = []
    for n in range(80):
        grade = n % 5
        answer = (grade + shift) % 5 if n % 7 == 0 else grade
        p = {f"p{k}": 0.6 if k == answer else 0.1 for k in range(5)} if shares else {}
        rows.append({"photo": f"{n}", "patient": f"{n // 2}", "eye": ("left", "right")[n % 2],
                     "grade": grade, "predicted": answer, "site": f"s{n % 2}", **p})  # fmt: skip
    pl.DataFrame(rows).write_csv(path)
    return path


def judged(table, folder, *more):
    return run(["evaluate", str(table), "-o", str(folder), "--force", *more])


SPOKEN = {
    "en": ["ROC curve", "Calibration curve", "Confusion matrix", "QWK and its floors"],
    "zh-TW": ["ROC 曲線", "校準曲線", "混淆矩陣", "QWK 與底線"],
}


@pytest.mark.parametrize("language", SPOKEN)
def test_figures_are_named_in_the_language_of_the_page_for_those_who_hear_it(tmp_path, language):
    judged(table_at(tmp_path / "t.csv", shift=2), tmp_path / "out", "--language", language)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    named = re.findall(r'aria-label="([^"]*)"', page)
    assert set(SPOKEN[language]) < set(named)
    assert not {"detection", "roc", "reliability", "confusion", "agreement"} & set(named)
