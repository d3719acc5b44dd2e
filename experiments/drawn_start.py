"""Does a start from drawn photographs help on real ones? Trainings in folds, judged and compared.

Every cell is a network, a size, a start and a seed, trained on each set apart with
experiments/fine-tune.toml, whose out-of-fold predictions our judge compares: photographs of blocks
(IDRiD) or patients (EyePACS) are resampled, and the seeds of a cell too.

    drgrade models pretrain resnet18        # and efficientnet_lite0, resnet50
    python experiments/drawn_start.py run OUT --set idrid=idrid.csv --set eyepacs=eyepacs.csv
    python experiments/drawn_start.py keep OUT          # answers, without labels
    python experiments/drawn_start.py lay OUT --set idrid=idrid.csv --set eyepacs=eyepacs.csv
    python experiments/drawn_start.py page OUT          # into experiments/notes/drawn-start.md

`run` goes on where it stopped; several processes share the work, each leaves out what another does.
A row of the page whose answers are not at hand stays as it is.
"""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import kept
from marked_page import fill, part

from drgrade.data.tables.manifest import read_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import RunError
from drgrade.evaluation.comparison.paired import Comparison, Entry, compare
from drgrade.models.weights.synthetic_starts import PHANTOM, phantom_folder
from drgrade.recipe.recipe import load_recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.locks import locked
from drgrade.runtime.progress import say
from drgrade.stats.estimate import Estimate
from drgrade.training.folds import run_folds

RECIPE = Path(__file__).with_name("fine-tune.toml")
PAGE = Path(__file__).resolve().parent / "notes" / "drawn-start.md"
FOLDS = {
    "idrid": 3,
    "eyepacs": 2,
}  # half the trainings of five and three, the same photographs judged
EPOCHS = {"idrid": 15, "eyepacs": 10}
STARTS = {  # the differences are each start less those before it
    "resnet18": ("random", "phantom"),
    "efficientnet_lite0": ("random", "imagenet", "phantom"),
    "resnet50": ("random", "phantom"),
}
CURVE = (50, 100, 200)  # training photographs
PREDICTIONS = "out_of_fold.parquet"
ANSWERS = kept.ANSWERS / "drawn-start"


@dataclass(frozen=True)
class Cell:
    """One training in folds; `photos` are those of each fold's training part, 0 for all."""

    of: str
    network: str
    size: int
    photos: int
    start: str
    seed: int

    @property
    def group(self) -> tuple[str, str, int, int]:
        """What is compared with each other: all but start and seed."""
        return self.of, self.network, self.size, self.photos

    @property
    def folder(self) -> Path:
        """Where its runs lie below OUT."""
        many = self.photos or "all"
        return Path(self.of, f"{self.network}-{self.size}px-{many}", f"{self.start}-{self.seed}")


def cells(sets: list[str]) -> Iterator[Cell]:
    """All cells, the most telling first."""
    small = ("resnet18", "efficientnet_lite0")
    for seed in range(3):
        for network in small:
            yield from _starts(sets, network, 128, 0, seed)
    yield from _starts(sets, "resnet50", 128, 0, 0)
    for photos in CURVE:
        for network in small:
            yield from _starts(sets[:1], network, 128, photos, 0)
    for network in small:
        yield from _starts(sets, network, 256, 0, 0)


def _starts(sets: list[str], network: str, size: int, photos: int, seed: int) -> Iterator[Cell]:
    for of in sets:
        for start in STARTS[network]:
            yield Cell(of, network, size, photos, start, seed)


def run(cell: Cell, manifest: Path, out: Path, *, mixed: bool = False) -> None:
    """Train a cell in folds, unless it is finished or another process has it in hand."""
    if (out / cell.folder / PREDICTIONS).is_file():
        return
    say(f"=== {cell.folder}")
    settings = {
        "name": f"{cell.network}-{cell.start}", "data.size": cell.size, "data.photos": cell.photos,
        "model.network": cell.network, "model.start": cell.start, "train.seed": cell.seed,
        "train.epochs": EPOCHS[cell.of], "train.mixed_precision": str(mixed).lower(),
    }  # fmt: skip
    recipe = load_recipe(str(RECIPE), [f"{key}={value}" for key, value in settings.items()])
    with ExitStack() as held:
        try:
            held.enter_context(locked(out / cell.folder))
        except RunError as error:
            say(str(error))
            return
        run_folds(recipe, out / cell.folder, FOLDS[cell.of], read_manifest(manifest))


def groups(out: Path, sets: list[str]) -> Iterator[tuple[tuple[str, str, int, int], Comparison]]:
    """Each group of finished cells with at least two starts, compared by our judge."""
    done: dict[tuple[str, str, int, int], list[Cell]] = {}
    for cell in cells(sets):
        if (out / cell.folder / PREDICTIONS).is_file():
            done.setdefault(cell.group, []).append(cell)
    for group, found in done.items():
        starts = dict.fromkeys(cell.start for cell in found)
        if len(starts) < 2:
            continue
        names = {cell: f"{cell.start}-{cell.seed}" for cell in found}
        tables = {name: read_predictions(out / cell.folder / PREDICTIONS)
                  for cell, name in names.items()}  # fmt: skip
        order = list(names)
        pools = {start: [i for i, cell in enumerate(order) if cell.start == start]
                 for start in starts}  # fmt: skip
        yield group, compare(tables, pools=pools)


def shown(found: Estimate, *, signed: bool = False) -> str:
    """A figure with its interval."""
    if found.value is None:
        return "n/a"
    form = "+.3f" if signed else ".3f"
    return f"{found.value:{form}} ({found.low:{form}} to {found.high:{form}})"


def table(out: Path, sets: list[str]) -> str:
    """One row a start; beside it the differences to a random start and to ImageNet's, paired."""
    lines = [
        "| set | network | px | photographs | start | seeds | QWK | AUC, referable "
        "| QWK, minus random | AUC, minus random | QWK, minus ImageNet |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (of, network, size, photos), found in groups(out, sets):
        for entry in found.entries:
            lines.append(f"| {of} | {network} | {size} | {photos or 'all'} | {entry.name} "
                         f"| {len(entry.tables)} | {_cells(entry, found)} |")  # fmt: skip
    return "\n".join(lines)


def _cells(entry: Entry, found: Comparison) -> str:
    scores = [shown(entry.scores[name]) for name in ("qwk", "auc")]
    wanted = (("random", "qwk"), ("random", "auc"), ("imagenet", "qwk"))
    against = [_minus(entry.name, other, score, found) for other, score in wanted]
    return " | ".join([*scores, *against])


def _minus(name: str, other: str, score: str, found: Comparison) -> str:
    """A start's score less another's, where both are there."""
    for pair in found.pairs:
        if (pair.first, pair.second) == (other, name):
            return shown(pair.differences[score], signed=True)
    return ""


def keep(out: Path) -> None:
    """Copy the answers of each cell that is finished into the project."""
    for path in sorted(out.glob(f"*/*/*/{PREDICTIONS}")):
        kept.keep(path, ANSWERS / path.relative_to(out))


def lay(out: Path, manifests: dict[str, str]) -> None:
    """Put the kept answers, with the labels of their sets, where a training would leave them."""
    for of, manifest in manifests.items():
        labels = read_manifest(Path(manifest)).table
        for path in sorted(ANSWERS.glob(f"{of}/*/*/{PREDICTIONS}")):
            kept.lay(path, labels, out / path.relative_to(ANSWERS))


def merged(before: str, now: str) -> str:
    """The rows of both tables, those of `now` in place of the same cells of `before`."""
    rows = {tuple(line.split("|")[1:6]): line for line in [*before.splitlines(), *now.splitlines()]
            if line.startswith("|")}  # fmt: skip
    return "\n".join(rows.values())


def main() -> None:
    """Run the cells, keep or lay answers, or write what is finished into the page."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["run", "keep", "lay", "page"])
    words.add_argument("out", type=Path)
    words.add_argument("--set", action="append", default=[], help="NAME=MANIFEST")
    words.add_argument("--only", nargs="+", default=[""], metavar="PART",
                       help="run the cells whose folder begins with one of these, in this order: "
                            "idrid/resnet18-128px-50")  # fmt: skip
    words.add_argument("--mixed", action="store_true", help="train in bfloat16")
    asked = words.parse_args()
    if asked.what == "page":
        before = part(PAGE, "table")
        fill(PAGE, lambda name: merged(before, table(asked.out, list(FOLDS))))
        return
    manifests = dict(each.split("=", 1) for each in asked.set)
    if asked.what != "run":
        keep(asked.out) if asked.what == "keep" else lay(asked.out, manifests)
        return
    chosen = [cell for part in asked.only for cell in cells(list(manifests))
              if cell.folder.as_posix().startswith(part)]  # fmt: skip
    if not chosen:
        words.error(f"no cell begins with {', '.join(asked.only)}")
    for cell in chosen:
        if cell.start == PHANTOM and not RunFolder(phantom_folder(cell.network)).is_finished:
            say(f"{cell.folder}: left out, run `drgrade models pretrain {cell.network}` first")
            continue
        run(cell, Path(manifests[cell.of]), asked.out, mixed=asked.mixed)


if __name__ == "__main__":
    main()
