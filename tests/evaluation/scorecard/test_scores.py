"""A table of predictions in, every figure with its interval, floors and warnings out."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.errors import PredictionsError, Reason
from drgrade.evaluation.scorecard.scores import score
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.photo_set import SetProvenance
from drgrade.stats import metrics

FEW = 200  # resamples, enough where the test is not about the interval
EYEPACS_COUNTS = [25810, 2443, 5292, 873, 708]


def _row(photo, grade, predicted, **more):
    return {
        "photo": photo,
        "grade": grade,
        "predicted": predicted,
        "status": "graded",
        "split": "test",
        **more,
    }


def _skilled(n=120, known=None, **more):
    """Two eyes a patient, all five grades, three of four answers right and the rest one off."""
    grades = [i % 5 for i in range(n)]
    rows = []
    for i, grade in enumerate(grades):
        answer = grade if i % 4 else abs(grade - 1)
        p = np.full(5, 0.05)
        p[answer] = 0.8
        eye = "left" if i % 2 else "right"
        given = {"patient": f"{i // 2:03}", "eye": eye, **more}
        rows.append(
            _row(f"{i}.jpeg", grade, answer, **given, **{f"p{k}": v for k, v in enumerate(p)})
        )
    return from_rows(rows, ModelProvenance(**({"drawn": False} if known is None else known)))


def _with(predictions, **columns):
    table = predictions.table.with_columns(**columns)
    return Predictions(table, predictions.provenance)


def test_every_figure_of_a_skilled_grader_has_an_interval_around_it():
    found = score(_skilled(), resamples=FEW)
    names = ("accuracy", "balanced_accuracy", "qwk", "kappa", "macro_auc", "referable_auc")
    names += ("sensitivity", "specificity", "ppv", "npv")
    for name in names:
        estimate = getattr(found, name)
        assert estimate.low <= estimate.value <= estimate.high, name
        assert estimate.method, name


def test_the_counts_are_those_of_the_table():
    found = score(_skilled(), resamples=FEW)
    assert (found.n, found.patients, found.statuses) == (120, 60, {"graded": 120})
    assert found.counts == (24, 24, 24, 24, 24)
    assert sum(map(sum, found.confusion)) == 120
    assert found.accuracy.value == 0.75


def test_a_skilled_grader_raises_no_warning():
    found = score(_skilled(), resamples=FEW)
    assert [check.state for check in found.checks] == ["silent"] * 3
    assert found.warnings == ()
    assert not found.collapsed


def test_the_json_twin_holds_the_same_figures_and_no_nan():
    found = score(_skilled(), resamples=FEW)
    content = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert content["qwk"]["value"] == found.qwk.value
    assert content["floors"][0]["accuracy"]["low"] == found.floors[0].accuracy.low
    assert content["warnings"] == []


def test_an_absent_grade_is_null_in_the_json_twin():
    found = score(from_rows([_row("a", 0, 0), _row("b", 2, 2)]), resamples=FEW)
    assert found.as_json()["row_normalised"][1] == [None] * 5


def test_the_same_seed_gives_the_same_scores_and_another_seed_another_interval():
    first, again, other = (score(_skilled(), seed=s, resamples=FEW) for s in (1, 1, 2))
    assert first == again
    assert first.qwk.value == other.qwk.value
    assert (first.qwk.low, first.qwk.high) != (other.qwk.low, other.qwk.high)


def test_the_order_of_the_rows_changes_nothing():
    whole = _skilled()
    turned = Predictions(whole.table.reverse(), whole.provenance)
    assert score(whole, resamples=FEW) == score(turned, resamples=FEW)


def test_without_probabilities_the_areas_are_not_available_and_the_rest_stands():
    bare = from_rows([_row(str(i), i % 5, i % 5) for i in range(20)])
    found = score(bare, resamples=FEW)
    assert found.macro_auc.value is None
    assert found.referable_auc.reason.code == "no_probabilities"
    assert found.qwk.value == 1.0


def test_rows_that_are_not_graded_or_have_no_reference_are_counted_and_left_out():
    rows = [
        _row("a", 0, 0),
        _row("b", 2, 2),
        _row("c", None, 1),
        _row("d", 1, None) | {"status": "error"},
    ]
    found = score(from_rows(rows), resamples=FEW)
    assert found.n == 2
    assert found.statuses == {"error": 1, "graded": 3}


def test_o14_always_answering_0_on_eyepacs_fires_w01():
    grades = np.repeat(np.arange(5), EYEPACS_COUNTS)
    rows = len(grades)
    table = from_rows([_row("", 0, 0)]).table
    table = pl.concat([table] * rows).with_columns(
        photo=pl.Series([str(i) for i in range(rows)]),
        grade=pl.Series(grades, dtype=pl.Int8),
        p0=pl.lit(1.0),
        **{f"p{k}": pl.lit(0.0) for k in range(1, 5)},
    )
    found = score(Predictions(table), resamples=20)
    assert found.collapsed
    assert "W01" in [check.code for check in found.warnings]
    assert found.accuracy.value == pytest.approx(0.734783, abs=5e-7)
    assert found.majority_share == found.accuracy.value
    assert (found.qwk.value, found.balanced_accuracy.value) == (0.0, 0.2)
    assert (found.referable_auc.value, found.referable_auc.low) == (0.5, 0.5)
    assert found.macro_auc.value == 0.5


def test_answers_without_skill_fire_w01_though_they_have_not_collapsed():
    generator = np.random.default_rng(3)
    answers = generator.integers(0, 5, 400)
    found = score(
        from_rows([_row(str(i), i % 5, int(a)) for i, a in enumerate(answers)]), resamples=FEW
    )
    assert not found.collapsed
    assert found.checks[0].reasons == ("qwk_contains_0",)


def test_a_share_of_exactly_95_percent_is_not_called_collapsed():
    answers = [0] * 95 + [4] * 5
    found = score(from_rows([_row(str(i), a, a) for i, a in enumerate(answers)]), resamples=FEW)
    assert found.largest_answer_share == 0.95
    assert not found.collapsed


def test_photographs_without_a_patient_fire_w03_and_count_as_independent():
    found = score(_skilled(patient=None), resamples=FEW)
    assert [check.code for check in found.warnings] == ["W03"]
    assert found.patients is None
    assert found.accuracy.method == Reason("wilson")
    assert found.warnings[0].values["unknown"] == found.warnings[0].values["n"] == 120


def test_groups_are_resampled_where_no_patient_is_known_and_w03_says_so():
    whole = _with(_skilled(patient=None), group=pl.Series([f"g{i // 10}" for i in range(120)]))
    found = score(whole, resamples=FEW)
    assert (found.clusters, found.unit, found.patients) == (12, "groups", None)
    assert found.accuracy.method == Reason("ratio_logit_t_wilson", {"unit": "groups"})
    assert found.qwk.method.values["unit"] == "groups"
    assert found.warnings[0].values["why"] == (
        Reason("resampled_in_groups", {"n": 120, "groups": 12}),
    )


def test_drawn_photographs_fire_w25():
    found = score(_skilled(known={"drawn": True}), resamples=FEW)
    assert [check.code for check in found.warnings] == ["W25"]


def test_where_nothing_says_what_the_photographs_are_w25_is_not_checkable():
    last = score(_skilled(known={}), resamples=FEW).checks[-1]
    assert (last.code, last.state) == ("W25", "not checkable")
    assert last.reasons == ("no_origin",)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_every_warning_has_a_sentence_without_a_gap(language):
    bare = from_rows(
        [_row(str(i), i % 3, 0, p0=1.0) for i in range(30)], ModelProvenance(drawn=True)
    )
    filled = _with(bare, **{f"p{k}": pl.lit(0.0) for k in range(1, 5)})
    found = score(filled, resamples=FEW)
    assert [check.code for check in found.warnings] == ["W01", "W03", "W25"]
    for check in found.warnings:
        assert "{" not in check.sentence(language)
        assert len(check.sentence(language)) > 20


def test_the_operating_point_of_the_model_decides_where_every_row_has_it():
    whole = _skilled()
    all_called = score(_with(whole, referable=pl.lit(True)), resamples=FEW)
    assert all_called.referable_rule == "operating point"
    assert (all_called.sensitivity.value, all_called.specificity.value) == (1.0, 0.0)
    assert all_called.npv.value is None
    assert score(whole, resamples=FEW).referable_rule == "grade"


def test_patients_narrow_nothing_two_eyes_alike_are_one_piece_of_evidence():
    half = _skilled(60)
    twins = pl.concat(
        [half.table, half.table.with_columns(photo=pl.col("photo") + "b")], how="vertical"
    )
    own = pl.col("photo").str.strip_suffix("b")
    together = score(Predictions(twins.with_columns(patient=own)), resamples=FEW)
    apart = score(Predictions(twins.with_columns(patient=pl.col("photo"))), resamples=FEW)
    width = [s.accuracy.high - s.accuracy.low for s in (together, apart)]
    assert width[0] > 1.3 * width[1]


def test_rows_of_two_splits_are_refused():
    mixed = _with(_skilled(), split=pl.Series(["test", "tune"] * 60))
    with pytest.raises(PredictionsError, match="one split"):
        score(mixed)


def test_a_table_without_a_graded_row_is_refused():
    with pytest.raises(PredictionsError, match="got none among 1 rows"):
        score(from_rows([_row("a", None, 1)]))


def test_a_graded_row_without_an_answer_is_refused_by_name():
    with pytest.raises(PredictionsError, match="photo 'b' and 0 more"):
        score(from_rows([_row("a", 0, 0), _row("b", 1, None)]))


def _manifest(rows):
    table = pl.DataFrame(
        rows,
        schema=["photo", "patient", "eye", "grade", "split"],
        schema_overrides={"grade": pl.Int8},
        orient="row",
    )
    return Manifest(table, Path(), SetProvenance(source="drawn"))


def test_the_manifest_lends_patients_eyes_and_train_grades():
    manifest = _manifest(
        [
            ("a", "7", "left", 3, "test"),
            ("b", "8", "left", 0, "test"),
            ("c", "7", "right", 3, "train"),
        ]
    )
    found = score(from_rows([_row("a", 3, 2), _row("b", 0, 0)]), manifest, resamples=FEW)
    copied = found.floors[-1]
    assert (found.patients, copied.name, copied.accuracy.value) == (2, "train_other_eye", 1.0)
    assert [check.code for check in found.warnings] == ["W25"]


def test_the_manifest_lends_groups_as_rows_of_all_splits_tie_them():
    manifest = _manifest(
        [
            ("a", None, "left", 3, "test"),
            ("b", None, "left", 0, "test"),
            ("c", "7", "right", 3, "train"),
            ("d", "7", "left", 3, "train"),
        ]
    )
    named = manifest.table.with_columns(group=pl.Series(["g", "h", "g", "h"]))
    lent = Manifest(named, Path(), manifest.provenance)
    found = score(from_rows([_row("a", 3, 2), _row("b", 0, 0)]), lent, resamples=FEW)
    assert (found.clusters, found.unit) == (1, "groups")


def test_the_matrix_is_that_of_metrics():
    whole = _skilled()
    found = score(whole, resamples=FEW)
    cm = metrics.confusion(whole.grades(), whole.predicted())
    assert found.confusion == tuple(tuple(row) for row in cm.tolist())
    np.testing.assert_array_equal(found.row_normalised, metrics.row_normalised(cm))
