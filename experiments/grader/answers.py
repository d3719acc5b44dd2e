"""The answers behind the trials' tables, kept without labels (`experiments/kept.py`).

    python experiments/grader/answers.py keep OUT                    finished trials of OUT
    python experiments/grader/answers.py lay OUT --data FOLDER       all that is kept, with labels
    python experiments/grader/page.py OUT

FOLDER is what `data.py` made.
"""

import argparse
import sys
from pathlib import Path

from drgrade.data.manifest import read_manifest
from drgrade.progress import say

sys.path.append(str(Path(__file__).resolve().parents[1]))
import kept

TRIALS = kept.ANSWERS / "grader"
SETS = {"out_of_fold": "idrid", "shifted": "idrid", "eyepacs": "eyepacs", "healthy": "healthy"}


def keep(out: Path) -> None:
    """Copy the answers of each trial that is finished."""
    for place in sorted(out.glob("*px/*/*")):
        if all((place / f"{name}.parquet").is_file() for name in SETS):
            for name in SETS:
                kept.keep(place / f"{name}.parquet",
                          TRIALS / place.relative_to(out) / f"{name}.parquet")  # fmt: skip
            say(f"kept {place.relative_to(out)}")


def lay(out: Path, data: Path) -> None:
    """Put the kept answers, with the labels of the sets, where a training would leave them."""
    labels = {name: read_manifest(data / f"{name}.csv").table for name in set(SETS.values())}
    for place in sorted(TRIALS.glob("*px/*/*")):
        for name, source in SETS.items():
            kept.lay(place / f"{name}.parquet", labels[source],
                     out / place.relative_to(TRIALS) / f"{name}.parquet")  # fmt: skip
        say(f"laid {place.relative_to(TRIALS)}")


def main() -> None:
    """Keep answers, or lay them out again."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["keep", "lay"])
    words.add_argument("out", type=Path)
    words.add_argument("--data", type=Path)
    asked = words.parse_args()
    if asked.what == "keep":
        keep(asked.out)
    elif asked.data is None:
        words.error("--data FOLDER is needed, the folder that data.py made")
    else:
        lay(asked.out, asked.data)


if __name__ == "__main__":
    main()
