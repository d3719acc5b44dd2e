"""The cuts between grades beside a boundary that is given, fitted on rows of no training."""

from collections.abc import Callable
from dataclasses import replace

from drgrade.modelfile.decision import Decision
from drgrade.stats.estimate import Floats, Ints
from drgrade.stats.metrics import confusion, kappa

CUTS: tuple[Callable[[Decision, float], Decision], ...] = (
    lambda decision, cut: replace(decision, mild=cut),
    lambda decision, cut: replace(decision, severe=cut),
    lambda decision, cut: replace(decision, proliferative=cut),
)
TRIED = tuple(round(0.1 + 0.05 * step, 2) for step in range(17))  # 0.1 to 0.9
WORTH = 0.005  # of QWK that another cut must bring: few photographs cannot make strange ones


def fit_decision(probabilities: Floats, grades: Ints, threshold: float, rule: str) -> Decision:
    """The cuts of the highest QWK beside a boundary that is given, one at a time, twice.

    Args:
        probabilities: corrected ones (n, 5) of rows that the model was not trained on.
        grades: reference grades (n,).
        threshold: of p2 + p3 + p4, chosen before.
        rule: how it was chosen.
    """
    found = Decision(threshold, rule=rule)
    for _ in range(2):
        for with_cut in CUTS:
            others = [with_cut(found, cut) for cut in TRIED]
            tried = [(_qwk(each, probabilities, grades), each) for each in others]
            best, other = max(tried, key=lambda pair: pair[0])
            if best > _qwk(found, probabilities, grades) + WORTH:
                found = other
    return found


def _qwk(decision: Decision, probabilities: Floats, grades: Ints) -> float:
    return kappa(confusion(grades, decision.grades(probabilities))).value or 0.0
