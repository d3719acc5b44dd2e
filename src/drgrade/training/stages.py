"""Trainings in a row: each stage of a recipe starts from the best model of the one before."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import nn

from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.splits import complete
from drgrade.data.tables.trained_before import learned_before
from drgrade.errors import RecipeError, RunError, UsageError
from drgrade.models.grader import build_network
from drgrade.models.objectives import OBJECTIVES
from drgrade.models.weights.start import fill, load_start, normalisation, refuse_other_model
from drgrade.recipe.recipe import Model, Recipe, load_recipe, write_toml
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_text
from drgrade.runtime.progress import say
from drgrade.runtime.signals import going_on_with
from drgrade.training.fit import FIRST_FOLD, resume_run, run
from drgrade.training.prepared import limited, read_photos, refuse_untrainable
from drgrade.training.processes import current, told_if_none_began
from drgrade.training.session import pick_place
from drgrade.training.start import STAGES

PLAN = "stages.toml"  # the whole recipe, beside the last stage's own


def run_stages(
    recipe: Recipe, manifest: Manifest | None, folder: Path, *, resume: bool = False
) -> Path:
    """Train every stage of a recipe; the last one's run folder is `folder` itself.

    The others lie in `folder/stages/NAME`. A finished stage is not repeated. A recipe without
    stages is one training. `manifest` goes to the stages that do not draw their photos.

    Raises:
        RunError: the folder holds a run already, and `resume` is false; or one of another kind.
        RecipeError: settings that some stage cannot be trained with; no stage has begun then.
        DownloadError: weights that a stage starts from cannot be had here.
    """
    folder = Path(folder)
    if not recipe.stages:
        _refuse_others(folder)
        return run(recipe, manifest, folder, resume=resume)
    processes = current()
    with told_if_none_began(lambda: planned(folder) is not None):
        with processes.in_turn():
            _refuse_begun(recipe, folder, resume=resume)
            check_stages(recipe, manifest, folder, folder)
        if processes.is_first and planned(folder) is None:
            write_text(folder / PLAN, write_toml(recipe))
        processes.wait()
    with going_on_with(f"`drgrade train --resume {folder}`"):
        before = run_before(recipe, folder, manifest)
    last = chained(recipe)[-1]
    say(f"stage {len(before) + 1} of {len(recipe.stages)}: {recipe.stages[-1].name}")
    return run(last, _photos_of(last, manifest), folder, resume=True)


def resume_stages(folder: Path) -> Path:
    """Go on with an interrupted training from its own folder, with stages or without.

    Raises:
        RunError: there is none, or the folder holds folds.
    """
    staged = planned(folder)
    return run_stages(staged, None, folder, resume=True) if staged else resume_run(folder)


def _refuse_others(folder: Path) -> None:
    """A single training in the folder of stages or of folds would spoil what is there."""
    if planned(folder) is not None or (folder / FIRST_FOLD).is_dir():
        kind = "folds" if (folder / FIRST_FOLD).is_dir() else "a run with stages"
        raise RunError(f"{folder} holds {kind}, and this is a single training; choose another "
                       "folder")  # fmt: skip


def _refuse_begun(recipe: Recipe, folder: Path, *, resume: bool) -> None:
    """What lies in the folder must be this recipe's, with all its stages, or nothing."""
    before = planned(folder)
    if before is None:
        if RunFolder(folder).is_started or (folder / FIRST_FOLD).is_dir():
            kind = "a single run" if RunFolder(folder).is_started else "folds"
            raise RunError(f"{folder} already holds {kind}, which stages would spoil; choose "
                           "another folder")  # fmt: skip
    elif not resume:
        raise RunError(
            f"{folder} already holds a run; resume it with `drgrade train --resume {folder}` "
            "or choose another folder"
        )
    elif before != recipe:
        raise RunError(
            f"{folder} was begun with other stages (its {PLAN}); a run keeps its recipe: "
            "choose another folder"
        )


def planned(folder: Path) -> Recipe | None:
    """The recipe with all its stages that a folder was begun with; None for a single training."""
    plan = Path(folder) / PLAN
    return load_recipe(str(plan)) if plan.is_file() else None


def run_before(recipe: Recipe, folder: Path, manifest: Manifest | None) -> list[Path]:
    """Train all stages but the last, each in its folder below `folder/stages`."""
    found = []
    stages = chained(recipe)
    for number, stage in enumerate(stages[:-1], 1):
        say(f"stage {number} of {len(stages)}: {stage.name}")
        place = folder / STAGES / stage.name
        found.append(run(stage, _photos_of(stage, manifest), place, resume=True))
    return found


def _photos_of(stage: Recipe, manifest: Manifest | None) -> Manifest | None:
    """What is given by hand goes to the stages with real photos."""
    return None if stage.data.drawn else manifest


def check_stages(recipe: Recipe, manifest: Manifest | None, folder: Path, last: Path) -> None:
    """Find what keeps any stage from being trained, before the first one begins.

    Args:
        recipe: with stages.
        manifest: photos given by hand, for the stages that do not draw theirs.
        folder: below which the stages but the last lie.
        last: the run folder of the last stage.

    Raises:
        RecipeError: names the stage and what is wrong with it; or one before the last learns from
            photographs that the last is tested on.
        DownloadError: weights that a stage starts from cannot be had here.
    """
    earlier: dict[str, tuple[Model, nn.Module]] = {}
    names = [stage.name for stage in recipe.stages]
    for name, stage in zip(names, chained(recipe), strict=True):
        files = RunFolder(last if name == names[-1] else folder / STAGES / name)
        try:
            network = build_network(stage.model, OBJECTIVES[stage.objective.name].outputs)
            if not files.is_finished:
                _check_place_and_photos(stage, manifest, RunFolder(folder).began_in)
            if not files.last.is_file():  # a state has its weights, and needs the start no more
                _check_start(stage, network, earlier)
        except UsageError as error:
            raise RecipeError(f"stage '{name}': {error}") from None
        earlier[name] = (stage.model, network)
    if not RunFolder(last).is_finished:
        _refuse_taught_tests(recipe, manifest, RunFolder(folder).began_in)


def _refuse_taught_tests(recipe: Recipe, manifest: Manifest | None, began: Path | None) -> None:
    """Refuse stages that teach the last one its test photographs: its figures would flatter.

    What the last stage's own splits leak is not counted; a set's source may declare that.
    """
    stages = dict(zip((stage.name for stage in recipe.stages), chained(recipe), strict=True))
    last = recipe.stages[-1].name
    before = [name for name in _line_of(last, stages)[1:] if not stages[name].data.drawn]
    if not before or stages[last].data.drawn:
        return
    judged = _divided(stages[last], manifest, began)
    is_test = (judged.table["split"] == "test").fill_null(value=False).to_numpy()
    own = learned_before(judged, judged)
    assert own is not None  # a set is known to be itself
    for name in before:
        taught = learned_before(judged, _divided(stages[name], manifest, began))
        if taught is not None and (leaked := int(np.sum(taught & is_test & ~own))):
            raise RecipeError(
                f"stage '{name}' must not learn from test photographs of stage '{last}' or from "
                f"their patients, got {leaked} of {int(is_test.sum())}; divide the photographs "
                "once for all stages (`drgrade data split MANIFEST --reassign -o DIVIDED.csv`), or "
                "give these stages one data.split_seed"
            )


def _line_of(last: str, stages: Mapping[str, Recipe]) -> list[str]:
    """The last stage, the one that it starts from, and so on."""
    line, name = [], last
    while name in stages and name not in line:
        line.append(name)
        folder, _, start = stages[name].model.start.partition("/")
        name = start.partition("@")[0] if folder == STAGES else ""
    return line


def _divided(stage: Recipe, manifest: Manifest | None, began: Path | None) -> Manifest:
    """The photographs of a stage with the splits that its training will give them."""
    photos, data = read_photos(stage, began) if manifest is None else manifest, stage.data
    return limited(complete(photos, data.split_seed, data.held_out), data.photos)


def _check_place_and_photos(stage: Recipe, manifest: Manifest | None, began: Path | None) -> None:
    pick_place(stage.train, current())
    if not stage.data.drawn:
        refuse_untrainable(stage, read_photos(stage, began) if manifest is None else manifest)


def _check_start(
    stage: Recipe, network: nn.Module, earlier: Mapping[str, tuple[Model, nn.Module]]
) -> None:
    """Fill a stage's network as it will be filled, or with an untrained one of the same kind."""
    start = stage.model.start
    if not start.startswith(f"{STAGES}/"):
        load_start(network, stage.model.network, start, light=stage.model.light)
        normalisation(stage.model.network, start)
        return
    name = start.removeprefix(f"{STAGES}/").partition("@")[0]
    if name not in earlier:
        raise RecipeError(
            f"model.start names a stage before this one ({', '.join(earlier) or 'there is none'}), "
            f"got '{start}'"
        )
    theirs, before = earlier[name]
    ours = stage.model
    refuse_other_model(network, ours.network, ours.light, theirs.model_dump(), f"stage '{name}'")
    fill(network, before.state_dict(), start)


def chained(recipe: Recipe) -> list[Recipe]:
    """The stages as recipes; a start names the stage before and the hash of its settings.

    So two runs with the same recipe of their last stage began from the same kind of weights.
    """
    found: list[Recipe] = []
    for stage, each in zip(recipe.stages, recipe.in_stages(), strict=True):
        if found and "start" not in stage.model:
            start = f"{STAGES}/{found[-1].name}@{found[-1].hash[:12]}"
            each = each.model_copy(update={"model": each.model.model_copy(update={"start": start})})
        found.append(each)
    if found:
        found[-1] = found[-1].model_copy(update={"name": recipe.name})
    return found


def refuse_real_before(recipe: Recipe) -> None:
    """Before folds only drawn photos may be learned from: real ones lie in another fold's test.

    Raises:
        RecipeError: a stage before the last has real photographs.
    """
    for stage in recipe.in_stages()[:-1]:
        if not stage.data.drawn:
            raise RecipeError(
                f"stage '{stage.name}' learns from real photographs, which folds hold back for "
                "their tests; only stages with data.drawn may go before folds"
            )
