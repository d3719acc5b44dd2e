"""Starts from drawn photographs: run folders in the user's cache folder, one for each network."""

from dataclasses import dataclass
from pathlib import Path

from drgrade.errors import RecipeError, UsageError
from drgrade.files import cache_folder
from drgrade.models.places import BEST
from drgrade.progress import counted
from drgrade.recipe import load_recipe

PHANTOM = "phantom"  # what a recipe calls such a start


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
        MissingStartError: not made here, or not whole; it names the command that makes it.
    """
    folder = phantom_folder(network)
    if not (folder / "finished.json").is_file():
        state = "not finished" if folder.is_dir() else "not made yet"
        raise MissingStartError(
            f"the drawn start of {network} is {state} ({folder}); "
            f"make it with `drgrade models pretrain {network}`"
        )
    if not (folder / BEST).is_file():
        raise MissingStartError(
            f"the drawn start of {network} has lost its {BEST} ({folder}); delete the folder and "
            f"make it again with `drgrade models pretrain {network}`"
        )
    return folder / BEST


def drawn_starts() -> list[DrawnStart]:
    """Those that are finished, by the names of their networks."""
    places = sorted(each.parent for each in (cache_folder() / PHANTOM).glob("*/finished.json"))
    return [DrawnStart(place.name, made_with(place), str(place))
            for place in places if (place / BEST).is_file()]  # fmt: skip


def made_with(folder: Path) -> str:
    """How many photographs and epochs a start was made with: a quick trial is told apart.

    Empty where the folder does not tell.
    """
    if not (folder / "recipe.toml").is_file():
        return ""
    try:
        made = load_recipe(str(folder / "recipe.toml"))
    except RecipeError:  # of another version of drgrade, whose weights may still fit
        return ""
    return f"{made.data.drawn:,} of them, {counted(made.train.epochs, 'epoch')}"
