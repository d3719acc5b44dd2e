"""Subgroups: shares, gaps, and p values that know how many were asked."""

import numpy as np
import pytest
from scipy import stats

from drgrade.data.tables.predictions import from_rows
from drgrade.errors import Reason
from drgrade.evaluation.checks import answers as checks
from drgrade.evaluation.levels import Endpoint
from drgrade.evaluation.subgroups import BANDS, difference_p, holm, subgroups
from drgrade.stats.estimate import Estimate, missing

REFERABLE = Endpoint("referable", 2)


def screened(n=400, weak=0.0, **columns):
    """Every second has disease; in camera B a share `weak` of it is missed."""
    rows = []
    for i in range(n):
        camera, grade = ("A", "B")[i // 2 % 2], 3 * (i % 2)
        missed = camera == "B" and grade and i % 100 < 100 * weak
        rows.append({"photo": str(i), "patient": str(i), "eye": ("left", "right")[i // 4 % 2],
                     "grade": grade, "predicted": 0 if missed else grade, "status": "graded",
                     "camera": camera, **columns})  # fmt: skip
    return from_rows(rows)


def test_each_value_of_each_column_is_a_subgroup():
    found = subgroups(screened(), REFERABLE)
    assert [(g.column, g.name, g.n) for g in found] == [
        ("eye", "left", 200), ("eye", "right", 200), ("camera", "A", 200), ("camera", "B", 200),
    ]  # fmt: skip


def test_a_weak_camera_is_told_from_chance_and_sides_are_not():
    found = {g.name: g for g in subgroups(screened(weak=0.6), REFERABLE)}
    assert found["B"].sensitivity.value < 0.6 < found["A"].sensitivity.value
    assert found["B"].sensitivity_p < 1e-6
    assert found["left"].sensitivity_p > 0.05


def test_ages_are_put_into_bands():
    rows = screened().table.with_row_index("age")
    found = subgroups(type(screened())(rows, {}), REFERABLE)
    assert [g.name for g in found if g.column == "age"] == list(BANDS)


def test_a_column_that_names_photos_is_no_subgroup():
    table = screened().table.with_columns(site="photo")
    found = subgroups(type(screened())(table, {}), REFERABLE)
    assert "site" not in {g.column for g in found}


def test_holm_by_hand():
    assert holm([0.01, 0.04, None, 0.03, 0.005]) == pytest.approx([0.03, 0.06, None, 0.06, 0.02])


def test_holm_agrees_with_statsmodels():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(1).random(12) ** 3
    assert holm(p.tolist()) == pytest.approx(multitest.multipletests(p, method="holm")[1].tolist())


def test_the_same_patients_on_both_sides_cancel_what_they_share():
    right = np.repeat(np.random.default_rng(2).random(300) < 0.7, 2)
    right[:20] = [True, False] * 10
    one = np.arange(600) % 2 == 0
    patients = np.repeat(np.arange(300), 2)
    paired = difference_p(right, patients, one, ~one)
    apart = difference_p(right, np.arange(600), one, ~one)
    assert paired < 0.01 < 0.2 < apart


def test_few_photographs_are_not_tested():
    one = np.arange(10) < 3
    assert difference_p(np.ones(10), np.arange(10), one, ~one) is None


def test_shares_that_do_not_vary_within_their_sides_are_tested_exactly():
    one = np.arange(20) < 10
    p = difference_p(one, np.arange(20), one, ~one)
    assert p == pytest.approx(stats.fisher_exact([[10, 0], [0, 10]]).pvalue)
    few = np.arange(20) < 7
    assert difference_p(few, np.arange(20), few, ~few) == pytest.approx(
        stats.fisher_exact([[7, 0], [0, 13]]).pvalue
    )


def test_patients_who_are_all_a_fifth_right_on_a_side_have_no_spread_though_fifths_are_rounded():
    right = np.tile([1, 0, 0, 0, 0, 1, 1, 0, 0, 0], 7)
    one = np.tile(np.arange(10) < 5, 7)
    p = difference_p(right, np.repeat(np.arange(7), 10), one, ~one)
    assert p == pytest.approx(stats.binomtest(7, 7).pvalue)  # each patient is on both sides
    apart = difference_p(right, np.arange(70) // 5, one, ~one)
    assert apart == pytest.approx(stats.fisher_exact([[7, 0], [0, 7]]).pvalue)


def test_patients_with_an_eye_on_each_side_can_only_change_them():
    left, patients = np.arange(12) % 2 == 0, np.arange(12) // 2
    p = difference_p(left, patients, left, ~left)
    assert p == pytest.approx(stats.binomtest(6, 6).pvalue)  # the sign test of six pairs


def test_w20_never_puts_a_gap_that_was_not_tested_down_to_chance():
    rows = [
        {"photo": f"{i}{eye}", "patient": str(i), "eye": eye, "grade": 3 * (i % 2),
         "predicted": 3 * (i % 2) * (eye == "left"), "status": "graded"}
        for i in range(60) for eye in ("left", "right")
    ]  # fmt: skip
    told = checks.check_sides(subgroups(from_rows(rows), REFERABLE), None)
    assert told.values["why"] == (Reason("sides_differ", {"points": 100.0}),)
    few = checks.check_sides(subgroups(from_rows(rows[:12]), REFERABLE), None)
    assert few.reasons == ("sides_untested",)


def test_w14_and_w20_fire_on_what_a_subgroup_misses():
    groups = subgroups(screened(weak=0.6), REFERABLE)
    overall = Estimate(0.9, 0.8, 0.95, None, 200)
    fired = checks.check_subgroups(groups, overall)
    missed = [(each.values["column"], each.values["name"]) for each in fired.values["subgroups"]]
    assert ("camera", "B") in missed
    assert checks.check_subgroups(subgroups(screened(4000), REFERABLE), overall).state == "silent"
    assert checks.check_subgroups((), overall).state == "not checkable"
    assert checks.check_sides(groups, 0.05).fires
    assert checks.check_sides(subgroups(screened(), REFERABLE), 0.01).state == "silent"
    assert checks.check_sides((), None).state == "not checkable"


def test_w18_too_good_to_be_true():
    def at(value):
        return Estimate(value, value, value, None, 100)

    assert checks.check_too_good(at(0.999), at(0.8), None).fires
    assert checks.check_too_good(at(0.9), at(0.96), None).fires
    assert (
        checks.check_too_good(missing(Reason("no_probabilities")), at(0.8), None).state
        == "not checkable"
    )


def sure(grade, answer, n):
    p = {f"p{k}": 0.996 if k == answer else 0.001 for k in range(5)}
    return [{"photo": f"{grade}{answer}-{i}", "grade": grade, "predicted": answer,
             "status": "graded", **p} for i in range(n)]  # fmt: skip


def test_w21_lists_the_labels_that_sure_answers_contradict():
    fired = checks.check_label_noise(from_rows(sure(0, 0, 90) + sure(0, 3, 10)))
    assert fired.fires
    assert "03-0" in fired.values["photos"]
    assert checks.check_label_noise(from_rows(sure(0, 0, 100))).state == "silent"
    assert checks.check_label_noise(screened()).state == "not checkable"


@pytest.mark.parametrize(
    ("counts", "looks"),
    [((0, 150, 20, 20, 10), "one_based"), ((150, 0, 0, 0, 50), "binary"),
     ((150, 20, 20, 10, 10), "")],
)  # fmt: skip
def test_w22_labels_on_another_scale(counts, looks):
    found = checks.check_scale(np.diag(counts).tolist())
    assert found.values["what"] == looks


def test_w22_reversed_labels_and_too_few_to_tell():
    assert (
        checks.check_scale(np.diag([150, 20, 20, 10, 10])[::-1].tolist()).values["what"]
        == "reversed"
    )
    assert checks.check_scale(np.diag([9, 0, 0, 0, 9]).tolist()).state == "not checkable"


def test_w13_speaks_of_error_and_slope():
    from drgrade.stats.reliability import calibration

    generator = np.random.default_rng(0)
    p = generator.uniform(0.05, 0.95, 2000)
    truth = generator.random(2000) < p
    sharp = p**4 / (p**4 + (1 - p) ** 4)
    good, bad = (calibration(truth, q, np.arange(2000), resamples=20) for q in (p, sharp))
    assert checks.check_calibration(good).state == "silent"
    assert checks.check_calibration(bad).reasons == ("ece_high", "slope_off")
    assert checks.check_calibration(None).state == "not checkable"
