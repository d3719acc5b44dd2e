"""What the provenance of a model is made of: points, correction, decision, inputs, rounding."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveFloat, model_validator

from drgrade.provenance.record import (
    Json,
    Number,
    Numbers,
    Pair,
    Record,
    Said,
    Share,
    Texts,
    Threshold,
    must_be,
)


class ReachedShare(Record):
    """A share with its 95 % interval, on the rows that something was chosen on."""

    value: Share | None
    low: Share | None = None
    high: Share | None = None
    method: Said = None
    n: Number | None = None


class OperatingPoint(Record):
    """A stored threshold of the referable score; None where `reason` says why there is none.

    `split`, `rows_hash`, `positives` and `negatives` are of the rows it was chosen on; the hashes
    are of the weights and the preprocessing it was chosen for.
    """

    name: str
    rule: Said = None
    threshold: Threshold = None
    positives: int | None = None
    negatives: int | None = None
    sensitivity: ReachedShare | None = None
    specificity: ReachedShare | None = None
    reason: Said = None
    endpoint: str | None = None
    split: str | None = None
    rows_hash: str | None = None
    date: str | None = None
    version: str | None = None
    weights_sha256: str | None = None
    preprocess_hash: str | None = None


class Calibration(Record):
    """How probabilities are corrected, and what that was fitted on; empty: they are not.

    A temperature, or the knots of an isotonic fit: `scores` and `shares`, of one length.
    """

    method: Annotated[
        Literal["none", "temperature", "isotonic"] | None, must_be("a method of calibration")
    ] = None
    temperature: Annotated[PositiveFloat | None, must_be("a number above 0")] = None
    scores: Numbers | None = None
    shares: Numbers | None = None
    split: str | None = None
    rows_hash: str | None = None
    date: str | None = None
    version: str | None = None
    weights_sha256: str | None = None
    preprocess_hash: str | None = None
    rows: int | None = None
    predicted_by: str | None = None
    cross_fitted: Json | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.method is None and self.given():
            raise ValueError("an object with its method and numbers")
        if self.method == "temperature" and self.temperature is None:
            raise ValueError("an object with its method and temperature")
        if self.method == "isotonic" and not (
            self.scores and self.shares and len(self.scores) == len(self.shares)
        ):
            raise ValueError("an object with its method and as many scores as shares")
        return self


class StatedDecision(Record):
    """The threshold in force and the cuts between grades, as numbers of `decision.Decision`."""

    __pydantic_extra__: dict[str, Threshold] = Field(init=False)
    threshold: Threshold
    mild: Threshold = None
    severe: Threshold = None
    proliferative: Threshold = None
    rule: str = ""


class InputStatistics(Record):
    """The 1st and 99th percentile of each feature of the training photographs, and the cameras."""

    train: dict[str, Pair] | None = None
    cameras: Texts | None = None


class LearnedBefore(Record):
    """The start of a training, and the names of the sets of photographs that it was trained on."""

    start: str | None = None
    photographs: Texts | None = None


class Rounding(Record):
    """What half precision changed: a weight, a probability and a lesion map by at most so much."""

    lost: Number
    moved: Number
    maps_moved: Number | None
    drawn_eyes: int
