"""`drgrade compare`."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def compare(
    predictions: Annotated[list[Path], Parameter(negative=())],
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    split: str = "",
    language: Literal["en", "zh-TW"] = "en",
    seed: int = 0,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Compare two to ten tables of predictions on the same photographs.

    Paired differences with patients resampled, ranks with their uncertainty, McNemar's and
    DeLong's tests, and where the graders disagree. Runs without torch.

    Example: drgrade compare ours.csv theirs.csv -o comparison

    Parameters
    ----------
    predictions
        The tables, .csv or .parquet; tables of the same name are called by their folder.
    output
        Folder of the page (`report.html`), its twin `report.json` and `figures`.
    split
        Which split to compare; by default `test`, or the only one there is.
    language
        Of the page and its figure.
    seed
        Of the resamples.
    json_
        Print the figures as JSON instead of the path of the page.
    """
    from drgrade.evaluation.compare_page import verdict, write_comparison
    from drgrade.evaluation.comparison import compare as compare_tables
    from drgrade.evaluation.judge import pick_split
    from drgrade.predictions import read_predictions
    from drgrade.progress import say

    tables = {
        name: pick_split(read_predictions(path), split)
        for name, path in zip(_names(predictions), predictions, strict=True)
    }
    found = compare_tables(tables, seed=seed)
    command = shlex.join(["drgrade", *sys.argv[1:]])
    page = write_comparison(found, output, command=command, language=language)
    say(verdict(found, language))
    print(page.with_suffix(".json").read_text(encoding="utf-8") if json_ else page)


def _names(paths: list[Path]) -> list[str]:
    """Short names that differ: the file's, the folder's, or the whole path."""
    for of in (lambda p: p.stem, lambda p: p.resolve().parent.name, str):
        names = [of(path) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [f"{number}: {path}" for number, path in enumerate(paths, start=1)]
