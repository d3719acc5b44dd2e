"""Every training ends with a scorecard of its test rows (or of its out-of-fold rows)."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path

from drgrade.data.manifest import read_manifest
from drgrade.errors import DrgradeError
from drgrade.evaluation.judging.judge import judge, pick_split
from drgrade.evaluation.lab.results import SCORECARD
from drgrade.evaluation.ledger import look_at
from drgrade.evaluation.pages.frame import PAGE
from drgrade.evaluation.pages.judge_page import write_scorecard
from drgrade.evaluation.pages.judge_text import verdict
from drgrade.files import sha256_file
from drgrade.predictions import read_predictions
from drgrade.progress import say
from drgrade.run import RunFolder

MANIFEST = "manifest.parquet"
FOLDER = SCORECARD.split("/")[0]


def judge_run(folder: Path, *, language: str = "en", command: str = "") -> Path | None:
    """Write FOLDER/scorecard of a finished run's test rows; what is there is not judged again.

    Returns:
        The page, or None where there is nothing to judge (the reason is said).
    """
    files = RunFolder(folder)
    page = files.folder / FOLDER / PAGE
    if page.is_file():
        return page
    manifest = files.folder / MANIFEST
    if manifest.is_file() and set(read_manifest(manifest).table["split"]) == {"train"}:
        say("no scorecard: every photo was learned from; judge others by `drgrade predict` and "
            "`drgrade evaluate`")  # fmt: skip
        return None
    return _judge(files.predictions, manifest, "test", page.parent, language, command)


def judge_folds(table: Path, *, language: str = "en", command: str = "") -> Path | None:
    """Write a scorecard of an out-of-fold table into `scorecard` beside it."""
    folder = table.parent / FOLDER
    return _judge(table, None, "out_of_fold", folder, language, command)


def _judge(
    table: Path, manifest: Path | None, split: str, folder: Path, language: str, command: str
) -> Path | None:
    try:
        rows = pick_split(read_predictions(table), split)
        known = read_manifest(manifest) if manifest is not None and manifest.is_file() else None
        judgement = replace(judge(rows, known), looks=look_at(rows))
    except DrgradeError as error:
        say(f"no scorecard: {error}")
        return None
    say(verdict(judgement, language))
    for check in judgement.warnings:
        say(f"{check.code}: {check.sentence(language)}")
    return write_scorecard(
        judgement,
        folder,
        title=folder.resolve().parent.name,
        command=command or shlex.join(["drgrade", *sys.argv[1:]]),
        language=language,
        photos=known,
        table_hash=sha256_file(table),
    )
