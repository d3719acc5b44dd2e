"""What a notebook calls, and every command too: evaluate and compare tables of predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import UsageError
from drgrade.evaluation.comparison.paired import Comparison
from drgrade.evaluation.comparison.paired import compare as compare_tables
from drgrade.evaluation.comparison.pooling import alone, as_asked
from drgrade.evaluation.join_manifest import held_against, with_splits
from drgrade.evaluation.ledger import Looks, look_at
from drgrade.evaluation.scorecard.evaluate import evaluate_table, pick_split
from drgrade.evaluation.scorecard.evaluation import Evaluation
from drgrade.evaluation.scorecard.scores import with_patients
from drgrade.recipe.run_folder import MANIFEST, RunFolder

Table = Predictions | Path | str  # a table, its file, or a run folder
Photos = Manifest | Path | str


@dataclass(frozen=True)
class Compared:
    """A comparison, and how often its test set was evaluated on this machine before."""

    comparison: Comparison
    looks: Looks | None


def evaluate(
    predictions: Table, manifest: Photos | None = None, *, split: str = "", seed: int = 0
) -> Evaluation:
    """Evaluate the rows of one split, with intervals, trivial baselines and checks.

    A run folder brings its own manifest. Evaluations of a test set are counted in a ledger on this
    machine.

    Raises:
        PredictionsError: a table that cannot be read or evaluated.
        UsageError: no such split, or a run folder without predictions.
    """
    known = manifest_of(manifest, predictions)
    whole = with_splits(table_of(predictions), known)
    rows = pick_split(whole, split)
    return replace(evaluate_table(rows, known, seed=seed, whole=whole), looks=look_at(rows))


def compare(
    tables: Mapping[str, Table],
    manifest: Photos | None = None,
    *,
    pools: Mapping[str, Sequence[str]] | None = None,
    seeds_apart: bool = False,
    split: str = "",
    seed: int = 0,
) -> Compared:
    """Compare two to ten named tables of predictions on the same photographs.

    Args:
        tables: name -> table; tables of one recipe that differ in the seed alone are pooled.
        manifest: lends patients and groups; by default that of the first run folder.
        pools: name -> names of the tables that are seeds of it.
        seeds_apart: every table a grader of its own.
        split: by default `test`, or the only one there is.
        seed: of the resamples.

    Raises:
        PredictionsError: a table that cannot be read, or of other photographs.
        UsageError: no such split or table.
    """
    known = manifest_of(manifest, *tables.values())
    rows = {name: _rows(name, table, known, split) for name, table in tables.items()}
    members = {name: list(names) for name, names in (pools or {}).items()}
    pooled = alone(list(rows)) if seeds_apart else as_asked(rows, members) if members else None
    found = compare_tables(rows, pools=pooled, seed=seed)
    counted = [looks for looks in map(look_at, rows.values()) if looks is not None]
    return Compared(found, counted[-1] if counted else None)


def table_of(given: Table) -> Predictions:
    """The table that was given, or read from its file or run folder."""
    return given if isinstance(given, Predictions) else read_predictions(file_of(given))


def file_of(given: Path | str) -> Path:
    """The file of a table, or that of a run folder.

    Raises:
        UsageError: a folder without predictions.
    """
    place = Path(given)
    if not place.is_dir():
        return place
    found = RunFolder(place).predictions
    if not found.is_file():
        raise UsageError(f"{place} holds no {found.name}; give a table, or a finished run")
    return found


def manifest_of(given: Photos | None, *tables: Table) -> Manifest | None:
    """The manifest that was given, else that of the first run folder among the tables."""
    if isinstance(given, Manifest):
        return given
    folders = [Path(table) for table in tables if not isinstance(table, Predictions)]
    own = (folder / MANIFEST for folder in folders)
    place = given or next((each for each in own if each.is_file()), None)
    return None if place is None else read_manifest(Path(place))


def _rows(name: str, table: Table, known: Manifest | None, split: str) -> Predictions:
    whole = with_splits(table_of(table), known)
    try:
        rows = pick_split(whole, split)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    if known is None:
        return rows
    held_against(rows, known)
    return with_patients(rows, known)
