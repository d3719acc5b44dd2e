"""The demo's experiment in small: the lab with two cells, and their comparison."""

from dataclasses import dataclass
from pathlib import Path

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest, write_manifest
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.data.tables.splits import split
from drgrade.errors import UsageError
from drgrade.evaluation.comparison.paired import compare
from drgrade.evaluation.pages.compare_page import write_comparison
from drgrade.evaluation.scorecard.evaluate import pick_split
from drgrade.evaluation.scorecard.scores import with_patients
from drgrade.lab.cells import Cell, Wanted
from drgrade.lab.experiment import run_lab
from drgrade.lab.plan import Pace
from drgrade.provenance.photo_set import DRAWN
from drgrade.recipe.run_folder import RunFolder

TABLE = "manifest.csv"
PHOTOS = 220
HEALTHIER = -0.25  # where the severities centre: 6 of 10 eyes are of grade 0, as where one screens
SIDE = 208  # px of a photograph
SIZE = 192  # px of a square
SEED = 10_000  # of the drawing, plus the demo's own; what ships was pretrained on drawing 0
SHARES = {"train": 0.5, "tune": 0.1, "test": 0.4}
FROM_RANDOM, LEARNS = "resnet18-random", "efficientnet_lite0-drawn"
CELLS = (FROM_RANDOM, LEARNS)
# Seconds a photo on one core, learning and answering: measuring them takes longer than it is worth.
PACES = {FROM_RANDOM: Pace(0.10, 0.03), LEARNS: Pace(0.06, 0.02)}


@dataclass(frozen=True)
class Size:
    """How large the experiment is; `epochs` 0 takes the recipe's."""

    photos: int = PHOTOS
    epochs: int = 0
    seed: int = 0


def refuse_other_set(folder: Path, size: Size) -> None:
    """Refuse a folder that holds a manifest of other photographs than the demo would draw.

    Raises:
        UsageError: names what is there.
    """
    path = folder / TABLE
    if not path.is_file():
        return
    there = read_manifest(path)
    found = (there.provenance.source, there.provenance.seed, len(there))
    if found != (DRAWN, SEED + size.seed, size.photos):
        raise UsageError(
            f"the demo reads its own {size.photos} synthetic photographs of seed {size.seed} "
            f"again, and {path} has {len(there)} of source '{found[0] or 'unknown'}'; "
            "name another folder with -o"
        )


def drawn(folder: Path, size: Size) -> Manifest:
    """Draw into a folder once and divide patients; what is there is read again.

    Raises:
        UsageError: another set of photographs is there.
    """
    refuse_other_set(folder, size)
    path = folder / TABLE
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / "photographs"
        manifest = draw_set(size.photos, place, size=SIDE, seed=SEED + size.seed,
                            shift=HEALTHIER, workers=2)  # fmt: skip
        write_manifest(split(manifest, seed=size.seed, shares=SHARES), path)
    return read_manifest(path)


def run_experiment(manifest: Manifest, folder: Path, size: Size, *, language: str) -> Path:
    """Train and evaluate both cells with the lab's own machinery; returns the lab's page."""
    wanted = Wanted(
        size=SIZE,
        cells=CELLS,
        epochs=size.epochs,
        recipe="demo",
        changes=(f"train.seed={size.seed}",),
    )
    return run_lab(manifest, folder, wanted, language=language, measured=_pace)


def _pace(cell: Cell) -> Pace:
    return PACES[cell.name]


def compare_cells(lab: Path, manifest: Manifest, folder: Path, *, language: str) -> Path:
    """Compare the two cells on the same test patients; returns the page."""
    tables = {
        name: with_patients(
            pick_split(read_predictions(RunFolder(lab / "runs" / name).predictions)), manifest
        )
        for name in CELLS
    }
    runs = " ".join(str(lab / "runs" / name) for name in CELLS)
    command = f"drgrade compare {runs} -o {folder}"
    return write_comparison(compare(tables), folder, command=command, language=language)
