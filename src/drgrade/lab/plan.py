"""What a lab will run and how long it takes, from a few timed steps of each network."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drgrade.lab.cells import Cell
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import counted, duration, say

STEPS = 3
LONGEST_SECONDS = 6.0


@dataclass(frozen=True)
class Pace:
    """Seconds a photo: learning from it, and judging it."""

    learning: float
    judging: float


@dataclass(frozen=True)
class Planned:
    """A cell, the epochs it still needs, and the seconds they will take."""

    cell: Cell
    epochs_left: int
    seconds: float


def epochs_left(cell: Cell, folder: Path) -> int:
    """Epochs a cell still needs, from what lies in its run folder."""
    files = RunFolder(folder / "runs" / cell.name)
    if files.is_finished:
        return 0
    done = len(files.read_metrics()) if files.metrics.is_file() else 0
    return max(cell.recipe.train.epochs - done, 1)


def plan(
    cells: Sequence[Cell],
    folder: Path,
    photos: Mapping[str, int],
    measure: Callable[[Cell], Pace],
) -> list[Planned]:
    """How long each cell will take with `photos` (split -> number) at the measured pace."""
    paces: dict[tuple[object, ...], Pace] = {}
    found = []
    for cell in cells:
        left = epochs_left(cell, folder)
        if not left:
            found.append(Planned(cell, 0, 0.0))
            continue
        model = cell.recipe.model
        key = (model.network, model.head, model.stem, model.plain, cell.size,
               cell.recipe.train.batch)  # fmt: skip
        paces[key] = paces.get(key) or measure(cell)
        found.append(Planned(cell, left, _seconds(paces[key], photos, left)))
    return found


def _seconds(pace: Pace, photos: Mapping[str, int], epochs: int) -> float:
    judged = sum(photos.get(split, 0) for split in ("tune", "test"))
    last = judged + photos.get("calibrate", 0)
    each_epoch = photos.get("train", 0) * pace.learning + judged * pace.judging
    return epochs * each_epoch + last * pace.judging


def measure(cell: Cell) -> Pace:
    """Time a few training and judging steps of a cell's network on made-up squares."""
    import torch

    from drgrade.models.devices import pick_device
    from drgrade.models.grader import build_network
    from drgrade.models.lesions import LesionNetwork
    from drgrade.models.objectives import OBJECTIVES
    from drgrade.training.optimisers import make_optimiser
    from drgrade.training.processes import explain_out_of_memory
    from drgrade.training.start import laid_out

    keep_freed_memory()  # as the training does
    recipe = cell.recipe
    device = pick_device(recipe.train.device, "train.device")
    objective = OBJECTIVES[recipe.objective.name]
    network = build_network(recipe.model, objective.outputs).to(device)
    layout = torch.channels_last if recipe.train.channels_last else torch.contiguous_format
    network = laid_out(network, layout)
    optimiser = make_optimiser(network, recipe.optimiser)
    generator = torch.Generator().manual_seed(0)
    batch = recipe.train.batch
    squares = torch.rand(batch, 3, cell.size, cell.size, generator=generator).to(device)
    squares = squares.contiguous(memory_format=layout)
    grades = torch.randint(0, 5, (batch,), generator=generator).to(device)
    weights = torch.ones(5, device=device)

    def learn() -> None:
        optimiser.zero_grad(set_to_none=True)
        seen = network.see(squares) if isinstance(network, LesionNetwork) else None
        outputs = network(squares) if seen is None else seen.outputs
        loss = objective.loss(outputs, grades, weights, 0.0)
        (loss if seen is None else loss + seen.maps.mean() + seen.counts.mean()).backward()
        optimiser.step()
        _settle(device.type)

    def evaluate_table() -> None:
        with torch.no_grad():
            network(squares)
        _settle(device.type)

    with explain_out_of_memory(recipe.train):
        learning = _timed(learn)
    network.eval()
    return Pace(learning / batch, _timed(evaluate_table) / batch)


def _settle(device: str) -> None:
    """Wait for a GPU, whose work is otherwise still under way when the clock is read."""
    import torch

    if device == "cuda":
        torch.cuda.synchronize()


def _timed(step: Callable[[], None]) -> float:
    """Median seconds of a few steps after one that warms up; stops early when steps are slow."""
    step()
    times: list[float] = []
    while len(times) < STEPS and sum(times) < LONGEST_SECONDS:
        begun = time.monotonic()
        step()
        times.append(time.monotonic() - begun)
    return sorted(times)[len(times) // 2]


def say_plan(planned: Sequence[Planned], photos: Mapping[str, int]) -> None:
    """Say what will run and how long it takes, one line a cell, then the sum."""
    counts = ", ".join(f"{photos.get(name, 0):,} {name}" for name in ("train", "tune", "test"))
    say(f"the lab will run {counted(len(planned), 'cell')} on {counts} photos:")
    width = max(len(each.cell.name) for each in planned)
    for each in planned:
        say(f"  {each.cell.name:{width}}  {_said(each)}")
    total = sum(each.seconds for each in planned)
    say(f"together about {duration(total)} of training, plus preparing photos, judging and "
        "figures; it may be interrupted and goes on where it stopped")  # fmt: skip


def _said(each: Planned) -> str:
    cell = each.cell
    if not each.epochs_left:
        return "finished already"
    return (
        f"{cell.size} px, batch {cell.recipe.train.batch}, learning rate "
        f"{cell.recipe.optimiser.learning_rate:g}, {each.epochs_left} of "
        f"{cell.recipe.train.epochs} epochs, about {duration(each.seconds)}"
    )
