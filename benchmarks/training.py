"""Whole epochs of training: ours against a plain loop, and the share of the machine's matrix rate.

The plain loop is what a course hands out: every epoch each JPEG is decoded by Pillow, resized and
flipped in a DataLoader with two workers, and goes through the network in float32, channels first.
Ours is an epoch of `drgrade train` on squares that were prepared once, with its judging and saving.
Both have the same network, batch, optimiser, photographs, threads and device, and judge as many
photographs after each epoch; they run in turn. On a GPU ours computes in bfloat16. The matrix rate
is that of large products of matrices between the epochs, on the same threads. On a CPU both are
also compared in processor time, all processes together: on a busy machine the plain loop's three
processes are given more of it than our one.
Without a folder it draws photographs itself, 1,024 px wide.

Command: python benchmarks/training.py [FOLDER] [--sizes 128 512] [--networks resnet18 resnet50]
             [--photos N] [--repeats 3] [--compile] [--mixed]
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from ratios import Ratio, report
from torch import nn
from torch.utils.data import DataLoader, Dataset

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.models.devices import pick_device
from drgrade.models.networks import NETWORKS
from drgrade.publishing.describe import multiply_adds
from drgrade.recipe.recipe import Recipe, make_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.signals import StopFlag
from drgrade.training.batches import Part
from drgrade.training.loop import Parts, TrainingContext, train
from drgrade.training.optimisers import make_optimiser
from drgrade.training.start import new_grader
from drgrade.training.state import State

WORKERS, JUDGED = 2, 4  # of the plain loop; one photograph in so many is judged, not learned from
RATE, MOMENTUM, DECAY = 1e-3, 0.9, 5e-4
BATCHES, PHOTOS = {128: 16, 512: 4}, {128: 96, 512: 16}
GPU_BATCH, GPU_PHOTOS = 64, 1024  # at any size
AIMS = {128: 1.5}  # on a CPU
GPU_AIMS = {512: 5.0}
MATRIX = {"cpu": 2048, "cuda": 8192}  # side of the matrices whose product is timed
PRODUCTS = {"cpu": 1, "cuda": 50}  # timed together: one of a GPU is over in a thousandth second
WIDE = 1024


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of all processors."""

    clock: float
    processors: float


def now() -> Spent:
    """Seconds since some moment; processor time of this process and of those that ended in it."""
    return Spent(time.perf_counter(), sum(os.times()[:4]))


def since(begun: Spent) -> Spent:
    """Seconds since `begun`."""
    ended = now()
    return Spent(ended.clock - begun.clock, ended.processors - begun.processors)


@dataclass(frozen=True)
class Case:
    """What both loops train."""

    network: str
    size: int
    batch: int
    device: torch.device
    files: list[Path]

    @property
    def grades(self) -> np.ndarray:
        """A made grade for each file: only time is looked at."""
        return np.arange(len(self.files)) % 5

    @property
    def learned(self) -> int:
        """How many of the files are learned from; the others are judged."""
        return len(self.files) - len(self.files) // JUDGED


class Plain(Dataset[tuple[torch.Tensor, int]]):
    """Photographs decoded whenever they are asked for."""

    def __init__(self, case: Case, files: list[Path], *, flip: bool) -> None:
        self.size, self.files, self.flip = case.size, files, flip

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """A photo (3, S, S), float in [-1, 1], and its grade."""
        picture = Image.open(self.files[index]).convert("RGB")
        picture = picture.resize((self.size, self.size), Image.Resampling.BILINEAR)
        photo = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255
        for axis in (1, 2):
            if self.flip and torch.rand(()) < 0.5:
                photo = photo.flip(axis)
        return (photo - 0.5) / 0.5, index % 5


def plain_epochs(case: Case) -> Callable[[], Spent]:
    """A function that trains and judges once by the plain loop and returns what it took."""
    torch.manual_seed(0)
    network = NETWORKS[case.network](outputs=5).to(case.device)
    optimiser = torch.optim.SGD(network.parameters(), RATE, MOMENTUM, weight_decay=DECAY)
    parts = [Plain(case, case.files[: case.learned], flip=True),
             Plain(case, case.files[case.learned :], flip=False)]  # fmt: skip
    learned, judged = (DataLoader(part, case.batch, shuffle=part.flip, num_workers=WORKERS)
                       for part in parts)  # fmt: skip

    def epoch() -> Spent:
        begun = now()
        network.train()
        for photos, grades in learned:
            optimiser.zero_grad()
            loss = F.cross_entropy(network(photos.to(case.device)), grades.to(case.device))
            loss.backward()
            optimiser.step()
            loss.item()
        network.eval()
        with torch.no_grad():
            for photos, _ in judged:
                network(photos.to(case.device)).argmax(1).cpu()
        return since(begun)

    return epoch


def our_epochs(
    case: Case, folder: Path, *, compiled: bool = False, mixed: bool = False
) -> Callable[[], Spent]:
    """A function that trains, judges and saves once as `drgrade train` and returns what it took."""
    recipe = settings(case, mixed=mixed)
    grader = new_grader(recipe, case.device, said=False)
    parts = Parts(*prepared(case, folder))
    state = State(grader.network, make_optimiser(grader.network, recipe.optimiser))
    if compiled:
        grader.network.compile()
    run = RunFolder(folder / f"{case.network}-{case.size}-{compiled}-{mixed}")

    def epoch() -> Spent:
        epochs = recipe.train.model_copy(update={"epochs": state.epoch + 1})
        once = recipe.model_copy(update={"train": epochs})
        begun = now()
        train(
            TrainingContext(once, grader, parts, run, case.device, StopFlag(), lambda row: None),
            state,
        )
        return since(begun)

    return epoch


def settings(case: Case, *, mixed: bool = False) -> Recipe:
    """The plain loop's settings as a recipe; on a GPU always in bfloat16."""
    mixed = mixed or case.device.type == "cuda"
    return make_recipe({
        "data": {"size": case.size}, "model": {"network": case.network},
        "optimiser": {"learning_rate": RATE, "momentum": MOMENTUM, "weight_decay": DECAY},
        "train": {"batch": case.batch, "mixed_precision": mixed},
    })  # fmt: skip


def prepared(case: Case, folder: Path) -> tuple[Part, Part, Part, Part]:
    """The squares of all files on disk, and the rows that are learned from, judged, and none."""
    path = folder / f"{case.size}.npy"  # of the same files, whatever the network
    if not path.is_file():
        kind = Preprocess(size=case.size)
        np.save(path, np.stack([open_photo(file, kind).pixels for file in case.files]))
    squares = np.load(path, mmap_mode="r")
    rows = np.arange(len(case.files))
    names = [file.name for file in case.files]
    cuts = (slice(0, case.learned), slice(case.learned, None), slice(0, 0), slice(0, 0))
    one, two, three, four = (Part(squares, rows[cut], case.grades[cut], names[cut]) for cut in cuts)
    return one, two, three, four


def matrix_rate(device: torch.device) -> float:
    """Operations a second of products of two square matrices: float32, on a GPU bfloat16."""
    side, products, on_gpu = MATRIX[device.type], PRODUCTS[device.type], device.type == "cuda"
    one = torch.randn(side, side, device=device, dtype=torch.bfloat16 if on_gpu else torch.float32)
    into = torch.mm(one, one) if on_gpu else torch.empty_like(one)  # its first product chooses how
    settle(device)
    begun = now()
    for _ in range(products):
        torch.mm(one, one, out=into)
    settle(device)
    took = since(begun)
    return products * 2 * side**3 / (took.clock if on_gpu else took.processors)


def settle(device: torch.device) -> None:
    """Wait for a GPU, whose work is otherwise still under way when the clock is read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def operations(case: Case) -> float:
    """Operations of an epoch in convolutions and linear layers: forward, and twice that back."""
    network: nn.Module = NETWORKS[case.network](outputs=5)
    judged = len(case.files) - case.learned
    return 2.0 * multiply_adds(network, case.size) * (3 * case.learned + judged)


def measure(case: Case, folder: Path, repeats: int, *, compiled: bool, mixed: bool) -> None:
    """Run epochs in turn, report their ratio and the share of the matrix rate."""
    ways = {"ours": our_epochs(case, folder), "plain": plain_epochs(case)}
    if compiled:
        ways["compiled"] = our_epochs(case, folder, compiled=True)
    if mixed:
        ways["mixed"] = our_epochs(case, folder, mixed=True)
    took: dict[str, list[Spent]] = {name: [] for name in ways}
    rates: list[float] = []
    for repeat in range(-1, repeats):  # the first round warms up
        for name, epoch in ways.items():
            found = epoch()
            rate = statistics.median(matrix_rate(case.device) for _ in range(3))
            if repeat >= 0:
                took[name].append(found)
                rates.append(rate)
    report_all(case, took, statistics.median(rates))


def report_all(case: Case, took: dict[str, list[Spent]], rate: float) -> None:
    """Print photographs a second of each way, and report the ratios."""
    on_gpu = case.device.type == "cuda"
    what = f"an epoch of {case.network} at {case.size} px, batches of {case.batch}"
    for name, spent in took.items():
        clock = statistics.median(each.clock for each in spent)
        print(f"{name}: {len(case.files) / clock:.2f} photographs a second")
    aim = (GPU_AIMS if on_gpu else AIMS).get(case.size, 0.0)
    report(Ratio(what, "the plain loop", by_clock(took["plain"], took["ours"]), aim))
    if not on_gpu:
        report(Ratio(f"{what}, processor time", "the plain loop",
                     by_processors(took["plain"], took["ours"]), aim))  # fmt: skip
    print(f"the machine's matrix rate: {rate / 1e9:.0f} thousand million operations a second")
    for name in ("ours", "plain"):
        seconds = [each.clock if on_gpu else each.processors for each in took[name]]
        report(Ratio(f"{what}, {name}", "the machine's matrix rate",
                     [operations(case) / each / rate for each in seconds],
                     0.4 if on_gpu and name == "ours" else 0.0))  # fmt: skip
    if "compiled" in took:
        report(Ratio(f"{what}, compiled", "ours without, after the first epoch",
                     by_clock(took["ours"], took["compiled"])))  # fmt: skip
    if "mixed" in took:
        for other, name in (("ours", "ours in float32"), ("plain", "the plain loop")):
            report(Ratio(f"{what}, bfloat16", name, by_clock(took[other], took["mixed"])))


def by_clock(slow: list[Spent], fast: list[Spent]) -> list[float]:
    """Ratios of seconds by the clock."""
    return [a.clock / b.clock for a, b in zip(slow, fast, strict=True)]


def by_processors(slow: list[Spent], fast: list[Spent]) -> list[float]:
    """Ratios of processor seconds."""
    return [a.processors / b.processors for a, b in zip(slow, fast, strict=True)]


def drawn(folder: Path, photos: int) -> list[Path]:
    """Drawn photographs, enlarged to 1,024 px."""
    paths = [folder / f"eye{number:04}.jpg" for number in range(photos)]
    for number, path in enumerate(paths):
        if path.is_file():
            continue
        small = Image.fromarray(paint(draw_eye(0, 2 * number), WIDE // 4).pixels)
        whole = small.resize((WIDE, WIDE), Image.Resampling.BICUBIC)
        whole.save(path, quality=90)
    return paths


def main() -> None:
    """Measure every network at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="photographs, JPEG")
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 512])
    parser.add_argument("--networks", nargs="+", default=["resnet18", "resnet50"])
    parser.add_argument("--batch", type=int, default=0,
                        help="by default 64 on a GPU; else 16 at 128 px, 4 at 512")  # fmt: skip
    parser.add_argument("--photos", type=int, default=0,
                        help="by default 1024 on a GPU; else 96 at 128 px, 16 at 512")  # fmt: skip
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--compile", action="store_true", help="measure torch.compile too")
    parser.add_argument("--mixed", action="store_true",
                        help="measure train.mixed_precision on a CPU too")  # fmt: skip
    asked = parser.parse_args()
    keep_freed_memory()  # as the command does
    device = pick_device(asked.device)
    with tempfile.TemporaryDirectory() as pictures, tempfile.TemporaryDirectory() as folder:
        print(f"{torch.get_num_threads()} threads, {device}")
        on_gpu = device.type == "cuda"
        for size in asked.sizes:
            photos = asked.photos or (GPU_PHOTOS if on_gpu else PHOTOS.get(size, 32))
            found = sorted(asked.folder.glob("*.jp*g"))[:photos] if asked.folder else []
            files = found or drawn(Path(pictures), photos)
            for network in asked.networks:
                batch = asked.batch or (GPU_BATCH if on_gpu else BATCHES.get(size, 8))
                case = Case(network, size, batch, device, files)
                measure(
                    case, Path(folder), asked.repeats, compiled=asked.compile, mixed=asked.mixed
                )


if __name__ == "__main__":
    main()
