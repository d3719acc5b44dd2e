"""How much an answer changes when nothing does: a square moved by a pixel, a mirrored photograph.

A mirrored photograph is another box of the field, so that the square is not the mirror image of
the first one to the last pixel. Labels are not read, and nothing is chosen by it.

    python experiments/moved.py MANIFEST... [--every 1] [--model default]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from drgrade.data.photos.decode import read_photo
from drgrade.data.photos.preprocess import prepare
from drgrade.data.tables.manifest import read_manifest
from drgrade.errors import PhotoError
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.models.layers.squares import as_unit
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import track
from drgrade.stats.intervals import proportion
from drgrade.stats.referable import referable_score

MOVES = ((0, 1), (0, -1), (1, 0), (-1, 0))  # px, down and right


def looks(grader: Grader, photo: Path) -> np.ndarray:
    """The square as it is, moved four ways, and that of the mirrored photograph, (6, S, S, 3)."""
    pixels = read_photo(photo, wanted_side=grader.preprocess.size).pixels
    square = prepare(pixels, grader.preprocess)
    moved = [np.roll(square, each, axis=(0, 1)) for each in MOVES]
    mirrored = prepare(np.ascontiguousarray(pixels[:, ::-1]), grader.preprocess)
    return np.stack([square, *moved, mirrored])


def answers(grader: Grader, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Grades (6,) and log-odds of a referable grade (6,)."""
    with torch.inference_mode():
        outputs = grader.outputs(as_unit(torch.from_numpy(squares))).float().numpy()
    probabilities, grades = grader.decode(outputs)
    p = referable_score(probabilities)
    return grades, np.log(p / (1 - p))


def main() -> None:
    """Print how far the log-odds move, and how many grades and referrals change."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("manifests", type=Path, nargs="+")
    words.add_argument("--every", type=int, default=1)
    words.add_argument("--model", default="default")
    asked = words.parse_args()
    keep_freed_memory()
    grader = load_grader(asked.model)
    point = grader.referable_from
    for path in asked.manifests:
        manifest = read_manifest(path)
        names = manifest.table["photo"].to_list()[:: asked.every]
        found = []
        for name in track(names, len(names), path.stem, "photos"):
            try:
                found.append(answers(grader, looks(grader, manifest.locate(name))))
            except PhotoError:
                continue
        grades, odds = (np.stack(each) for each in zip(*found, strict=True))
        called = odds >= np.log(point / (1 - point)) if point is not None else grades >= 2
        for what, those in (("moved by a pixel", slice(1, 5)), ("mirrored", slice(5, 6))):
            far = np.abs(odds[:, those] - odds[:, :1]).max(axis=1)
            print(f"{path.stem}, {what}: log-odds by {np.median(far):.2f} in the middle, "
                  f"{np.quantile(far, 0.9):.2f} in one of ten")  # fmt: skip
            for told, of in (("grades", grades), ("referrals", called)):
                changed = int((of[:, those] != of[:, :1]).any(axis=1).sum())
                print(f"  {told} change in {changed}: {proportion(changed, len(of))}")


if __name__ == "__main__":
    main()
