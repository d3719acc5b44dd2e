"""The score of a referral: how probable a referable grade is."""

import numpy as np
import numpy.typing as npt

from drgrade.icdr import REFERABLE_FROM, probability_from
from drgrade.stats.estimate import Floats


def referable_score(probabilities: npt.ArrayLike) -> Floats:
    """p2 + p3 + p4 of (n, 5), shape (n,); the one order of addition (`probability_from`)."""
    columns = np.asarray(probabilities, dtype=np.float64).T
    return probability_from(REFERABLE_FROM, list(columns))
