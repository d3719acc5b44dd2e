"""The course lab's whole experiment: its plan, its cells one after the other, and its report."""

import inspect
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.splits import complete, leaked_share, new_notes
from drgrade.errors import DownloadError, Reason, RunError, UsageError
from drgrade.lab.cells import TABLE, Cell, Wanted, cells_of, compared
from drgrade.lab.dataset import PhotoDataset
from drgrade.lab.degradation.nets import ROLE, nets_of, recipe_of
from drgrade.lab.plan import Pace, Planned, measure, plan, say_plan
from drgrade.lab.report import write_lab_report
from drgrade.locale.plain import as_plain
from drgrade.locale.refusal import reason_of
from drgrade.models.grader import build_network
from drgrade.models.objectives import OBJECTIVES
from drgrade.models.weights.synthetic_starts import MissingStartError
from drgrade.recipe.run_folder import RunFolder, provenance
from drgrade.runtime.files import refuse_file, write_json
from drgrade.runtime.locks import locked
from drgrade.runtime.progress import remarked_once, say
from drgrade.runtime.signals import SAME, going_on_with
from drgrade.training.diverged import DivergedError
from drgrade.training.fit import run
from drgrade.training.prepared import limited
from drgrade.training.records.evaluated import evaluate_run

FORMAT = 1
ABOUT = "lab.json"
PAGE_SECONDS = 120.0  # a lab of hours shows its page as cells end; a short one draws it once


def run_lab(
    manifest: Manifest,
    folder: Path,
    wanted: Wanted,
    *,
    language: str = "en",
    confirm: Callable[[], bool] = lambda: True,
    measured: Callable[[Cell], Pace] = measure,
) -> Path:
    """Say what will run, run every cell that is not finished, and write the page after each.

    Args:
        manifest: photos with grades; splits that are missing are held out from `train`.
        folder: where `runs/CELL`, `figures`, `report.html` and `report.json` go.
        wanted: sizes, cells, photos and epochs, and whether the nets of the first figure.
        language: of the page and its figures, `en` or `zh-TW`.
        confirm: asked once, after the plan was said; False ends the lab before it begins.
        measured: how the pace of a cell's network is found.

    Returns:
        The path of the page.

    Raises:
        UsageError: nothing to learn from or to test on; or the answer to `confirm` was no.
        RunError: a cell in `folder` was run with other settings or photos, or another lab runs
            there.
        InterruptedRunError: a signal came; the same command goes on where it stopped.
    """
    refuse_file(folder)
    cells = [*cells_of(wanted), *nets_of(wanted)]
    _refuse_other_settings(cells, folder, manifest)
    whole = completed(manifest, cells[0])
    _refuse_other_photos(folder, whole)
    photos = _photos(whole)
    planned = plan(cells, folder, photos, measured)
    say_plan(planned, photos)
    if any(each.epochs_left for each in planned) and not confirm():
        raise UsageError("stopped before the first cell; nothing was run")
    with locked(folder), remarked_once():  # the page is one for all cells, of whatever call
        about = _about(whole, cells, planned, wanted, folder)
        drawn = time.monotonic()
        for cell in cells:
            with going_on_with(SAME):
                about["reasons"][cell.name] = as_plain(_run_cell(cell, manifest, folder, language))
            if time.monotonic() - drawn > PAGE_SECONDS:
                _write(folder, about, whole, language)
                drawn = time.monotonic()
        return _write(folder, about, whole, language)


def _refuse_other_settings(cells: Sequence[Cell], folder: Path, manifest: Manifest) -> None:
    """What lies in `folder` must have been run as it is asked for now, finished or not."""
    for cell in cells:
        files = RunFolder(folder / "runs" / cell.name)
        if files.is_started:
            files.check_resumable(cell.recipe, manifest.hash)


def _refuse_other_photos(folder: Path, whole: Manifest) -> None:
    """Cells of an earlier call stay on the page, where they are compared with those of this one."""
    before = _noted(folder)
    known = (before.get("provenance") or {}).get("manifest_hash", whole.hash)
    if known != whole.hash:
        raise RunError(
            f"{folder} holds cells of other photos, or of photos divided or limited otherwise "
            "(--photos, data.photos, data.holdout_from_train, data.split_seed); "
            "choose another folder"
        )


def completed(manifest: Manifest, cell: Cell) -> Manifest:
    """The photos a lab works with: splits complete, training photos limited; says what it did.

    Raises:
        UsageError: no graded photos to learn from or to test on.
    """
    data = cell.recipe.data
    whole = limited(complete(manifest, data.split_seed, data.held_out), data.photos)
    photos = _photos(whole)
    for split in ("train", "test"):
        if not photos.get(split):
            raise UsageError(
                f"the lab needs graded photos in split '{split}', got 0 of {len(manifest)} rows; "
                "divide them with `drgrade data split MANIFEST --reassign -o DIVIDED.csv`"
            )
    for note in new_notes(manifest, whole):
        say(note)
    return whole


def _photos(manifest: Manifest) -> dict[str, int]:
    graded = manifest.table.drop_nulls("grade")
    return {str(split): int(n) for split, n in graded.group_by("split").len().rows() if split}


def _run_cell(cell: Cell, manifest: Manifest, folder: Path, language: str) -> Reason | None:
    """Train one cell to its end and judge it; returns why it stays empty, or None.

    A net of the first figure is not judged: its figure is the training error, and a look at test
    that nobody needs is a look too many.
    """
    say(f"cell {cell.name}")
    own = folder / "runs" / cell.name
    try:
        ended = run(cell.recipe, manifest, own, resume=True)
        if cell.role != ROLE:
            evaluate_run(ended, language=language, brief=True)
    except (DownloadError, MissingStartError, DivergedError) as error:
        say(f"cell {cell.name} stays empty: {error}")
        return reason_of(error)
    return None


def _write(folder: Path, about: dict[str, Any], manifest: Manifest, language: str) -> Path:
    write_json(folder / ABOUT, about)
    return write_lab_report(folder, manifest, language=language)


def _about(
    manifest: Manifest,
    cells: Sequence[Cell],
    planned: Sequence[Planned],
    wanted: Wanted,
    folder: Path,
) -> dict[str, Any]:
    """What the page needs to know that no run folder holds."""
    before = _noted(folder)
    table = [cell for cell in cells if cell.role != ROLE]
    nets = [cell for cell in cells if cell.role == ROLE]
    kept: dict[str, Any] = (
        {} if table else {k: before[k] for k in ("recipe", "size") if k in before}
    )
    return {
        "format": FORMAT,
        "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "recipe": wanted.recipe if table else recipe_of(wanted),
        "size": cells[0].size,
        **kept,
        "cells": _merged(before.get("cells", []), [cell.as_json() for cell in table]),
        "degradation": [net.as_json() for net in nets] or before.get("degradation", []),
        "compared": compared(table) or before.get("compared", []),
        "reasons": dict(before.get("reasons", {})),
        "networks": before.get("networks", {}) | _networks(cells),
        "estimated_seconds": {each.cell.name: each.seconds for each in planned},
        "dataset": _dataset_functions(),
        "leaked_share": leaked_share(manifest),
        "provenance": provenance(cells[0].recipe, manifest.hash),
    }


def _noted(folder: Path) -> dict[str, Any]:
    """The notes of an earlier call; nothing where there are none."""
    path = folder / ABOUT
    if not path.is_file():
        return {}
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}  # the page is drawn anew from the run folders
    return about if isinstance(about, dict) else {}


def _merged(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cells of an earlier call stay on the page; the lab's order first, then the rest."""
    each = {cell["name"]: cell for cell in [*before, *now]}
    order = [*TABLE, *(name for name in each if name not in TABLE)]
    return [each[name] for name in order if name in each]


def _networks(cells: Sequence[Cell]) -> dict[str, dict[str, Any]]:
    """Printed modules and parameters of each network and head, keyed `network head`.

    A net of the first figure is separated from a cell's network by its kind, `plain` or `residual`.
    """
    found: dict[str, dict[str, Any]] = {}
    for cell in cells:
        model = cell.recipe.model
        kind = "plain " if model.plain else "residual "
        name = f"{kind if cell.role == ROLE else ''}{model.network}"
        key = f"{name} {model.head}"
        if key not in found:
            outputs = OBJECTIVES[cell.recipe.objective.name].outputs
            network = build_network(model, outputs)
            found[key] = {
                "network": name,
                "head": model.head,
                "printed": str(network),
                "parameters": sum(p.numel() for p in network.parameters()),
            }
    return found


def _dataset_functions() -> dict[str, str]:
    """The source of the three functions every Dataset has."""
    names = ("__init__", "__len__", "__getitem__")
    return {name: inspect.getsource(getattr(PhotoDataset, name)) for name in names}
