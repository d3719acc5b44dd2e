"""The whole story in one go: draw, divide, train, judge, and look at a real photograph."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import Manifest, read_manifest, write_manifest
from drgrade.data.tables.provenance import DRAWN
from drgrade.data.tables.splits import split
from drgrade.errors import UsageError
from drgrade.explanation.explain import as_json, explain_photo
from drgrade.explanation.files import write_explanation
from drgrade.explanation.remarks import told
from drgrade.lab.cells import Wanted
from drgrade.lab.experiment import run_lab
from drgrade.modelfile.places import shipped_models
from drgrade.models.checkpoint import load_grader
from drgrade.runtime.progress import say

PHOTOS = 480
SIDE = 256
REAL = "real-eye"  # the name of the files on the real photograph
DEFAULT = "default"  # the model that ships
CELLS = ("resnet18-random", "efficientnet_lite0-random", "efficientnet_lite0-imagenet")


@dataclass(frozen=True)
class Story:
    """What the demo leaves: its page, and what a grader sees in a real photograph.

    `sentences` say it, `picture` shows it; `reason` says why there is neither. `ships` tells
    whether the grader is the one that ships, or one that has seen drawn eyes only.
    """

    page: Path
    ships: bool
    sentences: tuple[str, ...]
    picture: Path
    reason: str = ""


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
    place = shipped_models().get(DEFAULT)
    sentences, reason = explain_real(place or folder / "runs" / CELLS[-1], folder / REAL, language)
    return Story(page, place is not None, sentences, folder / f"{REAL}.png", reason)


def drawn(folder: Path, photos: int) -> Manifest:
    """Draw once; the manifest of so many drawn photographs that is there is read again.

    Raises:
        UsageError: another manifest is there.
    """
    path = folder / "manifest.csv"
    if path.is_file():
        there = read_manifest(path)
        if there.facts.get("source") != DRAWN or len(there) != photos:
            raise UsageError(
                f"the demo reads its own {photos} drawn photographs again, and {path} has "
                f"{len(there)} of source '{there.facts.get('source') or 'unknown'}'; "
                "name another folder with -o"
            )
        return there
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


def explain_real(model: Path, place: Path, language: str) -> tuple[tuple[str, ...], str]:
    """What a grader sees in the real photograph, as `PLACE.png`, `PLACE.json` and sentences.

    Without a grade there are neither files nor sentences, and the reason is the second.
    """
    row, found = explain_photo(load_grader(model), "retina.jpg", real_photo(), eye="left")
    if found is None:
        return (), f"{row['status']}: {row.get('reason', '')}"
    words = told(found)
    write_explanation(found, as_json(found) | {"sentences": words}, place, language)
    return tuple(words[language]), ""
