"""What a batch costs: the loss of the grade, and that of lesion maps and counts where asked for."""

from dataclasses import dataclass

import numpy as np
import torch

from drgrade.data.dataset import Part, moved_batch, moved_masks
from drgrade.models.grader import Grader
from drgrade.models.lesions import Seen, count_loss, dme_loss, map_loss
from drgrade.recipe import Recipe


@dataclass(frozen=True)
class Priced:
    """The loss to go down, outputs (n, k) of the grade, and the lesions' part of the loss."""

    loss: torch.Tensor
    outputs: torch.Tensor
    lesions: float


def price(
    recipe: Recipe,
    grader: Grader,
    part: Part,
    chosen: np.ndarray,
    place: list[int],
    weights: torch.Tensor,
) -> Priced:
    """Look at the chosen photos, moved as drawn at `place`, and price the answers.

    Args:
        recipe: objective, augmentation and the weights of the lesions' losses.
        grader: whose network is in training mode.
        part: squares, grades, and masks and counts where there are some.
        chosen: (n,) rows of the part.
        place: seed, epoch and step, from which alone all chance is drawn.
        weights: of the grades, (5,), on the device that works.
    """
    torch.manual_seed(hash(tuple(place)) & 0x7FFFFFFF)  # dropout
    squares = moved_batch(part, chosen, recipe.augment, place, weights.device)
    squares = laid(squares, channels_last=recipe.train.channels_last)
    grades = torch.from_numpy(part.grades[chosen]).to(weights.device)
    kind = weights.device.type
    seen: Seen | None = None
    with torch.autocast(kind, torch.bfloat16, enabled=recipe.train.mixed_precision):
        if recipe.model.lesions:
            seen = grader.see(squares)
            outputs = seen.outputs
        else:
            outputs = grader.outputs(squares)
    loss = grader.objective.loss(outputs.float(), grades, weights, recipe.objective.label_smoothing)
    lesions = loss.new_zeros(())
    if seen is not None:
        lesions = _lesions(recipe, seen, part, chosen, place)
    return Priced(loss + lesions, outputs, lesions.item())


def _lesions(
    recipe: Recipe, seen: Seen, part: Part, chosen: np.ndarray, place: list[int]
) -> torch.Tensor:
    targets, device = part.targets, seen.counts.device
    if targets is None:
        return seen.counts.new_zeros(())
    known = torch.from_numpy(targets.known[chosen]).to(device)
    masks = moved_masks(part, targets, chosen, recipe.augment, place, device)
    counts = torch.from_numpy(targets.counts[chosen]).to(device)
    maps = map_loss(seen.maps.float(), masks, known)
    counted = count_loss(seen.counts.float(), counts)
    priced = recipe.lesions.maps * maps + recipe.lesions.counts * counted
    if seen.dme is None:
        return priced
    dme = torch.from_numpy(targets.dme[chosen]).to(device)
    return priced + recipe.lesions.dme * dme_loss(seen.dme.float(), dme)


def laid(squares: torch.Tensor, *, channels_last: bool) -> torch.Tensor:
    """Squares in the memory layout a recipe asks for."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return squares.contiguous(memory_format=layout)
