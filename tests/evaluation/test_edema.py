"""Macular edema is judged as the grade is: with an interval, beside a floor."""

import json

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.evaluation.edema import edema
from drgrade.evaluation.pages.scorecard_page import write_scorecard
from drgrade.evaluation.scorecard.evaluate import evaluate_table
from drgrade.icdr import PROBABILITIES
from drgrade.locale.catalogue import LANGUAGES, message

FEW = 200


def table(n: int = 120, **changes) -> Predictions:
    """Edema that `p_dme` orders well, and the grade's own probability half as well."""
    generator = np.random.default_rng(0)
    grades = generator.integers(0, 5, n)
    dme = np.where(generator.random(n) < 0.2 + 0.15 * grades, 2, 0)
    p_dme = np.clip(0.3 + 0.4 * (dme > 0) + generator.normal(0, 0.15, n), 0.01, 0.99)
    rows = [
        {
            "photo": f"{i}.png", "patient": f"{i // 2}", "grade": int(grades[i]),
            "status": "graded", "predicted": int(grades[i]), "dme": int(dme[i]),
            "p_dme": float(p_dme[i]), "split": "test",
            **dict(zip(PROBABILITIES, np.eye(5)[grades[i]].tolist(), strict=True)),
        }
        for i in range(n)
    ]  # fmt: skip
    return from_rows([row | changes for row in rows])


def test_the_area_is_that_of_scikit_learn_and_has_an_interval_and_a_floor():
    found = edema(table(), resamples=FEW)
    known = table().table
    positive = known["dme"].to_numpy() > 0
    assert found.auc.value == pytest.approx(roc_auc_score(positive, known["p_dme"]))
    assert found.auc.low < found.auc.value < found.auc.high
    referable = known.select(pl.sum_horizontal("p2", "p3", "p4")).to_series()
    assert found.auc_of_grade.value == pytest.approx(roc_auc_score(positive, referable))
    assert found.auc_of_grade.value < found.auc.value
    called = known["p_dme"].to_numpy() >= 0.5
    assert found.sensitivity.value == pytest.approx(called[positive].mean())
    assert found.specificity.value == pytest.approx((~called)[~positive].mean())
    assert (found.n, found.positives) == (120, positive.sum())


@pytest.mark.parametrize("changes", [{"dme": None}, {"p_dme": None}, {"status": "error"}])
def test_without_a_reference_an_answer_or_a_grade_there_is_nothing_to_judge(changes):
    if "status" in changes:
        changes |= dict.fromkeys(PROBABILITIES) | {"predicted": None}
    assert edema(table(**changes), resamples=FEW) is None


def test_where_nobody_has_edema_the_area_is_not_available_and_says_why():
    found = edema(table(dme=0), resamples=FEW)
    assert found.auc.value is None
    assert found.auc.reason.code == "one_sided_endpoint"
    assert found.sensitivity.value is None
    assert found.specificity.value is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scorecard_has_it_on_the_page_and_in_its_twin(tmp_path, language):
    found = evaluate_table(table(), resamples=FEW)
    page = write_scorecard(found, tmp_path, title="t", command="c", language=language)
    assert message(language, "scorecard-edema") in page.read_text(encoding="utf-8")
    twin = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert twin["edema"]["auc"]["value"] == found.edema.auc.value


def test_a_scorecard_of_a_grader_that_tells_no_edema_has_no_such_part(tmp_path):
    page = write_scorecard(
        evaluate_table(table(p_dme=None), resamples=FEW), tmp_path, title="t", command=""
    )
    assert 'id="edema"' not in page.read_text(encoding="utf-8")
