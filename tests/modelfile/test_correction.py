"""A correction of probabilities keeps them probabilities, and keeps the order it must keep."""

import json

import numpy as np
import polars as pl
import pytest

from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.correction import Recalibration, from_json, tempered, with_referable
from drgrade.stats.referable import referable_score

TEMPERATURE = Recalibration("temperature", 2.5)
ISOTONIC = Recalibration("isotonic", 1.0, (0.1, 0.4, 0.6, 0.9), (0.0, 0.2, 0.2, 1.0))
EDGES = np.array([[1.0, 0, 0, 0, 0], [0, 0, 0, 0, 1.0], [0, 1.0, 0, 0, 0], [0, 0.5, 0.5, 0, 0]])


def some(n=2000):
    return np.concatenate([np.random.default_rng(0).dirichlet([0.3] * 5, n), EDGES])


@pytest.mark.parametrize("correction", [TEMPERATURE, ISOTONIC, Recalibration()])
def test_corrected_rows_are_probabilities_that_sum_to_1(correction):
    p = correction.apply(some())
    assert np.allclose(p.sum(axis=1), 1, atol=1e-12)
    assert (p >= 0).all()


@pytest.mark.parametrize("correction", [TEMPERATURE, ISOTONIC, Recalibration()])
def test_a_correction_can_be_undone(correction):
    p = np.random.default_rng(3).dirichlet([0.3] * 5, 2000)
    assert np.allclose(correction.undo(correction.apply(p)), p, atol=1e-9)


def test_a_temperature_never_changes_the_likeliest_grade():
    p = some()
    assert (TEMPERATURE.apply(p).argmax(axis=1) == p.argmax(axis=1)).all()


def test_a_temperature_of_1_changes_nothing_and_two_in_a_row_multiply():
    p = some()
    assert np.allclose(tempered(p, 1.0), p, atol=1e-12)
    assert np.allclose(tempered(tempered(p, 2.0), 1.5), tempered(p, 3.0), atol=1e-12)


def test_a_temperature_is_a_division_of_the_logits():
    logits = np.random.default_rng(1).normal(0, 3, (100, 5))
    shares, divided = (
        np.exp(x) / np.exp(x).sum(axis=1, keepdims=True) for x in (logits, logits / 2)
    )
    assert np.allclose(tempered(shares, 2.0), divided, atol=1e-12)


def test_an_isotonic_correction_never_inverts_nor_ties_the_referable_score():
    before = referable_score(some())
    order = np.argsort(before)
    after = referable_score(ISOTONIC.apply(some()))[order]
    apart = np.diff(before[order]) > 1e-9
    assert (np.diff(after)[apart] > 0).all()


def test_rescaled_grades_reach_the_wanted_score_and_keep_their_shares_within_a_side():
    p = some(200)[:200]
    wanted = np.linspace(0.01, 0.99, 200)
    after = with_referable(p, wanted)
    assert np.allclose(referable_score(after), wanted)
    assert np.allclose(after[:, 2] * p[:, 4], after[:, 4] * p[:, 2])
    assert np.allclose(after[:, 0] * p[:, 1], after[:, 1] * p[:, 0])


def test_a_side_without_any_probability_gets_its_part_on_the_grade_at_the_border():
    after = with_referable(EDGES[:2], np.array([0.2, 0.7]))
    assert np.allclose(after, [[0.8, 0, 0.2, 0, 0], [0, 0.3, 0, 0, 0.7]])


def test_the_score_is_to_the_last_bit_what_a_table_adds_up():
    p = some()
    table = pl.DataFrame(p, schema=list(PROBABILITIES))
    added = table.select(pl.sum_horizontal("p2", "p3", "p4"))["p2"].to_numpy()
    assert (referable_score(p) == added).all()


@pytest.mark.parametrize("correction", [TEMPERATURE, ISOTONIC, Recalibration()])
def test_a_correction_written_and_read_is_the_same(correction):
    assert from_json(json.loads(json.dumps(correction.as_json()))) == correction


def test_a_file_without_a_correction_has_none():
    assert from_json(None) == Recalibration()
