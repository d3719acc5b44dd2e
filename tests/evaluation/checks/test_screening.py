"""Each warning fires where it must, is silent where it must, and says when it cannot tell."""

import numpy as np
import polars as pl
import pytest

from drgrade.data.tables.manifest import make_manifest
from drgrade.errors import Reason
from drgrade.evaluation.analyses import analyses
from drgrade.evaluation.checks import screening as checks
from drgrade.evaluation.levels import Endpoint, Units
from drgrade.provenance.model import ModelProvenance

EYEQ_GRADABLE = [  # EyeQ (Fu et al. 2019): good and usable, reject; train and test together
    [6342 + 1353 + 5967 + 3200, 699 + 103 + 886 + 359, 1100 + 283 + 1354 + 721,
     167 + 79 + 199 + 145, 39 + 58 + 65 + 133],
    [1544 + 2195, 109 + 153, 426 + 569, 87 + 104, 154 + 199],
]  # fmt: skip


def units(positive, called, gradable=None):
    positive, called = np.array(positive, dtype=bool), np.array(called, dtype=bool)
    n = len(positive)
    gradable = np.ones(n, dtype=bool) if gradable is None else np.array(gradable, dtype=bool)
    grades = 2 * positive.astype(np.int64)
    return Units("photo", np.arange(n).astype(str), grades, grades, positive, called & gradable,
                 gradable, called.astype(float))  # fmt: skip


def many(n_positive, n_negative, missed=0.0, lost=0.0):
    """Patients with and without disease; a share of the positives missed, a share ungradable."""
    positive = np.arange(n_positive + n_negative) < n_positive
    called = positive & (np.arange(positive.size) >= missed * n_positive)
    gradable = np.arange(positive.size) >= lost * positive.size
    return units(positive, called, gradable)


def manifest(tmp_path, splits=("train", "test"), patients=("1", "2")):
    rows = [
        {"photo": f"{i}.jpg", "patient": patient, "grade": 0, "split": split}
        for i, (split, patient) in enumerate(zip(splits, patients, strict=True))
    ]
    return make_manifest(pl.DataFrame(rows), tmp_path)


def test_w02_a_leak_is_an_error_and_where_declared_a_warning():
    assert checks.check_leak(0.8).level == "E"
    declared = checks.check_leak(0.8, is_declared=True)
    assert (declared.state, declared.level) == ("fires", "W")


def test_w02_is_silent_without_a_leak_and_says_why_it_is_blind():
    assert checks.check_leak(0.0).state == "silent"
    unknown = checks.check_leak(None, unknown=Reason("no_training_rows"))
    assert unknown.state == "not checkable"
    assert unknown.reasons == ("no_training_rows",)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_w02_names_a_start_that_hides_what_taught_it(language):
    about = {"start": "default", "photographs": ("idrid",)}
    taught = checks.check_leak(None, unknown=Reason("known_start", about))
    assert "default" in taught.sentence(language)
    assert "idrid" in taught.sentence(language)
    untold = checks.check_leak(None, unknown=Reason("unknown_start", {"start": "x.pth"}))
    assert "x.pth" in untold.sentence(language)
    assert "model.start" in untold.sentence(language)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({"epoch_chosen_on": "test"}, "fires"),
        ({"epoch_chosen_on": "tune", "cuts_fitted_on": "test"}, "fires"),
        ({"thresholds_chosen_on": "test"}, "fires"),
        ({"epoch_chosen_on": "tune", "thresholds_chosen_on": "calibrate"}, "silent"),
        ({"epoch_chosen_on": "tune", "cuts_fitted_on": "tune"}, "silent"),
        ({}, "not checkable"),
    ],
)
def test_w05_a_choice_made_on_test(known, state):
    assert checks.check_choice(ModelProvenance(**known), "test").state == state


@pytest.mark.parametrize(
    ("split", "known", "why"),
    [
        ("train", {}, Reason("trained_on_these")),
        ("tune", {"epoch_chosen_on": "tune"},
         Reason("chosen_on_these", {"what": "epoch", "split": "tune"})),
        ("calibrate", {"epoch_chosen_on": "tune", "thresholds_chosen_on": "calibrate"},
         Reason("chosen_on_these", {"what": "threshold", "split": "calibrate"})),
    ],
)  # fmt: skip
def test_w05_photographs_that_taught_or_chose_are_no_test(split, known, why):
    found = checks.check_choice(ModelProvenance(**known), split)
    assert found.fires
    assert found.values["why"] == (why,)


def test_w06_few_or_wide_fires_and_many_is_silent():
    few = analyses(many(99, 1000))[0]
    wide = analyses(many(150, 1000, missed=0.4))[0]
    plenty = analyses(many(1000, 1000, missed=0.1))[0]
    assert [checks.check_size(a).state for a in (few, wide, plenty)] == ["fires", "fires", "silent"]


@pytest.mark.parametrize(
    ("there", "state"),
    [(0.20, "silent"), (0.35, "fires"), (0.26, "fires"), (None, "not checkable")],
)
def test_w07_another_prevalence_than_in_training(there, state):
    known = None if there is None else {"train": there}
    assert checks.check_prevalence(many(400, 1600), known).state == state
    unknown = {"train": None, "tune": there}
    assert checks.check_prevalence(many(400, 1600), unknown).state == state


@pytest.mark.parametrize(
    ("counts", "state"), [((100, 20, 20, 20, 20), "silent"), ((100, 20, 20, 19, 0), "fires")]
)
def test_w09_a_rare_grade(counts, state):
    assert checks.check_grades(counts).state == state


def eyeq():
    grades = np.concatenate([np.repeat(np.arange(5), row) for row in EYEQ_GRADABLE])
    gradable = np.repeat([True, False], [sum(row) for row in EYEQ_GRADABLE])
    return grades, gradable


def test_o15_w10_fires_on_the_eyeq_table():
    grades, gradable = eyeq()
    found = checks.check_ungradable(grades, gradable)
    assert round(float((~gradable).mean()), 4) == 0.1924
    by_grade = found.values["why"][1].values
    assert (round(by_grade["low"], 3), round(by_grade["high"], 3)) == (0.113, 0.545)


def test_o15_w11_fires_where_disease_is_ungradable_and_analyses_differ():
    grades, gradable = eyeq()
    perfect = units(grades >= 2, grades >= 2, gradable)
    a, b, _ = analyses(perfect)
    assert (b.specificity.value, round(a.specificity.value, 3)) == (1.0, 0.825)
    assert checks.check_flattery(a, b).state == "fires"


def test_w10_and_w11_are_silent_where_all_is_graded():
    everybody = many(200, 800)
    a, b, _ = analyses(everybody)
    assert checks.check_ungradable(everybody.grades, everybody.gradable).state == "silent"
    assert checks.check_flattery(a, b).state == "silent"


def test_w10_a_rate_that_differs_by_grade_fires_though_few_are_ungradable():
    grades = np.repeat([0, 4], [900, 100])
    gradable = np.ones(1000, dtype=bool)
    gradable[-30:] = False
    assert checks.check_ungradable(grades, gradable).reasons == ("ungradable_by_grade",)


def test_w10_asks_chance_as_scipy_does():
    stats = pytest.importorskip("scipy.stats")
    grades, gradable = eyeq()
    some = np.random.default_rng(0).choice(len(grades), 300, replace=False)
    kept, table = grades[some], np.zeros((5, 2))
    np.add.at(table, (kept, gradable[some].astype(int)), 1)
    theirs = stats.chi2_contingency(table, correction=False).pvalue
    assert checks._independence(table) == pytest.approx(theirs, rel=1e-9)


def test_w11_is_blind_where_nobody_has_the_disease():
    a, b, _ = analyses(many(0, 100))
    assert checks.check_flattery(a, b).state == "not checkable"


def test_w12_says_that_macular_edema_is_not_judged():
    assert checks.check_edema(Endpoint("referable", 2)).fires
    assert not checks.check_edema(Endpoint("referable", 2, with_dme=True)).fires


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_what_fires_has_a_sentence_with_its_figures(language):
    grades, gradable = eyeq()
    said = checks.check_ungradable(grades, gradable).sentence(language)
    assert "54.5%" in said
    assert "{" not in said
