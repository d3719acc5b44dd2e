"""Every word exists in both languages, with the same values in it."""

import re

import pytest

from drgrade.demo.words import NETWORKS as OF_NETWORKS
from drgrade.demo.words import WORDS as OF_THE_DEMO
from drgrade.errors import UnknownNameError
from drgrade.evaluation.pages.compare_words import WORDS as OF_A_COMPARISON
from drgrade.evaluation.pages.scorecard_words import WORDS as OF_THE_JUDGE
from drgrade.explanation.gallery.words import STATUS as OF_REFUSALS
from drgrade.explanation.gallery.words import WORDS as OF_A_GALLERY
from drgrade.lab.words import WORDS as OF_THE_LAB
from drgrade.locale.languages import said

PAIRS = {"hits": ("{n} of {all}", "{all} 中有 {n}")}
PAGES = {
    "judge": OF_THE_JUDGE,
    "comparison": OF_A_COMPARISON,
    "lab": OF_THE_LAB,
    "gallery": OF_A_GALLERY | OF_REFUSALS,
    "demo": OF_THE_DEMO | OF_NETWORKS,
}
EVERY = {f"{page} {key}": pair for page, words in PAGES.items() for key, pair in words.items()}


def test_words_come_in_the_language_asked_for_with_their_values():
    assert said(PAIRS, "en", "hits", n=2, all=3) == "2 of 3"
    assert said(PAIRS, "zh-TW", "hits", n=2, all=3) == "3 中有 2"


def test_a_language_that_nobody_wrote_is_answered_with_those_there_are():
    with pytest.raises(UnknownNameError, match="zh-TW"):
        said(PAIRS, "zh", "hits", n=2, all=3)


@pytest.mark.parametrize("key", EVERY)
def test_both_languages_ask_for_the_same_values(key):
    english, chinese = (set(re.findall(r"\{(\w+)", text)) for text in EVERY[key])
    assert english == chinese
