"""The quality model: trained on CC BY photographs with faults of known strength, then measured.

    python experiments/grader/data.py DATA -o FOLDER
    python experiments/quality.py train FOLDER -o OUT
    python experiments/quality.py measure FOLDER -o OUT [--sets report odir]
    python experiments/quality.py put OUT/quality.json -o MODEL [--release default@2]

Trained on IDRiD, RFMiD 2.0's training part and half of CHASE_DB1 (photographs whose record names
hazy media are left out), and on synthetic photographs. A photograph is graded with half of light
and field; of focus the least is set on the photographs trained on: the lowest at which 90 % of
those with half of defocus, a blur of 12 px at 1,200 px, are refused. A set is measured by the
photographs that are refused as they are, and by the same five strengths of each fault on up to 60
of them: how often quality rises where a fault grows, and what is still graded.
"""

import argparse
import json
from dataclasses import replace
from itertools import count, islice, pairwise
from pathlib import Path

import numpy as np
import polars as pl

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.degradations import FAULTS, degraded, draw_fault
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.preprocess import Preprocess, prepare
from drgrade.data.photos.quality import QUALITIES, SIDE, QualityModel, figures_of
from drgrade.data.photos.quality_check import QualityCheck, quality_check_of
from drgrade.data.tables.manifest import read_manifest
from drgrade.errors import PhotoError
from drgrade.models.checkpoint import load_grader, save_grader
from drgrade.runtime.progress import say, track
from drgrade.stats.intervals import proportion
from drgrade.training.quality import QualitySettings, train_quality

TRAINED = ("idrid", "rfmid2_train", "healthy_train")
SIZE = SIDE  # what figures are taken on, so that no size of a model's square comes between
EVERY = 60
DRAWN, SEED = 240, 3_000_000  # synthetic photographs of good quality among those trained on
HAZY = "MH"  # media haze, in the findings of RFMiD 2.0
HALF, REFUSED = 0.5, 0.90  # of a fault, and the share of photographs with it that is refused
EVERY_TRAINED = 8  # photographs trained on; each of these has half of each fault once
STRENGTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
SLACK = 0.02  # of quality: what may rise between two strengths before it counts


def squares_of(manifest: Path, folder: Path, most: int = 0) -> tuple[np.ndarray, list[str]]:
    """Squares (n, 192, 192, 3) uint8 of a manifest, kept beside the results, and their names."""
    kept = folder / f"squares-{manifest.stem}-{most}.npz"
    if kept.is_file():
        found = np.load(kept)
        return found["squares"], found["photos"].tolist()
    whole = read_manifest(manifest)
    table = whole.table
    if "findings" in table.columns and manifest.stem in TRAINED:
        hazy = pl.col("findings").fill_null("").str.split(" ").list.contains(HAZY)
        table = table.filter(~hazy)
    photos = table["photo"].unique(maintain_order=True).to_list()
    photos = photos[:: max(1, len(photos) // most)][:most] if most else photos
    squares, names = [], []
    for photo in track(photos, len(photos), f"reading {manifest.stem}"):
        try:
            squares.append(open_photo(whole.locate(photo), Preprocess(size=SIZE)).pixels)
            names.append(photo)
        except PhotoError as error:
            say(f"{photo}: {error}")
    np.savez(kept, squares=np.stack(squares), photos=np.array(names))
    return np.stack(squares), names


def qualities(model: QualityModel, squares: np.ndarray) -> np.ndarray:
    """Qualities (n, 3) of squares (n, S, S, 3), uint8 or float 0 to 1."""
    return model.shares(np.stack([figures_of(square) for square in squares]))


def train(folder: Path, out: Path) -> None:
    """Train on all photographs that may be trained on, and write the weights."""
    parts = [squares_of(folder / f"{name}.csv", out) for name in TRAINED]
    by_name = {photo: square for squares, photos in parts
               for photo, square in zip(photos, squares, strict=True)}  # fmt: skip
    every = [*by_name.values(), *synthetic()]
    model = train_quality(np.stack(every), QualitySettings(views=3))
    np.savez(out / "quality.npz", **model.as_arrays())
    check = QualityCheck(model, least_of(model, every[::EVERY_TRAINED]))
    (out / "quality.json").write_text(json.dumps(check.as_json()) + "\n", encoding="utf-8")
    say(f"{len(by_name)} photographs and {DRAWN} synthetic ones; least: {check.least}")


def synthetic() -> list[np.ndarray]:
    """Squares of synthetic photographs that are drawn as good."""
    eyes = (draw_eye(SEED, number) for number in count())
    good = islice((eye for eye in eyes if eye.quality == "good"), DRAWN)
    return [prepare(paint(eye, 2 * SIZE).pixels, Preprocess(size=SIZE)) for eye in good]


def least_of(model: QualityModel, squares: list[np.ndarray]) -> dict[str, float]:
    """Half of each quality; of focus what refuses `REFUSED` of squares with half of defocus."""
    drawn = [draw_fault(np.random.default_rng([8, i]), "defocus") for i in range(len(squares))]
    seen = [degraded(square.astype(np.float32) / 255, each, HALF)
            for square, each in zip(squares, drawn, strict=True)]  # fmt: skip
    focus = qualities(model, np.stack(seen))[:, QUALITIES.index("focus")]
    needed = float(np.quantile(focus, REFUSED))
    say(f"half of defocus: focus {np.median(focus):.2f}, {REFUSED:.0%} below {needed:.2f}")
    return dict.fromkeys(QUALITIES, HALF) | {"focus": max(HALF, round(needed, 2))}


def load(out: Path) -> QualityCheck:
    """The trained model with its cuts."""
    check = quality_check_of(json.loads((out / "quality.json").read_text(encoding="utf-8")))
    assert check is not None
    return check


def put(quality: Path, model: Path, release: str | None) -> None:
    """Give a model file the check of quality, in place of any that it has, and its release."""
    check = quality_check_of(json.loads(quality.read_text(encoding="utf-8")))
    grader = replace(load_grader(model), quality=check)
    save_grader(model, grader.with_provenance(release=release) if release else grader)


def measure(folder: Path, out: Path, sets: list[str]) -> None:
    """Print what each set's photographs get, as they are and with five strengths of each fault."""
    check = load(out)
    print("| set | photographs | refused as they are |\n|---|---|---|")
    for name in sets:
        squares, photos = squares_of(folder / f"{name}.csv", out)
        refused = ~is_gradable(check, qualities(check.model, squares))
        print(f"| {name} | {len(photos)} | {proportion(int(refused.sum()), len(photos))} |")
    print("\n| set | fault | mean quality at strengths 0.1 to 0.9 | rises | still graded |")
    print("|---|---|---|---|---|")
    for name in sets:
        squares, _ = squares_of(folder / f"{name}.csv", out, EVERY)
        for fault, (_, quality) in FAULTS.items():
            print(f"| {name} | {fault} | {_with_fault(check, squares, fault, quality)} |")


def is_gradable(check: QualityCheck, found: np.ndarray) -> np.ndarray:
    """Whether photographs of qualities (..., 3) are graded, (...)."""
    return (found >= np.array([check.least[name] for name in QUALITIES])).all(axis=-1)


def _with_fault(check: QualityCheck, squares: np.ndarray, fault: str, quality: str) -> str:
    """Mean quality by strength, the share of steps at which it rises, what is graded at each."""
    drawn = [draw_fault(np.random.default_rng([9, i]), fault) for i in range(len(squares))]
    found = np.stack([
        qualities(check.model, np.stack([degraded(square.astype(np.float32) / 255, each, strength)
                                     for square, each in zip(squares, drawn, strict=True)]))
        for strength in STRENGTHS])  # fmt: skip
    own = found[:, :, QUALITIES.index(quality)]
    rises = np.mean([(more > less + SLACK).mean() for less, more in pairwise(own)])
    graded = is_gradable(check, found).mean(axis=1)
    means = " ".join(f"{each:.2f}" for each in own.mean(axis=1))
    return f"{means} | {rises:.3f} | {' '.join(f'{each:.2f}' for each in graded)}"


def main() -> None:
    """Train, measure, or put into a model."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["train", "measure", "put"])
    words.add_argument("folder", type=Path)
    words.add_argument("-o", "--out", type=Path, required=True)
    words.add_argument("--release")
    words.add_argument("--sets", nargs="+", default=["idrid", "report"])
    asked = words.parse_args()
    if asked.what == "put":
        put(asked.folder, asked.out, asked.release)
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.what == "train":
        train(asked.folder, asked.out)
    else:
        measure(asked.folder, asked.out, asked.sets)


if __name__ == "__main__":
    main()
