"""The table of screened factors: each beside the base on `odir`, differences paired by patient."""

from pathlib import Path

import numpy as np
import polars as pl
from tables import shown

from drgrade.data.tables.manifest import read_manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.evaluation.comparison.paired import Comparison, compare
from drgrade.icdr import PROBABILITIES
from drgrade.stats.operating_points import high_sensitivity
from drgrade.stats.referable import referable_score

BASE = "base"
AT = 0.9  # sensitivity at which specificities are told


def print_table(folder: Path, data: Path) -> None:
    """A row a trial below FOLDER: areas on all eyes and on graded ones, and what is specific."""
    labels = read_manifest(data / "odir.csv").table
    tables = {place.name: [read(each / "odir.parquet", labels) for each in sorted(place.iterdir())
                           if (each / "odir.parquet").is_file()]
              for place in sorted(folder.iterdir())}  # fmt: skip
    print(table_of({name: each for name, each in tables.items() if each}))


def read(answers: Path, labels: pl.DataFrame) -> Predictions:
    """Answers to `odir` with its labels; an eye with another disease and no DR has `other`."""
    found = read_predictions(answers).table.drop("grade", "patient", "eye", strict=False)
    whole = found.join(labels.select("photo", "grade", "patient", "eye"), on="photo")
    return Predictions(whole.with_columns(other=pl.col("grade").is_null()))


def table_of(tables: dict[str, list[Predictions]]) -> str:
    """The table as Markdown."""
    lines = ["| trial | seeds | AUC, all eyes | to the base | AUC, graded eyes | to the base "
             "| specificity at 90 %: healthy | other diseases |", "|---" * 8 + "|"]  # fmt: skip
    for name, seeds in tables.items():
        cells = [each for part in (_all, _graded) for each in _areas(name, tables, part)]
        shares = [f"{np.mean([_specific(each, which) for each in seeds]):.3f}" for which in (0, 1)]
        lines.append(f"| {name} | {len(seeds)} | {' | '.join([*cells, *shares])} |")
    return "\n".join(lines)


def _all(answers: Predictions) -> Predictions:
    """Eyes with another disease count as not referable."""
    return Predictions(answers.table.with_columns(pl.col("grade").fill_null(0)))


def _graded(answers: Predictions) -> Predictions:
    return Predictions(answers.table.filter(~pl.col("other")))


def _areas(name: str, tables: dict[str, list[Predictions]], part: object) -> tuple[str, str]:
    assert callable(part)
    own = [part(each) for each in tables[name]]
    base = [part(each) for each in tables.get(BASE, [])][: len(own)]  # of the same seeds
    found = _compared({BASE: base, name: own} if base and name != BASE else {name: own})
    area = next(shown(each.scores["auc"]) for each in found.entries if each.name == name)
    if name == BASE or not base:
        return area, ""
    return area, shown(found.pairs[0].differences["auc"], signed=True)


def _compared(tables: dict[str, list[Predictions]]) -> Comparison:
    flat, pools = {}, {}
    for name, each in tables.items():
        pools[name] = list(range(len(flat), len(flat) + len(each)))
        flat |= {f"{name}-{i}": table for i, table in enumerate(each)}
    if len(tables) == 1:  # a comparison needs two
        flat |= {"again": next(iter(flat.values()))}
        pools["again"] = [len(flat) - 1]
    return compare(flat, pools=pools)


def _specific(answers: Predictions, other: int) -> float:
    """Specificity of healthy eyes, or of other diseases, where 90 % of referable eyes are found."""
    table = answers.table
    score = referable_score(table.select(PROBABILITIES).to_numpy())
    ill = (table["grade"] >= 2).fill_null(value=False).to_numpy()
    threshold = high_sensitivity(ill, score, AT) or 0.0
    which = (
        table["other"].to_numpy() if other else (table["grade"] == 0).fill_null(False).to_numpy()
    )
    return float((score[which] < threshold).mean())
