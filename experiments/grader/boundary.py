"""Which rule sets the boundary of grade and referral: the smallest worst regret (decision 0016).

    python experiments/grader/boundary.py FOLDER --home OUT_OF_FOLD.parquet --odir ODIR.parquet

FOLDER is what `data.py` made; the two tables are answers without labels (`experiments/kept.py`): of
the model's recipe out of fold, not corrected, and of the model itself, corrected. Each rule finds
one threshold out of fold; `odir` chooses between the rules and sets no number.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from tables import shown

from drgrade.data.tables.groups import groups_of
from drgrade.data.tables.manifest import read_manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.calibration.fit import recalibration
from drgrade.evaluation.calibration.fit_decision import fit_decision
from drgrade.evaluation.comparison.paired import compare
from drgrade.icdr import PROBABILITIES
from drgrade.modelfile.decision import Decision
from drgrade.stats.estimate import Flags, Floats
from drgrade.stats.intervals import ratio
from drgrade.stats.operating_points import HAIR, high_sensitivity, high_specificity
from drgrade.stats.referable import referable_score

Rule = Callable[[Flags, Floats], float]


@dataclass(frozen=True)
class Set:
    """Graded rows of a set; `ill` also of eyes with another disease, which have no grade."""

    name: str
    table: pl.DataFrame
    ill: Flags
    score: Floats

    def balanced(self, threshold: float) -> float:
        """The mean of sensitivity and specificity."""
        called = self.score >= threshold
        return float((called[self.ill].mean() + (~called[~self.ill]).mean()) / 2)

    def regret(self, threshold: float) -> float:
        """How much more any threshold of this set's own reaches."""
        return max(map(self.balanced, np.unique(self.score))) - self.balanced(threshold)


def most_balanced(ill: Flags, score: Floats) -> float:
    """The threshold of the highest mean of sensitivity and specificity (Youden 1950)."""
    tried = np.unique(score)
    reached = [(score[ill] >= t).mean() + (score[~ill] < t).mean() for t in tried]
    return float(tried[int(np.argmax(reached))])


def evenly_matched(ill: Flags, score: Floats) -> float:
    """The threshold at which sensitivity and specificity are nearest to each other."""
    tried = np.unique(score)
    apart = [abs((score[ill] >= t).mean() - (score[~ill] < t).mean()) for t in tried]
    return float(tried[int(np.argmin(apart))])


def sensitive(level: float) -> Rule:
    """The largest threshold with this sensitivity."""
    return lambda ill, score: high_sensitivity(ill, score, level) or 0.0


def specific(level: float) -> Rule:
    """The smallest threshold with this specificity."""
    return lambda ill, score: high_specificity(ill, score, level) or 1.0


RULES: dict[str, Rule] = {
    "even odds": lambda ill, score: 0.5,
    "sensitivity 0.90 (HS)": sensitive(0.90),
    "sensitivity 0.95": sensitive(0.95),
    "specificity 0.95 (HP)": specific(0.95),
    "specificity 0.90": specific(0.90),
    "highest mean of both": most_balanced,
    "sensitivity equal to specificity": evenly_matched,
}


def read(name: str, answers: Path, folder: Path, *, correct: bool) -> Set:
    """A set's graded rows with their labels; probabilities corrected where they are not yet."""
    labels = read_manifest(folder / f"{name}.csv").table
    known = labels.select(pl.exclude("split", "referable", "mask"))
    table = pl.read_parquet(answers).filter(pl.col("status") == "graded")
    table = table.select("photo", "status", "predicted", *PROBABILITIES).join(known, on="photo")
    p = table.select(pl.col(PROBABILITIES).cast(pl.Float64)).to_numpy()
    if correct:
        p = recalibration("temperature", p, table["grade"].to_numpy()).apply(p)
    table = table.with_columns(pl.Series(k, p[:, i]) for i, k in enumerate(PROBABILITIES))
    ill = (table["grade"] >= 2).fill_null(value=False).to_numpy()
    table = table.with_columns(referable=pl.lit(None, pl.Boolean), split=pl.lit("test"))
    return Set(name, table, ill, referable_score(p))


def decided(found: Set, decision: Decision) -> Predictions:
    """The rows with the grades of a decision."""
    grades = decision.grades(found.table.select(PROBABILITIES).to_numpy())
    return Predictions(found.table.with_columns(pl.Series("predicted", grades, pl.Int8)))


def table_of_rules(sets: Mapping[str, Set]) -> tuple[str, dict[str, float]]:
    """A row a rule: its threshold, and what it regrets on each set; the thresholds by rule."""
    home = sets["idrid"]
    thresholds = {name: max(rule(home.ill, home.score) - HAIR, 0) for name, rule in RULES.items()}
    names = [f"{each}: sensitivity / specificity | regret" for each in sets]
    lines = [f"| rule | threshold | {' | '.join(names)} | worst regret |",
             "|---" * (3 + 2 * len(sets)) + "|"]  # fmt: skip
    for rule, threshold in thresholds.items():
        cells, regrets = [], []
        for each in sets.values():
            called = each.score >= threshold
            regrets.append(each.regret(threshold))
            cells += [f"{called[each.ill].mean():.3f} / {(~called[~each.ill]).mean():.3f}",
                      f"{regrets[-1]:.3f}"]  # fmt: skip
        lines.append(f"| {rule} | {threshold:.4f} | {' | '.join(cells)} | {max(regrets):.3f} |")
    return "\n".join(lines), thresholds


def table_before_and_after(sets: Mapping[str, Set], decision: Decision, before: float) -> str:
    """QWK, sensitivity and specificity by grade and by referral, before and after."""
    lines = ["| photographs | decision | QWK | sensitivity | specificity |", "|---" * 5 + "|"]
    for each in sets.values():
        graded = each.table["grade"].is_not_null().to_numpy()
        rows = replace(each, table=each.table.filter(graded))
        found = compare({"before": Predictions(rows.table), "after": decided(rows, decision)})
        qwk = {entry.name: shown(entry.scores["qwk"]) for entry in found.entries}
        (pair,) = found.pairs
        difference = shown(pair.differences["qwk"], signed=True)
        by = {
            "grade 2 or worse, before": each.table["predicted"].to_numpy() >= 2,
            "referable at HS, before": each.score >= before,
            "one decision": each.score >= decision.threshold,
        }
        patients = groups_of(each.table)
        for name, called in by.items():
            shares = [shown(ratio(called, patients, each.ill)),
                      shown(ratio(~called, patients, ~each.ill))]  # fmt: skip
            kappa = {"grade 2 or worse, before": qwk["before"],
                     "one decision": f"{qwk['after']}; {difference}"}.get(name, "")  # fmt: skip
            lines.append(f"| {each.name} | {name} | {kappa} | {' | '.join(shares)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the rules with their regrets, the decision of the best, and what it changes."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--home", type=Path, required=True)
    words.add_argument("--odir", type=Path, required=True)
    asked = words.parse_args()
    sets = {"idrid": read("idrid", asked.home, asked.folder, correct=True),
            "odir": read("odir", asked.odir, asked.folder, correct=False)}  # fmt: skip
    rules, thresholds = table_of_rules(sets)
    print(rules)
    worst = {rule: max(each.regret(t) for each in sets.values()) for rule, t in thresholds.items()}
    best = min(worst, key=lambda rule: worst[rule])
    home = sets["idrid"]
    p, grades = home.table.select(PROBABILITIES).to_numpy(), home.table["grade"].to_numpy()
    decision = fit_decision(p, grades, thresholds[best], best)
    print(f"\nsmallest worst regret: {best}; {decision}\n")
    print(table_before_and_after(sets, decision, thresholds["sensitivity 0.90 (HS)"]))


if __name__ == "__main__":
    main()
