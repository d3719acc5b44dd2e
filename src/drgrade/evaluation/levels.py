"""Photographs, eyes and patients: the same answers at three levels, where the worse eye counts.

An eye takes the worst grade of its photographs, a patient the worse of the eyes. A patient is
ungradable where no eye is called and at least one eye has no photograph that could be graded.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from drgrade.data.tables.groups import groups_of
from drgrade.data.tables.predictions import Predictions
from drgrade.errors import PredictionsError, choose
from drgrade.icdr import (
    PROBABILITIES,
    REFERABLE_FROM,
    VISION_THREATENING_FROM,
    probability_from,
)
from drgrade.stats.estimate import Flags, Floats, Ints

LEVELS = ("photo", "eye", "patient")
NOT_GRADED = -1


@dataclass(frozen=True)
class Endpoint:
    """A disease to be found: grade `from_grade` or worse, or macular edema where `with_dme`."""

    name: str
    from_grade: int
    with_dme: bool = False


def endpoints(table: pl.DataFrame) -> tuple[Endpoint, ...]:
    """Referable, vision-threatening and any DR; macular edema joins where every row knows it."""
    known = "dme" in table.columns and not table["dme"].null_count() and table.height > 0
    return (
        Endpoint("referable", REFERABLE_FROM, known),
        Endpoint("vision_threatening", VISION_THREATENING_FROM, known),
        Endpoint("any_dr", 1),
    )


@dataclass(frozen=True)
class Units:
    """Photographs, eyes or patients as arrays of shape (n,), in the order of the table.

    clusters: what is drawn when resampling, the patient or the group it belongs to. grades,
    predicted: the worst of each unit, predicted -1 where ungradable. positive: has the disease.
    called: answered to have it. gradable: has an answer. score: the highest probability of the
    disease, NaN where there is none.
    """

    level: str
    clusters: np.ndarray
    grades: Ints
    predicted: Ints
    positive: Flags
    called: Flags
    gradable: Flags
    score: Floats

    def __len__(self) -> int:
        return len(self.grades)


def at_level(predictions: Predictions, endpoint: Endpoint, level: str) -> Units:
    """The judged rows (a reference grade, no duplicate) as photographs, eyes or patients.

    A photograph of an unknown eye is an eye of its own, one without a patient is its own patient.

    Raises:
        UnknownNameError: another level.
    """
    photos = _photos(predictions, endpoint)
    gathered = choose(
        {"photo": _as_they_are, "eye": _eyes, "patient": _patients}, level, "level of judging"
    )(photos)
    return Units(
        level,
        gathered["cluster"].to_numpy().astype(str),
        gathered["grade"].to_numpy().astype(np.int64),
        gathered["predicted"].fill_null(NOT_GRADED).to_numpy().astype(np.int64),
        gathered["positive"].to_numpy().astype(bool),
        gathered["called"].to_numpy().astype(bool),
        gathered["gradable"].to_numpy().astype(bool),
        gathered["score"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
    )


def judged(table: pl.DataFrame) -> pl.DataFrame:
    """The rows that count: with a reference grade, and no duplicate of another row."""
    return table.filter(pl.col("grade").is_not_null() & (pl.col("status") != "duplicate"))


def refuse_unanswered(graded: pl.DataFrame, whose: str = "") -> None:
    """Refuse graded rows without a predicted grade: no failure is an answer of 0.

    Raises:
        PredictionsError: names the first, after `whose`.
    """
    without = graded.filter(pl.col("predicted").is_null())
    if not without.is_empty():
        raise PredictionsError(
            f"{whose}a graded row needs a predicted grade, got none for photo "
            f"'{without['photo'][0]}' and {without.height - 1} more; fill the column or set "
            "status to error"
        )


def refuse_twins(predictions: Predictions) -> None:
    """Refuse a table in which a photo comes twice and the further row is not marked as duplicate.

    Raises:
        PredictionsError: names the first.
    """
    rows = predictions.table.filter(pl.col("status") != "duplicate")
    twice = rows.filter(pl.col("photo").is_duplicated())
    if not twice.is_empty():
        raise PredictionsError(
            f"each photo is judged once, got '{twice['photo'][0]}' and {twice.height - 1} more "
            "rows of photos that come twice; give the further ones status duplicate"
        )


def primary_level(table: pl.DataFrame) -> str:
    """`patient` where a patient has two known eyes, else `photo`."""
    eyes = table.drop_nulls(["patient", "eye"]).group_by("patient").agg(pl.col("eye").n_unique())
    return "patient" if (eyes["eye"] > 1).any() else "photo"


def called_by(table: pl.DataFrame, endpoint: Endpoint) -> str:
    """`operating point` where `referable` is asked and every graded row has it, else `grade`."""
    graded = table.filter(pl.col("status") == "graded")
    is_known = graded.height > 0 and not graded["referable"].null_count()
    asked = endpoint.name == "referable" and is_known
    return "operating point" if asked else "grade"


def _photos(predictions: Predictions, endpoint: Endpoint) -> pl.DataFrame:
    table = judged(predictions.table)
    disease = pl.col("grade") >= endpoint.from_grade
    if endpoint.with_dme:
        disease = disease | (pl.col("dme").cast(pl.Float64, strict=False) > 0)
    answer = pl.col("predicted") >= endpoint.from_grade
    if called_by(table, endpoint) == "operating point":
        answer = pl.col("referable")
    score = probability_from(endpoint.from_grade, [pl.col(each) for each in PROBABILITIES])
    is_graded = pl.col("status") == "graded"
    return table.select(
        pl.Series("cluster", groups_of(table)),
        pl.coalesce("patient", "photo").alias("patient"),
        pl.coalesce(pl.when(pl.col("patient").is_not_null()).then("eye"), "photo").alias("eye"),
        "grade",
        pl.when(is_graded).then("predicted").alias("predicted"),
        disease.fill_null(value=False).alias("positive"),
        (is_graded & answer.fill_null(value=False)).alias("called"),
        is_graded.alias("gradable"),
        pl.when(is_graded).then(score).alias("score"),
    )


def _as_they_are(photos: pl.DataFrame) -> pl.DataFrame:
    return photos


def _eyes(photos: pl.DataFrame) -> pl.DataFrame:
    return _worst(photos, ["patient", "eye"], pl.col("gradable").any())


def _patients(photos: pl.DataFrame) -> pl.DataFrame:
    answered = pl.col("gradable").all() | pl.col("called").any()
    return _worst(_eyes(photos), ["patient"], answered)


def _worst(rows: pl.DataFrame, key: list[str], gradable: pl.Expr) -> pl.DataFrame:
    return rows.group_by(key, maintain_order=True).agg(
        pl.col("cluster").first(),
        pl.col("grade", "predicted", "score").max(),
        pl.col("positive", "called").any(),
        gradable.alias("gradable"),
    )
