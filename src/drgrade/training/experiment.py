"""A whole experiment, top to bottom: newcomers start here."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.sources.registry import is_drawn
from drgrade.data.tables.manifest import Manifest, read_manifest, write_manifest
from drgrade.data.tables.predictions import write_predictions
from drgrade.data.tables.splits import leaked_share
from drgrade.errors import DrgradeError, RecipeError, RunError
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.models.devices import pick_device
from drgrade.models.grader import Grader, build_network
from drgrade.models.objectives import OBJECTIVES
from drgrade.models.weights.hub import is_on_hub
from drgrade.models.weights.start import (
    load_start,
    normalisation,
    pinned,
    start_knows_dme,
    start_sha256,
)
from drgrade.models.weights.synthetic_starts import PHANTOM, drawing_note, refuse_other_drawing
from drgrade.recipe.recipe import Model, Recipe, Train, load_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json
from drgrade.runtime.locks import locked
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import duration, say
from drgrade.runtime.signals import InterruptedRunError, StopFlag, stop_on_signal
from drgrade.training.loop import COLLAPSED, TrainingContext, train
from drgrade.training.optimisers import make_optimiser
from drgrade.training.outcome import (
    highest_test_table,
    predictions_of,
    with_answers,
    with_origin,
    write_curves,
)
from drgrade.training.prepared import Prepared, prepare, read_photos, squares_facts
from drgrade.training.processes import Processes, current, explain_out_of_memory, told_if_none_began
from drgrade.training.state import State, averaged, load_state
from drgrade.training.tensorboard import events

STAGES = "stages"  # the folder of the stages before the last, and how a start from one begins
FIRST_FOLD = "fold-0"  # the run folder that tells a folder of folds


def run(recipe: Recipe, manifest: Manifest | None, folder: Path, *, resume: bool = False) -> Path:
    """Train, choose on `tune`, predict, and leave a finished run folder.

    Args:
        recipe: every knob.
        manifest: photos and grades; None reads, or draws, those that the recipe names.
        folder: the run folder; new, or with `resume` one that was interrupted.
        resume: go on where it stopped; a finished run of the same recipe and photos is returned
            as it is.

    Raises:
        RunError: folder in use, already holding a run, or not fitting what is resumed.
        RecipeError, ManifestError: settings or table that cannot be trained on; or the recipe has
            stages, which `run_stages` trains.
        InterruptedRunError: a signal came; the state is saved, or the run just finished.
    """
    _refuse_stages(recipe)
    files = RunFolder(folder)
    if resume and files.is_finished:
        files.refuse_other(recipe)
        if manifest is not None or not recipe.data.drawn:  # what is drawn follows from the recipe
            photos = read_photos(recipe, files.began_in) if manifest is None else manifest
            files.refuse_other_photos(photos.hash)
        return files.folder
    with told_if_none_began(lambda: files.is_started):
        return _trained(recipe, manifest, files, resume=resume)


def _trained(recipe: Recipe, manifest: Manifest | None, files: RunFolder, *, resume: bool) -> Path:
    """The folder of a run that is not finished, when it is."""
    keep_freed_memory()  # a third of a step goes into new pages otherwise
    processes = current()
    device = pick_place(recipe.train, processes)
    if resume and manifest is None and recipe.data.drawn:
        refuse_other_drawing(files.folder)
    with processes.in_turn():
        whole = manifest if manifest is not None else read_photos(recipe, files.began_in)
    with _held(files, processes), stop_on_signal() as stop:
        is_new = processes.is_first and not files.is_started
        if processes.is_first:
            _begin(recipe, files, whole, given=manifest is not None, resume=resume)
        processes.wait()
        _set_threads(recipe)
        with processes.in_turn(), _left_free(files, is_new=is_new):
            grader = _fresh(recipe, files, device)
            prepared = prepare(recipe, whole, partial(_leave_if, stop, files))
            files.keep_squares(squares_facts(prepared.cache))
            grader = _told_apart(recipe, grader, prepared)
        context = TrainingContext(
            recipe, grader, prepared.parts, files, device, stop, _no_log, processes
        )
        with explain_out_of_memory(recipe.train):
            _experiment(context, prepared)
        processes.wait()
        if stop:  # too late for a step to see it, and not too late for the fold or cell after this
            raise InterruptedRunError(
                f"stopped when {files.folder} was finished, before it was judged",
                stop.exit_code,
                f"`drgrade train --resume {files.folder}`",
            )
    return files.folder


def _refuse_stages(recipe: Recipe) -> None:
    if recipe.stages:
        names = ", ".join(stage.name for stage in recipe.stages)
        raise RecipeError(
            f"run() trains once, and the recipe '{recipe.name}' has the stages {names}; "
            "train it with run_stages() (`drgrade train`)"
        )


def pick_place(settings: Train, processes: Processes) -> torch.device:
    """Where this process computes.

    Raises:
        RecipeError: steps or devices that the processes cannot share.
        UsageError: a device that is not here.
    """
    processes.check(settings.accumulate)
    device = pick_device(settings.device, "train.device")
    processes.check_device(device)
    return device


def _leave_if(stop: StopFlag, files: RunFolder) -> None:
    if stop:
        raise InterruptedRunError(
            "stopped while photos were prepared",
            stop.exit_code,
            f"`drgrade train --resume {files.folder}`",
        )


def _held(files: RunFolder, processes: Processes) -> contextlib.AbstractContextManager[None]:
    """The run folder, for one training alone; of its processes the first one holds it."""
    return locked(files.folder) if processes.is_first else contextlib.nullcontext()


def _begin(recipe: Recipe, files: RunFolder, whole: Manifest, *, given: bool, resume: bool) -> None:
    if not (resume and files.is_started):
        if given:
            write_manifest(whole, files.given)
        files.begin(recipe, whole.hash)
        _keep(files, _drawing(whole))
        return
    for warning in files.check_resumable(recipe, whole.hash):
        say(f"warning: {warning}; the result may differ from an undisturbed run")


def resume_run(folder: Path) -> Path:
    """Go on with an interrupted run from its own folder."""
    files = RunFolder(folder)
    if (files.folder / FIRST_FOLD).is_dir():
        raise RunError(
            f"{folder} holds folds; go on with the command that began them "
            f"(`drgrade train RECIPE --folds K -o {folder}`)"
        )
    if not files.is_started:
        raise RunError(f"no run to resume in {folder}; start one with `drgrade train RECIPE`")
    given = read_manifest(files.given) if files.given.is_file() else None
    return run(load_recipe(str(files.recipe)), given, folder, resume=True)


def _told_apart(recipe: Recipe, grader: Grader, prepared: Prepared) -> Grader:
    """The grader with all that tells it from others: its training, and the drawing of photos."""
    return with_origin(recipe, grader, prepared).with_facts(**_drawing(prepared.manifest))


def _drawing(manifest: Manifest) -> dict[str, int]:
    """The number of the drawing that photos are of, as a fact; none where they do not tell."""
    number = manifest.facts.get("drawing")
    return {"drawing": number} if is_drawn(manifest.facts) and isinstance(number, int) else {}


def _set_threads(recipe: Recipe) -> None:
    if recipe.train.threads:
        torch.set_num_threads(recipe.train.threads)


def _no_log(row: dict[str, Any]) -> None:
    """Before the event log is open, and in all processes but the first."""


def _fresh(recipe: Recipe, files: RunFolder, device: torch.device) -> Grader:
    """The grader before its first step, from wherever its recipe starts.

    The weights of a run that goes on are in its state, and what it took from its start is in its
    provenance, so that a start that is gone or another by now changes nothing.
    """
    known = files.read_json(files.provenance)
    if files.last.is_file() and "start_sha256" in known:  # runs begun before it was kept lack it
        start, content = str(known.get("start", recipe.model.start)), known["start_sha256"]
        blank = new_grader(_from(recipe, "random"), device, said=False)
        grader = replace(blank, mean=tuple(known["mean"]), std=tuple(known["std"]))
    else:
        start = _start_of(recipe, files)
        grader = new_grader(_from(recipe, start), device, said=not files.last.is_file())
        content = start_sha256(recipe.model.network, start)
        knows_dme = recipe.model.dme and start_knows_dme(recipe.model.network, start)
        known = {"start_sha256": content, "mean": list(grader.mean), "std": list(grader.std),
                 "start_knows_dme": knows_dme}  # fmt: skip
        if not files.last.is_file():
            _keep(files, known)
    facts: dict[str, Any] = {"start": start} if is_on_hub(start) else {}
    if recipe.model.dme:
        facts["knows_dme"] = known.get("start_knows_dme", True)
    facts |= {"start_sha256": content} if content else {}
    return replace(grader, model=recipe.model).with_facts(**facts)


@contextlib.contextmanager
def _left_free(files: RunFolder, *, is_new: bool) -> Iterator[None]:
    """A new run that cannot start leaves its folder free for the command put right."""
    try:
        yield
    except InterruptedRunError:
        raise
    except DrgradeError:
        if is_new:
            files.withdraw()
        raise


def _from(recipe: Recipe, start: str) -> Recipe:
    model = recipe.model.model_copy(update={"start": start})
    return recipe.model_copy(update={"model": model})


def _keep(files: RunFolder, facts: dict[str, Any]) -> None:
    """Add to the provenance what is not in it yet; the first process of several does it."""
    known = files.read_json(files.provenance)
    if known | facts != known:
        write_json(files.provenance, known | facts)


def _experiment(context: TrainingContext, prepared: Prepared) -> None:
    recipe, files, network = context.recipe, context.run, context.grader.network
    state = State(network, make_optimiser(network, recipe.optimiser),
                  averaged(network, recipe.train.ema))  # fmt: skip
    if files.last.is_file():
        load_state(files.last, state)
        say(f"going on in epoch {state.epoch + 1}, step {state.step + 1}")
    with _events(files, context.processes) as log:
        train(replace(context, log=log), state)
    if context.processes.is_first:
        _finish(context, state, prepared)


def _start_of(recipe: Recipe, files: RunFolder) -> str:
    """The start as it was when the run began: a moving branch on the hub is held at its commit."""
    model = _located(recipe.model, files.folder)
    known = files.read_json(files.provenance)
    if "start" in known:
        return str(known["start"])
    start = pinned(model.start)
    if start != model.start:
        _keep(files, {"start": start})
    return start


def _located(model: Model, folder: Path) -> Model:
    """The model with a start from an earlier stage as the path of that stage's run folder."""
    if not model.start.startswith(f"{STAGES}/"):
        return model
    name = model.start.partition("@")[0]
    # Of a fold the stages lie beside it; one stage lies beside another.
    places = [folder / name, folder.parent / name, folder.parent.parent / name]
    found = next((place for place in places if RunFolder(place).is_finished), places[0])
    return model.model_copy(update={"start": str(found)})


@contextlib.contextmanager
def _events(files: RunFolder, processes: Processes) -> Iterator[Any]:
    if not processes.is_first:
        yield lambda row: None
        return
    with events(files.folder / "events") as log:
        yield log


def new_grader(recipe: Recipe, device: torch.device, *, said: bool = True) -> Grader:
    """A grader as the recipe wants it, before any training."""
    torch.manual_seed(recipe.train.seed)
    network = build_network(recipe.model, OBJECTIVES[recipe.objective.name].outputs)
    told = load_start(network, recipe.model.network, recipe.model.start, light=recipe.model.light)
    if said:
        say(told)
        if recipe.model.start == PHANTOM and (note := drawing_note(recipe.model.network)):
            say(note)
    mean, std = normalisation(recipe.model.network, recipe.model.start)
    network = network.to(device)
    if recipe.train.channels_last:
        network = laid_out(network, torch.channels_last)
    return Grader(network, recipe.model,
                  Preprocess(size=recipe.data.size, crop=recipe.data.crop),
                  recipe.objective.name, mean, std)  # fmt: skip


def laid_out(network: nn.Module, layout: torch.memory_format) -> nn.Module:
    """A network whose weights lie in memory as `layout` says."""
    return network.to(memory_format=layout)  # type: ignore[call-overload]  # torch's stubs lack it


def _finish(context: TrainingContext, state: State, prepared: Prepared) -> None:
    recipe, files, manifest = context.recipe, context.run, prepared.manifest
    best = _told_apart(recipe, load_grader(files.best, str(context.device)), prepared)
    best = with_answers(context, best)
    save_grader(files.best, best)
    predictions = predictions_of(context, best, manifest, prepared.cache)
    write_predictions(predictions, files.predictions)
    if state.highest_test:
        write_predictions(
            highest_test_table(context, best, manifest, prepared.cache), files.highest_test
        )
    write_manifest(manifest, files.folder / "manifest.parquet")
    files.write_metrics(state.history)
    write_curves(files, state.history)
    write_json(files.summary, summary(context, state, manifest))
    write_json(files.finished, {"epochs": state.epoch})
    seconds = sum(row["seconds"] for row in state.history)
    say(
        f"finished: {'last' if recipe.train.choose == 'last' else 'best'} epoch "
        f"{state.best['epoch']} of {state.epoch}, {duration(seconds)} of "
        f"training; {files.folder}"
    )


def summary(context: TrainingContext, state: State, manifest: Manifest) -> dict[str, Any]:
    """The figures of a run in plain values."""
    seconds = sum(row["seconds"] for row in state.history)
    photos = len(context.parts.train) * len(state.history)
    chosen = state.history[state.best["epoch"] - 1]
    counts = manifest.table.group_by("split", "grade").len().sort("split", "grade", nulls_last=True)
    return {
        "best_epoch": state.best["epoch"],
        "best_tune_qwk": state.best["tune_qwk"],
        "best_tune_accuracy": state.best["tune_accuracy"],
        "epochs": len(state.history),
        "highest_test_accuracy": state.highest_test.get("accuracy"),
        "highest_test_epoch": state.highest_test.get("epoch"),
        "collapsed": (chosen["majority_share"] or 0.0) > COLLAPSED,
        "majority_share": chosen["majority_share"],
        "seconds": seconds,
        "photos_per_second": photos / max(seconds, 1e-9),
        "parameters": sum(p.numel() for p in state.network.parameters()),
        "device": str(context.device),
        "leaked_share": leaked_share(manifest),
        "counts": [list(row) for row in counts.rows()],
    }
