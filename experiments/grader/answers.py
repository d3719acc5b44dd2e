"""The answers behind the trials' tables, kept without labels (`experiments/kept.py`).

    python experiments/grader/answers.py keep OUT                    finished trials, screened too
    python experiments/grader/answers.py lay OUT --data FOLDER       all that is kept, with labels
    python experiments/grader/page.py OUT

FOLDER is what `data.py` made.
"""

import argparse
import sys
from pathlib import Path

import polars as pl
from cells import TOGETHER, TRIALS, Cell, recipe_of

from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.provenance.model import ModelProvenance
from drgrade.runtime.progress import say
from drgrade.training.loop import chosen_on
from drgrade.training.stages import chained

sys.path.append(str(Path(__file__).resolve().parents[1]))
import kept

KEPT = kept.ANSWERS / "grader"
SETS = {"out_of_fold": "idrid", "shifted": "idrid", "eyepacs": "eyepacs", "healthy": "healthy"}


def keep(out: Path) -> None:
    """Copy the answers of each trial that is finished."""
    for place in sorted(out.glob("*px/*/*")):
        if place.parent.name.endswith(TOGETHER):
            continue  # together.py makes it of what is kept
        if all((place / f"{name}.parquet").is_file() for name in SETS):
            for name in SETS:
                kept.keep(place / f"{name}.parquet",
                          KEPT / place.relative_to(out) / f"{name}.parquet")  # fmt: skip
            say(f"kept {place.relative_to(out)}")
    for answers in sorted([*out.glob("once/*px/*/*/odir.parquet"),
                           *out.glob("fifths/*px/*/*/*.parquet")]):  # fmt: skip
        kept.keep(answers, KEPT / answers.relative_to(out))


def lay(out: Path, data: Path) -> None:
    """Put the kept answers, with the labels of the sets, where a training would leave them.

    They say the recipe of their folder, so that a card takes a judgement of them for its model's,
    and what is known of the photographs, which evaluation looks at too.
    """
    sets = {name: read_manifest(data / f"{name}.csv") for name in sorted(set(SETS.values()))}
    labels = {name: sets[source].table if name == "shifted" else described(sets[source])
              for name, source in SETS.items()}  # fmt: skip
    cells = {each.folder: each for each in known_cells()}
    for place in sorted(KEPT.glob("*px/*/*")):
        own = place.relative_to(KEPT)
        recipe = recipe_of(cells[own])
        last = chained(recipe)[-1] if recipe.stages else recipe
        known = ModelProvenance(recipe_hash=last.hash, epoch_chosen_on=chosen_on(last))
        for name in SETS:
            kept.lay(place / f"{name}.parquet", labels[name], out / own / f"{name}.parquet",
                     known)  # fmt: skip
        say(f"laid {own}")


def described(photos: Manifest) -> pl.DataFrame:
    """The table of a set with what a prediction carries of its photograph.

    Answers are older than today's rules of what shows no retina, so that these are not asked.
    """
    opened = (open_photo(photos.locate(each), Preprocess(), retina_check=False, fingerprint=True)
              for each in photos.table["photo"])  # fmt: skip
    seen = [each.info.as_json() for each in opened]
    return photos.table.hstack(pl.DataFrame(seen).select(pl.exclude(photos.table.columns)))


def known_cells() -> list[Cell]:
    """Every trial at the sizes and with the seeds of decision 0012."""
    return [Cell(name, size, seed) for name in TRIALS for size in (256, 384) for seed in range(3)]


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
