"""Every warning of the list is made on every table, and is explained in the reference."""

import re
from pathlib import Path

import pytest

from drgrade.data.tables.predictions import from_rows
from drgrade.evaluation.scorecard.evaluate import evaluate_table
from drgrade.locale.catalogue import LANGUAGES, sources

CODES = [f"W{number:02}" for number in range(1, 27)]
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "warnings.md"


@pytest.fixture(scope="module")
def bare():
    """The least table that can be judged."""
    rows = [{"photo": str(i), "grade": i % 5, "predicted": i % 5, "status": "graded"}
            for i in range(20)]  # fmt: skip
    return evaluate_table(from_rows(rows), resamples=20)


def test_every_check_is_made_once_in_order(bare):
    assert [check.code for check in bare.checks] == CODES


def test_a_check_that_cannot_be_made_says_why_in_both_languages(bare):
    blind = [check for check in bare.checks if check.state == "not checkable"]
    assert len(blind) > 5
    for check in blind:
        for language in LANGUAGES:
            assert check.code in check.sentence(language)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_sentences_and_its_line_in_the_reference(code):
    for language in ("en", "zh-TW"):
        assert code in sources(language)
    assert re.search(rf"^\| {code} \|", PAGE.read_text(encoding="utf-8"), re.M)
