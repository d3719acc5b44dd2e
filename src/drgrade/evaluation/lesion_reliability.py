"""How far marks of lesions can be believed, by kind: of marks those right, of lesions those found.

A share of marks that are right belongs to the eyes it was counted on: among healthy ones none is.

Photographs are the sample, their marks are nested in them: the ratio estimator of
`drgrade.stats.intervals.ratio`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from drgrade.stats.estimate import Estimate, missing
from drgrade.stats.intervals import NOTHING_TO_COUNT, proportion, ratio


def believed(counts: np.ndarray, kinds: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By kind the marks, lesions and shares, as plain values.

    Args:
        counts: (n, kinds, 5) of each photograph: marks, those on a lesion of the kind, those on
            any lesion, lesions, those with a mark.
        kinds: names, in the order of the second axis.
    """
    told = {}
    for kind, name in enumerate(kinds):
        found, right, on_any, lesions, marked = counts[:, kind].T
        told[name] = {
            "marks": int(found.sum()),
            "right": share(right, found).as_json(),
            "on_any": share(on_any, found).as_json(),
            "lesions": int(lesions.sum()),
            "marked": share(marked, lesions).as_json(),
        }
    return told


def alarms(counts: np.ndarray, kinds: Sequence[str]) -> dict[str, Any]:
    """How often photographs without any disease have marks, as plain values.

    Args:
        counts: (n, kinds) marks of each photograph of reference grade 0.
        kinds: names, in the order of the second axis.
    """
    return {
        "photographs": len(counts),
        "with_marks": _with_marks(np.asarray(counts.any(axis=1))),
        "kinds": {name: {"marks": int(column.sum()), "with_marks": _with_marks(column > 0)}
                  for name, column in zip(kinds, counts.T, strict=True)},
    }  # fmt: skip


def _with_marks(flags: np.ndarray) -> dict[str, Any]:
    return proportion(int(flags.sum()), len(flags)).as_json()


def share(some: np.ndarray, all_: np.ndarray) -> Estimate:
    """The share of marks or lesions for which something holds; (n,) counts of each photograph."""
    if not all_.sum():
        return missing(NOTHING_TO_COUNT)
    holds = [np.arange(n) < k for k, n in zip(some, all_, strict=True)]
    return ratio(np.concatenate(holds), np.repeat(np.arange(len(all_)), all_))
