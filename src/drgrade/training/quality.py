"""Training the quality model on photographs as they are, and with faults that grow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import nn

from drgrade.data.photos.degradations import FAULTS, Square, degraded, draw_fault
from drgrade.data.photos.quality import QUALITIES, Floats, QualityModel, figures_of
from drgrade.runtime.progress import track

STEPS = 3  # strengths of each fault beside none, one in each third of 0 to 1
OTHER_GAINS = ((-0.3, -0.3, -0.7), (0.7, 0.25, 0.5))  # least and most: logarithms for R, G, B
SECOND = 0.3  # share of photographs that have a second fault, of one strength, all along


@dataclass(frozen=True)
class QualitySettings:
    """How often each photograph is shown, and how long the figures are learned from."""

    views: int = 4
    hidden: int = 32
    steps: int = 3000
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    rises: float = 20.0  # weight of the squares of what a quality rises where its fault grows
    seed: int = 0


@dataclass(frozen=True)
class Growing:
    """Photographs whose one fault grows: what they look like, and what they are worth.

    `figures` (n, STEPS + 1, F), `wanted` (n, STEPS + 1, 3), and which quality the fault takes,
    `own` (n,).
    """

    figures: Floats
    wanted: Floats
    own: npt.NDArray[np.int64]


def train_quality(squares: np.ndarray, settings: QualitySettings) -> QualityModel:
    """Train on squares (n, S, S, 3) uint8, which count as free of faults.

    Quality is one minus the strength of the fault that takes it; two faults of one quality
    multiply what they leave. All chance follows from the seed.
    """
    return fit_quality(growing_faults(squares, settings), settings)


def growing_faults(squares: np.ndarray, settings: QualitySettings) -> Growing:
    """Each photograph with one fault that grows, and at times with a second one, `views` times."""
    places = [(view, i) for view in range(settings.views) for i in range(len(squares))]
    tracked = track(places, len(places), "drawing faults", "photographs")
    found = [_grown(squares[i], [settings.seed, view, i]) for view, i in tracked]
    figures, wanted, own = zip(*found, strict=True)
    return Growing(np.stack(figures), np.stack(wanted), np.array(own))


def fit_quality(seen: Growing, settings: QualitySettings) -> QualityModel:
    """The model of least cross-entropy whose qualities hardly rise where their fault grows."""
    torch.manual_seed(settings.seed)
    flat = seen.figures.reshape(-1, seen.figures.shape[-1])
    mean, spread = flat.mean(axis=0), flat.std(axis=0) + 1e-6
    hidden = nn.Linear(flat.shape[1], settings.hidden)
    out = nn.Linear(settings.hidden, len(QUALITIES))
    weights = [*hidden.parameters(), *out.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=settings.learning_rate,
                                  weight_decay=settings.weight_decay)  # fmt: skip
    given = torch.tensor((seen.figures - mean) / spread, dtype=torch.float32)
    aim = torch.tensor(seen.wanted, dtype=torch.float32)
    own = torch.tensor(seen.own)[:, None, None].expand(-1, STEPS + 1, 1)
    for _ in range(settings.steps):
        optimiser.zero_grad(set_to_none=True)
        found = out(hidden(given).tanh())
        rises = found.sigmoid().gather(2, own).diff(dim=1).relu().square().mean()
        loss = F.binary_cross_entropy_with_logits(found, aim) + settings.rises * rises
        loss.backward()
        optimiser.step()
    return QualityModel(mean, spread, _rows(hidden), _rows(out))


def _rows(layer: nn.Linear) -> Floats:
    """Weights and, as the last row, what is added, (in + 1, out)."""
    both = torch.cat([layer.weight.T, layer.bias[None]]).detach()
    return both.numpy().astype(np.float64)


def other_colours(square: Square, generator: np.random.Generator) -> Square:
    """A square, float 0 to 1, in another camera's colours, which are no fault.

    Red may clip, as it does in whole sets whose photographs can be graded all the same.
    """
    gains = np.exp(generator.uniform(*OTHER_GAINS)).astype(np.float32)
    return np.minimum(square * gains, 1).astype(np.float32)


def _grown(square: np.ndarray, place: Sequence[int]) -> tuple[Floats, Floats, int]:
    """Figures (STEPS + 1, F), qualities (STEPS + 1, 3), and which quality is taken."""
    views, qualities, own = faulty(square, place)
    return np.stack([figures_of(each) for each in views]), qualities, own


def faulty(square: np.ndarray, place: Sequence[int]) -> tuple[list[Square], Floats, int]:
    """A square uint8 with one growing fault, all drawn at `place`.

    Returns squares of STEPS + 1 strengths from 0 on, float 0 to 1, their qualities (STEPS + 1, 3)
    and which of the qualities the fault takes.
    """
    generator = np.random.default_rng([*place, 1])
    seen = other_colours((square / 255).astype(np.float32), generator)
    left = np.ones(len(QUALITIES))
    if generator.random() < SECOND:
        name, strength = str(generator.choice(list(FAULTS))), float(generator.uniform())
        seen = degraded(seen, draw_fault(generator, name), strength)
        left[QUALITIES.index(FAULTS[name][1])] = 1 - strength
    name = str(generator.choice(list(FAULTS)))
    fault, own = draw_fault(generator, name), QUALITIES.index(FAULTS[name][1])
    strengths = [0.0, *((step + generator.uniform()) / STEPS for step in range(STEPS))]
    qualities = np.tile(left, (STEPS + 1, 1))
    qualities[:, own] *= 1 - np.array(strengths)
    return [degraded(seen, fault, each) for each in strengths], qualities, own
