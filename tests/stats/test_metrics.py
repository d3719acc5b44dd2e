"""Laws of the scores, and scikit-learn as a witness where it is right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as witness

from drgrade.errors import PredictionsError, Reason, UnknownNameError
from drgrade.stats import metrics

GENERATOR = np.random.default_rng(11)
GRADE = GENERATOR.integers(0, 5, 300)
PREDICTED = np.clip(GRADE + GENERATOR.integers(-1, 2, 300), 0, 4)
PROBABILITIES = GENERATOR.dirichlet(np.ones(5), 300) * 0.5 + 0.5 * np.eye(5)[PREDICTED]
CM = metrics.confusion(GRADE, PREDICTED)

matrices = st.lists(st.integers(0, 30), min_size=25, max_size=25).map(
    lambda cells: np.array(cells).reshape(5, 5)
)


def test_scikit_learn_agrees_on_every_score_where_all_grades_occur():
    np.testing.assert_array_equal(CM, witness.confusion_matrix(GRADE, PREDICTED))
    assert metrics.accuracy(CM).value == pytest.approx(witness.accuracy_score(GRADE, PREDICTED))
    balanced = witness.balanced_accuracy_score(GRADE, PREDICTED)
    assert metrics.balanced_accuracy(CM).value == pytest.approx(balanced)
    for ours, theirs in (("quadratic", "quadratic"), ("linear", "linear"), ("none", None)):
        kappa = witness.cohen_kappa_score(GRADE, PREDICTED, weights=theirs)
        assert metrics.kappa(CM, ours).value == pytest.approx(kappa)


def test_scikit_learn_agrees_on_the_areas():
    macro = witness.roc_auc_score(GRADE, PROBABILITIES, multi_class="ovr", average="macro")
    assert metrics.macro_auc(GRADE, PROBABILITIES).value == pytest.approx(macro)
    beyond = PROBABILITIES[:, 2:].sum(1).round(1)  # rounded, so that there are ties
    area = witness.roc_auc_score(GRADE >= 2, beyond)
    assert metrics.auc(GRADE >= 2, beyond).value == pytest.approx(area)


def test_scikit_learn_is_wrong_for_us_where_a_grade_does_not_occur():
    grade, predicted = [0, 0, 1, 1, 4, 4, 4, 2], [0, 1, 1, 0, 4, 2, 4, 1]
    ours = metrics.kappa(metrics.confusion(grade, predicted)).value
    theirs = witness.cohen_kappa_score(grade, predicted, weights="quadratic")
    told = witness.cohen_kappa_score(grade, predicted, weights="quadratic", labels=range(5))
    assert abs(ours - theirs) > 0.005
    assert ours == pytest.approx(told)


def test_recall_and_precision_are_those_of_scikit_learn():
    recall = witness.recall_score(GRADE, PREDICTED, average=None)
    precision = witness.precision_score(GRADE, PREDICTED, average=None)
    np.testing.assert_allclose(metrics.recalls(CM), recall)
    np.testing.assert_allclose(metrics.precisions(CM), precision)


@given(matrices)
@settings(max_examples=60, deadline=None)
def test_kappa_does_not_care_which_side_is_the_reference(cm):
    np.testing.assert_allclose(metrics.kappas(cm), metrics.kappas(cm.T), atol=1e-12)


@given(matrices)
@settings(max_examples=60, deadline=None)
def test_turning_the_scale_around_changes_no_kappa(cm):
    np.testing.assert_allclose(metrics.kappas(cm), metrics.kappas(cm[::-1, ::-1]), atol=1e-12)


@given(matrices, matrices)
@settings(max_examples=40, deadline=None)
def test_a_stack_of_matrices_is_scored_as_each_alone(first, second):
    stack = np.stack([first, second])
    for score in (metrics.kappas, metrics.accuracies, metrics.balanced_accuracies):
        np.testing.assert_array_equal(score(stack), [score(first), score(second)])
    for score in (metrics.sensitivities, metrics.specificities, metrics.ppvs, metrics.npvs):
        alone = [score(metrics.collapse(cm)) for cm in stack]
        np.testing.assert_array_equal(score(metrics.collapse(stack)), alone)


@given(st.permutations(range(40)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_photographs_changes_no_area(order):
    flags, scores = GRADE[:40] >= 2, PROBABILITIES[:40, 4].round(2)
    turned = metrics.auc(flags[list(order)], scores[list(order)])
    assert turned == metrics.auc(flags, scores)


def test_an_area_and_that_of_the_turned_score_sum_to_one():
    flags, scores = GRADE >= 2, PROBABILITIES[:, 3]
    assert metrics.auc(flags, scores).value + metrics.auc(flags, -scores).value == pytest.approx(1)


def test_right_answers_only_have_kappa_1_and_constant_reference_has_none():
    assert metrics.kappa(np.diag([5, 4, 3, 2, 1])).value == 1.0
    constant = np.zeros((5, 5), dtype=int)
    constant[2, 2] = 9
    assert metrics.kappa(constant) == metrics.Value(None, metrics.NO_CHANCE)
    assert metrics.kappa_standard_error(constant).value is None


def test_nothing_is_not_available_with_its_reason():
    empty = metrics.confusion([], [])
    for score in (metrics.accuracy, metrics.balanced_accuracy, metrics.kappa):
        assert score(empty) == metrics.Value(None, metrics.NO_PHOTOS)
    assert metrics.majority_share(empty).value is None
    assert metrics.off_by(empty)[0].value is None


def test_an_endpoint_without_positives_has_no_sensitivity_but_a_specificity():
    cm = np.zeros((5, 5))
    cm[0, 0], cm[1, 3] = 7, 3
    table = metrics.collapse(cm)
    assert metrics.sensitivity(table).reason.code == "no_referable_photographs"
    assert metrics.specificity(table).value == 0.7
    assert metrics.ppv(table).value == 0.0
    assert metrics.npv(table).value == 1.0


def test_an_endpoint_without_negatives_has_no_specificity():
    cm = np.zeros((5, 5))
    cm[4, 4] = 3
    table = metrics.collapse(cm)
    assert metrics.specificity(table).value is None
    assert metrics.npv(table).reason.code == "all_called_referable"


def test_the_vision_threatening_endpoint_starts_at_grade_3():
    cm = np.ones((5, 5))
    assert metrics.collapse(cm, 3).tolist() == [[9, 6], [6, 4]]


def test_a_missing_grade_leaves_the_macro_area_undefined_and_says_which():
    kept = GRADE != 3
    found = metrics.macro_auc(GRADE[kept], PROBABILITIES[kept])
    assert found == metrics.Value(None, Reason("auc_undefined_for_grade", {"grade": 3}))


def test_one_side_alone_has_no_area():
    assert metrics.auc([True, True], [0.1, 0.9]).value is None


def test_steps_off_count_what_is_not_right():
    one, more = metrics.off_by(CM)
    assert one.value + more.value == pytest.approx(1 - metrics.accuracy(CM).value)
    assert more.value == 0.0


def test_rows_are_normalised_and_an_absent_grade_stays_undefined():
    cm = np.array(CM)
    cm[3] = 0
    shares = metrics.row_normalised(cm)
    np.testing.assert_allclose(shares[[0, 1, 2, 4]].sum(1), 1.0)
    assert np.isnan(shares[3]).all()


def test_predictive_values_at_no_prevalence_say_what_they_can():
    ppv, npv = metrics.predictive_values(0.9, 1.0, 0.0)
    assert (ppv.value, npv.value) == (None, 1.0)


def test_delong_of_two_scores_at_once_has_their_covariance():
    flags = GRADE >= 2
    scores = np.stack([PROBABILITIES[:, 4], PROBABILITIES[:, 2:].sum(1)])
    areas, covariance = metrics.delong(flags, scores)
    assert areas[1] == pytest.approx(metrics.auc(flags, scores[1]).value)
    assert covariance[0, 1] == covariance[1, 0]
    single = metrics.delong(flags, scores[0])[1]
    assert covariance[0, 0] == pytest.approx(single[0, 0])


def test_delong_needs_two_photographs_on_each_side():
    areas, covariance = metrics.delong([True, False, False], [0.3, 0.1, 0.2])
    assert np.isnan(areas).all()
    assert np.isnan(covariance).all()


def test_mcnemar_without_disagreement_has_p_1():
    assert metrics.mcnemar(0, 0) == 1.0
    assert metrics.mcnemar(5, 5) == 1.0


def test_a_grade_outside_the_scale_is_refused():
    with pytest.raises(PredictionsError, match="grades must be 0 to 4, got 5"):
        metrics.confusion([0, 5], [0, 0])


def test_a_prediction_too_few_is_refused():
    with pytest.raises(PredictionsError, match="got 1 for 2 grades"):
        metrics.confusion([0, 1], [0])


def test_an_unknown_weighting_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'quadratic'"):
        metrics.kappa(CM, "quadratik")


@pytest.mark.parametrize(
    ("grade", "told"), [(1.5, "got 1.5"), (np.nan, "got nan"), ("x", "got x"), (None, "got None")]
)
def test_what_is_no_whole_grade_is_refused_and_never_cut_to_one(grade, told):
    with pytest.raises(PredictionsError, match=told):
        metrics.confusion([grade, 1], [1, 1])
