"""A slowly moving teacher whose answers to gentle views teach the network that sees a hard one.

The teacher is the moving average of the weights (Tarvainen and Valpola 2017, arXiv:1703.01780). It
needs no label, so that photographs of other cameras can be learned from without one.
"""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from drgrade.models.grader import Grader
from drgrade.models.layers.squares import as_unit
from drgrade.recipe.recipe import Augment, Recipe
from drgrade.training.augmentation.moves import apply, draw
from drgrade.training.batches import Part

FIRST_DRAW = 10  # of the teacher's views: other chance than the student's


def consistency_loss(
    recipe: Recipe,
    grader: Grader,
    teacher: nn.Module,
    part: Part,
    chosen: np.ndarray,
    place: list[int],
    outputs: torch.Tensor,
) -> torch.Tensor:
    """How far the answers (n, 4) to a batch are from the teacher's mean over its views."""
    taught = answers_of_teacher(recipe, grader, teacher, part, chosen, place, outputs.device)
    return distance_of_steps(outputs, taught)


@torch.no_grad()
def answers_of_teacher(
    recipe: Recipe, grader: Grader, teacher: nn.Module, part: Part, chosen: np.ndarray,
    place: list[int], device: torch.device,
) -> torch.Tensor:  # fmt: skip
    """Chances that a grade is above 0 to 3, (n, 4): the mean over views that are only moved."""
    teacher.eval()
    gentle, steps = moved_alone(recipe.augment), grader.objective.outputs
    squares = as_unit(part.take(chosen).to(device))
    seen = replace(grader, network=teacher)
    above = []
    for view in range(recipe.consistency.views):
        draws = draw(np.random.default_rng([*place, FIRST_DRAW + view]), len(chosen), gentle)
        logits = seen.at_once(apply(squares, draws))[:, :steps].float()
        above.append(logits.sigmoid().cumprod(dim=1))
    return torch.stack(above).mean(dim=0)


def moved_alone(settings: Augment) -> Augment:
    """The moves of an augmentation, without its colours and looks."""
    kept = settings.model_dump(include={"flip", "rotation", "translation", "scale", "aspect"})
    return Augment(**kept)


def distance_of_steps(outputs: torch.Tensor, above: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the answers under the teacher's, as conditional steps, mean over the batch.

    Args:
        outputs: the student's logits of the steps (n, 4).
        above: the teacher's chances of a grade above 0 to 3, (n, 4), never rising.
    """
    reached = torch.cat([torch.ones_like(above[:, :1]), above[:, :-1]], dim=1)
    wanted = (above / reached.clamp(min=1e-6)).clamp(0, 1)
    each = F.binary_cross_entropy_with_logits(outputs, wanted, reduction="none")
    return (reached * each).sum(dim=1).mean()
