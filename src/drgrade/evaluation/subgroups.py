"""Subgroups against the rest: gaps in sensitivity and specificity, Holm's correction over all."""

from dataclasses import dataclass
from math import comb
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

from drgrade.data.tables.predictions import Predictions
from drgrade.errors import Reason
from drgrade.evaluation.levels import Endpoint, at_level, judged
from drgrade.locale.catalogue import text
from drgrade.stats import metrics
from drgrade.stats.estimate import Estimate, Flags, Floats, Strings, missing
from drgrade.stats.intervals import NO_SPREAD, ratio
from drgrade.stats.resampling import patient_index

COLUMNS = ("eye", "site", "camera", "sex", "age", "ethnicity", "quality", "width")
AGES = (40, 50, 60, 70)
BANDS = ("under 40", "40 to 49", "50 to 59", "60 to 69", "70 and over")
WIDTHS = (1000, 2000)  # px
SIZES = ("under 1000 px", "1000 to 1999 px", "2000 px and over")
BANDED = {"age": (AGES, BANDS), "width": (WIDTHS, SIZES)}
PLACES = {name: place for names in (BANDS, SIZES) for place, name in enumerate(names)}
MOST = 12  # the groups of a column that are kept apart; of more, the largest
LEAST = 10  # photographs of a group in a column with more values than that
FEWEST = 5  # below this many photographs on a side nothing is tested


@dataclass(frozen=True)
class Subgroup:
    """One value of one column: its shares, and how likely its gap to the rest is by chance.

    Photographs, analysis A; gaps are to all photographs. p values are two-sided, over patients,
    adjusted by Holm (1979) over all subgroups and both shares; None where too few photographs are
    on a side.
    """

    column: str
    name: str
    n: int
    positives: int
    sensitivity: Estimate
    specificity: Estimate
    sensitivity_gap: float | None
    specificity_gap: float | None
    sensitivity_p: float | None
    specificity_p: float | None


def group_name(language: str, column: str, name: str) -> str:
    """A subgroup in words: its column, and its value where that is a word of ours."""
    return text(Reason("subgroup", {"column": column, "name": name}), language)


def subgroups(predictions: Predictions, endpoint: Endpoint) -> tuple[Subgroup, ...]:
    """Every subgroup of the columns that are there: of each, at most the 12 largest groups."""
    units = at_level(predictions, endpoint, "photo")
    table = judged(predictions.table)
    called = units.called | ~units.gradable
    groups = [
        (column, name, values == name)
        for column in COLUMNS
        if column in table.columns
        for values in [_values(table, column)]
        for name in _names(values)
    ]
    right = called == units.positive
    sides = (("sensitivity", units.positive), ("specificity", ~units.positive))
    whole = {name: _share(right, units.clusters, side, name).value for name, side in sides}
    found, raw = [], []
    for column, name, inside in groups:
        shares = {}
        for share, side in sides:
            shares[share] = _share(right, units.clusters, inside & side, share)
            raw.append(difference_p(right, units.clusters, inside & side, ~inside & side))
        n, positives = int(inside.sum()), int((inside & units.positive).sum())
        gaps = [_gap(shares[share].value, whole[share]) for share, _ in sides]
        found.append((column, name, n, positives, shares["sensitivity"], shares["specificity"],
                      gaps[0], gaps[1]))  # fmt: skip
    p = holm(raw)
    return tuple(
        Subgroup(*each, p[2 * number], p[2 * number + 1]) for number, each in enumerate(found)
    )


def _gap(here: float | None, whole: float | None) -> float | None:
    return None if here is None or whole is None else here - whole


def _values(table: pl.DataFrame, column: str) -> Strings:
    if column in BANDED:
        edges, names = BANDED[column]
        numbers = table[column].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
        return np.where(np.isnan(numbers), "", np.array(names)[np.digitize(numbers, edges)])
    return table[column].cast(pl.String).fill_null("").to_numpy().astype(str)


def _names(values: Strings) -> list[str]:
    names, counts = np.unique(values[values != ""], return_counts=True)
    if len(names) > MOST:  # a column of many values may name photographs: the large groups only
        names, counts = names[counts >= LEAST], counts[counts >= LEAST]
        names = np.sort(names[np.argsort(-counts, kind="stable")[:MOST]])
    in_order = sorted(names.tolist(), key=lambda name: (PLACES.get(name, 0), name))
    return in_order if len(in_order) > 1 else []


def _share(right: Flags, clusters: Strings, among: Flags, name: str) -> Estimate:
    if among.any():
        return ratio(right, clusters, among)
    return missing(metrics.NO_POSITIVES if name == "sensitivity" else metrics.NO_NEGATIVES)


def difference_p(
    right: npt.ArrayLike, clusters: npt.ArrayLike, one: Flags, other: Flags
) -> float | None:
    """Two-sided p of the difference of two shares whose patients may be the same.

    The linearised difference of two ratio estimators, summed over patients (Cochran 1977). Where
    neither share varies within its side and they differ, all ways to deal the patients to the sides
    are counted (Fisher's exact test; patients on both sides can only change them, as in the sign
    test). None where a side has fewer than 5 photographs, or the shares are the same and neither
    varies.
    """
    if min(one.sum(), other.sum()) < FEWEST:
        return None
    hits, index = np.asarray(right, dtype=float), patient_index(clusters)
    shares = [hits[side].mean() for side in (one, other)]
    parts = [
        np.bincount(index, weights=side * (hits - share)) / side.sum()
        for side, share in zip((one, other), shares, strict=True)
    ]
    m = len(parts[0])
    error = float(np.sqrt(m / max(1, m - 1) * ((parts[0] - parts[1]) ** 2).sum()))
    apart = abs(float(shares[0] - shares[1]))
    if error < NO_SPREAD and apart < NO_SPREAD:
        return None
    if error < NO_SPREAD:
        here, there = (set(index[side].tolist()) for side in (one, other))
        n, m = len(here - there), len(there - here)
        return (2 if n == m else 1) / (2 ** len(here & there) * comb(n + m, n))
    return 2 * NormalDist().cdf(-apart / error)


def holm(p: list[float | None]) -> list[float | None]:
    """Holm's step-down adjustment (1979) of the p values that are there."""
    known = [number for number, each in enumerate(p) if each is not None]
    raw: Floats = np.array([p[number] for number in known], dtype=float)
    order = np.argsort(raw, kind="stable")
    steps = np.arange(len(raw), 0, -1)
    adjusted = np.minimum(1.0, np.maximum.accumulate(raw[order] * steps))
    out: list[float | None] = [None] * len(p)
    for place, value in zip(order, adjusted, strict=True):
        out[known[place]] = float(value)
    return out
