"""The first figure: errors from logs, means and ranges over seeds, and what is said of them."""

import pytest

from drgrade.errors import Reason
from drgrade.lab.degradation.figure import draw_degradation
from drgrade.lab.degradation.results import read_degradation
from drgrade.lab.degradation.text import progress, sentences, sign, table_rows

from ..made_nets import EPOCHS, made_net, made_nets, settings

COUNTS = (60, 20, 10, 6, 4)
DEGRADED = {
    (18, True): [0.20, 0.22, 0.24], (18, False): [0.20, 0.20, 0.20],
    (34, True): [0.30, 0.31, 0.35], (34, False): [0.10, 0.12, 0.14],
    (50, True): [0.40, 0.45, 0.50], (50, False): [0.05, 0.04, 0.06],
}  # fmt: skip


def read(folder, nets, reasons=None):
    return read_degradation(folder, nets, reasons or {}, COUNTS)


@pytest.fixture
def degraded(tmp_path):
    return read(tmp_path, made_nets(tmp_path, DEGRADED))


def test_a_lab_that_never_asked_for_it_has_no_first_figure(tmp_path):
    assert read(tmp_path, []) is None


def test_the_error_of_an_epoch_is_one_less_its_accuracy_on_train(degraded):
    errors = degraded.net(18, plain=True).trainings[0].errors
    assert errors == pytest.approx((0.5, 0.4, 0.3, 0.2))


def test_the_final_error_is_the_mean_over_seeds_with_the_lowest_and_the_highest(degraded):
    final = degraded.final(18, plain=True)
    assert (final.value, final.low, final.high) == pytest.approx((0.22, 0.20, 0.24))
    assert final.n == 3


def test_differences_are_taken_seed_by_seed(degraded):
    gap = degraded.gap(50)
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.40, 0.35, 0.44))


def test_the_curve_is_the_mean_between_the_lowest_and_the_highest_seed(degraded):
    mean, low, high = degraded.net(34, plain=True).curve()
    assert len(mean) == EPOCHS
    assert (low <= mean).all()
    assert (mean <= high).all()


def test_the_floor_is_the_error_of_always_answering_the_commonest_grade(degraded):
    assert degraded.floor == pytest.approx(0.4)


def test_a_plain_net_that_gets_worse_with_depth_is_said_to(degraded):
    plain, residual = sentences(degraded, "en")
    assert "22.0\N{NO-BREAK SPACE}% (20.0–24.0) with 18 layers" in plain
    assert "larger in each of 3 seeds" in plain
    assert "fit the training photographs worse" in plain
    assert "fit the training photographs better" in residual


def test_the_opposite_finding_gets_the_opposite_sentence(tmp_path):
    swapped = {(depth, not plain): finals for (depth, plain), finals in DEGRADED.items()}
    plain, residual = sentences(read(tmp_path, made_nets(tmp_path, swapped)), "en")
    assert "better" in plain
    assert "worse" in residual


def test_seeds_that_disagree_are_not_called_an_effect(tmp_path):
    finals = {(18, True): [0.2, 0.3, 0.2], (34, True): [0.3, 0.2, 0.2]}
    plain, residual = sentences(read(tmp_path, made_nets(tmp_path, finals)), "en")
    assert "the 3 seeds do not agree" in plain
    assert "No effect of depth holds in every seed" in plain
    assert residual == "No residual network has finished yet."


def test_one_seed_has_no_range_and_settles_nothing(tmp_path):
    found = read(tmp_path, made_nets(tmp_path, {(18, True): [0.2], (34, True): [0.3]}))
    assert sign(found.deepening(34, plain=True)) == "one"
    assert "One seed cannot separate depth from chance" in sentences(found, "en")[0]


def test_only_seeds_that_both_nets_have_finished_are_compared(tmp_path):
    nets = made_nets(tmp_path, {(18, True): [0.2, 0.2], (18, False): [0.1]})
    nets.append(made_net(tmp_path, 18, False, 1, last=0.1, epochs=2))
    gap = read(tmp_path, nets).gap(18)
    assert (gap.value, gap.n) == (pytest.approx(0.1), 1)


def test_an_unfinished_training_is_counted_and_named_but_not_averaged(tmp_path):
    nets = made_nets(tmp_path, {(18, True): [0.2]})
    nets += [made_net(tmp_path, 18, True, 1, last=0.9, epochs=2), settings(18, True, 2)]
    said = Reason("as_said", {"sentence": "the loss became nan."})
    found = read(tmp_path, nets, {"plain18-seed2": said})
    assert found.final(18, plain=True).value == pytest.approx(0.2)
    assert progress(found, "en") == (
        "1 of 3 trainings have finished. Not finished: plain18-seed1 (2 of 4 epochs), "
        "plain18-seed2 (the loss became nan)."
    )


def test_a_net_of_which_no_seed_has_finished_is_drawn_dashed_as_far_as_it_got(tmp_path):
    nets = made_nets(tmp_path, {(18, True): [0.2]})
    nets.append(made_net(tmp_path, 34, True, 0, last=0.3, epochs=2))
    figure = draw_degradation(read(tmp_path, nets), "en")
    solid, dashed = figure.axes[0].lines[:2]
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")
    assert len(dashed.get_xdata()) == 2


def test_deeper_nets_are_drawn_thicker_and_the_two_kinds_side_by_side(degraded):
    left, right = draw_degradation(degraded, "en").axes
    widths = [line.get_linewidth() for line in left.lines[:3]]
    assert widths == sorted(set(widths))
    assert (left.get_title(), right.get_title()) == ("plain", "residual")
    assert left.get_ylim() == right.get_ylim()


def test_the_table_has_a_row_a_depth_with_both_kinds_and_their_difference(degraded):
    rows = table_rows(degraded, "en")
    assert [row["depth"] for row in rows] == [18, 34, 50]
    assert rows[2]["gap"] == "+40.0 (+35.0 to +44.0)"
    assert rows[2]["seeds"] == "3/3 / 3/3"


def test_the_chinese_sentences_speak_chinese_alone(degraded):
    for sentence in sentences(degraded, "zh-TW"):
        assert "。" in sentence
        assert " seeds" not in sentence
        assert " layers" not in sentence
