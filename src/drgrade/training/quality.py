"""Training the quality model: photographs as they are, and with faults of known strength."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from drgrade.data.photos.degradations import FAULTS, Square, degraded, draw_fault
from drgrade.data.photos.quality import QUALITIES, Floats, QualityModel, figures_of
from drgrade.runtime.progress import track

FAULTLESS = 0.25  # share of photographs that are shown as they are
SECOND = 0.3  # share of the others that get a second fault


@dataclass(frozen=True)
class QualitySettings:
    """How often each photograph is shown, and how long the figures are learned from."""

    views: int = 4
    hidden: int = 32
    steps: int = 3000
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    seed: int = 0


def train_quality(squares: np.ndarray, settings: QualitySettings) -> QualityModel:
    """Train on squares (n, S, S, 3) uint8, which count as free of faults.

    Quality is one minus the strength of the fault that takes it; two faults of one quality
    multiply what they leave. All chance follows from the seed.
    """
    places = [(view, i) for view in range(settings.views) for i in range(len(squares))]
    seen = [faulty(squares[i], [settings.seed, view, i])
            for view, i in track(places, len(places), "drawing faults", "photographs")]  # fmt: skip
    figures = np.stack([figures_of(square) for square, _ in seen])
    return fit_quality(figures, np.array([wanted for _, wanted in seen]), settings)


def fit_quality(figures: Floats, wanted: Floats, settings: QualitySettings) -> QualityModel:
    """The model that gives qualities (n, 3) of figures (n, F) with the least cross-entropy."""
    torch.manual_seed(settings.seed)
    mean, spread = figures.mean(axis=0), figures.std(axis=0) + 1e-6
    hidden = nn.Linear(figures.shape[1], settings.hidden)
    out = nn.Linear(settings.hidden, len(QUALITIES))
    weights = [*hidden.parameters(), *out.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=settings.learning_rate,
                                  weight_decay=settings.weight_decay)  # fmt: skip
    given = torch.tensor((figures - mean) / spread, dtype=torch.float32)
    aim = torch.tensor(wanted, dtype=torch.float32)
    for _ in range(settings.steps):
        optimiser.zero_grad(set_to_none=True)
        F.binary_cross_entropy_with_logits(out(hidden(given).tanh()), aim).backward()
        optimiser.step()
    return QualityModel(mean, spread, _rows(hidden), _rows(out))


def _rows(layer: nn.Linear) -> Floats:
    """Weights and, as the last row, what is added, (in + 1, out)."""
    both = torch.cat([layer.weight.T, layer.bias[None]]).detach()
    return both.numpy().astype(np.float64)


def faulty(square: np.ndarray, place: Sequence[int]) -> tuple[np.ndarray, list[float]]:
    """A square uint8 with faults drawn at `place`, float 0 to 1, and its qualities."""
    generator = np.random.default_rng([*place, 1])
    seen: Square = (square / 255).astype(np.float32)
    left = dict.fromkeys(QUALITIES, 1.0)
    for _ in range(_how_many(generator)):
        name = str(generator.choice(list(FAULTS)))
        strength = float(generator.uniform())
        seen = degraded(seen, draw_fault(generator, name), strength)
        left[FAULTS[name][1]] *= 1 - strength
    return seen, list(left.values())


def _how_many(generator: np.random.Generator) -> int:
    if generator.random() < FAULTLESS:
        return 0
    return 2 if generator.random() < SECOND else 1
