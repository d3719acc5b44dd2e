"""One boundary: a grade of 2 or worse exactly where a photograph is referable for DR.

The decision is taken on the corrected probabilities that a table of predictions carries, so that
whoever has the table can take it again. The grade beside the boundary comes from further cuts: on
the probability of grade 1 or worse below it, of 3 or worse and of 4 above it.
"""

from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

from drgrade.provenance.parts import StatedDecision
from drgrade.provenance.record import known
from drgrade.stats.estimate import Floats
from drgrade.stats.referable import referable_score

Ints = npt.NDArray[np.int64]
EVEN = 0.5
CLOSE = 1.1  # of log-odds: a square moved by one pixel moves a tenth of photographs farther
HARDLY = 1e-9  # a probability that counts as none, so that its log-odds are a number


@dataclass(frozen=True)
class Decision:
    """The boundary in force, and the cuts between the grades on either side of it.

    `threshold` is of p2 + p3 + p4; `mild` of p1 + ... + p4 and counts below the boundary alone;
    `severe` of p3 + p4 and `proliferative` of p4 count above it. `rule` says how the threshold was
    chosen.
    """

    threshold: float
    mild: float = EVEN
    severe: float = EVEN
    proliferative: float = EVEN
    rule: str = ""

    def grades(self, probabilities: Floats) -> Ints:
        """The grades (n,) of corrected probabilities (n, 5): 2 or worse where referable."""
        p = np.asarray(probabilities, dtype=np.float64)
        from_3 = p[:, 3] + p[:, 4]
        below = (1 - p[:, 0] >= self.mild).astype(np.int64)
        is_3 = from_3 >= self.severe
        above = 2 + is_3 + (is_3 & (p[:, 4] >= self.proliferative))
        return np.where(self.refers(p), above, below).astype(np.int64)

    def refers(self, probabilities: Floats) -> npt.NDArray[np.bool_]:
        """Whether each of (n, 5) is referable for DR, shape (n,)."""
        return referable_score(probabilities) >= self.threshold

    def is_close(self, probabilities: Floats) -> npt.NDArray[np.bool_]:
        """Whether each of (n, 5) is so near the boundary that it should be read, shape (n,).

        What moves an answer as far means nothing: `docs/results/grader.md`, "What a pixel changes".
        """
        away = _log_odds(referable_score(probabilities)) - _log_odds(np.float64(self.threshold))
        return np.abs(away) < CLOSE

    def at(self, threshold: float, rule: str) -> "Decision":
        """The same cuts beside another boundary, as a site's own."""
        return replace(self, threshold=threshold, rule=rule)

    @property
    def stated(self) -> StatedDecision:
        """What a model file states of it."""
        return StatedDecision(**asdict(self))


def _log_odds(share: Floats | np.float64) -> Floats:
    kept = np.clip(share, HARDLY, 1 - HARDLY)
    return np.log(kept) - np.log1p(-kept)


def decision_of(stated: StatedDecision | None) -> Decision | None:
    """The decision that a model file states; None where it states none.

    Raises:
        TypeError: numbers that this version does not know, or without a threshold.
    """
    if stated is None:
        return None
    numbers = known(stated.given())
    if "threshold" not in numbers:
        raise TypeError("a decision needs a threshold")
    return Decision(**numbers)
