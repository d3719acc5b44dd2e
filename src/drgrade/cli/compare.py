"""`drgrade compare`."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from drgrade.errors import UsageError


def compare(
    predictions: Annotated[list[Path], Parameter(negative=())],
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    manifest: Path | None = None,
    pool: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    seeds_apart: Annotated[bool, Parameter(negative=())] = False,
    split: str = "",
    language: Literal["en", "zh-TW"] = "en",
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Compare two to ten tables of predictions on the same photographs.

    Paired differences with patients resampled, ranks with their uncertainty, McNemar's and
    DeLong's tests, and where the graders disagree. Runs without torch.

    Example: drgrade compare ours.csv theirs.csv -o comparison

    Parameters
    ----------
    predictions
        The tables, .csv or .parquet, or run folders; tables of the same name are called by their
        folder.
    output
        Folder of the page (`report.html`), its twin `report.json` and `figures`; a report of other
        tables that lies there is replaced.
    manifest
        The table of photographs: lends patients and groups; a run folder brings its own.
    pool
        Seeds of one grader, as NAME=TABLE,TABLE with the names of the tables; may be given again.
        Our own runs of one recipe that differ in the seed alone are pooled by themselves.
    seeds_apart
        Every table a grader of its own.
    split
        Which split to compare; by default `test`, or the only one there is.
    language
        Of the page and its figure.
    seed
        Of the resamples.
    json_
        Print the figures as JSON instead of the path of the page.
    """
    from drgrade import api
    from drgrade.evaluation.pages.compare_page import verdict, write_comparison
    from drgrade.evaluation.pages.frame import of_other_tables
    from drgrade.evaluation.pages.scorecard_text import looks_text
    from drgrade.locale.catalogue import message
    from drgrade.runtime.files import refuse_file
    from drgrade.runtime.progress import say

    refuse_file(output)
    tables: dict[str, api.Table] = dict(zip(_names(predictions), predictions, strict=True))
    found = api.compare(tables, manifest, pools=_pools(pool), seeds_apart=seeds_apart,
                        split=split, seed=seed)  # fmt: skip
    if replaced := of_other_tables(output, "tables", list(tables)):
        say(replaced)
    command = shlex.join(["drgrade", *sys.argv[1:]])
    page = write_comparison(found.comparison, output, command=command, language=language)
    say(verdict(found.comparison, language))
    if found.comparison.unit == "photos":
        say(message(language, "compare-photos_alone"))
    if found.comparison.rules_differ:
        say(message(language, "compare-rules_differ"))
    if found.looks is not None:
        say(f"{message(language, 'scorecard-about_looks')}: {looks_text(found.looks, language)}")
    print(page.with_suffix(".json").read_text(encoding="utf-8") if json_ else page)


def _pools(asked: tuple[str, ...]) -> dict[str, list[str]]:
    wrong = [each for each in asked if not all(each.partition("="))]
    if wrong:
        raise UsageError(f"--pool is NAME=TABLE,TABLE, got '{wrong[0]}'")
    pairs = [(name, members.split(",")) for name, _, members in (a.partition("=") for a in asked)]
    named = [name for name, _ in pairs]
    if twice := next((name for name in named if named.count(name) > 1), ""):
        raise UsageError(f"a pool is named once, got --pool {twice}=... twice; name them apart")
    return dict(pairs)


def _names(paths: list[Path]) -> list[str]:
    """Short names that differ: the file's, the folder's, or the whole path."""
    for of in (lambda p: p.stem, lambda p: p.resolve().parent.name, str):
        names = [of(path) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [f"{number}: {path}" for number, path in enumerate(paths, start=1)]
