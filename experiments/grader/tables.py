"""The tables of the grader's trials: each beside the base, all differences paired."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from cells import Cell

from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.evaluation.comparison.paired import Comparison, compare
from drgrade.evaluation.edema import edema
from drgrade.icdr import PROBABILITIES
from drgrade.models.objectives import fit_cuts
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import ratio
from drgrade.stats.operating_points import high_sensitivity
from drgrade.stats.referable import referable_score

AGAINST = ("base", "peer")  # a difference is told to the first of these that is there
REFITTED = ("peer", "base")  # shown with fitted cuts too: the peer's even cuts cost it kappa
WANTED = (0.9, 0.8)  # sensitivities at points of another set's own


def home(place: Path) -> Predictions:
    """IDRiD out of fold, further photographs of a trial left out."""
    found = read_predictions(place / "out_of_fold.parquet")
    return Predictions(
        found.table.filter(pl.col("photo").str.starts_with("idrid/")), found.provenance
    )


def everywhere(place: Path) -> Predictions:
    """IDRiD out of fold as it is and under other cameras: what is chosen by."""
    shifted = read_predictions(place / "shifted.parquet")
    both = pl.concat([home(place).table, shifted.table], how="diagonal_relaxed")
    return Predictions(both)


def let_go(place: Path, site: str) -> Estimate:
    """The share of a site's healthy eyes below the threshold that finds 90 % out of fold."""
    own = home(place).table
    score = referable_score(own.select(PROBABILITIES).to_numpy())
    threshold = high_sensitivity((own["grade"] >= 2).to_numpy(), score)
    table = read_predictions(place / "healthy.parquet").table.filter(pl.col("site") == site)
    healthy = referable_score(table.select(PROBABILITIES).to_numpy())
    return ratio(healthy < (threshold or 0.0), table["photo"].to_numpy())


def eyepacs(place: Path) -> Predictions:
    """EyePACS, by the mean of the models of the folds."""
    return read_predictions(place / "eyepacs.parquet")


Read = Callable[[Path], Predictions]
TABLES: dict[str, Read] = {
    "IDRiD and other cameras, out of fold": everywhere,
    "IDRiD, out of fold": home,
    "EyePACS": eyepacs,
}


def shown(found: Estimate, *, signed: bool = False) -> str:
    """A figure with its interval."""
    if found.value is None:
        return "n/a"
    form = "+.3f" if signed else ".3f"
    return f"{found.value:{form}} ({found.low:{form}} to {found.high:{form}})"


def finished(out: Path, cells: list[Cell]) -> dict[str, list[Path]]:
    """The folders of each trial whose looks are done, in the order of the cells."""
    places: dict[str, list[Path]] = {}
    for cell in cells:
        if (out / cell.folder / "healthy.parquet").is_file():
            places.setdefault(cell.trial, []).append(out / cell.folder)
    return places


def print_tables(places: dict[str, list[Path]]) -> None:
    """What is chosen by first, then the looks at other sets."""
    for title in TABLES:
        print(f"\n## {title}\n\n{table_of_trials(places, TABLES[title])}")
    print(f"\n## Healthy eyes let go at 90 % sensitivity\n\n{table_of_healthy(places)}")


def table_of_trials(places: dict[str, list[Path]], read: Read) -> str:
    """A row a trial: kappa and area, and how much above the base, paired.

    Further rows have cuts between the grades that were fitted on the other folds' answers.
    """
    lines = [
        "| trial | seeds | QWK | AUC, referable | QWK, to the base | AUC, to the base |",
        "|---|---|---|---|---|---|",
    ]
    tables = {name: [read(each) for each in folders] for name, folders in places.items()}
    for name in REFITTED:
        if name in places:
            tables[f"{name}, cuts fitted"] = [refitted(read(each), home(each))
                                              for each in places[name]]  # fmt: skip
    return "\n".join(lines + [_row(name, tables) for name in tables])


def refitted(answers: Predictions, own: Predictions) -> Predictions:
    """Answers graded anew: their expected grade between cuts of the highest kappa.

    The cuts of a photograph are fitted on the rows of `own`, IDRiD as it is, that lie in other
    folds; those of a photograph of another set on all of them.
    """
    fold_of = dict(own.table.select("photo", "fold").iter_rows())
    folds, value, grades = own.table["fold"].to_numpy(), _expected(own.table), own.grades()
    cuts = {fold: fit_cuts(value[folds != fold], grades[folds != fold]).cuts
            for fold in sorted(set(fold_of.values()))}  # fmt: skip
    photos = [name.partition("@")[0] for name in answers.table["photo"]]
    other = fit_cuts(value, grades).cuts if set(photos) - set(fold_of) else ()
    of_row = np.array([cuts[fold_of[name]] if name in fold_of else other for name in photos])
    given = (_expected(answers.table) >= of_row).sum(axis=1)
    table = answers.table.with_columns(predicted=pl.Series(given, dtype=pl.Int8))
    return Predictions(table, answers.provenance)


def _expected(table: pl.DataFrame) -> np.ndarray:
    """The mean grade by the probabilities, (n, 1)."""
    return table.select(PROBABILITIES).to_numpy() @ np.arange(len(PROBABILITIES))[:, None]


def table_of_healthy(places: dict[str, list[Path]]) -> str:
    """A row a trial: healthy eyes of two other cameras that are not referred, by its first seed."""
    lines = ["| trial | RFMiD 2.0 | HRF |", "|---|---|---|"]
    for name, (first, *_) in places.items():
        shares = (shown(let_go(first, site)) for site in ("rfmid2", "hrf"))
        lines.append(f"| {name} | {' | '.join(shares)} |")
    return "\n".join(lines)


def table_of_edema(places: dict[str, list[Path]]) -> str:
    """A row a trial and seed: signs of macular edema out of fold, beside what the grade tells."""
    lines = [
        "| trial | seed | photographs | with edema | AUC | AUC of the grade | sensitivity "
        "| specificity | calibration slope |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, folders in places.items():
        for folder in folders:
            if (found := edema(home(folder))) is None:
                continue
            told = (found.auc, found.auc_of_grade, found.sensitivity, found.specificity,
                    found.calibration.slope)  # fmt: skip
            lines.append(f"| {name} | {folder.name} | {found.n} | {found.positives} | "
                         f"{' | '.join(map(shown, told))} |")  # fmt: skip
    return "\n".join(lines)


def table_of_grades(places: dict[str, list[Path]]) -> str:
    """The base's answers for each reference grade, in the mean of its seeds."""
    lines = [
        "| photographs | reference grade | n | answered 0 | 1 | 2 | 3 | 4 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for title, read in (("IDRiD, out of fold", home), ("EyePACS", eyepacs)):
        answers = [read(each).graded() for each in places["base"]]
        for grade in range(len(PROBABILITIES)):
            rows = [each.predicted()[each.grades() == grade] for each in answers]
            told = np.mean([np.bincount(each, minlength=5) for each in rows], axis=0)
            shares = " | ".join(f"{each:.1f}" for each in told)
            lines.append(f"| {title} | {grade} | {len(rows[0])} | {shares} |")
    return "\n".join(lines)


def table_of_own_points(places: dict[str, list[Path]]) -> str:
    """The base on EyePACS at points of EyePACS' own, chosen on one half of the patients.

    Each half is judged at the threshold of the other.
    """
    lines = ["| sensitivity asked for | seed | sensitivity | specificity |", "|---|---|---|---|"]
    for wanted in WANTED:
        for place in places["base"]:
            table = eyepacs(place).graded().table
            patients = table["patient"].to_numpy()
            half = np.unique(patients, return_inverse=True)[1] % 2
            score = referable_score(table.select(PROBABILITIES).to_numpy())
            ill = (table["grade"] >= 2).to_numpy()
            called = np.zeros(len(table), dtype=bool)
            for part in range(2):
                other = half != part
                threshold = high_sensitivity(ill[other], score[other], wanted)
                assert threshold is not None
                called[~other] = score[~other] >= threshold
            found = (ratio(called, patients, ill), ratio(~called, patients, ~ill))
            lines.append(f"| {wanted:.0%} | {place.name} | {' | '.join(map(shown, found))} |")
    return "\n".join(lines)


def _row(name: str, tables: dict[str, list[Predictions]]) -> str:
    against = next((each for each in AGAINST if each in tables and each != name), None)
    if against is None:
        return f"| {name} | {len(tables[name])} | | | | |"
    found = _compared({each: tables[each] for each in (against, name)})
    entry = next(each for each in found.entries if each.name == name)
    (pair,) = found.pairs
    scores = [shown(entry.scores[key]) for key in ("qwk", "auc")]
    differences = [shown(pair.differences[key], signed=True) for key in ("qwk", "auc")]
    return f"| {name} | {len(tables[name])} | {' | '.join([*scores, *differences])} |"


def _compared(tables: dict[str, list[Predictions]]) -> Comparison:
    flat, pools = {}, {}
    for name, each in tables.items():
        pools[name] = list(range(len(flat), len(flat) + len(each)))
        flat |= {f"{name}-{i}": table for i, table in enumerate(each)}
    return compare(flat, pools=pools)
