"""The whole story in one go, on drawn photographs: draw, divide, train, judge, grade a real one."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from drgrade.data.manifest import Manifest, read_manifest, write_manifest
from drgrade.data.phantom import draw_set
from drgrade.data.splits import split
from drgrade.models.checkpoint import load_grader
from drgrade.models.inference import grade_photos
from drgrade.progress import say
from drgrade.training.lab import run_lab
from drgrade.training.lab_cells import Wanted

PHOTOS = 480
SIDE = 256
CELLS = ("resnet18-random", "efficientnet_lite0-random", "efficientnet_lite0-imagenet")


@dataclass(frozen=True)
class Story:
    """What the demo leaves: its page, and its answer for a real photograph."""

    page: Path
    real: dict[str, Any]


def tell(folder: Path, *, photos: int = PHOTOS, epochs: int = 0, language: str = "en") -> Story:
    """Run the demo in a folder; what is finished there is not done again.

    Args:
        folder: gets `photos/`, `manifest.csv` and the lab's report.
        photos: how many to draw.
        epochs: of each network; 0 takes the recipe's.
        language: of the page, `en` or `zh-TW`.
    """
    say("1. drawing photographs whose lesions are known (no patient's photograph is used)")
    manifest = drawn(folder, photos)
    say("2. training and judging: patients, never photographs, are divided")
    wanted = Wanted(size=128, cells=CELLS, epochs=epochs, recipe="demo")
    page = run_lab(manifest, folder, wanted, language=language)
    say("3. a real photograph: the healthy left eye that comes with scikit-image (CC0)")
    real = grade_real(folder / "runs" / CELLS[-1])
    return Story(page, real)


def drawn(folder: Path, photos: int) -> Manifest:
    """Draw once; a manifest that is there is read again."""
    path = folder / "manifest.csv"
    if path.is_file():
        return read_manifest(path)
    manifest = draw_set(photos, folder / "photos", size=SIDE, workers=2)
    divided = split(manifest, seed=0)
    write_manifest(divided, path)
    return read_manifest(path)


def real_photo() -> Path:
    """The photograph of a healthy left eye in scikit-image's wheel (1411 px, CC0)."""
    found = find_spec("skimage")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "data" / "retina.jpg"


def grade_real(run: Path) -> dict[str, Any]:
    """What a demo grader answers for a real photograph; it has seen drawn ones only."""
    grader = load_grader(run)
    return next(grade_photos(grader, [("retina.jpg", real_photo())]))
