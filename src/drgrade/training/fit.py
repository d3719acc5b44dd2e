"""A whole training, top to bottom: newcomers start here."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.errors import RecipeError, RunError
from drgrade.models.grader import Grader
from drgrade.recipe.recipe import Recipe, load_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.progress import say
from drgrade.training.loop import TrainingContext, train
from drgrade.training.optimisers import make_optimiser
from drgrade.training.prepared import Prepared, prepare, squares_hash
from drgrade.training.processes import explain_out_of_memory
from drgrade.training.records.outcome import finish, with_origin
from drgrade.training.records.tensorboard import events
from drgrade.training.session import Session, is_finished, session
from drgrade.training.start import untrained
from drgrade.training.state import State, averaged, load_state

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
    if resume and is_finished(recipe, manifest, files):
        return files.folder
    with session(recipe, manifest, files, resume=resume) as held:
        with held.preparing():
            start = untrained(recipe, files, held.device)
            data = prepare(recipe, held.photos, held.leave_if_stopped)
            files.keep_squares(squares_hash(data.cache))
        fit(recipe, data, start, held)
    return files.folder


def fit(recipe: Recipe, data: Prepared, start: Grader, held: Session) -> State:
    """Train a grader on prepared photographs from where its run stands, and leave its outcome.

    Args:
        recipe: every knob.
        data: photographs of every split as squares, with their targets.
        start: the grader before its first step.
        held: the run folder, which has the state of a training that goes on.

    Returns:
        The state after the last epoch; the files of the outcome lie in the run folder.

    Raises:
        InterruptedRunError: a signal came; the state is saved.
        DivergedError: too many steps, the answers or the weights became NaN or infinite.
        MemoryFullError: a batch does not fit on the GPU.
    """
    files, network = held.files, start.network
    grader = with_origin(recipe, start, data)
    optimiser = make_optimiser(network, recipe.optimiser)
    state = State(network, optimiser, averaged(network, recipe.train.ema))
    if files.last.is_file():
        load_state(files.last, state)
        say(f"going on in epoch {state.epoch + 1}, step {state.step + 1}")
    with explain_out_of_memory(recipe.train), _event_log(held) as log:
        context = TrainingContext(
            recipe, grader, data.parts, files, held.device, held.stop, log, held.processes
        )
        train(context, state)
        if held.processes.is_first:
            finish(context, state, data)
    return state


def resume_run(folder: Path) -> Path:
    """Go on with an interrupted run from its own folder.

    Raises:
        RunError: there is none, or the folder holds folds.
    """
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


def _refuse_stages(recipe: Recipe) -> None:
    if recipe.stages:
        names = ", ".join(stage.name for stage in recipe.stages)
        raise RecipeError(
            f"run() trains once, and the recipe '{recipe.name}' has the stages {names}; "
            "train it with run_stages() (`drgrade train`)"
        )


@contextlib.contextmanager
def _event_log(held: Session) -> Iterator[Callable[[dict[str, Any]], None]]:
    """The log of steps and epochs, which the first of several processes writes."""
    if not held.processes.is_first:
        yield lambda row: None
        return
    with events(held.files.folder / "events") as log:
        yield log
