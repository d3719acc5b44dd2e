"""Published tables and the values they give, to the digits in which they were printed."""

import numpy as np
import pytest

from drgrade.evaluation.checks.check import check_trivial
from drgrade.stats import intervals, metrics
from drgrade.stats.area_intervals import area

# rows are the reference, columns the prediction
SAS = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
MISSING_GRADE = [
    [50, 3, 2, 0, 0],
    [4, 10, 3, 0, 0],
    [2, 4, 20, 0, 2],
    [0, 0, 0, 0, 0],
    [0, 0, 3, 0, 9],
]
MESSIDOR_2 = [
    [906, 60, 51, 0, 0],
    [173, 67, 28, 2, 0],
    [39, 56, 214, 36, 2],
    [0, 0, 17, 57, 1],
    [0, 0, 4, 8, 23],
]
EYEPACS_TRAIN_PAIRS = [
    [12155, 407, 295, 3, 11],
    [435, 600, 171, 2, 4],
    [336, 222, 1998, 96, 50],
    [3, 1, 87, 307, 27],
    [10, 1, 39, 40, 263],
]
EYEPACS_TEST_PAIRS = [
    [18650, 615, 434, 3, 15],
    [675, 941, 280, 6, 3],
    [468, 290, 3002, 113, 84],
    [5, 4, 116, 426, 62],
    [18, 7, 72, 53, 446],
]
ANXIETY = np.array(
    [
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
    ]
)  # two raters of twenty people, levels 1 to 6, nobody at 5 (R package irr)
EYEPACS_COUNTS = [25810, 2443, 5292, 873, 708]

KAPPAS = [
    ("O1 SAS", SAS, "none", 0.4841628959276017, 0.1380135783058146),
    ("O1 SAS", SAS, "linear", 0.4701195219123504, 0.14574604514192563),
    ("O1 SAS", SAS, "quadratic", 0.4501607717041799, 0.1922326633572607),
    ("O3 missing grade", MISSING_GRADE, "none", 0.6880978326673933, 0.05589140218889954),
    ("O3 missing grade", MISSING_GRADE, "linear", 0.7844080846968239, 0.044103035409040925),
    ("O3 missing grade", MISSING_GRADE, "quadratic", 0.8660222977175942, 0.033580221708156936),
    ("O4 Messidor-2", MESSIDOR_2, "none", 0.5212229795565767, 0.017191986551064548),
    ("O4 Messidor-2", MESSIDOR_2, "linear", 0.6772580191469546, 0.014484535402984758),
    ("O4 Messidor-2", MESSIDOR_2, "quadratic", 0.7976124535808387, 0.012457582221728736),
    ("O5 EyePACS", EYEPACS_TRAIN_PAIRS, "none", 0.7044581667073371, 0.005430580458388312),
    ("O5 EyePACS", EYEPACS_TRAIN_PAIRS, "linear", 0.7909085980539493, 0.004504054794595221),
    ("O5 EyePACS", EYEPACS_TRAIN_PAIRS, "quadratic", 0.8545174487486837, 0.004254181463753186),
    ("O6 EyePACS test", EYEPACS_TEST_PAIRS, "none", 0.7102017140593917, 0.004388129332590701),
    ("O6 EyePACS test", EYEPACS_TEST_PAIRS, "linear", 0.7957584661154293, 0.003619683778395864),
    ("O6 EyePACS test", EYEPACS_TEST_PAIRS, "quadratic", 0.8590677662043199, 0.0033995975068777237),
]

# hits, n, Wilson low and high, Clopper-Pearson low and high
O8_IDX_DR = [
    (173, 198, 0.8202539307749792, 0.9129948322131827, 0.8192757464591474, 0.9165960168306271),
    (556, 621, 0.868773923699759, 0.9170254067843252, 0.8685385784268057, 0.9182854190909693),
    (173, 238, 0.6670166261836802, 0.779556928766934, 0.6655822468164416, 0.7824504986025692),
    (556, 581, 0.9372515214896564, 0.9706868470910133, 0.937133339563227, 0.9719632917580469),
    (819, 852, 0.9461050659704348, 0.9722893304439059, 0.9460330309907694, 0.973191104559179),
]
O9_NEWCOMBE = [
    (81, 263, 0.2552885198782742, 0.36620957698280004, 0.25273674558527126, 0.36762192260135135),
    (15, 148, 0.0623863995307363, 0.16048724172330803, 0.05784401008344857, 0.161650490349479),
    (0, 20, 0.0, 0.16112515805281938, 0.0, 0.1684334709830853),
    (1, 29, 0.006113214292762653, 0.17175521879320288, 0.000872646883579922, 0.1776442954887229),
]
O10_R_BINOM = [
    (18, 20, 0.6989663547715128, 0.9721335187862319, 0.6830172859809177, 0.9876514728297052),
    (4, 20, 0.08065766257979806, 0.41601743225189364, 0.05733399705003277, 0.4366140029966683),
    (
        4,
        200,
        0.0078044264163494685,
        0.050287086905826436,
        0.0054755658795564485,
        0.05041360908989629,
    ),
    (190, 200, 0.9104218518612239, 0.972617354399236, 0.9099724622986486, 0.9757658345278915),
    (0, 30, 0.0, 0.11351339317396876, 0.0, 0.11570330822202778),
    (30, 30, 0.8864866068260312, 1.0, 0.8842966917779722, 1.0),
]
O4_MESSIDOR_2 = [
    (362, 457, 0.7525589062370145, 0.826816049920924, 0.7519875414919617, 0.8284276663297404),
    (1206, 1287, 0.9224506030972724, 0.9490739302313936, 0.9223791854553787, 0.9497081561228768),
]
PROPORTIONS = O8_IDX_DR + O9_NEWCOMBE + O10_R_BINOM + O4_MESSIDOR_2


@pytest.mark.parametrize(("name", "table", "weights", "kappa", "error"), KAPPAS)
def test_o1_o3_o4_o5_o6_kappa_and_its_standard_error(name, table, weights, kappa, error):
    assert metrics.kappa(table, weights).value == pytest.approx(kappa, abs=1e-12), name
    found = metrics.kappa_standard_error(table, weights).value
    assert found == pytest.approx(error, abs=1e-12), name


def test_o1_the_normal_interval_of_kappa_is_the_published_one():
    found = intervals.kappa_normal(SAS, "none")
    assert (round(found.low, 4), round(found.high, 4)) == (0.2137, 0.7547)
    found = intervals.kappa_normal(SAS, "linear")
    assert (round(found.low, 4), round(found.high, 4)) == (0.1845, 0.7558)


def _anxiety(levels):
    table = np.zeros((len(levels), len(levels)))
    np.add.at(table, tuple(np.searchsorted(levels, ANXIETY)), 1)
    return table


def test_o2_dropping_the_absent_level_gives_the_values_that_r_irr_prints():
    dropped = _anxiety([1, 2, 3, 4, 6])
    assert metrics.kappa(dropped, "linear").value == pytest.approx(0.1459075, abs=5e-8)
    assert metrics.kappa(dropped, "quadratic").value == pytest.approx(0.2520325, abs=5e-8)


def test_o2_keeping_the_absent_level_gives_other_values():
    kept = _anxiety([1, 2, 3, 4, 5, 6])
    assert round(metrics.kappa(kept, "linear").value, 4) == 0.1262
    assert round(metrics.kappa(kept, "quadratic").value, 4) == 0.2298


def test_o3_a_grade_that_does_not_occur_keeps_its_place():
    present = [0, 1, 2, 4]
    dropped = np.array(MISSING_GRADE)[np.ix_(present, present)]
    assert metrics.kappa(MISSING_GRADE).value == pytest.approx(0.866022, abs=5e-7)
    assert metrics.kappa(dropped).value == pytest.approx(0.8646969487781306, abs=1e-12)


def test_o3_balanced_accuracy_is_over_the_grades_that_occur():
    found = metrics.balanced_accuracy(MISSING_GRADE).value
    assert found == pytest.approx(0.7404029793735676, abs=1e-12)


def test_o4_messidor_2_accuracy_and_the_referable_table():
    table = metrics.collapse(MESSIDOR_2)
    assert table.tolist() == [[1206, 81], [95, 362]]
    assert metrics.accuracy(MESSIDOR_2).value == pytest.approx(0.7264908256880734)
    assert metrics.balanced_accuracy(MESSIDOR_2).value == pytest.approx(0.6345722319848968)
    assert metrics.sensitivity(table).value == pytest.approx(0.7921225382932167)
    assert metrics.specificity(table).value == pytest.approx(0.9370629370629371)


def test_o4_and_o17_exact_mcnemar():
    assert metrics.mcnemar(81, 95) == pytest.approx(0.32714045509209616, abs=1e-12)
    assert metrics.mcnemar(10, 2) == pytest.approx(0.03857421875, abs=1e-12)


def test_o5_and_o6_accuracy_of_the_left_eye_for_the_right():
    assert metrics.accuracy(EYEPACS_TRAIN_PAIRS).value == pytest.approx(0.8724591470705461)
    assert metrics.accuracy(EYEPACS_TEST_PAIRS).value == pytest.approx(0.8759519187695983)


@pytest.mark.parametrize(("hits", "n", "low", "high", "cp_low", "cp_high"), PROPORTIONS)
def test_o4_o8_o9_o10_intervals_of_proportions(hits, n, low, high, cp_low, cp_high):
    assert intervals.wilson(hits, n) == pytest.approx((low, high), abs=1e-12)
    assert intervals.clopper_pearson(hits, n) == pytest.approx((cp_low, cp_high), abs=1e-12)


# patients' worse eye, prevalence of referable eyes and patients, of EyePACS; the largest design
# effects of sensitivity and specificity, naive errors of the fellow-eye rule, correlation of eyes
@pytest.mark.parametrize(
    ("half_width", "independent", "in_pairs"),
    [(0.05, 139, 256), (0.03, 385, 710), (0.02, 865, 1596)],
)
def test_d5_photographs_needed_for_a_sensitivity_of_90_percent(half_width, independent, in_pairs):
    assert intervals.photographs_needed(0.9, half_width) == independent
    assert intervals.photographs_needed(0.9, half_width, 1.845918812745526) == in_pairs


TRANSPORT = [
    (0.05, 0.3052394711944153, 0.9926323926998758),
    (0.1, 0.4811948240416011, 0.984572455796732),
    (0.1923, 0.6652623372042066, 0.9675153137825272),
    (0.2418, 0.7269359742422328, 0.9569613593996678),
    (0.4, 0.8476778866638262, 0.9140636676132118),
]


@pytest.mark.parametrize(("prevalence", "positive", "negative"), TRANSPORT)
def test_o8_predictive_values_at_other_prevalences(prevalence, positive, negative):
    ppv, npv = metrics.predictive_values(173 / 198, 556 / 621, prevalence)
    assert (round(ppv.value, 4), round(npv.value, 4)) == (round(positive, 4), round(negative, 4))


def test_o8_the_predictive_value_at_the_observed_prevalence_is_the_share_of_the_table():
    ppv, _ = metrics.predictive_values(173 / 198, 556 / 621, 198 / 819)
    assert ppv.value == pytest.approx(173 / 238, abs=1e-12)


def test_o9_walds_interval_of_1_in_29_begins_below_zero_and_is_never_shown():
    wald = 1 / 29 - 1.959963984540054 * np.sqrt(1 / 29 * 28 / 29 / 29)
    assert round(wald, 4) == -0.0319
    shown = {name: intervals.proportion(1, 29, name).low for name in intervals.PROPORTIONS}
    assert {name: round(low, 4) for name, low in shown.items()} == {
        "Wilson": 0.0061, "Clopper-Pearson": 0.0009,
    }  # fmt: skip


@pytest.mark.parametrize(("hits", "n", "low", "high", "cp_low", "cp_high"), PROPORTIONS)
def test_o10_statsmodels_gives_the_same_intervals(hits, n, low, high, cp_low, cp_high):
    witness = pytest.importorskip("statsmodels.stats.proportion")
    theirs = witness.proportion_confint(hits, n, method="wilson")
    assert theirs == pytest.approx((low, high), abs=1e-12)
    exact = witness.proportion_confint(hits, n, method="beta")
    assert exact == pytest.approx((cp_low, cp_high), abs=1e-12)


def test_o9_no_interval_leaves_zero_to_one_as_walds_does():
    assert intervals.proportion(1, 29).low > 0 > 1 / 29 - 1.96 * np.sqrt(28 / 29**3)


@pytest.mark.parametrize("n", [1, 30, 125, 1000])
def test_o11_all_right_has_a_lower_limit_in_closed_form(n):
    low, high = intervals.clopper_pearson(n, n)
    assert low == pytest.approx(0.025 ** (1 / n), abs=1e-12)
    assert high == 1.0


def test_o11_heydon_125_of_125():
    assert round(intervals.clopper_pearson(125, 125)[0], 4) == 0.9709
    assert intervals.wilson(125, 125) == pytest.approx((0.9701846062916737, 1.0), abs=1e-12)


def test_o12_delong_on_the_wfns_score_of_proc():
    good, poor = [37, 20, 3, 8, 4], [2, 12, 1, 8, 18]
    score = np.concatenate([np.repeat(np.arange(1, 6), good), np.repeat(np.arange(1, 6), poor)])
    is_poor = np.repeat([False, True], [sum(good), sum(poor)])
    areas, covariance = metrics.delong(is_poor, score)
    assert areas[0] == pytest.approx(0.8236788617886179, abs=1e-12)
    assert covariance[0, 0] == pytest.approx(0.0014699147088236264, abs=1e-12)
    half = 1.959963984540054 * np.sqrt(covariance[0, 0])
    found = (areas[0] - half, areas[0] + half)
    assert found == pytest.approx((0.7485348878194529, 0.898822835757783), abs=1e-12)


TRIVIAL = [
    ("EyePACS train", EYEPACS_COUNTS, 0.7347833513636622),
    ("EyePACS test", [39533, 3762, 7861, 1214, 1206], 0.7378863670300134),
    ("APTOS", [1805, 370, 999, 193, 295], 0.4929000546149645),
    ("Messidor-2", [1017, 270, 347, 75, 35], 0.5831422018348624),
    ("DDR", [6266, 630, 4477, 236, 913], 0.5003992972368632),
    ("IDRiD", [168, 25, 168, 93, 62], 0.32558139534883723),
]


@pytest.mark.parametrize(("name", "counts", "share"), TRIVIAL)
def test_o14_the_majority_share_of_each_set(name, counts, share):
    table = np.zeros((5, 5))
    table[:, 0] = counts
    assert metrics.majority_share(table).value == pytest.approx(share, abs=1e-12), name


# set, referable, vision-threatening
PREVALENCES = [
    (TRIVIAL[0], 0.1956670272732449, 0.04500939475032739),
    (TRIVIAL[1], 0.19189562490667464, 0.04516947887113633),
    (TRIVIAL[2], 0.4060622610595303, 0.1332605133806663),
    (TRIVIAL[3], 0.26204128440366975, 0.06307339449541284),
    (TRIVIAL[4], 0.4492892509183836, 0.09175850503114519),
    (TRIVIAL[5], 0.625968992248062, 0.3003875968992248),
]


@pytest.mark.parametrize(("which", "referable", "threatening"), PREVALENCES)
def test_o14_the_prevalence_of_each_set(which, referable, threatening):
    table = np.diag(which[1])
    for from_grade, share in ((2, referable), (3, threatening)):
        two = metrics.collapse(table, from_grade)
        assert two[1].sum() / two.sum() == pytest.approx(share, abs=1e-12)


def test_o14_w01_fires_on_the_trivial_classifier():
    grade = np.repeat(np.arange(5), EYEPACS_COUNTS)
    qwk = intervals.bootstrap(metrics.kappas, grade, 0 * grade, np.arange(grade.size), resamples=20)
    flat = area(grade >= 2, np.zeros(grade.size), np.arange(grade.size))
    answers = [sum(EYEPACS_COUNTS), 0, 0, 0, 0]
    assert check_trivial(answers, EYEPACS_COUNTS, qwk, flat).fires


def test_o14_always_answering_0_on_eyepacs_has_no_skill():
    table = np.zeros((5, 5))
    table[:, 0] = EYEPACS_COUNTS
    grade = np.repeat(np.arange(5), EYEPACS_COUNTS)
    assert metrics.accuracy(table).value == pytest.approx(0.734783, abs=5e-7)
    assert metrics.kappa(table).value == 0.0
    assert metrics.balanced_accuracy(table).value == pytest.approx(0.2)
    assert metrics.auc(grade >= 2, np.zeros(grade.size)).value == 0.5


DIAGNOSES = [  # thirty patients by six psychiatrists, categories 1 to 5 (Fleiss 1971)
    "444444", "222555", "233335", "555555", "222444", "113333", "333355", "113334", "114444",
    "555555", "144444", "124444", "222333", "144444", "224445", "333335", "111455", "111112",
    "224444", "133555", "555555", "244444", "224555", "114444", "144445", "222224", "111155",
    "224444", "133333", "555555",
]  # fmt: skip


def test_o16_fleiss_kappa_of_the_diagnoses_of_1971():
    ratings = np.array([[int(each) - 1 for each in row] for row in DIAGNOSES])
    assert metrics.fleiss_kappa(ratings).value == pytest.approx(0.4302445, abs=5e-8)


def test_o16_statsmodels_has_the_same_fleiss_kappa():
    witness = pytest.importorskip("statsmodels.stats.inter_rater")
    ratings = np.random.default_rng(3).integers(0, 5, (40, 4))
    theirs = witness.fleiss_kappa(witness.aggregate_raters(ratings)[0])
    assert metrics.fleiss_kappa(ratings).value == pytest.approx(theirs)


def test_o16_readers_who_all_say_the_same_have_no_kappa_and_one_reader_none():
    assert metrics.fleiss_kappa(np.zeros((9, 3), dtype=int)).value is None
    assert metrics.fleiss_kappa(np.zeros((9, 1), dtype=int)).reason.code == "two_readers_needed"


def test_o17_exact_mcnemar_of_10_against_2():
    assert round(metrics.mcnemar(10, 2), 7) == 0.0385742
