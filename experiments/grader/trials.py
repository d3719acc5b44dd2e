"""The grader's trials: what is tried, on which photographs, and how it is judged (decision 0012).

Each trial changes one factor of the packaged recipe `grader`; `peer` is the plain peer. All are
trained in the same five folds of IDRiD and judged by predictions for photographs their models never
saw: as they are, and as other cameras might have taken them. Chosen is by these alone. Then each
looks once at EyePACS and at healthy eyes of other cameras, with the mean of its five models.

    python experiments/grader/data.py DATA -o FOLDER
    python experiments/grader/trials.py run OUT --data FOLDER [--trials base peer] [--seeds 0]
    python experiments/grader/trials.py table OUT

`run` goes on where it stopped; several processes share the work.
"""

import argparse
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from looks import look_at_others, look_shifted

from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.errors import RunError
from drgrade.modelfile.places import shipped_models
from drgrade.models.checkpoint import load_grader
from drgrade.recipe.recipe import Recipe, load_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json
from drgrade.runtime.locks import locked
from drgrade.runtime.progress import say
from drgrade.training.folds import run_folds
from drgrade.training.stages import chained, run_before

HERE = Path(__file__).parent
BASE, PEER = "grader", str(HERE / "peer.toml")
SHIPPED_START = "drawn"
FOLDS, SCREENED = 5, 256  # px of the trials that are screened
TOGETHER = "-together"  # a trial's seeds as one ensemble (together.py)


@dataclass(frozen=True)
class Trial:
    """What a trial has otherwise than the base, and why it is tried."""

    why: str
    changes: tuple[str, ...] = ()
    drawn: bool = True  # whether it starts from drawn photographs, or from ImageNet
    file: str = BASE
    more: str = ""  # a further manifest of photographs to train on


def real(*changes: str) -> tuple[str, ...]:
    """Changes of the last stage alone: the drawn stage is the base's for all trials."""
    return tuple(f"stages.real.{each}" for each in changes)


PLAIN = real("model.lesions=false", "model.reads=features", "model.dme=false",
             "lesions.healthy=false")  # fmt: skip
OWN_CAMERA = real(*(f"augment.{name}=0" for name in
                    ("colour", "gamma", "light", "blur", "noise", "jpeg")))  # fmt: skip
TRIALS = {
    "peer": Trial("a plain fine-tuning, as a good practitioner does it", file=PEER),
    "base": Trial("all of it"),
    "imagenet": Trial("without drawn photographs", drawn=False),
    "regression": Trial("squared error and even cuts", real("objective.name=regression")),
    "own camera": Trial("no looks of other cameras", OWN_CAMERA),
    "lesions": Trial("the grade read off lesion maps alone", real("model.reads=lesions")),
    "no maps": Trial("the drawn start alone: no masks, no edema", PLAIN),
    "longer": Trial("twice the epochs on real photographs", real("train.epochs=24")),
    "masks": Trial("photographs with masks are a third of each epoch",
                   real("lesions.masked_share=0.333")),
    "average": Trial("weights averaged over the last steps", real("train.ema=0.98")),
    "features": Trial("maps learned beside the grade, which is not read off them",
                      real("model.reads=features")),
    "classes": Trial("cross-entropy of five classes", real("objective.name=cross_entropy")),
    "rfmid2": Trial("healthy eyes of RFMiD 2.0 to train on", more="rfmid2_train.csv"),
    "jitter": Trial("brightness and contrast as strong as GDRNet's, colour twice the base's",
                    real("augment.brightness=0.9", "augment.contrast=0.9", "augment.colour=0.3")),
    "healthy": Trial("healthy eyes of two other sets to train on", more="healthy_train.csv"),
    "quiet": Trial("detections on healthy eyes as a loss", real("lesions.tags=0.5")),
    "weak": Trial("other diseases, and lesions named for whole photographs",
                  real("lesions.tags=0.5"), more="weak.csv"),
    "teacher": Trial("a moving average teaches its answers to gentle views",
                     real("train.ema=0.98", "consistency.weight=1.0")),
    "teacher abroad": Trial("and unlabelled photographs of other cameras",
                            real("train.ema=0.98", "consistency.weight=1.0"),
                            more="unlabelled.csv"),
    "flat light": Trial("each pixel against its surroundings", ("model.light=flat",)),
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One trial at one size with one seed."""

    trial: str
    size: int
    seed: int

    @property
    def folder(self) -> Path:
        """Where it lies below OUT."""
        return Path(f"{self.size}px", self.trial.replace(" ", "-"), str(self.seed))


def recipe_of(cell: Cell) -> Recipe:
    """The recipe of a cell; with stages where it starts from drawn photographs.

    The drawn stage has a size and a seed of its own: it is made once for all cells.
    """
    trial = TRIALS[cell.trial]
    own = (f"data.size={cell.size}", f"train.seed={cell.seed}")
    whole = load_recipe(trial.file, [*trial.changes, *(real(*own) if trial.file == BASE else own)])
    if trial.drawn or not whole.stages:
        return whole
    last = whole.in_stages()[-1]
    started = last.model.model_copy(update={"start": "imagenet"})
    return last.model_copy(update={"model": started, "name": whole.name})


def photos_of(cell: Cell, data: Path) -> Manifest:
    """IDRiD, and what else the trial trains on."""
    own = read_manifest(data / "idrid.csv")
    if not (more := TRIALS[cell.trial].more):
        return own
    further = read_manifest(data / more)
    table = pl.concat([own.table, further.table], how="diagonal_relaxed")
    return Manifest(table, own.root, own.facts | {"source": f"idrid and {Path(more).stem}"})


def run(cell: Cell, data: Path, out: Path) -> None:
    """Train a cell in folds and look with it, unless that is done or in hand elsewhere."""
    place = out / cell.folder
    with ExitStack() as held:
        try:
            held.enter_context(locked(place))
        except RunError as error:
            say(str(error))
            return
        if not (place / "out_of_fold.parquet").is_file():
            say(f"=== {cell.folder}: {TRIALS[cell.trial].why}")
            recipe = recipe_of(cell)
            make_drawn(recipe, place, out)
            run_folds(recipe, place, FOLDS, photos_of(cell, data))
        look_shifted(place, data / "idrid.csv")
        look_at_others(place, [data / "eyepacs.csv", data / "healthy.csv"])


def make_drawn(recipe: Recipe, place: Path, out: Path) -> None:
    """Train the drawn stage where all trials with the same one find it, one process at a time."""
    if not recipe.stages:
        return
    first = chained(recipe)[0]
    shared = (out / "drawn" / first.hash[:12]).resolve()
    shared.mkdir(parents=True, exist_ok=True)
    link = place / "stages" / first.name
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(shared, target_is_directory=True)
    with locked(shared.with_name(f"{shared.name}-turn"), waiting=say):
        lay_shipped(first, shared)
        run_before(recipe, place, None)


def lay_shipped(stage: Recipe, folder: Path) -> None:
    """Put the start that ships where the stage that made it would leave it: an hour and more saved.

    Its large weights are rounded to half precision; all cells of one seed and more begin from it.
    """
    files = RunFolder(folder)
    shipped = shipped_models().get(SHIPPED_START)
    if files.is_started or shipped is None:
        return
    facts = load_grader(shipped).facts
    if facts["recipe_hash"] != stage.hash:
        say(f"{SHIPPED_START}, which ships, is of another recipe: the stage is trained anew")
        return
    files.begin(stage, facts["manifest_hash"])
    shutil.copyfile(shipped, files.best)
    write_json(files.finished, {"laid": SHIPPED_START, "weights_sha256": facts["weights_sha256"]})


def main() -> None:
    """Run the trials, or print what is finished."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["run", "table"])
    words.add_argument("out", type=Path)
    words.add_argument("--data", type=Path)
    words.add_argument("--trials", nargs="+", default=list(TRIALS))
    words.add_argument("--size", type=int, default=SCREENED)
    words.add_argument("--seeds", type=int, nargs="+", default=[0])
    asked = words.parse_args()
    known = [*TRIALS, *(f"{name}{kind}" for name in TRIALS for kind in ("-mean", TOGETHER)
                        if asked.what == "table")]  # fmt: skip
    if unknown := [name for name in asked.trials if name not in known]:
        words.error(f"unknown trials {', '.join(unknown)}; there are {', '.join(known)}")
    cells = [Cell(name, asked.size, seed) for seed in asked.seeds for name in asked.trials]
    if asked.what == "table":
        from tables import finished, print_tables

        print_tables(finished(asked.out, cells))
        return
    for cell in cells:
        run(cell, asked.data, asked.out)


if __name__ == "__main__":
    main()
