"""What the cells of a lab came to: run folders and the manifest in, plain figures out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from drgrade.data.tables.groups import unit_of
from drgrade.data.tables.manifest import SPLITS, Manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import Reason, RecipeError
from drgrade.evaluation.baselines import (
    UNKNOWN,
    Floor,
    Rows,
    always,
    floors,
    other_eye,
    rows_of,
)
from drgrade.evaluation.pages.frame import PAGE
from drgrade.icdr import GRADES
from drgrade.lab.degradation.results import Degradation, read_degradation
from drgrade.lab.pairs import Pair, Unlike, other_settings, wanted_pairs
from drgrade.locale.plain import as_plain, reason_from
from drgrade.provenance.photo_set import SetProvenance
from drgrade.recipe.recipe import UNCHOSEN, Recipe, load_recipe
from drgrade.recipe.run_folder import SCORECARD, RunFolder
from drgrade.stats.area_intervals import macro_area
from drgrade.stats.estimate import Estimate, Floats, Ints, missing, with_unit
from drgrade.stats.intervals import bootstrap, paired_difference, ratio
from drgrade.stats.metrics import COLLAPSE_SHARE, NO_PHOTOS, accuracies, confusion, kappas

NOTES = ("cells", "degradation", "reasons")  # of lab.json: what the JSON report holds in full
LEARNED_FROM = ("train", "tune", "calibrate")
MOST_ROWS = 0.9  # a floor that answers fewer rows than this is not the one to be held against


@dataclass(frozen=True)
class Judged:
    """Test answers of one epoch: which, who chose it, and the matrix (5, 5), rows the reference."""

    epoch: int | None
    chosen_on: str
    accuracy: Estimate
    qwk: Estimate
    macro_auc: Estimate
    matrix: Ints
    one_answer: float  # the largest share of photographs with one and the same answer

    def as_json(self) -> dict[str, Any]:
        """The fields in plain values."""
        scores = {name: getattr(self, name).as_json() for name in ("accuracy", "qwk", "macro_auc")}
        plain = {"epoch": self.epoch, "chosen_on": self.chosen_on, "one_answer": self.one_answer}
        return plain | scores | {"confusion": self.matrix.tolist()}


@dataclass(frozen=True)
class Result:
    """One cell: its settings, its log, and its test answers; `state` is `finished`, `interrupted`
    or `empty`."""

    name: str
    settings: Mapping[str, Any]
    state: str
    reason: Reason | None = None
    history: Sequence[Mapping[str, float | None]] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    recipe_hash: str = ""
    honest: Judged | None = None
    highest: Judged | None = None
    over_zero: Estimate | None = None
    over_other: Estimate | None = None
    unseen: Estimate | None = None
    scorecard: str = ""  # the page of its own judgement, below the lab's folder
    recipe: Recipe | None = None  # what it was begun with; None where it was not, or is unreadable

    @property
    def is_collapsed(self) -> bool:
        """Whether the chosen epoch gives nearly all test photographs one grade."""
        return self.honest is not None and self.honest.one_answer > COLLAPSE_SHARE

    @property
    def is_unchosen(self) -> bool:
        """Whether its last epoch is kept, for nothing chose one."""
        if self.honest is None:
            return self.settings.get("choose") == "last"
        return self.honest.chosen_on == UNCHOSEN

    @property
    def tune_score(self) -> tuple[float, float] | None:
        """QWK and accuracy on tune, by which cells are ranked; None where there is neither."""
        numbers = [self.summary.get(f"best_tune_{key}") for key in ("qwk", "accuracy")]
        if all(number is None for number in numbers):
            return None
        qwk, accuracy = (-9.0 if number is None else float(number) for number in numbers)
        return qwk, accuracy

    def as_json(self) -> dict[str, Any]:
        """The fields in plain values."""
        parts = ("honest", "highest", "over_zero", "over_other", "unseen")
        found = {name: getattr(self, name) for name in parts}
        return {
            "name": self.name,
            "settings": dict(self.settings),
            "state": self.state,
            "reason": as_plain(self.reason),
            "is_collapsed": self.is_collapsed,
            **{name: part.as_json() if part else None for name, part in found.items()},
            "history": [dict(row) for row in self.history],
            "summary": dict(self.summary),
            "recipe_hash": self.recipe_hash,
        }


@dataclass(frozen=True)
class Lab:
    """Everything the page says, in figures."""

    about: Mapping[str, Any]
    provenance: SetProvenance
    counts: Mapping[str, tuple[int, ...]]  # split -> photographs of grades 0 to 4
    units: Mapping[str, int]  # split -> how many units are resampled
    unit: str  # patients, groups or photos
    leaked_share: float | None
    floors: tuple[Floor, ...]
    other: Floor | None  # the other-eye floor that answers most test rows
    cells: tuple[Result, ...]
    pairs: tuple[Pair, ...]
    unlike: tuple[Unlike, ...] = ()  # what would be a pair, but for other settings
    degradation: Degradation | None = None  # the first figure, where it was asked for

    def cell(self, name: str) -> Result | None:
        """A cell by its name, or None."""
        return next((cell for cell in self.cells if cell.name == name), None)

    @property
    def sizes(self) -> list[Result]:
        """The cells that differ in nothing but their size, largest first; else none."""
        if any(each.kind == "size" for each in self.unlike):
            return []
        return [cell for name in self.about["compared"] if (cell := self.cell(name))]

    @property
    def finished(self) -> list[Result]:
        """Cells of the lab's table that have test answers."""
        return [c for c in self.cells if c.honest is not None and c.settings["role"] == "table"]

    @property
    def chosen(self) -> Result | None:
        """The cell of the table with the best score on tune: the one the verdict is about."""
        scored = [(score, cell) for cell in self.finished if (score := cell.tune_score)]
        return max(scored, key=lambda each: each[0], default=(None, None))[1]

    @property
    def kept(self) -> str:
        """Which epochs its cells keep: `tune`, those tune chose, `last`, or `mixed`."""
        kinds = {cell.is_unchosen for cell in self.cells}
        return "mixed" if len(kinds) > 1 else "last" if True in kinds else "tune"

    def as_json(self) -> dict[str, Any]:
        """The JSON report of the page in plain values."""
        chosen = self.chosen
        return {
            **{key: value for key, value in self.about.items() if key not in NOTES},
            "facts": self.provenance.as_json(),
            "counts": {split: list(row) for split, row in self.counts.items()},
            "units": {"kind": self.unit, **self.units},
            "leaked_share": self.leaked_share,
            "floors": [floor.as_json() for floor in self.floors],
            "chosen_on_tune": chosen.name if chosen else None,
            "cells": [cell.as_json() for cell in self.cells],
            "pairs": [pair.as_json() for pair in self.pairs],
            "not_compared": [each.as_json() for each in self.unlike],
            "degradation": self.degradation.as_json() if self.degradation else None,
        }


def read_lab(folder: Path, about: Mapping[str, Any], manifest: Manifest) -> Lab:
    """Judge what lies in a lab's run folders.

    Args:
        folder: the lab's folder; cells lie where `about` says.
        about: the lab's own notes (`lab.json`).
        manifest: its photos with splits complete.
    """
    test = Test.of(manifest)
    reasons = {name: reason_from(each) for name, each in about["reasons"].items()}
    cells = tuple(_result(folder, settings, reasons, test) for settings in about["cells"])
    counts = _counts(manifest)
    nets, unit = about.get("degradation", []), unit_of(manifest.table)
    pairs, unlike = _pairs(folder, cells, about["compared"], test)
    lab = Lab(
        about=about,
        provenance=manifest.provenance.without("root"),
        counts=counts,
        units=_units(manifest),
        unit=unit,
        leaked_share=about["leaked_share"] if unit != "photos" else None,
        floors=floors(test.rows, test.train),
        other=test.other_floor,
        cells=cells,
        pairs=pairs,
        unlike=unlike,
        degradation=read_degradation(folder, nets, reasons, counts["train"]),
    )
    return with_unit(lab, unit)


@dataclass(frozen=True)
class Test:
    """The graded test photos of a manifest, and what can be said of them without looking."""

    photos: tuple[str, ...]
    rows: Rows
    train: Rows
    other: Ints  # (n,) the other eye's grade, -1 where it is unknown
    other_floor: Floor | None
    is_unseen: np.ndarray  # (n,) whether the patient (or group) has all its photos in test

    @staticmethod
    def of(manifest: Manifest) -> "Test":
        """The test photos of a manifest; units to resample are its groups."""
        table = manifest.table.with_columns(pl.Series("unit", manifest.groups()))
        known = table.filter((pl.col("split") == "test") & pl.col("grade").is_not_null())
        train_table = table.filter(pl.col("split") == "train")
        rows, train = rows_of(known), rows_of(train_table)
        units = known["unit"].to_numpy().astype(str)
        rows = Rows(rows.patients, rows.eyes, rows.grades, units)
        other, floor = _other(rows, train)
        beside = table.filter(pl.col("split").is_in(LEARNED_FROM))["unit"]
        unseen = ~np.isin(units, beside.to_numpy().astype(str))
        return Test(tuple(known["photo"].to_list()), rows, train, other, floor, unseen)

    def places(self, photos: Sequence[str]) -> Ints:
        """Where each photo stands among the test rows, (n,)."""
        place = {photo: i for i, photo in enumerate(self.photos)}
        return np.array([place[photo] for photo in photos], dtype=np.int64)


def _other(rows: Rows, train: Rows) -> tuple[Ints, Floor | None]:
    """Answers of the other-eye floor that answers most rows, and its figures."""
    found = {floor.name: floor for floor in floors(rows, train)}
    beside, before = found["other_eye"], found["train_other_eye"]
    if beside.n >= MOST_ROWS * len(rows.grades) > 0:
        return other_eye(rows), beside
    answers = other_eye(rows, train, default=0)
    if before.accuracy.value is not None and (answers != 0).any():
        return answers, before
    return other_eye(rows), beside if beside.n else None


def _counts(manifest: Manifest) -> dict[str, tuple[int, ...]]:
    table = manifest.table
    return {
        split: tuple(
            table.filter((pl.col("split") == split) & (pl.col("grade") == grade)).height
            for grade in GRADES
        )
        for split in SPLITS
    }


def _units(manifest: Manifest) -> dict[str, int]:
    groups = manifest.groups()
    is_graded = manifest.table["grade"].is_not_null().to_numpy()
    splits = manifest.table["split"].to_numpy()
    return {split: len(set(groups[is_graded & (splits == split)])) for split in SPLITS}


def _result(
    folder: Path, settings: Mapping[str, Any], reasons: Mapping[str, Reason | None], test: Test
) -> Result:
    name, files = settings["name"], RunFolder(folder / settings["run"])
    history = files.read_metrics() if files.metrics.is_file() else []
    recipe = _recipe(files)
    if not files.is_finished:
        state = "interrupted" if history else "empty"
        return Result(name, settings, state, reasons.get(name), history, recipe=recipe)
    summary = files.read_json(files.summary)
    answers = read_predictions(files.predictions).part("test").graded()
    epoch = summary.get("best_epoch")
    honest = _judged(answers, test, epoch, _chosen_on(settings, history, epoch))
    highest = None
    if files.highest_test.is_file():
        best = read_predictions(files.highest_test).graded()
        highest = _judged(best, test, summary.get("highest_test_epoch"), "test")
    recipe_hash = files.read_json(files.provenance).get("recipe_hash", "")
    page = _scorecard(folder, settings["run"])
    return Result(name, settings, "finished", None, history, summary, recipe_hash, honest, highest,
                  *_against(answers, test), page, recipe)  # fmt: skip


def _chosen_on(
    settings: Mapping[str, Any], history: Sequence[Mapping[str, float | None]], epoch: int | None
) -> str:
    """What chose a cell's epoch; without a score on tune the last one is kept, as asked or not."""
    choose = settings.get("choose", "qwk")
    scores = [row.get(f"tune_{choose}") for row in history if row["epoch"] == epoch]
    return UNCHOSEN if choose == "last" or scores == [None] else "tune"


def _recipe(files: RunFolder) -> Recipe | None:
    """The recipe of a run folder; one that this version cannot read ends no page."""
    if not files.is_started:
        return None
    try:
        return load_recipe(str(files.recipe))
    except RecipeError:
        return None


def _scorecard(folder: Path, run: str) -> str:
    page = f"{run}/{SCORECARD}/{PAGE}"
    return page if (folder / page).is_file() else ""


def _judged(answers: Predictions, test: Test, epoch: int | None, chosen_on: str) -> Judged | None:
    if answers.table.is_empty():
        return None
    grade, given = answers.grades(), answers.predicted()
    units = test.rows.units[test.places(answers.table["photo"].to_list())]
    area = missing(Reason("answers_without_probabilities"), len(grade))
    if answers.has_probabilities:
        area = macro_area(grade, answers.probabilities(), units)
    return Judged(
        epoch=epoch,
        chosen_on=chosen_on,
        accuracy=ratio(grade == given, units),
        qwk=bootstrap(kappas, grade, given, units),
        macro_auc=area,
        matrix=confusion(grade, given),
        one_answer=float(np.bincount(given).max() / len(given)),
    )


def _against(answers: Predictions, test: Test) -> tuple[Estimate, Estimate, Estimate]:
    """Accuracy minus always 0, minus the other eye's grade, and on patients not in train."""
    if answers.table.is_empty():
        nothing = missing(NO_PHOTOS)
        return nothing, nothing, nothing
    places = test.places(answers.table["photo"].to_list())
    grade, given, units = answers.grades(), answers.predicted(), test.rows.units[places]
    over_zero = paired_difference(accuracies, grade, always(0, len(grade)), given, units)
    other = test.other[places]
    known = other != UNKNOWN
    over_other = missing(Reason("other_eye_unknown"))
    if known.any():
        over_other = paired_difference(
            accuracies, grade[known], other[known], given[known], units[known]
        )
    new = test.is_unseen[places]
    unseen = missing(Reason("no_unseen_patient"))
    if new.any():
        unseen = ratio(grade[new] == given[new], units[new])
    return over_zero, over_other, unseen


def _pairs(
    folder: Path, cells: Sequence[Result], compared: Sequence[str], test: Test
) -> tuple[tuple[Pair, ...], tuple[Unlike, ...]]:
    """Every two finished cells that differ in one thing, and every two begun that do in more."""
    known = {cell.name: (cell, cell.recipe) for cell in cells if cell.recipe is not None}
    networks = list(dict.fromkeys(cell.settings["network"] for cell, _ in known.values()))
    pairs, unlike = [], []
    for kind, before, after in wanted_pairs(networks, compared):
        if before not in known or after not in known:
            continue
        (first, its_recipe), (second, other_recipe) = known[before], known[after]
        if others := other_settings(kind, its_recipe, other_recipe):
            unlike.append(Unlike(kind, before, after, tuple(others)))
        elif first.honest is not None and second.honest is not None:
            answers = _answers(folder, first), _answers(folder, second)
            pairs.append(Pair(kind, before, after, *_differences(*answers, test)))
    return tuple(pairs), tuple(unlike)


def _answers(folder: Path, cell: Result) -> pl.DataFrame:
    """The test photographs of a cell and what it answers."""
    path = RunFolder(folder / cell.settings["run"]).predictions
    return read_predictions(path).part("test").graded().table.select("photo", "predicted")


def _differences(
    first: pl.DataFrame, second: pl.DataFrame, test: Test
) -> tuple[Estimate, Estimate]:
    both = first.join(second, on="photo", suffix="_second", maintain_order="left")
    places = test.places(both["photo"].to_list())
    grade, units = test.rows.grades[places], test.rows.units[places]
    before, after = both["predicted"].to_numpy(), both["predicted_second"].to_numpy()
    scores: tuple[Callable[[Floats], Floats], ...] = (accuracies, kappas)
    accuracy, qwk = (paired_difference(s, grade, before, after, units) for s in scores)
    return accuracy, qwk
