"""What a batch costs: the loss of the grade, and that of lesion maps and counts where asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from drgrade.models.grader import Grader
from drgrade.models.lesions import LesionOutputs, count_loss, dme_loss, map_loss
from drgrade.models.objectives import OBJECTIVES
from drgrade.recipe.recipe import Recipe
from drgrade.training.batches import Part, moved_batch, moved_masks
from drgrade.training.losses.consistency import consistency_loss
from drgrade.training.losses.weak_losses import any_dr_loss, tag_loss


@dataclass(frozen=True)
class Priced:
    """The losses of a batch, by its grades and by its lesions; and outputs (n, k) of the grade."""

    grades: torch.Tensor
    lesions: torch.Tensor
    outputs: torch.Tensor

    @property
    def loss(self) -> float:
        """What both come to."""
        return float((self.grades + self.lesions).item())


@dataclass(frozen=True)
class Share:
    """What part of a step a batch is: of what its grades weigh, and of its photos."""

    grades: float
    photos: float


def shares(recipe: Recipe, batches: Sequence[np.ndarray], weights: np.ndarray) -> list[Share]:
    """The share of each batch in a step, so that their losses sum to that of one large batch.

    Args:
        recipe: whose objective may ask several questions of a photo.
        batches: grades (n,) of each batch.
        weights: of the grades, (5,).
    """
    asked = OBJECTIVES[recipe.objective.name].asked
    weighed = [float((weights[grades] * asked(grades)).sum()) for grades in batches]
    photos = sum(len(grades) for grades in batches)
    whole = sum(weighed) or 1.0  # no photo of the step has a grade
    return [
        Share(own / whole, len(grades) / photos)
        for own, grades in zip(weighed, batches, strict=True)
    ]


def batch_loss(
    recipe: Recipe,
    grader: Grader,
    part: Part,
    chosen: np.ndarray,
    place: list[int],
    weights: torch.Tensor,
    teacher: nn.Module | None = None,
) -> Priced:
    """Look at the chosen photos, moved as drawn at `place`, and price the answers.

    Args:
        recipe: objective, augmentation and the weights of the lesions' losses.
        grader: whose network is in training mode.
        part: squares, grades, and masks and counts where there are some.
        chosen: (n,) rows of the part.
        place: seed, epoch and step, from which alone all chance is drawn.
        weights: of the grades, (5,), on the device that works.
        teacher: the moving average of the network, where it teaches.
    """
    torch.manual_seed(hash(tuple(place)) & 0x7FFFFFFF)  # dropout
    squares = moved_batch(part, chosen, recipe.augment, place, weights.device)
    squares = laid(squares, channels_last=recipe.train.channels_last)
    grades = torch.from_numpy(part.grades[chosen]).to(weights.device)
    kind = weights.device.type
    seen: LesionOutputs | None = None
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
    lesions = lesions + _weak(recipe, outputs.float(), seen, part, chosen)
    if teacher is not None and place[1] >= recipe.consistency.after:
        lesions = lesions + recipe.consistency.weight * consistency_loss(
            recipe, grader, teacher, part, chosen, place, outputs.float())  # fmt: skip
    return Priced(loss, lesions, outputs)


def _lesions(
    recipe: Recipe, seen: LesionOutputs, part: Part, chosen: np.ndarray, place: list[int]
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


def _weak(
    recipe: Recipe,
    outputs: torch.Tensor,
    seen: LesionOutputs | None,
    part: Part,
    chosen: np.ndarray,
) -> torch.Tensor:
    """The losses of labels of whole photographs, as far as the recipe weighs them."""
    found = outputs.new_zeros(())
    if part.weak is None:
        return found
    if weight := recipe.objective.any_dr:
        any_dr, grades = (torch.from_numpy(each[chosen]).to(outputs.device)
                          for each in (part.weak.any_dr, part.grades))  # fmt: skip
        found = found + weight * any_dr_loss(outputs, any_dr, grades)
    if (weight := recipe.lesions.tags) and seen is not None:
        tags = torch.from_numpy(part.weak.lesions[chosen]).to(outputs.device)
        found = found + weight * tag_loss(seen.maps.float(), tags)
    return found


def laid(squares: torch.Tensor, *, channels_last: bool) -> torch.Tensor:
    """Squares in the memory layout a recipe asks for."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return squares.contiguous(memory_format=layout)
