"""`drgrade train` and `drgrade recipes`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from drgrade.errors import UsageError, choose
from drgrade.runtime.optional_dependencies import need


def train(
    recipe: str | None = None,
    *,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative=())] = None,
    folds: int | None = None,
    resume: Path | None = None,
) -> None:
    """Train a grader from a recipe, or resume a run.

    The run folder holds the recipe, its provenance, `metrics.csv`, curves, the best and the last
    model, predictions of tune, calibrate and test, and a scorecard of the test rows
    (`scorecard/report.html`). Its path is printed.

    Example: drgrade train lab-best --set data.manifest=eyepacs.csv --set data.size=128 -o run

    Parameters
    ----------
    recipe
        Name of a packaged recipe (`drgrade recipes`) or path of a TOML file.
    output
        The run folder; by default `runs/NAME`.
    set_
        Change a setting: `--set train.epochs=3`. May be given several times.
    folds
        Train so many models, each on all but one part of the patients, and write one table of
        out-of-fold predictions.
    resume
        A run folder to go on with, bit for bit where it stopped.
    """
    need("grade", "drgrade train")
    from drgrade.recipe.recipe import load_recipe
    from drgrade.training.folds import run_folds
    from drgrade.training.processes import joined
    from drgrade.training.records.evaluated import evaluate_folds, evaluate_run
    from drgrade.training.stages import resume_stages, run_stages

    if resume is not None and (recipe or set_ or folds is not None or output):
        raise UsageError("--resume takes the run folder alone; its recipe cannot be changed")
    if resume is None and recipe is None:
        raise UsageError("give a recipe (`drgrade recipes` lists them) or --resume RUN")
    with joined() as processes:
        if resume is not None:
            place = resume_stages(resume)
        else:
            loaded = load_recipe(str(recipe), set_ or ())
            folder = output or Path("runs") / loaded.name
            if folds is None:
                place = run_stages(loaded, None, folder)
            else:
                place = run_folds(loaded, folder, folds)
    if processes.is_first:
        evaluate_run(place) if folds is None else evaluate_folds(place)
        print(place)


def recipes(name: str | None = None) -> None:
    """List the packaged recipes, or print one in full.

    Example: drgrade recipes lab

    Parameters
    ----------
    name
        A packaged recipe to print.
    """
    from drgrade.recipe.recipe import packaged_recipes

    known = packaged_recipes()
    if name is not None:
        print(choose(known, name, "recipe"), end="")
        return
    width = max(map(len, known))
    for each, text in known.items():
        print(f"{each:{width}}  {text.splitlines()[0].removeprefix('# ')}")
