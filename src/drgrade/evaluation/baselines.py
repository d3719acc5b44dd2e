"""Floors: what anybody scores on the same photographs without looking at one.

Always grade 0, always the most frequent grade, the grade of the patient's other eye among the
judged rows, and a copy of the other eye's grade from the train rows where it is there, else 0.
A grader that does not clear them has learned nothing that the table did not hold.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from drgrade.data.tables.groups import groups_of
from drgrade.errors import Reason
from drgrade.icdr import EYES, NUMBER_OF_GRADES
from drgrade.stats.estimate import Estimate, Ints, missing
from drgrade.stats.intervals import bootstrap, ratio
from drgrade.stats.metrics import NO_PHOTOS, kappas

UNKNOWN = -1  # this row has no grade by this rule
OTHER = dict(zip(EYES, reversed(EYES), strict=True))

NO_FELLOW = Reason("no_other_eye_among_rows")
NO_TRAIN = Reason("no_train_rows")
NO_EYES = Reason("no_patient_and_eye")

Strings = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Rows:
    """Graded photographs: patient and eye ("" where unknown), grade, and the unit resampled.

    All arrays have shape (n,).
    """

    patients: Strings
    eyes: Strings
    grades: Ints
    units: Strings


@dataclass(frozen=True)
class Floor:
    """What one way of not looking scores, on the `n` rows where it can answer."""

    name: str
    accuracy: Estimate
    qwk: Estimate
    n: int

    def as_json(self) -> dict[str, Any]:
        """The fields as plain dictionaries."""
        return {
            "name": self.name,
            "n": self.n,
            "accuracy": self.accuracy.as_json(),
            "qwk": self.qwk.as_json(),
        }


def rows_of(table: pl.DataFrame) -> Rows:
    """The rows of a manifest or of predictions that have a reference grade."""
    known = table.filter(pl.col("grade").is_not_null())
    patients, eyes = (
        known[name].fill_null("").to_numpy().astype(str) for name in ("patient", "eye")
    )
    return Rows(patients, eyes, known["grade"].to_numpy().astype(np.int64), groups_of(known))


def always(grade: int, n: int) -> Ints:
    """The same grade for each of `n` photographs."""
    return np.full(n, grade, dtype=np.int64)


def majority(grades: npt.ArrayLike) -> Ints:
    """The most frequent of the grades for every photograph; the milder of two as frequent."""
    given = np.asarray(grades, dtype=np.int64)
    counts = np.bincount(given, minlength=NUMBER_OF_GRADES)
    return always(int(counts.argmax()), given.size)


def other_eye(rows: Rows, known: Rows | None = None, default: int = UNKNOWN) -> Ints:
    """The grade of each row's other eye among the `known` rows, shape (n,), else `default`.

    `known` is `rows` themselves where it is not given; the worse grade where an eye has several.
    """
    grades = _by_eye(known or rows)
    keys = zip(rows.patients, rows.eyes, strict=True)
    fellows = [grades.get((patient, OTHER.get(eye, "")), default) for patient, eye in keys]
    return np.array(fellows, dtype=np.int64)


def _by_eye(rows: Rows) -> dict[tuple[str, str], int]:
    worst: dict[tuple[str, str], int] = {}
    for patient, eye, grade in zip(rows.patients, rows.eyes, rows.grades.tolist(), strict=True):
        if patient and eye:
            worst[patient, eye] = max(grade, worst.get((patient, eye), grade))
    return worst


def floors(rows: Rows, train: Rows | None = None, *, seed: int = 0) -> tuple[Floor, ...]:
    """All trivial baselines of the evaluated rows; what is unknown is n/a with its reason."""
    n = len(rows.grades)
    return (
        _floor("always_0", rows, always(0, n), None, seed),
        _floor("majority", rows, majority(rows.grades), None, seed),
        _floor("other_eye", rows, other_eye(rows), NO_FELLOW, seed),
        _train_floor(rows, train, seed),
    )


def _train_floor(rows: Rows, train: Rows | None, seed: int) -> Floor:
    name = "train_other_eye"
    if train is None or not len(train.grades):
        return _floor(name, rows, always(UNKNOWN, len(rows.grades)), NO_TRAIN, seed)
    if not ((rows.patients != "") & (rows.eyes != "")).any():
        return _floor(name, rows, always(UNKNOWN, len(rows.grades)), NO_EYES, seed)
    return _floor(name, rows, other_eye(rows, train, default=0), None, seed)


def _floor(name: str, rows: Rows, answers: Ints, reason: Reason | None, seed: int) -> Floor:
    known = answers != UNKNOWN
    if not known.any():
        nothing = missing(reason or NO_PHOTOS)
        return Floor(name, nothing, nothing, 0)
    grades, answers, units = rows.grades[known], answers[known], rows.units[known]
    agreement = bootstrap(kappas, grades, answers, units, seed=seed)
    return Floor(name, ratio(grades == answers, units), agreement, int(known.sum()))
