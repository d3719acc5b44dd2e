"""How long one answer takes from nothing: a new process, a photograph graded.

    python benchmarks/cold_start.py [MODEL] [--photo PHOTO] [--engine auto] [--repeats 5]

In turn with a new process that only loads torch, which is the least that any answer of a torch
model takes. Both are timed by the clock, as a person waits; the first start of each, which reads
files into the system's memory, is told apart.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from ratios import Ratio, report

from drgrade.demo.photographs import packaged_picture
from drgrade.errors import CheckpointError
from drgrade.modelfile.places import place_of_model


def seconds(command: list[str]) -> float:
    """How long a process takes by the clock."""
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return perf_counter() - start


def main() -> None:
    """Print the seconds of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="default")
    parser.add_argument("--photo", type=Path, default=packaged_picture("retina.jpg"))
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    try:
        place_of_model(Path(asked.model))
    except CheckpointError as error:
        print(f"not measured: {error}")
        return
    graded = [sys.executable, "-m", "drgrade", "predict", asked.model, str(asked.photo),
              "--engine", asked.engine]  # fmt: skip
    loaded = [sys.executable, "-c", "import torch"]
    first = seconds(graded), seconds(loaded)
    pairs = [(seconds(graded), seconds(loaded)) for _ in range(asked.repeats)]
    ours, torch_alone = (np.array(each) for each in zip(*pairs, strict=True))
    print(f"one photograph graded by a new process: {np.median(ours):.2f} s "
          f"({ours.min():.2f}-{ours.max():.2f}, {asked.repeats} repeats; "
          f"the first {first[0]:.2f})")  # fmt: skip
    print(f"torch loaded by a new process: {np.median(torch_alone):.2f} s "
          f"({torch_alone.min():.2f}-{torch_alone.max():.2f})")  # fmt: skip
    report(Ratio("one answer from a cold start", "loading torch alone", list(torch_alone / ours)))


if __name__ == "__main__":
    main()
