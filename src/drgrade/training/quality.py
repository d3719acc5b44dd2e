"""Training the quality network: photographs as they are, and with faults of known strength."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from drgrade.data.photos.degradations import FAULTS, degraded, draw_fault
from drgrade.models.quality import QUALITIES, QualityNetwork
from drgrade.runtime.progress import track

FAULTLESS = 0.25  # share of photographs that are shown as they are
SECOND = 0.3  # share of the others that get a second fault


@dataclass(frozen=True)
class QualitySettings:
    """How long, and in what pieces; the defaults train in a few minutes of one core."""

    epochs: int = 8
    batch: int = 32
    learning_rate: float = 3e-3
    seed: int = 0


def train_quality(squares: np.ndarray, settings: QualitySettings) -> QualityNetwork:
    """Train on squares (n, S, S, 3) uint8, which count as free of faults.

    Quality is one minus the strength of the fault that takes it; two faults of one quality
    multiply what they leave. All chance follows from the seed.
    """
    torch.manual_seed(settings.seed)
    network = QualityNetwork()
    steps = -(-len(squares) // settings.batch)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    whole = steps * settings.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, whole)
    for number in track(range(whole), whole, "training quality", "steps"):
        epoch, step = divmod(number, steps)
        order = np.random.default_rng([settings.seed, epoch]).permutation(len(squares))
        chosen = order[step * settings.batch : (step + 1) * settings.batch]
        if len(chosen) < 2:  # batch normalisation needs two
            continue
        made, wanted = faulty_batch(squares[chosen], [settings.seed, epoch, step])
        optimiser.zero_grad(set_to_none=True)
        loss = F.binary_cross_entropy_with_logits(network(made), wanted)
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def faulty_batch(squares: np.ndarray, place: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Squares with faults drawn at `place`, (n, 3, S, S) 0 to 1, and their qualities (n, 3)."""
    generator = np.random.default_rng([*place, 1])
    made, wanted = [], []
    for square in squares:
        seen, left = square.astype(np.float32) / 255, dict.fromkeys(QUALITIES, 1.0)
        for _ in range(_how_many(generator)):
            name = str(generator.choice(list(FAULTS)))
            strength = float(generator.uniform())
            seen = degraded(seen, draw_fault(generator, name), strength)
            left[FAULTS[name][1]] *= 1 - strength
        turned = np.rot90(seen, int(generator.integers(4)))
        made.append(turned[:, ::-1] if generator.random() < 0.5 else turned)
        wanted.append(list(left.values()))
    stacked = np.ascontiguousarray(np.stack(made).transpose(0, 3, 1, 2))
    return torch.from_numpy(stacked), torch.tensor(wanted, dtype=torch.float32)


def _how_many(generator: np.random.Generator) -> int:
    if generator.random() < FAULTLESS:
        return 0
    return 2 if generator.random() < SECOND else 1
