"""The batches that training takes from prepared squares."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from drgrade.data.photos.masks import planes
from drgrade.icdr import NUMBER_OF_GRADES
from drgrade.models.layers.squares import as_unit
from drgrade.recipe.recipe import Augment
from drgrade.training.augmentation.moves import apply, draw, move
from drgrade.training.augmentation.other_camera import (
    apply_looks,
    changes_looks,
    compressed,
    draw_looks,
)
from drgrade.training.losses.weak_labels import WeakLabels


@dataclass(frozen=True)
class Targets:
    """What is known of a part's rows beside the grade: lesions and macular edema.

    Where `known` without a mask of its own, a photo's mask is empty: it has no such lesion.
    """

    masks: np.ndarray  # (N, S, S) uint8, bits of `masks.MAPS`, memory-mapped
    known: np.ndarray  # (n, 5) bool, whether the mask of a kind is known
    counts: np.ndarray  # (n, 4) float32, NaN where unknown
    dme: np.ndarray  # (n,) 0 to 2, -1 where unknown

    @property
    def tell_dme(self) -> bool:
        """Whether any row tells of macular edema, or that there is none."""
        return bool((self.dme >= 0).any())


@dataclass(frozen=True)
class Part:
    """The rows of one split to learn from or judge: where their squares lie, and their grades."""

    squares: np.ndarray  # (N, S, S, 3) uint8, memory-mapped
    rows: np.ndarray  # (n,) places in `squares`
    grades: np.ndarray  # (n,) int, -1 where unknown
    photos: list[str]
    targets: "Targets | None" = None
    weak: WeakLabels | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, chosen: np.ndarray) -> torch.Tensor:
        """Squares of the chosen rows, (n, S, S, 3) uint8."""
        return torch.from_numpy(np.stack([self.squares[row] for row in self.rows[chosen]]))


def epoch_order(
    part: Part, seed: int, epoch: int, *, balanced: bool = False, masked_share: float = 0.0
) -> np.ndarray:
    """The order of one epoch (n,), from (seed, epoch) alone.

    Chance that depends on nothing but its place can be drawn again after an interruption.

    Args:
        part: n photos.
        seed, epoch: the place.
        balanced: every grade is drawn as often.
        masked_share: photos with a mask of their own come again until they are this share of the
            epoch; as many of the others, drawn anew each epoch, are left out.
    """
    generator = np.random.default_rng([seed, epoch, 0])
    if balanced:
        counts = np.bincount(part.grades, minlength=NUMBER_OF_GRADES)
        weight = 1.0 / counts[part.grades]
        return generator.choice(len(part), size=len(part), p=weight / weight.sum())
    masked, others = _by_mask(part)
    wanted = round(masked_share * len(part))
    if not len(masked) or len(masked) >= wanted:
        return generator.permutation(len(part))
    again = [generator.permutation(masked) for _ in range(-(-wanted // len(masked)))]
    kept = generator.permutation(others)[: len(part) - wanted]
    return generator.permutation(np.concatenate([np.concatenate(again)[:wanted], kept]))


def _by_mask(part: Part) -> tuple[np.ndarray, np.ndarray]:
    """Places of the photos with a mask of their own, and of the others."""
    if part.targets is None:
        return np.arange(0), np.arange(len(part))
    has_mask = part.targets.known.all(axis=1)  # a healthy photo without one knows of no disc
    return np.flatnonzero(has_mask), np.flatnonzero(~has_mask)


def batches(order: np.ndarray, size: int) -> list[np.ndarray]:
    """Cut an order into batches; a last one of a single photo joins the one before it.

    Batch normalisation cannot be estimated from one value a channel.
    """
    cut = [order[start : start + size] for start in range(0, len(order), size)]
    if size > 1 and len(cut) > 1 and len(cut[-1]) == 1:
        cut[-2:] = [np.concatenate(cut[-2:])]
    return cut


def moved_batch(
    part: Part, chosen: np.ndarray, settings: Augment, place: list[int], device: torch.device
) -> torch.Tensor:
    """A training batch (n, 3, S, S) float 0 to 1, moved by draws that depend on `place` alone."""
    pixels, looks = part.take(chosen), None
    if changes_looks(settings):
        looks = draw_looks(np.random.default_rng([*place, 2]), len(chosen), settings)
        pixels = torch.from_numpy(compressed(pixels.numpy(), looks))
    squares = as_unit(pixels.to(device, non_blocking=True))
    moved = apply(squares, draw(np.random.default_rng([*place, 1]), len(chosen), settings))
    return moved if looks is None else apply_looks(moved, looks)


def moved_masks(
    part: Part, targets: Targets, chosen: np.ndarray, settings: Augment, place: list[int],
    device: torch.device,
) -> torch.Tensor:  # fmt: skip
    """Masks (n, 5, S/2, S/2), 0 to 1, of a batch, moved as `moved_batch` moves its squares.

    A pixel of half the side is as much lesion as the most of the four it stands for.
    """
    bits = np.stack([targets.masks[row] for row in part.rows[chosen]])
    whole = torch.from_numpy(planes(bits)).to(device, non_blocking=True)
    draws = draw(np.random.default_rng([*place, 1]), len(chosen), settings)
    return F.max_pool2d(move(whole, draws), 2)


def still_batches(part: Part, size: int, device: torch.device) -> Iterator[torch.Tensor]:
    """All squares of a part in order, unmoved, (n, 3, S, S) float 0 to 1."""
    for chosen in batches(np.arange(len(part)), size):
        yield as_unit(part.take(chosen).to(device))
