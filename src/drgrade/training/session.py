"""What one training holds while it works: its folder, its processes, a way to stop and go on."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from drgrade.data.tables.manifest import Manifest, write_manifest
from drgrade.errors import DrgradeError
from drgrade.models.devices import pick_device
from drgrade.models.weights.synthetic_starts import refuse_other_drawing
from drgrade.recipe.recipe import Recipe, Train
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.locks import locked
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import say
from drgrade.runtime.signals import InterruptedRunError, StopFlag, stop_on_signal
from drgrade.training.prepared import read_photos
from drgrade.training.processes import Processes, current, told_if_none_began


@dataclass(frozen=True)
class Session:
    """One training that holds its folder: where it computes, on what, and whether it shall stop."""

    files: RunFolder
    photos: Manifest
    device: torch.device
    processes: Processes
    stop: StopFlag
    is_new: bool

    @contextlib.contextmanager
    def preparing(self) -> Iterator[None]:
        """In turn where there are several processes; a new run that fails here leaves no trace.

        So its folder is free for the corrected command.
        """
        with self.processes.in_turn():
            try:
                yield
            except InterruptedRunError:
                raise
            except DrgradeError:
                if self.is_new:
                    self.files.withdraw()
                raise

    def leave_if_stopped(self) -> None:
        """Raise InterruptedRunError if a signal came while photos are prepared."""
        if self.stop:
            raise _interrupted("while photos were prepared", self.files, self.stop)


@contextlib.contextmanager
def session(
    recipe: Recipe, manifest: Manifest | None, files: RunFolder, *, resume: bool
) -> Iterator[Session]:
    """Hold a run folder for one training, begun or gone on with; signals ask for an orderly stop.

    Raises:
        RunError: the folder is in use, holds a run already, or does not fit what is resumed.
        InterruptedRunError: a signal came too late for a step to see it.
    """
    with told_if_none_began(lambda: files.is_started):
        keep_freed_memory()  # a third of a step goes into new pages otherwise
        processes = current()
        device = pick_place(recipe.train, processes)
        if resume and manifest is None and recipe.data.drawn:
            refuse_other_drawing(files.folder)
        with processes.in_turn():
            photos = manifest if manifest is not None else read_photos(recipe, files.began_in)
        with _held(files, processes), stop_on_signal() as stop:
            is_new = processes.is_first and not files.is_started
            if processes.is_first:
                _begin(recipe, files, photos, given=manifest is not None, resume=resume)
            processes.wait()
            if recipe.train.threads:
                torch.set_num_threads(recipe.train.threads)
            yield Session(files, photos, device, processes, stop, is_new)
            processes.wait()
            if stop:  # for the fold or the cell after this it is not too late
                what = f"when {files.folder} was finished, before it was judged"
                raise _interrupted(what, files, stop)


def is_finished(recipe: Recipe, manifest: Manifest | None, files: RunFolder) -> bool:
    """Whether a folder holds this run, finished.

    Raises:
        RunError: it holds a finished run of another recipe or other photos.
    """
    if not files.is_finished:
        return False
    files.refuse_other(recipe)
    if manifest is not None or not recipe.data.drawn:  # what is drawn follows from the recipe
        photos = read_photos(recipe, files.began_in) if manifest is None else manifest
        files.refuse_other_photos(photos.hash)
    return True


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


def drawing_of(manifest: Manifest) -> dict[str, int]:
    """The number of the drawing that photos are of, by its name; none where they do not tell."""
    known = manifest.provenance
    if not known.is_synthetic or not isinstance(known.drawing, int):
        return {}
    return {"drawing": known.drawing}


def _held(files: RunFolder, processes: Processes) -> contextlib.AbstractContextManager[None]:
    """The run folder, for one training alone; of its processes the first one holds it."""
    return locked(files.folder) if processes.is_first else contextlib.nullcontext()


def _begin(
    recipe: Recipe, files: RunFolder, photos: Manifest, *, given: bool, resume: bool
) -> None:
    if not (resume and files.is_started):
        if given:
            write_manifest(photos, files.given)
        files.begin(recipe, photos.hash)
        files.keep_known(drawing_of(photos))
        return
    for warning in files.check_resumable(recipe, photos.hash):
        say(f"warning: {warning}; the result may differ from an undisturbed run")


def _interrupted(when: str, files: RunFolder, stop: StopFlag) -> InterruptedRunError:
    way_on = f"`drgrade train --resume {files.folder}`"
    return InterruptedRunError(f"stopped {when}", stop.exit_code, way_on)
