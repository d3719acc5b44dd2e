"""The verdict: whatever W01 finds has a sentence of its own in both languages."""

from types import SimpleNamespace

import pytest

from drgrade.errors import Reason
from drgrade.evaluation.checks.check import check_trivial
from drgrade.evaluation.pages.scorecard_text import verdict
from drgrade.locale.catalogue import LANGUAGES, message
from drgrade.stats.estimate import Estimate, missing

EVEN = (20, 20, 20, 20, 20)
GOOD, CHANCE, BELOW = (
    Estimate(value, value - 0.1, value + 0.1, None, 100) for value in (0.8, 0.5, 0.2)
)
NOTHING = Estimate(0.0, -0.1, 0.1, None, 100)
TRIVIAL = {
    "equals": ((100, 0, 0, 0, 0), NOTHING, CHANCE),
    "worse": (EVEN, GOOD, BELOW),
    "untold": (EVEN, NOTHING, CHANCE),
}


@pytest.mark.parametrize("what", TRIVIAL)
@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_w01_finds_is_the_verdict_in_both_languages(what, language):
    answers, qwk, area = TRIVIAL[what]
    found = check_trivial(answers, EVEN, qwk, area)
    assert found.fires
    assert found.values["what"] == what
    said = verdict(SimpleNamespace(warnings=(found,)), language)
    assert said == message(language, f"scorecard-verdict_{what}")


def test_a_grader_of_eyes_that_are_nearly_all_healthy_is_not_called_trivial():
    counts = (1914, 20, 30, 20, 16)
    answers = (1910, 24, 30, 20, 16)
    found = check_trivial(answers, counts, Estimate(0.99, 0.98, 1.0, None, 2000), GOOD)
    assert found.values["what"] == "one_grade"
    (why,) = found.values["why"]
    assert why == Reason("mostly_one_grade", {"share": 0.955, "grade": 0, "labels": 0.957})
    detection = SimpleNamespace(
        endpoint=SimpleNamespace(name="referable", with_dme=True),
        primary=SimpleNamespace(sensitivity=GOOD, specificity=GOOD),
    )
    judged = SimpleNamespace(warnings=(found,), primary="patient", detection=lambda: detection)
    for language in ("en", "zh-TW"):
        assert "80" in verdict(judged, language)


@pytest.mark.parametrize(
    ("side", "name"), [("sensitivity", "positives"), ("specificity", "negatives")]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_a_side_is_empty_the_verdict_says_so_in_place_of_a_figure(side, name, language):
    shares = {"sensitivity": GOOD, "specificity": GOOD} | {
        side: missing(Reason("no_referable_photographs"))
    }
    detection = SimpleNamespace(
        endpoint=SimpleNamespace(name="referable", with_dme=True), primary=SimpleNamespace(**shares)
    )
    judged = SimpleNamespace(warnings=(), primary="patient", detection=lambda: detection)
    level, endpoint = (message(language, f"page-{each}")
                       for each in ("level_patient", "endpoint_referable"))  # fmt: skip
    assert verdict(judged, language) == message(
        language, f"scorecard-verdict_no_{name}", level=level, endpoint=endpoint
    )
