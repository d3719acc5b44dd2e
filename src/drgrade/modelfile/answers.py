"""The answer to a photograph, made of the raw outputs of its square."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.decision import Decision
from drgrade.stats.referable import referable_score

GRADED, ERROR = "graded", "error"


@dataclass(frozen=True)
class Answer:
    """What a model says of one photograph, or why it says nothing.

    Without the status `graded` there is no grade and no probability, and `reason` says why.
    `referable` is None where the model has no threshold, `close_to_threshold` where it states no
    decision, `p_dme` where it was not trained on edema, `mirrored` (the grade of the mirrored
    photo) where that was not asked for.
    """

    status: str
    reason: str | None = None
    predicted: int | None = None
    probabilities: tuple[float, ...] | None = None  # of grades 0 to 4
    referable: bool | None = None
    close_to_threshold: bool | None = None
    p_dme: float | None = None
    mirrored: int | None = None

    @property
    def is_graded(self) -> bool:
        """Whether there is a grade."""
        return self.status == GRADED

    def as_row(self) -> dict[str, Any]:
        """The answer columns of a row of predictions; what is None is left out."""
        named = dict(zip(PROBABILITIES, self.probabilities or (None,) * 5, strict=True))
        columns = {
            "status": self.status, "reason": self.reason, "predicted": self.predicted, **named,
            "referable": self.referable, "close_to_threshold": self.close_to_threshold,
            "p_dme": self.p_dme, "mirrored": self.mirrored,
        }  # fmt: skip
        return {name: value for name, value in columns.items() if value is not None}


NOT_FINITE = Answer(ERROR, "the network gave no finite answer")


class Decodes(Protocol):
    """What knows how outputs are decoded: a header, or a grader."""

    def decode(self, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (n, 5) and grades (n,) of outputs (n, k)."""

    def p_dme(self, outputs: np.ndarray) -> np.ndarray | None:
        """Probability of signs of macular edema (n,), or None."""

    @property
    def decision(self) -> Decision | None:
        """The one boundary of grade and referral, or None."""

    @property
    def referable_from(self) -> float | None:
        """The threshold in force, or None."""


def answers_of(decoder: Decodes, outputs: np.ndarray) -> list[Answer]:
    """The answers to photos by the raw outputs of their squares (n, k).

    An output that is no finite number is an error: decoded, minus infinity would be a sure grade 0.
    """
    finite = np.isfinite(outputs).all(axis=1)
    outputs = np.where(finite[:, None], outputs, 0)
    probabilities, given = decoder.decode(outputs)
    answers = [
        answer(p, int(grade), decoder.referable_from) if is_finite else NOT_FINITE
        for p, grade, is_finite in zip(probabilities, given, finite, strict=True)
    ]
    further: dict[str, list[Any]] = {}
    if decoder.decision is not None:
        further["close_to_threshold"] = decoder.decision.is_close(probabilities).tolist()
    if (dme := decoder.p_dme(outputs)) is not None:
        further["p_dme"] = dme.tolist()
    return [
        replace(each, **{name: values[place] for name, values in further.items()})
        if each.is_graded
        else each
        for place, each in enumerate(answers)
    ]


def answer(probabilities: np.ndarray, grade: int, referable_from: float | None = None) -> Answer:
    """The answer to one photo; a figure that is no number is an error, not a grade.

    `referable` is given where the model has a threshold for it.
    """
    if not np.isfinite(probabilities).all():
        return NOT_FINITE
    is_referable = None
    if referable_from is not None:
        is_referable = bool(referable_score(probabilities[None])[0] >= referable_from)
    return Answer(GRADED, predicted=grade, probabilities=tuple(map(float, probabilities)),
                  referable=is_referable)  # fmt: skip
