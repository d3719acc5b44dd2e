"""The quality network: trained on CC BY photographs with faults of known strength, then measured.

    python experiments/grader/data.py DATA -o FOLDER
    python experiments/quality.py train FOLDER -o OUT
    python experiments/quality.py measure FOLDER -o OUT [--sets report odir]

Trained on IDRiD, RFMiD 2.0's training part and half of CHASE_DB1 (photographs whose record names
hazy media are left out); the cut below which one is ungradable is set on these alone. A set
is measured by the photographs that are refused as they are, and by the same five strengths of each
fault on up to 60 of them: how often quality rises where a fault grows, and what is still graded.
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import torch

from drgrade.data.photos.degradations import FAULTS, degraded, draw_fault
from drgrade.data.photos.preprocess import Preprocess, read_prepared
from drgrade.data.tables.manifest import read_manifest
from drgrade.errors import PhotoError
from drgrade.models.checkpoint import load_tensors, save_tensors
from drgrade.models.quality import QUALITIES, QualityNetwork, qualities_of
from drgrade.runtime.files import write_json
from drgrade.runtime.progress import say, track
from drgrade.stats.intervals import proportion
from drgrade.training.quality import QualitySettings, train_quality

TRAINED = ("idrid", "rfmid2_train", "healthy_train")
SIZE, EVERY = 256, 60
HAZY = "MH"  # media haze, in the findings of RFMiD 2.0
REFUSED = 0.01  # of the photographs trained on: where the cuts lie
STRENGTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
SLACK = 0.02  # of quality: what may rise between two strengths before it counts


def squares_of(manifest: Path, folder: Path, most: int = 0) -> tuple[np.ndarray, list[str]]:
    """Squares (n, 256, 256, 3) uint8 of a manifest, kept beside the results, and their names."""
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
            squares.append(read_prepared(whole.locate(photo), Preprocess(size=SIZE)).pixels)
            names.append(photo)
        except PhotoError as error:
            say(f"{photo}: {error}")
    np.savez(kept, squares=np.stack(squares), photos=np.array(names))
    return np.stack(squares), names


def qualities(network: QualityNetwork, squares: np.ndarray) -> np.ndarray:
    """Qualities (n, 3) of squares (n, S, S, 3), uint8 or float 0 to 1."""
    rows = []
    for start in range(0, len(squares), 32):
        some = squares[start : start + 32].astype(np.float32)
        light = some / 255 if squares.dtype == np.uint8 else some
        found = qualities_of(network, torch.from_numpy(light.transpose(0, 3, 1, 2).copy()))
        rows += [[getattr(each, name) for name in QUALITIES] for each in found]
    return np.array(rows)


def train(folder: Path, out: Path) -> None:
    """Train, set the cuts on the photographs trained on, and write both."""
    parts = [squares_of(folder / f"{name}.csv", out) for name in TRAINED]
    by_name = {photo: square for squares, photos in parts
               for photo, square in zip(photos, squares, strict=True)}  # fmt: skip
    squares = np.stack(list(by_name.values()))
    network = train_quality(squares, QualitySettings())
    save_tensors(out / "quality.safetensors", network.state_dict(), {"kind": "quality"})
    found = qualities(network, squares)
    cuts = {name: float(np.quantile(found[:, i], REFUSED / len(QUALITIES)))
            for i, name in enumerate(QUALITIES)}  # fmt: skip
    write_json(out / "cuts.json", cuts)
    say(f"{len(squares)} photographs; cuts {cuts}")


def load(out: Path) -> tuple[QualityNetwork, np.ndarray]:
    """The trained network and its cuts (3,)."""
    network = QualityNetwork()
    network.load_state_dict(load_tensors(out / "quality.safetensors")[0])
    cuts = json.loads((out / "cuts.json").read_text(encoding="utf-8"))
    return network.eval(), np.array([cuts[name] for name in QUALITIES])


def measure(folder: Path, out: Path, sets: list[str]) -> None:
    """Print what each set's photographs get, as they are and with five strengths of each fault."""
    network, cuts = load(out)
    print("| set | photographs | refused as they are |\n|---|---|---|")
    for name in sets:
        squares, photos = squares_of(folder / f"{name}.csv", out)
        refused = (qualities(network, squares) < cuts).any(axis=1)
        print(f"| {name} | {len(photos)} | {proportion(int(refused.sum()), len(photos))} |")
    print("\n| set | fault | mean quality at strengths 0.1 to 0.9 | rises | still graded |")
    print("|---|---|---|---|---|")
    for name in sets:
        squares, _ = squares_of(folder / f"{name}.csv", out, EVERY)
        for fault, (_, quality) in FAULTS.items():
            print(f"| {name} | {fault} | {_with_fault(network, cuts, squares, fault, quality)} |")


def _with_fault(
    network: QualityNetwork, cuts: np.ndarray, squares: np.ndarray, fault: str, quality: str
) -> str:
    """Mean quality by strength, the share of steps at which it rises, what is graded at each."""
    drawn = [draw_fault(np.random.default_rng([9, i]), fault) for i in range(len(squares))]
    found = np.stack([
        qualities(network, np.stack([degraded(square.astype(np.float32) / 255, each, strength)
                                     for square, each in zip(squares, drawn, strict=True)]))
        for strength in STRENGTHS])  # fmt: skip
    own = found[:, :, QUALITIES.index(quality)]
    rises = np.mean([(more > less + SLACK).mean() for less, more in pairwise(own)])
    graded = (found >= cuts).all(axis=2).mean(axis=1)
    means = " ".join(f"{each:.2f}" for each in own.mean(axis=1))
    return f"{means} | {rises:.3f} | {' '.join(f'{each:.2f}' for each in graded)}"


def main() -> None:
    """Train or measure."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["train", "measure"])
    words.add_argument("folder", type=Path)
    words.add_argument("-o", "--out", type=Path, required=True)
    words.add_argument("--sets", nargs="+", default=["idrid", "report"])
    asked = words.parse_args()
    torch.set_num_threads(1)
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.what == "train":
        train(asked.folder, asked.out)
    else:
        measure(asked.folder, asked.out, asked.sets)


if __name__ == "__main__":
    main()
