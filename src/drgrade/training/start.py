"""The grader before its first step, from wherever its recipe starts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from drgrade.data.photos.preprocess import Preprocess
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
from drgrade.models.weights.synthetic_starts import PHANTOM, drawing_note
from drgrade.recipe.recipe import Model, Recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.progress import say

STAGES = "stages"  # the folder of the stages before the last, and how a start from one begins


def untrained(recipe: Recipe, files: RunFolder, device: torch.device) -> Grader:
    """The grader of a run before its first step.

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
            files.keep_known(known)
    began: dict[str, Any] = {"start": start} if is_on_hub(start) else {}
    if recipe.model.dme:
        began["knows_dme"] = known.get("start_knows_dme", True)
    began |= {"start_sha256": content} if content else {}
    return replace(grader, model=recipe.model).with_provenance(**began)


def new_grader(recipe: Recipe, device: torch.device, *, said: bool = True) -> Grader:
    """A grader as the recipe wants it, before any training."""
    torch.manual_seed(recipe.train.seed)
    network = build_network(recipe.model, OBJECTIVES[recipe.objective.name].outputs)
    sentence = load_start(
        network, recipe.model.network, recipe.model.start, light=recipe.model.light
    )
    if said:
        say(sentence)
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


def _start_of(recipe: Recipe, files: RunFolder) -> str:
    """The start as it was when the run began: a moving branch on the hub is held at its commit."""
    model = _located(recipe.model, files.folder)
    known = files.read_json(files.provenance)
    if "start" in known:
        return str(known["start"])
    start = pinned(model.start)
    if start != model.start:
        files.keep_known({"start": start})
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


def _from(recipe: Recipe, start: str) -> Recipe:
    model = recipe.model.model_copy(update={"start": start})
    return recipe.model_copy(update={"model": model})
