"""What travels with the rows of several models, one a fold: what all share, and what is pooled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Facts = Mapping[str, Any]


def pooled_facts(folds: Sequence[Facts]) -> dict[str, Any]:
    """The facts of the models of K folds as those of one table.

    A fact that is the same in every fold stays. Prevalence, the share that mirroring changes and
    the limits of the inputs are means over the folds, which are of one size; the cameras are those
    that every fold saw. The models' hashes are listed; what differs otherwise is left out, so that
    no fold speaks for another.
    """
    first = folds[0]
    shared = {
        key: value for key, value in first.items() if all(each.get(key) == value for each in folds)
    }
    changes = _known(folds, "mirror_changes")
    return {
        **shared,
        **({"mirror_changes": float(np.mean(changes))} if changes else {}),
        "prevalence": _means([each.get("prevalence") or {} for each in folds]),
        "input_statistics": _inputs([each.get("input_statistics") or {} for each in folds]),
        "fold_weights_sha256": [each.get("weights_sha256") for each in folds],
    }


def _known(folds: Sequence[Facts], key: str) -> list[Any]:
    """A fact of every fold; nothing where one fold lacks it."""
    found = [each.get(key) for each in folds]
    return [] if None in found else found


def _means(folds: Sequence[Facts]) -> dict[str, Any]:
    """The mean over the folds of each number, or pair of numbers, that every fold knows."""
    names = [name for name in folds[0] if _known(folds, name)]
    return {name: np.mean(_known(folds, name), axis=0).tolist() for name in names}


def _inputs(folds: Sequence[Facts]) -> dict[str, Any]:
    cameras = set.intersection(*(set(each.get("cameras") or []) for each in folds))
    return {
        "train": _means([each.get("train") or {} for each in folds]),
        "cameras": sorted(cameras),
    }
