"""The verdict: whatever W01 finds has a sentence of its own in both languages."""

from types import SimpleNamespace

import pytest

from drgrade.evaluation.checks.check import check_trivial
from drgrade.evaluation.pages.scorecard_text import verdict
from drgrade.stats.estimate import Estimate, missing

EVEN = (20, 20, 20, 20, 20)
GOOD, CHANCE, BELOW = (
    Estimate(value, value - 0.1, value + 0.1, "", 100) for value in (0.8, 0.5, 0.2)
)
NOTHING = Estimate(0.0, -0.1, 0.1, "", 100)
TRIVIAL = {
    "equals": ((100, 0, 0, 0, 0), NOTHING, CHANCE),
    "worse": (EVEN, GOOD, BELOW),
    "untold": (EVEN, NOTHING, CHANCE),
}
SAID = [
    ("equals", "en", "equals a trivial classifier"),
    ("equals", "zh-TW", "等同於不看照片的分類器"),
    ("worse", "en", "worse than chance"),
    ("worse", "zh-TW", "比隨機猜測還差"),
    ("untold", "en", "cannot be told from a trivial classifier"),
    ("untold", "zh-TW", "無從區別"),
]


@pytest.mark.parametrize(("what", "language", "words"), SAID)
def test_whatever_w01_finds_is_the_verdict_in_both_languages(what, language, words):
    answers, qwk, area = TRIVIAL[what]
    found = check_trivial(answers, EVEN, qwk, area)
    assert found.fires
    assert found.figures["what"] == what
    assert words in verdict(SimpleNamespace(warnings=(found,)), language)
    assert words in found.sentence(language)


def test_a_grader_of_eyes_that_are_nearly_all_healthy_is_not_called_trivial():
    counts = (1914, 20, 30, 20, 16)
    answers = (1910, 24, 30, 20, 16)
    found = check_trivial(answers, counts, Estimate(0.99, 0.98, 1.0, "", 2000), GOOD)
    assert found.figures["what"] == "one grade"
    assert "95.5% of the answers are grade 0, as are 95.7% of the reference grades" in \
        found.sentence()  # fmt: skip
    assert "collapsed" not in found.sentence()
    detection = SimpleNamespace(
        endpoint=SimpleNamespace(name="referable", with_dme=True),
        primary=SimpleNamespace(sensitivity=GOOD, specificity=GOOD),
    )
    judged = SimpleNamespace(warnings=(found,), primary="patient", detection=lambda: detection)
    for language in ("en", "zh-TW"):
        assert "80" in verdict(judged, language)


@pytest.mark.parametrize(
    ("side", "language", "words"),
    [
        ("sensitivity", "en", "No patient here has referable disease"),
        ("sensitivity", "zh-TW", "沒有需轉診病變者"),
        ("specificity", "en", "Every patient here has referable disease"),
        ("specificity", "zh-TW", "全部有需轉診病變"),
    ],
)
def test_where_a_side_is_empty_the_verdict_says_so_in_place_of_a_figure(side, language, words):
    shares = {"sensitivity": GOOD, "specificity": GOOD} | {side: missing("nobody")}
    detection = SimpleNamespace(
        endpoint=SimpleNamespace(name="referable", with_dme=True), primary=SimpleNamespace(**shares)
    )
    judged = SimpleNamespace(warnings=(), primary="patient", detection=lambda: detection)
    assert words in verdict(judged, language)
    assert "n/a" not in verdict(judged, language)
