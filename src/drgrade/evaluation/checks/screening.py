"""The warnings about a screening decision: leaks, choices on test, size, grades, ungradables.

W02 leak, W05 chosen on test, W06 too small, W07 other prevalence, W09 rare grades, W10 ungradables,
W11 gradable-only figures flatter, W12 no macular edema.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from drgrade.errors import Reason
from drgrade.evaluation.analyses import Analysis
from drgrade.evaluation.checks.check import Check, Level, checked, not_checkable
from drgrade.evaluation.levels import Endpoint, Units
from drgrade.icdr import GRADES, NUMBER_OF_GRADES
from drgrade.provenance.model import ModelProvenance
from drgrade.stats.estimate import Ints
from drgrade.stats.intervals import ratio

HALF_WIDTH = 0.05
FEW = 100
RARE = 20
UNGRADABLE_SHARE = 0.10
DIFFERS_BELOW = 0.01
FLATTERED_BY = 0.03
TIMES = 1.5


def check_leak(
    share: float | None, *, is_declared: bool = False, unknown: Reason | None = None
) -> Check:
    """W02: `share` of the rows are of patients or groups trained on; E unless declared.

    `unknown` is the reason why there is no share.
    """
    if share is None:
        return not_checkable("W02", unknown or Reason("no_training_rows"))
    level: Level = "W" if is_declared or not share else "E"
    return checked("W02", bool(share), level, share=share)


def check_choice(known: ModelProvenance, split: str = "") -> Check:
    """W05: the rows were learned from, or epoch, cuts or thresholds were chosen on them or on test.

    What was chosen on which split is what travels with the table; `split` is that of the rows.
    """
    if split == "train":
        return checked("W05", True, why=(Reason("trained_on_these"),))
    chosen = {
        "epoch": known.epoch_chosen_on,
        "cuts": known.cuts_fitted_on,
        "threshold": known.thresholds_chosen_on,
    }
    why = tuple(
        Reason("chosen_on_test", {"what": name})
        if on == "test"
        else Reason("chosen_on_these", {"what": name, "split": on})
        for name, on in chosen.items()
        if on and on in ("test", split)
    )[:1]
    if chosen["epoch"] is None and not why:
        return not_checkable("W05", Reason("no_choice"))
    return checked("W05", bool(why), why=why)


def check_size(analysis: Analysis) -> Check:
    """W06: an interval wider than 5 points either way, or fewer than 100 on a side."""
    why = []
    for name in ("sensitivity", "specificity"):
        found = getattr(analysis, name)
        if found.low is not None and (found.high - found.low) / 2 > HALF_WIDTH:
            about = {"what": name, "low": found.low, "high": found.high}
            why.append(Reason("wide_interval", about))
    sides = {"positives": analysis.positives, "negatives": analysis.n - analysis.positives}
    why += [Reason("few_on_side", {"what": name, "n": n}) for name, n in sides.items() if n < FEW]
    return checked("W06", bool(why), why=tuple(why))


def check_prevalence(units: Units, known: Mapping[str, float | None] | None) -> Check:
    """W07: referable prevalence differs from training 1.5 times, or beyond its 99 % interval."""
    known = known or {}
    there = next(
        (share for split in ("train", "tune") if (share := known.get(split)) is not None), None
    )
    if there is None:
        return not_checkable("W07", Reason("no_prevalence"))
    found = ratio(units.positive, units.clusters, level=0.99)
    here = float(units.positive.mean())
    is_far = max(here, there) > TIMES * min(here, there)
    is_other = is_far or not found.contains(float(there))
    return checked("W07", is_other, here=here, there=float(there))


def check_grades(counts: Sequence[int]) -> Check:
    """W09: a reference grade is absent or has fewer than 20 photographs."""
    rare = tuple(
        Reason("rare_grade", {"grade": grade, "n": int(counts[grade])})
        for grade in GRADES
        if counts[grade] < RARE
    )
    return checked("W09", bool(rare), grades=rare)


def check_ungradable(grades: Ints, gradable: np.ndarray) -> Check:
    """W10: more than 10 % are ungradable, or the rate differs by reference grade (p < 0.01)."""
    why = []
    share = float((~gradable).mean())
    if share > UNGRADABLE_SHARE:
        why.append(Reason("many_ungradable", {"share": share}))
    table = np.zeros((NUMBER_OF_GRADES, 2))
    np.add.at(table, (grades, gradable.astype(int)), 1)
    p = _independence(table)
    if p < DIFFERS_BELOW:
        present = np.flatnonzero(table.sum(1))
        rates = table[present, 0] / table[present].sum(1)
        low, high = int(rates.argmin()), int(rates.argmax())
        why.append(Reason("ungradable_by_grade", {
            "p": p, "low": float(rates[low]), "high": float(rates[high]),
            "low_grade": int(present[low]), "high_grade": int(present[high]),
        }))  # fmt: skip
    return checked("W10", bool(why), why=tuple(why))


def _independence(table: np.ndarray) -> float:
    """p of Pearson's chi-square over the rows and columns that hold anything; 1 for one of them."""
    from scipy.special import gammaincc  # costs a fifth of a second: only who tests pays it

    held = table[table.sum(1) > 0][:, table.sum(0) > 0]
    if min(held.shape) < 2:
        return 1.0
    expected = np.outer(held.sum(1), held.sum(0)) / held.sum()
    square = float(((held - expected) ** 2 / expected).sum())
    return float(gammaincc((held.shape[0] - 1) * (held.shape[1] - 1) / 2, square / 2))


def check_flattery(everybody: Analysis, gradable: Analysis) -> Check:
    """W11: sensitivity or specificity of analysis B is 3 points above that of A."""
    gaps = {}
    for name in ("sensitivity", "specificity"):
        one, two = getattr(everybody, name).value, getattr(gradable, name).value
        if one is None or two is None:
            return not_checkable("W11", Reason("share_undefined"))
        gaps[name] = two - one
    worst = max(gaps, key=lambda name: gaps[name])
    return checked("W11", gaps[worst] > FLATTERED_BY, what=worst, points=100 * gaps[worst])


def check_edema(endpoint: Endpoint) -> Check:
    """W12: macular edema is not part of the referable endpoint."""
    return checked("W12", not endpoint.with_dme)
