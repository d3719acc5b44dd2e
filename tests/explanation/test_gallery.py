"""A gallery says what has to be done, shows the riskiest first, and is a page by itself."""

import re

import numpy as np
import pytest

from drgrade.errors import Reason, UsageError
from drgrade.explanation.gallery.entry import NO_GRADE, NO_REFERRAL, PERSON, REFER, Entry, by_risk
from drgrade.explanation.gallery.page import PAGE, write_gallery
from drgrade.locale.catalogue import message

BY_GRADE = {
    0: (0.9, 0.05, 0.03, 0.01, 0.01),
    1: (0.2, 0.6, 0.1, 0.05, 0.05),
    2: (0.1, 0.1, 0.6, 0.1, 0.1),
    4: (0.0, 0.0, 0.1, 0.2, 0.7),
}


def row(photo, grade, **more):
    shares = {f"p{k}": p for k, p in enumerate(BY_GRADE[grade])}
    return {"photo": photo, "status": "graded", "predicted": grade, **shares, **more}


def refused(photo, status, reason):
    return {"photo": photo, "status": status, "reason": reason}


@pytest.mark.parametrize(
    ("answer", "need"),
    [
        (row("a", 4), REFER),
        (row("a", 1), NO_REFERRAL),
        (row("a", 1, referable=True), REFER),
        (row("a", 2, referable=False), PERSON),
        (row("a", 0, p_dme=0.7), PERSON),
        (row("a", 0, p_dme=0.2, referable=False), NO_REFERRAL),
        (refused("a", "ungradable", "nothing to see"), NO_GRADE),
        (refused("a", "error", "cannot be read"), NO_GRADE),
    ],
)
def test_what_has_to_be_done_follows_from_the_row(answer, need):
    assert Entry(answer).need == need


def test_the_riskiest_comes_first():
    found = by_risk([Entry(row("two", 2)), Entry(row("four", 4)), Entry(row("also four", 4))])
    assert [entry.row["photo"] for entry in found[REFER]] == ["also four", "four", "two"]


def test_a_table_without_probabilities_is_sorted_by_grade():
    plain = [Entry({"photo": str(k), "status": "graded", "predicted": k}) for k in (2, 4, 3)]
    assert [entry.row["predicted"] for entry in by_risk(plain)[REFER]] == [4, 3, 2]


@pytest.fixture(scope="module")
def noisy():
    return np.random.default_rng(0).integers(0, 255, (180, 180, 3), np.uint8)


def test_a_thousand_photographs_stay_below_ten_megabytes(tmp_path):
    calm = np.zeros((512, 512, 3), np.uint8)
    calm[:] = np.random.default_rng(0).normal(120, 12, (512, 512, 3)).clip(0, 255)
    page = write_gallery((Entry(row(str(k), 2), calm) for k in range(1000)), tmp_path, model="m")
    assert page.stat().st_size < 10_000_000
    assert page.read_text(encoding="utf-8").count("<article") == 1000


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_the_page_holds_its_pictures_and_asks_for_nothing_outside(tmp_path, noisy, language):
    graded = Entry(row("eye <1>", 4), noisy, ["Seen.", "More."], "explained/1.png", "Drawn.")
    entries = [graded, Entry(refused("dark", "ungradable", "nothing to see: the photo is black"))]
    page = write_gallery(entries, tmp_path, model="default", language=language)
    text = page.read_text(encoding="utf-8")
    asked = re.findall(r'(?:src|href)="([^"]*)"', text)
    outside = [each for each in asked if not each.startswith(("data:", "#", "explained/"))]
    assert outside == []
    assert "eye &lt;1&gt;" in text
    assert message(language, "page-device") in text


def test_a_file_that_cannot_be_read_is_a_card_without_a_picture(tmp_path):
    lost = Entry(refused("lost", "error", "cannot be read: no file"), tmp_path / "lost.jpg")
    text = write_gallery([lost], tmp_path, model="m").read_text(encoding="utf-8")
    assert "<img" not in text
    assert text.count("<article") == 1


def test_a_page_that_is_no_gallery_is_not_written_over(tmp_path):
    (tmp_path / PAGE).write_text("<p>mine</p>")
    with pytest.raises(UsageError):
        write_gallery([], tmp_path, model="m")
    assert (tmp_path / PAGE).read_text() == "<p>mine</p>"


def test_an_earlier_gallery_is_replaced(tmp_path):
    write_gallery([Entry(row("a", 4))], tmp_path, model="m")
    write_gallery([], tmp_path, model="m")
    assert "<article" not in (tmp_path / PAGE).read_text(encoding="utf-8")


def test_a_refusal_is_said_in_the_language_of_the_page_as_far_as_it_has_a_code():
    why = Reason("too_small", {"short": 90, "size": 384})
    refusal = refused("small", "ungradable", "too small: short side 90 px, the model reads 384 px")
    assert Entry(refusal, refusal=why).why("en") == refusal["reason"]
    chinese = Entry(refusal, refusal=why).why("zh-TW")
    assert re.findall(r"\d+", chinese) == ["90", "384"]
    assert re.findall(r"[a-z]{3,}", chinese) == []
    assert Entry(refusal).why("zh-TW") == refusal["reason"]
