"""The start that recipes call `phantom`: a network trained on synthetic photographs alone."""

from collections.abc import Sequence
from pathlib import Path

from drgrade.errors import UsageError, choose
from drgrade.models.networks import NETWORKS
from drgrade.models.weights.start import start_source
from drgrade.models.weights.synthetic_starts import (
    NAMELESS,
    PHANTOM,
    drawing_note,
    phantom_folder,
    refuse_other_drawing,
)
from drgrade.provenance.photo_set import DRAWN
from drgrade.recipe.recipe import Recipe, load_recipe
from drgrade.runtime.progress import say
from drgrade.training.fit import run


def pretrain(network: str, changes: Sequence[str] = ()) -> Path:
    """Train a network on drawn photographs, or go on with it; its folder in the user's cache.

    Args:
        network: one of `NETWORKS`.
        changes: of the recipe `phantom`, as `section.key=value`.

    Raises:
        UsageError: photographs of patients would teach it, or have taught what it begins from.
        RunError: the folder holds a start from photographs that are drawn otherwise.
    """
    choose(NETWORKS, network, "network")
    recipe = _recipe_of_start(network, changes)
    refuse_other_drawing(phantom_folder(network))
    if note := drawing_note(network):
        say(note)
    return run(recipe, None, phantom_folder(network), resume=True)


def _recipe_of_start(network: str, changes: Sequence[str]) -> Recipe:
    """The recipe `phantom` as it is asked for: what it makes learns from drawn photographs alone.

    Raises:
        UsageError: other photographs would teach it, or have taught the grader it begins from.
    """
    named = [each for each in changes if each.partition("=")[0].strip() == "data.manifest"]
    others = [each for each in changes if each not in named]
    recipe = load_recipe(PHANTOM, [f"model.network={network}", *others])
    got = [] if recipe.data.drawn else ["data.drawn = 0"]
    manifests = [each.partition("=")[2].strip(" \"'") for each in named]
    got += [f"data.manifest = '{each}'" for each in manifests if each]
    _refuse_patients(" and ".join(got))
    start = recipe.model.start
    source = start_source(network, start)
    if source not in (None, DRAWN):
        _refuse_patients(f"model.start = '{start}', which learned from {source or NAMELESS}")
    return recipe


def _refuse_patients(got: str) -> None:
    if got:
        raise UsageError(
            f"a drawn start learns from drawn photographs alone, got {got}; train on others with "
            "`drgrade train RECIPE --set data.manifest=MANIFEST`, whose run folder is a start too"
        )
