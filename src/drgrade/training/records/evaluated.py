"""Every training ends with a scorecard of its test rows (or of its out-of-fold rows)."""

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from drgrade.data.tables.manifest import read_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import DrgradeError
from drgrade.evaluation.ledger import Looks, look_at
from drgrade.evaluation.pages.frame import PAGE, TWIN
from drgrade.evaluation.pages.scorecard_page import write_scorecard
from drgrade.evaluation.pages.scorecard_text import verdict
from drgrade.evaluation.scorecard.evaluate import evaluate_table, pick_split
from drgrade.recipe.run_folder import MANIFEST, SCORECARD, RunFolder
from drgrade.runtime.files import sha256_file
from drgrade.runtime.progress import say


def evaluate_run(
    folder: Path, *, language: str = "en", command: str = "", brief: bool = False
) -> Path | None:
    """Write FOLDER/scorecard of a finished run's test rows; what is there is not judged again.

    Of the warnings `brief` says the codes alone; their sentences are on the page.

    Returns:
        The page, or None where there is nothing to judge (the reason is said).
    """
    files = RunFolder(folder)
    page = files.scorecard / PAGE
    twin = _twin(page)
    if page.is_file() and twin.get("language", language) == language:
        return page
    seen = twin.get("looks")  # the same page in another language is no further look
    manifest = files.folder / MANIFEST
    if manifest.is_file() and set(read_manifest(manifest).table["split"]) == {"train"}:
        say("no scorecard: every photo was learned from; judge others by `drgrade predict` and "
            "`drgrade evaluate`")  # fmt: skip
        return None
    looks = Looks(**seen) if seen else None
    return _evaluate(files.predictions, manifest, "test", page.parent, language, command, looks,
                  brief=brief)  # fmt: skip


def _twin(page: Path) -> dict[str, Any]:
    """The figures of a scorecard that was written before."""
    if not page.is_file():
        return {}
    try:
        report = json.loads(page.with_name(TWIN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def evaluate_folds(table: Path, *, language: str = "en", command: str = "") -> Path | None:
    """Write a scorecard of an out-of-fold table into `scorecard` beside it."""
    folder = table.parent / SCORECARD
    return _evaluate(table, None, "out_of_fold", folder, language, command)


def _evaluate(
    table: Path, manifest: Path | None, split: str, folder: Path, language: str, command: str,
    looks: Looks | None = None, *, brief: bool = False,
) -> Path | None:  # fmt: skip
    try:
        whole = read_predictions(table)
        if split not in whole.table["split"].unique():
            say(f"no scorecard: no row is of split '{split}'; a manifest divided anew has some "
                "(`drgrade data split MANIFEST --reassign -o DIVIDED.csv`)")  # fmt: skip
            return None
        rows = pick_split(whole, split)
        known = read_manifest(manifest) if manifest is not None and manifest.is_file() else None
        judgement = replace(evaluate_table(rows, known), looks=looks or look_at(rows))
    except DrgradeError as error:
        say(f"no scorecard: {error}")
        return None
    say(verdict(judgement, language))
    if brief and judgement.warnings:
        codes = " ".join(check.code for check in judgement.warnings)
        say(f"warnings {codes}, explained in {folder / PAGE}")
    for check in () if brief else judgement.warnings:
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
