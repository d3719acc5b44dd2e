"""`drgrade evaluate`."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

WARNED = 3


def evaluate(
    predictions: Path,
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    manifest: Path | None = None,
    split: str = "",
    language: Literal["en", "zh-TW"] = "en",
    seed: int = 0,
    strict: Annotated[bool, Parameter(negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """Judge a table of predictions, ours or anybody's, and write its scorecard.

    Every figure stands beside its interval and its floors; warnings are printed and are on the
    page. The columns photo, grade and predicted are enough. Runs without torch.
    Exit code 3 says that an error was found (or, with `--strict`, that any warning fires).

    Example: drgrade evaluate predictions.csv --manifest eyepacs.csv -o scorecard

    Parameters
    ----------
    predictions
        The table, .csv or .parquet.
    output
        Folder of the page (`report.html`), its twin `report.json`, `report.md` and `figures`.
    manifest
        The table of photographs: lends patients and eyes, and tells leaks and rows left out.
    split
        Which split to judge; by default `test`, or the only one there is.
    language
        Of the page, its summary and its figures.
    seed
        Of the resamples.
    strict
        Exit 3 on any warning.
    json_
        Print the figures as JSON instead of the path of the page.
    """
    from drgrade.data.manifest import read_manifest
    from drgrade.evaluation.judge import judge, pick_split
    from drgrade.evaluation.judge_page import verdict, write_scorecard
    from drgrade.predictions import read_predictions
    from drgrade.progress import say

    rows = pick_split(read_predictions(predictions), split)
    known = None if manifest is None else read_manifest(manifest)
    judgement = judge(rows, known, seed=seed)
    page = write_scorecard(
        judgement, output, title=predictions.name, command=_command(), language=language
    )
    say(verdict(judgement, language))
    for check in judgement.warnings:
        say(f"{check.code}: {check.sentence(language)}")
    print(page.with_suffix(".json").read_text(encoding="utf-8") if json_ else page)
    is_bad = judgement.has_error or (strict and bool(judgement.warnings))
    return WARNED if is_bad else 0


def _command() -> str:
    return shlex.join(["drgrade", *sys.argv[1:]])
