"""The page of one scorecard speaks its language where a figure is undefined too."""

import json
import re

import polars as pl
import pytest

from drgrade.cli.app import run
from drgrade.evaluation.pages.frame import FIGURES
from drgrade.locale.catalogue import LANGUAGES, message

pytestmark = pytest.mark.usefixtures("empty_figures")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_undefined_error_of_kappa_is_said_in_the_language_of_the_page(tmp_path, language):
    rows = {"photo": [f"{i}" for i in range(40)], "patient": [f"{i}" for i in range(40)]}
    pl.DataFrame(rows).with_columns(grade=2, predicted=2).write_csv(tmp_path / "alike.csv")
    asked = ["evaluate", str(tmp_path / "alike.csv"), "-o", str(tmp_path), "--force"]
    assert run([*asked, "--language", language]) in (0, 3)
    missing = dict.fromkeys(
        ("quadratic", "linear", "none"), message(language, "page-not_available")
    )
    said = message(language, "scorecard-kappa_errors", **missing)
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


SPOKEN = ("roc", "reliability", "confusion", "agreement")


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_named_in_the_language_of_the_page_for_those_who_hear_it(tmp_path, language):
    judged(table_at(tmp_path / "t.csv", shift=2), tmp_path / "out", "--language", language)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    named = re.findall(r'aria-label="([^"]*)"', page)
    assert {message(language, f"scorecard-caption_{each}") for each in SPOKEN} < set(named)
    assert not set(named) & set(FIGURES)


def figures_in(folder):
    return {path.name for path in (folder / "figures").iterdir()}


def test_a_second_table_leaves_no_figure_of_the_first_and_says_what_it_replaces(tmp_path, capsys):
    first, second = (
        table_at(tmp_path / "1.csv", shift=2),
        table_at(tmp_path / "2.csv", shares=False),
    )
    judged(first, tmp_path / "used")
    (tmp_path / "used" / "figures" / "mine.png").write_text("kept")
    assert "it is replaced" not in capsys.readouterr().err
    judged(second, tmp_path / "used")
    assert "used held a report of other tables (`" in capsys.readouterr().err
    judged(second, tmp_path / "new")
    assert figures_in(tmp_path / "used") == figures_in(tmp_path / "new") | {"mine.png"}
    assert {"roc.svg", "reliability.png", "selective.svg"} & figures_in(tmp_path / "new") == set()


def test_the_same_table_again_is_written_again_in_silence(tmp_path, capsys):
    table = table_at(tmp_path / "t.csv", shift=2)
    code = judged(table, tmp_path / "out")
    before = figures_in(tmp_path / "out")
    assert judged(table, tmp_path / "out", "--language", "zh-TW") == code
    assert figures_in(tmp_path / "out") == before
    assert "it is replaced" not in capsys.readouterr().err


def test_every_figure_of_a_scorecard_has_a_name_that_is_known(tmp_path):
    judged(table_at(tmp_path / "t.csv", shift=2), tmp_path / "out")
    drawn = {path.stem for path in (tmp_path / "out" / "figures").iterdir()}
    assert drawn == set(FIGURES) - {"qwk"}


def test_a_comparison_in_a_scorecard_s_folder_leaves_nothing_of_it_and_the_other_way_round(
    tmp_path, capsys
):
    tables = [str(table_at(tmp_path / f"{n}.csv", shift=n)) for n in (1, 2)]
    out = tmp_path / "out"
    judged(tables[0], out)
    capsys.readouterr()
    assert run(["compare", *tables, "-o", str(out)]) == 0
    assert "out held a report of other tables" in capsys.readouterr().err
    assert figures_in(out) == {"qwk.png", "qwk.svg"}
    assert not (out / "report.md").exists()
    assert run(["compare", *tables, "-o", str(out)]) == 0
    assert "out held a report" not in capsys.readouterr().err
    judged(tables[0], out)
    assert "out held a report of other tables" in capsys.readouterr().err
    assert "qwk.png" not in figures_in(out)


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"format": 1})])
def test_beside_a_report_that_is_not_ours_every_figure_stays(tmp_path, content):
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "report.json").write_text(content)
    (out / "figures" / "roc.png").write_text("mine")
    judged(table_at(tmp_path / "t.csv", shares=False), out)
    assert (out / "figures" / "roc.png").read_text() == "mine"
