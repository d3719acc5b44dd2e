"""The page of one judgement speaks its language where a figure is undefined too."""

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
