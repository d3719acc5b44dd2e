"""Trainings in a row: each stage of a recipe starts from the best model of the one before."""

from pathlib import Path

from drgrade.data.manifest import Manifest
from drgrade.errors import RecipeError, RunError
from drgrade.files import write_text
from drgrade.progress import say
from drgrade.recipe import Recipe, load_recipe, write_toml
from drgrade.training.experiment import STAGES, run
from drgrade.training.processes import current
from drgrade.training.signals import going_on_with

PLAN = "stages.toml"  # the whole recipe, beside the last stage's own


def run_stages(
    recipe: Recipe, manifest: Manifest | None, folder: Path, *, resume: bool = False
) -> Path:
    """Train every stage of a recipe; the last one's run folder is `folder` itself.

    The others lie in `folder/stages/NAME`. A finished stage is not repeated. A recipe without
    stages is one training.

    Raises:
        RunError: the folder holds a run already, and `resume` is false.
        RecipeError: settings that cannot be trained with.
    """
    if not recipe.stages:
        return run(recipe, manifest, folder, resume=resume)
    processes = current()
    if processes.is_first:
        _begin(recipe, Path(folder), resume=resume)
    processes.wait()
    with going_on_with(f"`drgrade train --resume {folder}`"):
        before = run_before(recipe, Path(folder), manifest)
    last = chained(recipe)[-1]
    say(f"stage {len(before) + 1} of {len(recipe.stages)}: {recipe.stages[-1].name}")
    return run(last, manifest, folder, resume=True)


def _begin(recipe: Recipe, folder: Path, *, resume: bool) -> None:
    """Write the whole recipe beside the last stage's own, once."""
    before = planned(folder)
    if before is None:
        write_text(folder / PLAN, write_toml(recipe))
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
        found.append(run(stage, manifest, place, resume=True))
    return found


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
