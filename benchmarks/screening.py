"""Photographs a second from files to rows: ours against the loops that a practitioner writes.

The plain loop decodes by Pillow in full, resizes to the model's size and runs eager torch, one view
of one photograph at a time; the other is a DataLoader of two workers and batches of eight. Ours
also finds the field, refuses what shows no retina, hashes each file and takes all views. Every way
has a process of its own and is measured in turn, several times over. Beside them: preparing alone
and the network alone, each at its peak on all cores, and the rate at which the same cores could do
both. Without folders it draws photographs, full-size and 1,024 px wide.

Command: python benchmarks/screening.py [--full FOLDER] [--small FOLDER] [--repeats 3] [--int8]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image
from ratios import Ratio, report

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.workers import threads

DEFAULT = "default"  # the grader that ships
FULL, SMALL = (4288, 2848), (1024, 680)
DRAWN = 12  # photographs of each size
BATCH, WORKERS = 8, 2
Files = list[Path]


@cache
def grader() -> Any:
    """The model as a practitioner loads it: a torch network and how it was normalised."""
    from drgrade.models.checkpoint import load_grader

    return load_grader(DEFAULT)


def plain_square(path: Path) -> Any:
    """A photograph as a plain loop reads it, (3, S, S), 0 to 1."""
    import torch

    size = grader().preprocess.size
    with Image.open(path) as image:
        square = image.convert("RGB").resize((size, size))
    return torch.from_numpy(np.asarray(square).copy()).permute(2, 0, 1).float() / 255


def plain_loop(files: Files) -> None:
    """One photograph at a time: decoded in full, one view, eager torch."""
    import torch

    model = grader()
    with torch.inference_mode():
        for path in files:
            model.decode(model.at_once(plain_square(path)[None]).numpy())


class PlainSet:
    """The photographs of a DataLoader."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, number: int) -> Any:
        return plain_square(self.files[number])


def loader_loop(files: Files) -> None:
    """A DataLoader of two workers, batches of eight, one view, eager torch."""
    import torch
    from torch.utils.data import DataLoader

    model = grader()
    with torch.inference_mode():
        loader: Any = DataLoader(PlainSet(files), BATCH, num_workers=WORKERS)  # type: ignore[arg-type]
        for squares in loader:
            model.decode(model.at_once(squares).numpy())


@cache
def engine(name: str) -> Any:
    """An engine of ours by its name, or the path of an exported file."""
    from drgrade.inference.engine import NAMES, open_engine

    keep_freed_memory()
    if name in NAMES:
        return open_engine(DEFAULT, name)
    return open_engine(name)


def ours(name: str, files: Files) -> None:
    """Files to rows through the one stream."""
    from drgrade.inference.stream import grade_photos

    named = [(path.name, path) for path in files]
    statuses = {row["status"] for row in grade_photos(engine(name), named, workers=WORKERS)}
    assert statuses == {"graded"}, statuses


def prepared(name: str, files: Files) -> list[np.ndarray]:
    """The squares of the photographs, prepared by all cores at once."""
    from drgrade.data.photos.intake import prepare_photo

    settings = engine(name).header.preprocess

    def one(path: Path) -> np.ndarray:
        pixels = prepare_photo(path.name, path, settings).pixels
        assert pixels is not None, path
        return pixels

    with threads(WORKERS) as pool:
        return list(pool.map(one, files))


@cache
def squares(name: str, files: tuple[Path, ...]) -> list[np.ndarray]:
    """The squares of the photographs, made once."""
    return prepared(name, list(files))


def network_alone(name: str, files: Files) -> None:
    """The network's outputs of squares that are there already, by all its lanes."""
    given, opened = squares(name, tuple(files)), engine(name)
    batches = [np.stack(given[i : i + opened.batch]) for i in range(0, len(given), opened.batch)]
    with ThreadPoolExecutor(opened.lanes) as pool:
        list(pool.map(opened.outputs, batches))


def prepare_alone(name: str, files: Files) -> None:
    """Decode, gate and prepare, and nothing else."""
    prepared(name, files)


def seconds(way: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    """Seconds by the clock of one way."""
    begun = perf_counter()
    way(*arguments)
    return perf_counter() - begun


def measured(files: Files, ours_by: dict[str, str], repeats: int) -> dict[str, list[float]]:
    """Photographs a second by way, once a repeat; the first round warms up."""
    ways: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
        "plain loop": (plain_loop, (files,)),
        "DataLoader": (loader_loop, (files,)),
    }
    for label, name in ours_by.items():
        ways[label] = (ours, (name, files))
        ways[f"{label}, network alone"] = (network_alone, (name, files))
    first = next(iter(ours_by.values()))
    ways["preparing alone"] = (prepare_alone, (first, files))
    apart = get_context("spawn")
    pools = {way: ProcessPoolExecutor(1, apart) for way in ways}
    found: dict[str, list[float]] = {way: [] for way in ways}
    try:
        for repeat in range(-1, repeats):
            for name, way in ways.items():
                took = pools[name].submit(seconds, *way).result()
                if repeat >= 0:
                    found[name].append(len(files) / took)
    finally:
        for pool in pools.values():
            pool.shutdown()
    return found


def show(size: str, found: dict[str, list[float]], aims: dict[str, tuple[float, float]]) -> None:
    """Print every rate, then the ratios and how near the machine's limit ours is."""
    print(f"\n{size}")
    for name, rates in found.items():
        print(f"{name}: {np.median(rates):.2f} photographs/s "
              f"({min(rates):.2f}-{max(rates):.2f})")  # fmt: skip
    preparing = np.array(found["preparing alone"])
    for label in [name for name in found if f"{name}, network alone" in found]:
        rates = np.array(found[label])
        against = zip(("plain loop", "DataLoader"), aims.get(label, (0.0, 0.0)), strict=True)
        for other, aim in against:
            report(Ratio(f"{label}, {size}", other, list(rates / np.array(found[other])), aim))
        limit = 1 / (1 / preparing + 1 / np.array(found[f"{label}, network alone"]))
        report(Ratio(f"{label}, {size}", "preparing and network on the same cores",
                     list(rates / limit), 0.75))  # fmt: skip


def drawn(folder: Path, wide: tuple[int, int]) -> Files:
    """Drawn photographs as a camera frames them."""
    folder.mkdir()
    for number in range(DRAWN):
        small = Image.fromarray(paint(draw_eye(0, 2 * number), 640).pixels)
        whole, side = Image.new("RGB", wide), wide[1]
        enlarged = small.resize((side, side), Image.Resampling.BICUBIC)
        whole.paste(enlarged, ((wide[0] - side) // 2, 0))
        whole.save(folder / f"eye{number}.jpg", quality=90)
    return sorted(folder.iterdir())


def int8_of_default(folder: Path) -> Path:
    """`default` in int8 without a proof: here its speed is asked, not its grades."""
    from drgrade.modelfile.graph import graph_bytes
    from drgrade.publishing.graph import onnx_of, openvino_of

    model = grader()
    size = model.preprocess.size
    seen = np.stack([paint(draw_eye(0, each), size).pixels for each in range(8)])
    path = folder / "int8.openvino"
    path.write_bytes(graph_bytes(openvino_of(onnx_of(model), seen), model.header, {}))
    return path


def main() -> None:
    """Measure both sizes and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", type=Path, help="photographs of full size")
    parser.add_argument("--small", type=Path, help="photographs about 1,024 px wide")
    parser.add_argument("--most", type=int, default=24, help="photographs of each size")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--int8", nargs="?", const="make", help="a file of `drgrade export --int8`")
    parser.add_argument("--torch", action="store_true", help="our stream with the torch engine too")
    asked = parser.parse_args()
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        by = {"ours, float32": "openvino"}
        if asked.torch:
            by["ours, torch"] = "torch"
        if asked.int8:
            by["ours, int8"] = asked.int8
            if asked.int8 == "make":
                by["ours, int8"] = str(int8_of_default(folder))
        for size, given, wide, aims in (
            ("full size", asked.full, FULL,
             {"ours, float32": (4.0, 2.0), "ours, int8": (5.0, 0.0)}),
            ("1,024 px", asked.small, SMALL,
             {"ours, float32": (2.0, 0.0), "ours, int8": (3.0, 0.0)}),
        ):  # fmt: skip
            files = sorted(given.glob("*.jp*g")) if given else drawn(folder / size[:4], wide)
            show(size, measured(files[: asked.most], by, asked.repeats), aims)


if __name__ == "__main__":
    main()
