"""The answer columns of a photograph's row, made of the raw outputs of its square."""

from typing import Any, Protocol

import numpy as np

from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.decision import Decision
from drgrade.stats.referable import referable_score

NOT_FINITE: dict[str, Any] = {"status": "error", "reason": "the network gave no finite answer"}


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


def answers_of(decoder: Decodes, outputs: np.ndarray) -> list[dict[str, Any]]:
    """The answer columns of photos by the raw outputs of their squares (n, k).

    An output that is no finite number is an error: decoded, minus infinity would be a sure grade 0.
    """
    finite = np.isfinite(outputs).all(axis=1)
    outputs = np.where(finite[:, None], outputs, 0)
    probabilities, given = decoder.decode(outputs)
    rows = [answer(p, int(grade), decoder.referable_from) if is_finite else dict(NOT_FINITE)
            for p, grade, is_finite in zip(probabilities, given, finite, strict=True)]  # fmt: skip
    if decoder.decision is not None:
        close = decoder.decision.is_close(probabilities)
        for row, is_close in zip(rows, close, strict=True):
            if row["status"] == "graded":
                row["close_to_threshold"] = bool(is_close)
    dme = decoder.p_dme(outputs)
    if dme is not None:
        for row, p in zip(rows, dme, strict=True):
            if row["status"] == "graded":
                row["p_dme"] = float(p)
    return rows


def answer(
    probabilities: np.ndarray, grade: int, referable_from: float | None = None
) -> dict[str, Any]:
    """The answer columns of one photo; a figure that is no number is an error, not a grade.

    `referable` is told where the model has a threshold for it, and empty where it has none.
    """
    if not np.isfinite(probabilities).all():
        return dict(NOT_FINITE)
    named = dict(zip(PROBABILITIES, map(float, probabilities), strict=True))
    row = {"status": "graded", "predicted": grade, **named}
    if referable_from is not None:
        row["referable"] = bool(referable_score(probabilities[None])[0] >= referable_from)
    return row
