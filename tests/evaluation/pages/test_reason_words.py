"""Reasons why a figure is undefined exist in both languages."""

import re
from pathlib import Path

import pytest

import drgrade.evaluation
from drgrade.evaluation.pages.reason_words import CHINESE, reason_in

SOURCES = Path(drgrade.evaluation.__file__).parent.rglob("*.py")


def reasons():
    """Every fixed text given to `missing`, and every constant that names a reason."""
    found = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'missing\(\s*"([^"]+)"', text))
        found |= set(
            re.findall(
                r'^(?:FLAWLESS|(?:NO|NONE|ALL|ONE|NOT)_[A-Z]+) = "([^"]+ [^"]+)"$', text, re.M
            )
        )
    return sorted(found)


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_has_its_chinese(reason):
    assert reason in CHINESE
    assert reason_in("en", reason) == reason
    assert re.search(r"[一-鿿]", reason_in("zh-TW", reason))


def test_reasons_with_numbers_keep_them():
    assert reason_in("zh-TW", "undefined in 300 of 2000 resamples").startswith("2000 次")
    assert "3" in reason_in("zh-TW", "AUC is undefined for grade 3")
