"""What travels with the rows of several models, one a fold: what all share, and what is pooled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import InputStatistics


def pooled_provenance(folds: Sequence[ModelProvenance]) -> ModelProvenance:
    """The provenance of the models of K folds as that of one table.

    What is the same in every fold stays. Prevalence, the share that mirroring changes and the
    limits of the inputs are means over the folds, which are of one size; the cameras are those that
    every fold saw. The models' hashes are listed; what differs otherwise is left out, so that no
    fold speaks for another.
    """
    every = [each.given() for each in folds]
    shared = {
        name: value
        for name, value in every[0].items()
        if all(other.get(name) == value for other in every)
    }
    changes = [each.mirror_changes for each in folds if each.mirror_changes is not None]
    mean = {"mirror_changes": float(np.mean(changes))} if len(changes) == len(folds) else {}
    pooled = {
        "prevalence": _means([each.prevalence or {} for each in folds]),
        "input_statistics": _inputs([each.input_statistics or InputStatistics() for each in folds]),
        "fold_weights_sha256": tuple(each.weights_sha256 for each in folds),
    }
    return ModelProvenance.model_validate(shared | mean | pooled)


def _means(folds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean over the folds of each number, or pair of numbers, that every fold knows."""
    names = [name for name in folds[0] if all(each.get(name) is not None for each in folds)]
    return {name: np.mean([each[name] for each in folds], axis=0).tolist() for name in names}


def _inputs(folds: Sequence[InputStatistics]) -> InputStatistics:
    cameras = set.intersection(*(set(each.cameras or ()) for each in folds))
    train = _means([each.train or {} for each in folds])
    return InputStatistics(train=train, cameras=tuple(sorted(cameras)))
