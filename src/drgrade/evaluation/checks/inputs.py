"""The warnings about what went in: W08 drift, W16 preprocessing, W17 no numbers, W26 changed.

They read what travels with the predictions: the statistics of each photograph as columns of its
row, those of the training photographs and both preprocessings in the provenance.
"""

from typing import Any

import numpy as np
import polars as pl

from drgrade.errors import Reason
from drgrade.evaluation.checks.check import Check, checked, not_checkable
from drgrade.icdr import PROBABILITIES
from drgrade.provenance.parts import InputStatistics
from drgrade.provenance.record import Settings
from drgrade.stats.metrics import NO_PROBABILITIES

FEATURES = ("brightness", "width", "height", "field_ratio", "black_share")
DRIFTED = 0.05  # the share of photographs outside training's 1st to 99th percentile
SCORES = (*PROBABILITIES, "p_dme")


def check_drift(table: pl.DataFrame, known: InputStatistics | None) -> Check:
    """W08: over 5 % of photographs are beyond training's 1st to 99th percentile of a feature.

    A camera that training never saw counts as beyond. Each feature is reported of the photographs
    that have it; duplicates are left out.
    """
    limits = (known and known.train) or {}
    cameras = list((known and known.cameras) or ())
    if not limits and not cameras:
        return not_checkable("W08", Reason("no_statistics"))
    rows = table.filter(pl.col("status") != "duplicate")
    beyond = {name: _beyond(rows, name, limits[name]) for name in FEATURES if name in limits}
    if cameras:
        beyond["camera"] = _unseen(rows, cameras)
    told_of = {name: flags for name, flags in beyond.items() if len(flags)}
    if not told_of:
        return not_checkable("W08", Reason("no_inputs"))
    why = tuple(
        _reason(name, flags, limits.get(name))
        for name, flags in told_of.items()
        if flags.mean() > DRIFTED
    )
    return checked("W08", bool(why), why=why)


def _beyond(rows: pl.DataFrame, name: str, limits: tuple[float, float]) -> np.ndarray:
    """Whether each photograph that has this feature lies outside, shape (k,)."""
    if name not in rows.columns:
        return np.zeros(0, dtype=bool)
    values = rows[name].cast(pl.Float64, strict=False).drop_nulls().drop_nans().to_numpy()
    return (values < limits[0]) | (values > limits[1])


def _unseen(rows: pl.DataFrame, cameras: list[str]) -> np.ndarray:
    if "camera" not in rows.columns:
        return np.zeros(0, dtype=bool)
    return ~rows["camera"].drop_nulls().cast(pl.String).is_in(cameras).to_numpy()


def _reason(name: str, beyond: np.ndarray, limits: tuple[float, float] | None) -> Reason:
    found: dict[str, Any] = {"what": name, "n": int(beyond.sum()), "of": len(beyond)}
    if limits is None:
        return Reason("new_camera", found)
    return Reason("drift", {**found, "low": float(limits[0]), "high": float(limits[1])})


def check_preprocess(before: Settings | None, now: Settings | None) -> Check:
    """W16: a setting of the preprocessing differs between training and these rows."""
    if not before or not now:
        return not_checkable("W16", Reason("no_preprocessing"), "E")
    names = sorted(set(before) | set(now))
    other = tuple(
        Reason("other_setting", {"name": name, "before": str(before.get(name)),
                                 "now": str(now.get(name))})
        for name in names
        if before.get(name) != now.get(name)
    )  # fmt: skip
    return checked("W16", bool(other), "E", settings=other)


def check_numbers(table: pl.DataFrame) -> Check:
    """W17: a graded row has a score that is NaN or infinite; names the first photo."""
    graded = table.filter(pl.col("status") == "graded")
    scores = [name for name in SCORES if name in table.columns and graded[name].count()]
    if not scores:
        return not_checkable("W17", NO_PROBABILITIES, "E")
    numbers = [pl.col(name).cast(pl.Float64, strict=False) for name in scores]
    odd = graded.filter(pl.any_horizontal(number.is_finite().not_() for number in numbers))
    first = odd["photo"][0] if odd.height else ""
    return checked("W17", odd.height > 0, "E", n=odd.height, of=graded.height, photo=first)


def check_changed(is_changed: bool | None) -> Check:
    """W26: the table is not the one whose hash the record beside it names."""
    if is_changed is None:
        return not_checkable("W26", Reason("no_table_hash"))
    return checked("W26", is_changed)
