"""Several graders on the same photographs: paired differences, ranks, and where they disagree.

All graders see the same resamples of the patients, so what is hard for all of them cancels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np

from drgrade.data.tables.groups import groups_of, unit_of
from drgrade.data.tables.predictions import Predictions
from drgrade.errors import Reason, UsageError
from drgrade.evaluation.comparison.align_tables import refuse_other_photos, who_belongs_together
from drgrade.evaluation.comparison.pooling import Pools, by_family, pooled
from drgrade.evaluation.levels import at_level, called_by, endpoints, judged, refuse_unanswered
from drgrade.icdr import NUMBER_OF_GRADES
from drgrade.locale.plain import as_plain
from drgrade.stats.area_intervals import area
from drgrade.stats.estimate import Estimate, Flags, Floats, Strings, missing, with_unit
from drgrade.stats.intervals import from_replicates, ratio
from drgrade.stats.metrics import accuracies, kappas, mcnemar, sensitivities, specificities
from drgrade.stats.ranking import delong, rank_pairs
from drgrade.stats.resampling import RESAMPLES, resampled_areas, row_weights

Drawn = dict[str, tuple[Floats, Floats]]  # each score: (k,), and in each resample (r, k)
FEWEST, MOST = 2, 10
METRICS = ("qwk", "accuracy", "sensitivity", "specificity", "auc")
LISTED = 20
LEVEL_QWK = 1e-12  # sums of the same numbers in another order differ by less
NO_SCORES = Reason("no_probabilities_in_a_table")
UNDEFINED = Reason("undefined_on_these_photographs")


@dataclass(frozen=True)
class Entry:
    """One grader: its scores, and the share of resamples in which it is 1st, 2nd, ... by QWK.

    `tables` are its seeds; of several, scores are means, and `spread` holds the least and the
    largest of each score. `called_by` says what makes an answer referable: `grade`, `operating
    point`, or `both` where its seeds differ.
    """

    name: str
    tables: tuple[str, ...]
    called_by: str
    not_graded: int
    scores: dict[str, Estimate]
    spread: dict[str, tuple[float, float]]
    ranks: tuple[float, ...]


@dataclass(frozen=True)
class Pair:
    """`second` minus `first`; `only_first`, `only_second`: photographs that one alone gets right.

    McNemar's test is exact and DeLong's is paired; both take photographs as independent, the
    differences resample patients. Both are None where a side is the mean of several seeds.
    """

    first: str
    second: str
    differences: dict[str, Estimate]
    only_first: int | None
    only_second: int | None
    mcnemar_p: float | None
    delong_p: float | None


@dataclass(frozen=True)
class Comparison:
    """Graders on `n` photographs; five-grade scores on the `graded` by all.

    What is resampled are the `patients`, or whatever else `unit` says: groups, photos.
    `disagreements` are between the tables, seeds apart.
    """

    n: int
    graded: int
    patients: int
    unit: str
    tables: tuple[str, ...]
    entries: tuple[Entry, ...]
    pairs: tuple[Pair, ...]
    disagreements: tuple[dict[str, Any], ...]
    seed: int
    resamples: int

    @property
    def rules_differ(self) -> bool:
        """Whether what makes an answer referable is not the same for all graders."""
        return {entry.called_by for entry in self.entries} not in ({"grade"}, {"operating point"})

    def as_json(self) -> dict[str, Any]:
        """All figures as plain values."""
        return {**as_plain(self), "rules_differ": self.rules_differ}


@dataclass(frozen=True)
class _Aligned:
    """The same rows in the same order for every grader; (k, n) arrays, and k `rules` of calling."""

    photos: Strings
    clusters: Strings
    unit: str
    grades: np.ndarray
    positive: Flags
    predicted: np.ndarray
    called: Flags
    gradable: Flags
    score: Floats | None
    rules: tuple[str, ...]


def compare(
    tables: Mapping[str, Predictions],
    *,
    pools: Pools | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compare two to ten tables of the same photographs; `pools` makes one grader of several.

    Without `pools`, tables whose recipes differ in the seed alone are pooled (`by_family`). Patient
    and group of a photograph are what any of the tables knows.

    Raises:
        UsageError: fewer than two or more than ten tables, or one pool of all.
        PredictionsError: tables of different photographs, reference grades, patients or groups.
    """
    if not FEWEST <= len(tables) <= MOST:
        raise UsageError(f"2 to 10 tables are compared, got {len(tables)}; name them by file")
    pools = by_family(tables) if pools is None else pools
    if len(pools) < FEWEST:
        weights = {rows.provenance.weights_sha256 for rows in tables.values()}
        if len(weights) == 1 and None not in weights:
            raise UsageError(
                f"two graders are compared, got {len(tables)} tables of the same weights; "
                "add another grader"
            )
        raise UsageError(
            f"two graders are compared, got {len(tables)} seeds of one recipe; "
            "add another grader, or compare the seeds with --seeds-apart"
        )
    rows, names = _aligned(tables), list(tables)
    drawn = _replicates(rows, resamples, seed)
    merged = {key: pooled(*found, pools, seed) for key, found in drawn.items()}
    pairs = (
        _pair(rows, pools, (a, b), merged, seed) for a, b in combinations(range(len(pools)), 2)
    )
    found = Comparison(
        n=len(rows.grades),
        graded=int(rows.gradable.all(0).sum()),
        patients=len(np.unique(rows.clusters)),
        unit=rows.unit,
        tables=tuple(names),
        entries=_entries(rows, names, pools, drawn, merged, seed),
        pairs=tuple(pairs),
        disagreements=_disagreements(rows, names),
        seed=seed,
        resamples=resamples,
    )
    return with_unit(found, found.unit)


def _entries(
    rows: _Aligned, names: list[str], pools: Pools, drawn: Drawn, merged: Drawn, seed: int
) -> tuple[Entry, ...]:
    ranks = _ranks(merged["qwk"][1])
    return tuple(
        Entry(
            name=name,
            tables=tuple(names[place] for place in members),
            called_by=_rule({rows.rules[place] for place in members}),
            not_graded=int((~rows.gradable[members]).sum()),
            scores={
                key: _estimate(values[k], replicates[:, k], rows, seed)
                for key, (values, replicates) in merged.items()
            }
            | (_alone(rows, members[0]) if len(members) == 1 else {}),
            spread={
                key: (float(values[members].min()), float(values[members].max()))
                for key, (values, _) in drawn.items()
                if len(members) > 1 and not np.isnan(values[members]).any()
            },
            ranks=tuple(ranks[k].tolist()),
        )
        for k, (name, members) in enumerate(pools.items())
    )


def _rule(rules: set[str]) -> str:
    return rules.pop() if len(rules) == 1 else "both"


def _alone(rows: _Aligned, k: int) -> dict[str, Estimate]:
    """Shares and area of one table with the intervals that its scorecard has."""
    right, kept = rows.called[k] == rows.positive, rows.gradable.all(0)
    found = {
        "sensitivity": (right, rows.positive),
        "specificity": (right, ~rows.positive),
        "accuracy": (rows.predicted[k] == rows.grades, kept),
    }
    shares = {
        name: ratio(hits, rows.clusters, among) for name, (hits, among) in found.items()
        if among.any()
    }  # fmt: skip
    if rows.score is None or not kept.any():
        return shares
    return shares | {"auc": area(rows.positive[kept], rows.score[k][kept], rows.clusters[kept])}


def _aligned(tables: Mapping[str, Predictions]) -> _Aligned:
    rows = {name: judged(each.table).sort("photo") for name, each in tables.items()}
    refuse_other_photos(rows)
    for name, each in tables.items():
        refuse_unanswered(each.graded().table, f"{name}: ")
    together = who_belongs_together(rows)
    sorted_ = [Predictions(each) for each in rows.values()]
    referable = [endpoints(each.table)[0] for each in sorted_]
    endpoint = next((each for each in referable if not each.with_dme), referable[0])
    units = [at_level(each, endpoint, "photo") for each in sorted_]
    scored = all(each.has_probabilities for each in sorted_)
    return _Aligned(
        photos=together["photo"].to_numpy().astype(str),
        clusters=groups_of(together),
        unit=unit_of(together),
        grades=units[0].grades,
        positive=units[0].positive,
        predicted=np.array([each.predicted for each in units]),
        called=np.array([each.called | ~each.gradable for each in units]),
        gradable=np.array([each.gradable for each in units]),
        score=np.array([each.score for each in units]) if scored else None,
        rules=tuple(called_by(each.table, endpoint) for each in sorted_),
    )


def _replicates(rows: _Aligned, resamples: int, seed: int) -> Drawn:
    """Each score of each grader, (k,), and in each resample, (resamples, k)."""
    five, two = _cells(rows)
    k = len(rows.predicted)

    def scores(weights: Floats) -> dict[str, Floats]:
        cm = (weights @ five).reshape(len(weights), k, NUMBER_OF_GRADES, NUMBER_OF_GRADES)
        table = (weights @ two).reshape(len(weights), k, 2, 2)
        return {
            "qwk": kappas(cm), "accuracy": accuracies(cm),
            "sensitivity": sensitivities(table), "specificity": specificities(table),
        }  # fmt: skip

    parts = [scores(weights) for weights in row_weights(rows.clusters, resamples, seed)]
    whole = scores(np.ones((1, len(rows.grades))))
    found = {
        key: (value[0], np.concatenate([part[key] for part in parts]))
        for key, value in whole.items()
    }
    return found | {"auc": _areas(rows, resamples, seed)}


def _cells(rows: _Aligned) -> tuple[Floats, Floats]:
    """One column a cell of each grader's matrix: (n, k * 25) of the grades, (n, k * 4) of calls."""
    n, k = len(rows.grades), len(rows.predicted)
    graded = rows.gradable.all(0)
    five = np.zeros((n, k, NUMBER_OF_GRADES**2))
    two = np.zeros((n, k, 4))
    for number in range(k):
        places = rows.grades * NUMBER_OF_GRADES + np.maximum(rows.predicted[number], 0)
        five[np.flatnonzero(graded), number, places[graded]] = 1.0
        calls = 2 * rows.positive.astype(int) + rows.called[number]
        two[np.arange(n), number, calls] = 1.0
    return five.reshape(n, -1), two.reshape(n, -1)


def _areas(rows: _Aligned, resamples: int, seed: int) -> tuple[Floats, Floats]:
    k = len(rows.predicted)
    kept = rows.gradable.all(0)
    if rows.score is None or not kept.any():
        return np.full(k, np.nan), np.full((resamples, k), np.nan)
    rankings = [rank_pairs(rows.positive[kept], each[kept]) for each in rows.score]
    ones = np.ones((1, int(kept.sum())))
    values = np.array([pairs.areas(ones)[0] for pairs in rankings])
    return values, resampled_areas(rankings, rows.clusters[kept], resamples, seed).T


def _ranks(qwk: Floats) -> Floats:
    """Share of resamples (r, k) in which each grader has each rank by QWK, shape (k, k).

    Graders that tie share the ranks they hold together, so that rows and columns sum to 1.
    """
    known = qwk[~np.isnan(qwk).any(1)]
    k = qwk.shape[1]
    if not len(known):
        return np.zeros((k, k))
    apart = known[:, None, :] - known[:, :, None]
    better, tied = (apart > LEVEL_QWK).sum(2), (np.abs(apart) <= LEVEL_QWK).sum(2)
    ranks = np.arange(k)
    holds = (ranks >= better[..., None]) & (ranks < (better + tied)[..., None])
    return np.asarray((holds / tied[..., None]).mean(0))


def _estimate(value: float, replicates: Floats, rows: _Aligned, seed: int) -> Estimate:
    if np.isnan(value):
        return missing(NO_SCORES if rows.score is None else UNDEFINED, len(rows.grades))
    return from_replicates(float(value), replicates, len(rows.grades), seed=seed)


def _pair(rows: _Aligned, pools: Pools, which: tuple[int, int], merged: Drawn, seed: int) -> Pair:
    a, b = which
    names, members = list(pools), list(pools.values())
    differences = {
        key: _estimate(value[b] - value[a], replicates[:, b] - replicates[:, a], rows, seed)
        for key, (value, replicates) in merged.items()
    }
    if len(members[a]) > 1 or len(members[b]) > 1:
        return Pair(names[a], names[b], differences, None, None, None, None)
    tables = (members[a][0], members[b][0])
    right = rows.called[list(tables)] == rows.positive
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    return Pair(
        names[a], names[b], differences, only_first, only_second,
        mcnemar(only_first, only_second), _delong_p(rows, tables),
    )  # fmt: skip


def _delong_p(rows: _Aligned, which: tuple[int, int]) -> float | None:
    """Two-sided p of two areas on the same photographs (DeLong, DeLong, Clarke-Pearson 1988)."""
    if rows.score is None:
        return None
    kept = rows.gradable.all(0)
    areas, spread = delong(rows.positive[kept], rows.score[list(which)][:, kept])
    variance = float(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])
    if not np.isfinite(variance) or variance <= 0:
        return None
    return 2 * NormalDist().cdf(-abs(float(areas[0] - areas[1])) / variance**0.5)


def _disagreements(rows: _Aligned, names: list[str]) -> tuple[dict[str, Any], ...]:
    """The graded photographs whose answers lie furthest apart, two grades or more."""
    graded = np.flatnonzero(rows.gradable.all(0))
    apart = np.ptp(rows.predicted[:, graded], axis=0)
    order = graded[np.argsort(-apart, kind="stable")][: int((apart >= 2).sum())][:LISTED]
    return tuple(
        {
            "photo": str(rows.photos[row]),
            "grade": int(rows.grades[row]),
            "answers": dict(zip(names, rows.predicted[:, row].tolist(), strict=True)),
        }
        for row in order
    )
