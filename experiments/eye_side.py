"""How often the side of the optic disc tells the right eye, on photographs whose eye is known.

`drgrade explain` takes the photograph of an eye that is not told to be upright. Some sets have
photographs that are upside down, in which the disc lies where that of the other eye would.
Intervals are of the ratio over patients.

Command: python experiments/eye_side.py default FOLDER/eyepacs.csv [--photos N]
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from drgrade.data.tables.manifest import read_manifest
from drgrade.explanation.explain import explain_photo
from drgrade.inference.engine_torch import TorchEngine
from drgrade.modelfile.places import place_of_model
from drgrade.models.checkpoint import load_grader
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import track
from drgrade.stats.intervals import ratio

ANSWERS = ("right", "wrong", "no disc", "disc in the middle", "not graded")


def answer(found: str | None, has_disc: bool, eye: str) -> str:
    """What the disc tells of an eye that is known."""
    if not has_disc:
        return "no disc"
    if found is None:
        return "disc in the middle"
    return "right" if found == eye else "wrong"


def main() -> None:
    """Print the share of each answer."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("model", type=Path)
    words.add_argument("manifest", type=Path)
    words.add_argument("--photos", type=int, default=0)
    asked = words.parse_args()
    keep_freed_memory()
    grader, manifest = load_grader(place_of_model(asked.model)), read_manifest(asked.manifest)
    rows = manifest.table.drop_nulls("eye").head(asked.photos or len(manifest)).to_dicts()
    told = []
    for row in track(rows, len(rows), "looking"):
        _, found = explain_photo(TorchEngine(grader), row["photo"], manifest.locate(row["photo"]))
        if found is None or found.sight is None:
            told.append("not graded")
            continue
        known = found.sight.landmarks
        told.append(answer(known.eye, known.disc is not None, row["eye"]))
    patients = np.array([row["patient"] or row["photo"] for row in rows])
    print(dict(Counter(told)))
    for each in ANSWERS:
        flags = np.array([one == each for one in told])
        print(f"{each}: {ratio(flags, patients)}")


if __name__ == "__main__":
    main()
