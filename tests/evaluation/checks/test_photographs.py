"""Twins and shortcuts are warned of, stay silent where there are none, or say why they cannot."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from drgrade.data.audit.shortcuts import NUMBERS
from drgrade.data.photos.fingerprint import HEX_DIGITS
from drgrade.data.tables.manifest import Manifest, make_manifest
from drgrade.data.tables.predictions import from_rows
from drgrade.errors import Reason
from drgrade.evaluation.checks.photographs import (
    check_shortcut,
    check_twins_across,
    check_twins_within,
)
from drgrade.locale.catalogue import text

CHANCE = np.random.default_rng(0)
PRINTS = ["".join(CHANCE.choice(list("123456789abcdef"), HEX_DIGITS)) for _ in range(4)]

TWINS = Reason("twins", {"one": "0.png", "other": "t.png", "more": 0})


def rows(**columns: list[object]) -> pl.DataFrame:
    names = [f"{i}.png" for i in range(len(next(iter(columns.values()))))]
    given = {"photo": names, "status": ["graded"] * len(names), **columns}
    return from_rows(
        [dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)]
    ).table


def train(phash: str) -> Manifest:
    table = pl.DataFrame({"photo": ["0.png", "t.png"], "split": ["test", "train"],
                          "phash": [PRINTS[0], phash]})  # fmt: skip
    return make_manifest(table, Path())


def test_a_twin_in_train_fires_with_its_name() -> None:
    check = check_twins_across(rows(phash=[PRINTS[0]]), train(PRINTS[0]))
    assert (check.code, check.state, check.level) == ("W04", "fires", "W")
    assert check.values["twins"] == (TWINS,)


def test_another_eye_in_train_is_no_twin() -> None:
    assert check_twins_across(rows(phash=[PRINTS[0]]), train(PRINTS[1])).state == "silent"


def test_the_manifest_lends_fingerprints() -> None:
    assert check_twins_across(rows(grade=[0]), train(PRINTS[0])).fires


def test_an_empty_column_of_the_table_does_not_hide_the_manifest_s() -> None:
    empty = rows(grade=[0], phash=[None], sha256=[None])
    assert check_twins_across(empty, train(PRINTS[0])).fires
    half = rows(grade=[0, 0], phash=[None, PRINTS[1]])
    assert check_twins_across(half, train(PRINTS[0])).fires


@pytest.mark.parametrize("manifest", [None, train("")])
def test_twins_across_need_a_manifest_with_fingerprints(manifest: Manifest | None) -> None:
    check = check_twins_across(rows(phash=[PRINTS[0]]), manifest)
    assert check.state == "not checkable"
    assert "W04" in check.sentence()
    assert "W04" in check.sentence("zh-TW")


def test_the_same_photograph_twice_is_a_warning() -> None:
    check = check_twins_within(rows(sha256=["a", "a", "b"], grade=[1, 1, 0]), None)
    assert (check.code, check.state, check.level) == ("W15", "fires", "W")


def test_the_same_photograph_with_two_labels_is_an_error() -> None:
    check = check_twins_within(rows(phash=[PRINTS[0], PRINTS[0]], grade=[1, 3]), None)
    assert (check.state, check.level) == ("fires", "E")
    assert (check.values["n"], check.values["contrary"]) == (1, 1)


def test_different_photographs_are_no_twins() -> None:
    assert check_twins_within(rows(phash=PRINTS, grade=[0, 1, 2, 3]), None).state == "silent"


def test_twins_within_need_fingerprints_or_hashes() -> None:
    assert check_twins_within(rows(grade=[0, 1]), None).state == "not checkable"


def test_a_size_that_tells_disease_is_a_shortcut() -> None:
    check = check_shortcut(rows(grade=[0, 3] * 60, width=[512, 1024] * 60, bytes=[7] * 120), None)
    assert (check.code, check.state) == ("W19", "fires")
    assert check.values["what"] == "width"
    assert check.values["auc"] == pytest.approx(1.0)
    assert "width" in check.sentence()
    assert "width" in check.sentence("zh-TW")


@pytest.mark.parametrize("name", [*NUMBERS, "camera"])
@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_every_fact_of_a_file_has_its_words_where_it_tells_disease(name, language) -> None:
    values = [10.0 * (i % 3) for i in range(100)] + [500.0 + 10 * (i % 3) for i in range(100)]
    table = rows(grade=[0] * 100 + [3] * 100, **{name: values})
    check = check_shortcut(table, None)
    assert (check.state, check.values["what"]) == ("fires", name)
    assert text(Reason(f"fact_{name}"), language) in check.sentence(language)


def test_a_size_that_tells_nothing_is_no_shortcut() -> None:
    grades = [0, 0, 3, 3] * 60
    assert check_shortcut(rows(grade=grades, width=[512, 1024] * 120), None).state == "silent"


@pytest.mark.parametrize("columns", [{}, {"width": [9] * 120}])
def test_a_shortcut_needs_columns_that_differ(columns: dict[str, list[object]]) -> None:
    assert check_shortcut(rows(grade=[0, 3] * 60, **columns), None).state == "not checkable"


def test_camera_and_diagnosis_of_rfmid_are_one(shared: Path) -> None:
    """The sizes of RFMiD 2.0 tell who has retinopathy, as its labels file says by itself."""
    labels = pl.read_csv(shared / "rfmid2" / "labels.csv", infer_schema=False)
    columns = {name: labels[name].to_list() for name in ("dr_any", "width", "height")}
    assert check_shortcut(rows(**columns), None).fires


def test_the_same_file_in_train_under_another_name_is_an_error_without_fingerprints() -> None:
    table = pl.DataFrame({"photo": ["0.png", "t.png"], "split": ["test", "train"],
                          "sha256": ["a" * 64, "a" * 64]})  # fmt: skip
    check = check_twins_across(rows(sha256=["a" * 64]), make_manifest(table, Path()))
    assert (check.state, check.level) == ("fires", "E")
    assert check.values["twins"] == (TWINS,)
