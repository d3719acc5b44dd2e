"""Where a model lies: a file, a run folder (its best), or the name of one that ships."""

import os
from pathlib import Path

from drgrade.errors import CheckpointError, choose

ENDING = ".safetensors"
BEST = f"best{ENDING}"


def shipped_folder() -> Path:
    """The package's own folder of models that have a name."""
    return Path(__file__).parent / "shipped"


def shipped_models(folder: Path | None = None) -> dict[str, Path]:
    """The models that have a name, which is their file's without ending.

    Args:
        folder: where they lie. None: the package's own folder and that of $DRGRADE_MODELS, whose
            names win.
    """
    folders = [folder] if folder else [shipped_folder(), *_named_folder()]
    found = [path for each in folders for path in sorted(each.glob(f"*{ENDING}"))]
    named = {path.stem: path for path in found if not path.name.startswith(".")}
    return dict(sorted(named.items()))


def _named_folder() -> list[Path]:
    named = os.environ.get("DRGRADE_MODELS")
    return [Path(named)] if named else []


def place_of_model(model: Path, folder: Path | None = None) -> Path:
    """The file of MODEL as a person names it.

    A file or a run folder of that name wins over a model that ships; `folder` as in
    `shipped_models`. `NAME@VERSION` is the model NAME where that is the release that ships.

    Raises:
        CheckpointError: no such file or run, no model ships with this build, or another release.
        UnknownNameError: models ship, but none of this name; tells the nearest.
    """
    model = Path(model)
    if model.is_file():
        return model
    if (model / BEST).is_file():
        return model / BEST
    shipped = shipped_models(folder)
    if model.is_dir() and str(model) not in shipped:
        raise CheckpointError(f"no model in the folder {model}: it holds no {BEST}; is it a run?")
    if len(model.parts) != 1 or model.suffix == ENDING:
        raise CheckpointError(
            f"no model file at {model}; give a file, a run folder or a shipped name"
        )
    if not shipped:
        raise CheckpointError(
            f"no model ships with this build, so '{model}' names none; "
            "give a model file or a run folder"
        )
    name, at, _ = str(model).partition("@")
    place = choose(shipped, name, "model")
    if at and (found := _release_of(place)) != str(model):
        raise CheckpointError(
            f"{model} does not ship with this build, {found} does; give that name, or the path of "
            "the other release's file"
        )
    return place


def _release_of(place: Path) -> str:
    """The versioned name of a model that ships; files from before there were any are the first."""
    from drgrade.modelfile.container import read_about
    from drgrade.modelfile.header import provenance_of

    return provenance_of(read_about(place), place).release or f"{place.stem}@1"
