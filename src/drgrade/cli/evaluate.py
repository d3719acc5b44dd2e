"""`drgrade evaluate`."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from drgrade.evaluation.scorecard.evaluation import Evaluation

WARNED = 3


def evaluate(
    predictions: Path,
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    manifest: Path | None = None,
    split: str = "",
    language: Literal["en", "zh-TW"] = "en",
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    strict: Annotated[bool, Parameter(negative=())] = False,
    force: Annotated[bool, Parameter(negative=())] = False,
    thumbnails: bool = True,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """Judge a table of predictions, ours or anybody's, and write its scorecard.

    Every figure stands beside its interval and its floors; warnings are printed and are on the
    page. The columns photo, grade and predicted are enough. Runs without torch.
    An error (patients in two splits, rows left out, labels on another scale, ...) stops the
    scorecard and exits 3; `--force` writes it all the same, with the error on top, and exits 3.
    Looks at a test set are counted in a ledger on this machine; the count is in the report.

    Example: drgrade evaluate predictions.csv --manifest eyepacs.csv -o scorecard

    Parameters
    ----------
    predictions
        The table, .csv or .parquet, or a run folder (its predictions and its manifest).
    output
        Folder of the page (`report.html`), its twin `report.json`, `report.md` and `figures`; a
        report of another table that lies there is replaced.
    manifest
        The table of photographs: lends patients and eyes, and shows leaks and rows left out.
    split
        Which split to judge; by default `test`, or the only one there is.
    language
        Of the page, its summary and its figures.
    seed
        Of the resamples.
    strict
        Exit 3 on any warning.
    force
        Write the scorecard although an error was found.
    thumbnails
        Show the photographs of the worst errors, where the manifest says where they lie.
    json_
        Print the figures as JSON instead of the path of the page.
    """
    from drgrade import api
    from drgrade.evaluation.pages.frame import of_other_tables
    from drgrade.evaluation.pages.scorecard_page import write_scorecard
    from drgrade.runtime.files import refuse_file, sha256_file
    from drgrade.runtime.progress import say

    refuse_file(output)
    table = api.file_of(predictions)
    photos = api.manifest_of(manifest, predictions)
    found = api.evaluate(table, photos, split=split, seed=seed)
    if left := found.flow.other_splits:
        say(f"{found.flow.total} rows evaluated; {left} rows of other splits or of none are not")
    if not _may_write(found, language, force=force):
        return WARNED
    table_hash = sha256_file(table)
    if replaced := of_other_tables(output, "table_sha256", table_hash):
        say(replaced)
    page = write_scorecard(
        found,
        output,
        title=predictions.name,
        command=shlex.join(["drgrade", *sys.argv[1:]]),
        language=language,
        photos=photos if thumbnails else None,
        table_hash=table_hash,
    )
    _show(found, page, language, as_json=json_)
    is_bad = found.has_error or (strict and bool(found.warnings))
    return WARNED if is_bad else 0


def _may_write(found: "Evaluation", language: str, *, force: bool) -> bool:
    """Tell every warning; whether a scorecard may be written."""
    from drgrade.runtime.progress import say

    for check in found.warnings:
        say(f"{check.code}: {check.sentence(language)}")
    if found.has_error and not force:
        say("no scorecard was written, because of the error above; fix it, or see what the "
            "figures would be with --force")  # fmt: skip
        return False
    return True


def _show(found: "Evaluation", page: Path, language: str, *, as_json: bool) -> None:
    from drgrade.evaluation.pages.scorecard_text import verdict
    from drgrade.runtime.progress import say

    say(verdict(found, language))
    print(page.with_suffix(".json").read_text(encoding="utf-8") if as_json else page)
