"""The tables of the grader's trials: each beside the base, all differences paired."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from drgrade.evaluation.comparison import Comparison, compare
from drgrade.evaluation.edema import edema
from drgrade.evaluation.intervals import ratio
from drgrade.evaluation.operating_points import high_sensitivity
from drgrade.evaluation.values import Estimate
from drgrade.grades import PROBABILITIES
from drgrade.predictions import Predictions, read_predictions
from drgrade.recalibration import referable_score

if TYPE_CHECKING:
    from trials import Cell

AGAINST = ("base", "peer")  # a difference is told to the first of these that is there


def home(place: Path) -> Predictions:
    """IDRiD out of fold, further photographs of a trial left out."""
    found = read_predictions(place / "out_of_fold.parquet")
    return Predictions(found.table.filter(pl.col("photo").str.starts_with("idrid/")), found.facts)


def everywhere(place: Path) -> Predictions:
    """IDRiD out of fold as it is and under other cameras: what is chosen by."""
    shifted = read_predictions(place / "shifted.parquet")
    both = pl.concat([home(place).table, shifted.table], how="diagonal_relaxed")
    return Predictions(both, {})


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


def finished(out: Path, cells: "list[Cell]") -> dict[str, list[Path]]:
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
    """A row a trial: kappa and area, and how much above the base, paired."""
    lines = [
        "| trial | seeds | QWK | AUC, referable | QWK, to the base | AUC, to the base |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join(lines + [_row(name, places, read) for name in places])


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


def _row(name: str, places: dict[str, list[Path]], read: Read) -> str:
    against = next((each for each in AGAINST if each in places and each != name), None)
    if against is None:
        return f"| {name} | {len(places[name])} | | | | |"
    found = _compared({each: places[each] for each in (against, name)}, read)
    entry = next(each for each in found.entries if each.name == name)
    (pair,) = found.pairs
    scores = [shown(entry.scores[key]) for key in ("qwk", "auc")]
    differences = [shown(pair.differences[key], signed=True) for key in ("qwk", "auc")]
    return f"| {name} | {len(places[name])} | {' | '.join([*scores, *differences])} |"


def _compared(places: dict[str, list[Path]], read: Read) -> Comparison:
    tables, pools = {}, {}
    for name, folders in places.items():
        pools[name] = list(range(len(tables), len(tables) + len(folders)))
        tables |= {f"{name}-{i}": read(folder) for i, folder in enumerate(folders)}
    return compare(tables, pools=pools)
