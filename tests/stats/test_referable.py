"""One score of a referral: to the last bit the same from an array, a table and a row."""

import numpy as np
import polars as pl

from drgrade.icdr import PROBABILITIES, REFERABLE_FROM, probability_from
from drgrade.stats.referable import referable_score


def test_the_referable_score_is_the_same_of_an_array_a_table_and_a_row_to_the_last_bit():
    p = np.random.default_rng(0).dirichlet(np.ones(5), 1000)
    table = pl.DataFrame(p, schema=list(PROBABILITIES))
    of_table = table.select(probability_from(REFERABLE_FROM, [pl.col(c) for c in PROBABILITIES]))
    of_rows = [probability_from(REFERABLE_FROM, row) for row in table.rows()]
    assert (referable_score(p) == of_table.to_series().to_numpy()).all()
    assert referable_score(p).tolist() == of_rows


def test_an_unknown_probability_makes_the_score_unknown():
    table = pl.DataFrame({"p2": [None], "p3": [0.5], "p4": [0.1]}, schema_overrides={"p2": float})
    columns = [pl.lit(0.0), pl.lit(0.0), *map(pl.col, ("p2", "p3", "p4"))]
    score = table.select(score=probability_from(REFERABLE_FROM, columns))["score"]
    assert score.to_list() == [None]
