"""Does the file alone predict who is ill: a classifier of size, bytes, black share and camera.

A ridge-penalised logistic regression on binned features (Hoerl and Kennard 1970; le Cessie and
van Houwelingen 1992), cross-validated with patients whole. It never sees a pixel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from drgrade.stats.ranking import auc

NUMBERS = ("width", "height", "bytes", "aspect", "black_share")
TELLS = 0.70  # an area above it is a shortcut
FOLDS = 5
BINS = 8
CAMERAS = 20
FEWEST = 20  # photographs on either side of the endpoint; below it nothing is reported
RIDGE = 1.0
STEPS = 25


@dataclass(frozen=True)
class Shortcut:
    """Cross-validated areas under the ROC curve by what files tell: together, and each alone."""

    auc: float
    alone: Mapping[str, float]

    @property
    def best(self) -> str:
        """What tells most by itself."""
        return max(self.alone, key=lambda name: self.alone[name])


def find_shortcut(table: pl.DataFrame, is_ill: np.ndarray, patients: np.ndarray) -> Shortcut | None:
    """How well what a table's columns say of the files tells who is ill: (n,) flags, (n,) patients.

    None where the table has none of these columns, or fewer than `FEWEST` are on a side.
    """
    known = _known(table)
    if not known or min(is_ill.sum(), (~is_ill).sum()) < FEWEST:
        return None
    folds = _folds(patients)
    if len(np.unique(folds)) < FOLDS:
        return None
    alone = {name: _area(one, is_ill, folds) for name, one in known.items()}
    return Shortcut(_area(np.hstack(list(known.values())), is_ill, folds), alone)


def _known(table: pl.DataFrame) -> dict[str, np.ndarray]:
    """Each as columns of zeros and ones, (n, bins); what is the same for all is left out."""
    given = {"width", "height"} <= set(table.columns)
    if given and "aspect" not in table.columns:
        width, height = (pl.col(n).cast(pl.Float64, strict=False) for n in ("width", "height"))
        table = table.with_columns((width / height).alias("aspect"))
    numbers = {n: _binned(table[n]) for n in NUMBERS if n in table.columns}
    if "camera" in table.columns:
        numbers["camera"] = _cameras(table["camera"])
    return {name: bins for name, bins in numbers.items() if bins.shape[1] > 1}


def _binned(column: pl.Series) -> np.ndarray:
    values = column.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    known = values[np.isfinite(values)]
    if not len(known):
        return np.zeros((len(values), 0))
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:]))
    place = np.where(np.isfinite(values), np.searchsorted(edges, values), len(edges))
    return _one_hot(place)


def _cameras(column: pl.Series) -> np.ndarray:
    names = column.cast(pl.String).fill_null("").to_numpy().astype(str)
    found, place, counts = np.unique(names, return_inverse=True, return_counts=True)
    rank = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
    return _one_hot(np.minimum(rank, min(CAMERAS, len(found)))[place])


def _one_hot(place: np.ndarray) -> np.ndarray:
    hot: np.ndarray = place[:, None] == np.unique(place)
    return hot.astype(float)


def _folds(patients: np.ndarray) -> np.ndarray:
    names, place = np.unique(patients, return_inverse=True)
    return (np.random.default_rng(0).permutation(len(names)) % FOLDS)[place]


def _area(features: np.ndarray, is_ill: np.ndarray, folds: np.ndarray) -> float:
    """The mean over folds of the area under the ROC curve on the photographs left out."""
    areas = []
    for fold in range(FOLDS):
        out = folds == fold
        if is_ill[out].all() or not is_ill[out].any():
            continue
        weights = _fit(features[~out], is_ill[~out].astype(float))
        areas.append(auc(is_ill[out], _with_one(features[out]) @ weights).value or 0.0)
    return float(np.mean(areas)) if areas else 0.5


def _with_one(features: np.ndarray) -> np.ndarray:
    return np.hstack([features, np.ones((len(features), 1))])


def _fit(features: np.ndarray, is_ill: np.ndarray) -> np.ndarray:
    """Weights of a ridge-penalised logistic regression by Newton's method."""
    x = _with_one(features)
    penalty = np.full(x.shape[1], RIDGE)
    penalty[-1] = 1e-6
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (chance - is_ill) + penalty * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(penalty)
        weights = weights - np.linalg.solve(curve, slope)
    return weights
