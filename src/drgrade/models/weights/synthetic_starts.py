"""Starts from drawn photographs: run folders in the user's cache folder, one for each network."""

from dataclasses import dataclass
from pathlib import Path

from drgrade.errors import CheckpointError, Reason, RecipeError, RunError, UsageError
from drgrade.locale.refusal import refusal
from drgrade.modelfile.container import read_about
from drgrade.modelfile.header import provenance_of
from drgrade.modelfile.places import BEST
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.photo_set import DRAWN
from drgrade.recipe.recipe import Recipe, load_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.progress import counted
from drgrade.runtime.user_folders import cache_folder

PHANTOM = "phantom"  # what a recipe calls such a start
NAMES = {"imagenet": "ImageNet"}  # of starts, as they are called
NAMELESS = "photographs of no named source"


class MissingStartError(UsageError):
    """A start that a person can make here, and has not made yet."""


@dataclass(frozen=True)
class DrawnStart:
    """A start that was made here: its network, the photographs and epochs, and its folder."""

    network: str
    made: str
    folder: str


def phantom_folder(network: str) -> Path:
    """The run folder of a network's training on drawn photographs."""
    return cache_folder() / PHANTOM / network


def drawn_start(network: str) -> Path:
    """The file of weights of a network's start.

    Raises:
        MissingStartError: not made here, not whole, or an older version made it of other than
            drawn photographs; it names the command that makes it.
    """
    folder = phantom_folder(network)
    if not (folder / "finished.json").is_file():
        about = {"network": network, "where": str(folder)}
        code = "synthetic_start_unfinished" if folder.is_dir() else "synthetic_start_missing"
        raise refusal(MissingStartError, Reason(code, about))
    if not (folder / BEST).is_file():
        about = {"network": network, "where": str(folder), "file": BEST}
        raise refusal(MissingStartError, Reason("synthetic_start_without_weights", about))
    if other := _taught_otherwise(folder):
        about = {"network": network, "where": other}
        raise refusal(MissingStartError, Reason("synthetic_start_missing", about))
    return folder / BEST


def drawn_starts() -> list[DrawnStart]:
    """Those that are finished, by the names of their networks."""
    return [DrawnStart(place.name, made_with(place), str(place))
            for place in _finished() if not _taught_otherwise(place)]  # fmt: skip


def not_drawn() -> list[str]:
    """A line for each folder that an older version made of other than drawn photographs."""
    return [f"{place.name}: {other}" for place in _finished()
            if (other := _taught_otherwise(place))]  # fmt: skip


def _finished() -> list[Path]:
    places = sorted(each.parent for each in (cache_folder() / PHANTOM).glob("*/finished.json"))
    return [place for place in places if (place / BEST).is_file()]


def _taught_otherwise(folder: Path) -> str:
    """What is wrong with a start of patients' photographs; empty where it was trained on none.

    Its file says; one that does not is taken to be what its recipe says.
    """
    recipe, source = _recipe_of(folder), _known_of(folder).train_source
    if source == DRAWN or (source is None and (recipe is None or recipe.data.drawn)):
        return ""
    named = source or (recipe.data.manifest if recipe is not None else "") or NAMELESS
    return f"{folder} learned from {named}, not from drawn photographs alone; remove it"


def _known_of(folder: Path) -> ModelProvenance:
    """What the model of a run folder tells of its training; nothing where it cannot be read."""
    try:
        return provenance_of(read_about(folder / BEST), folder / BEST)
    except CheckpointError:
        return ModelProvenance()


def _recipe_of(folder: Path) -> Recipe | None:
    """None where it is not there, or of another version, whose weights may still fit."""
    if not (folder / "recipe.toml").is_file():
        return None
    try:
        return load_recipe(str(folder / "recipe.toml"))
    except RecipeError:
        return None


def made_with(folder: Path) -> str:
    """How many photographs and epochs a start was made with: a quick trial is named as one.

    And what it began from itself, unless at random, and its drawing, unless it is this version's.
    Empty where the folder does not say.
    """
    made = _recipe_of(folder)
    if made is None:
        return ""
    photos = f"{made.data.drawn:,} of them" if made.data.drawn else f"those of {made.data.manifest}"
    start = made.model.start
    began = [] if start == "random" else [f"itself from {NAMES.get(start, start)}"]
    was = drawing_of(folder)
    drawing = [] if was in (None, _drawing_now()) else [f"of drawing {was}"]
    return ", ".join([photos, counted(made.train.epochs, "epoch"), *began, *drawing])


def drawing_of(folder: Path) -> int | None:
    """The number of the drawing that a training learns from; None where it does not tell."""
    files, drawing = RunFolder(folder), _known_of(folder).drawing
    if drawing is None and files.provenance.is_file():  # no epoch has ended yet
        return files.read_json(files.provenance).get("drawing")
    return drawing


def _drawing_now() -> int:
    from drgrade.data.phantom.drawing import DRAWING  # half a second of imports, for those who ask

    return DRAWING


def drawing_note(network: str) -> str:
    """A line where a network's start is of another drawing, or an unknown one; else empty."""
    folder = phantom_folder(network)
    was, now = drawing_of(folder), _drawing_now()
    if was == now or not (RunFolder(folder).is_started or RunFolder(folder).is_finished):
        return ""
    what = (
        f"does not say which drawing of photographs it is of (this version draws {now})"
        if was is None
        else f"is of drawing {was} of photographs, and this version draws {now}"
    )
    return (
        f"note: the drawn start of {network} {what}; to make it anew, remove {folder} and run "
        f"`drgrade models pretrain {network}`"
    )


def refuse_other_drawing(folder: Path) -> None:
    """Refuse to go on with a training on drawn photographs that are no longer drawn so.

    Raises:
        RunError: names the folder to remove.
    """
    was, now = drawing_of(folder), _drawing_now()
    if was not in (None, now):
        raise RunError(
            f"{folder} learns from drawing {was} of photographs, and this version draws {now}; "
            "remove that folder to begin anew, or keep it as it is"
        )
