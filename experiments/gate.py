"""What the gate for pictures that show no retina refuses and lets through, set by set.

Command: python experiments/gate.py DATA
DATA has `idrid`, `rfmid2`, `hrf` and `eyepacs`, each with `images/`. Other pictures are those that
scikit-image's wheel carries and HRF's photographs without or in other colours. Fills the marked
parts of docs/results/gate.md.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import skimage.data
from marked_page import fill

from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.decode import read_photo
from drgrade.data.photos.gate import refuse_other_pictures
from drgrade.data.photos.preprocess import Preprocess, prepare
from drgrade.errors import PhotoError
from drgrade.runtime.progress import say
from drgrade.stats.intervals import wilson

PAGE = Path(__file__).parents[1] / "docs" / "results" / "gate.md"
SETTINGS = Preprocess(256)
DRAWN, SEED = 400, 77
OTHERS = ("astronaut", "brick", "camera", "cat", "cell", "chelsea", "clock", "coffee", "coins",
          "colorwheel", "grass", "gravel", "horse", "hubble_deep_field", "immunohistochemistry",
          "logo", "moon", "page", "rocket", "text")  # fmt: skip


def reason_of(pixels: np.ndarray) -> str:
    """Why a picture (H, W, 3) uint8 is refused; empty where it is let through."""
    try:
        refuse_other_pictures(prepare(pixels, SETTINGS))
    except PhotoError as error:
        return error.code.replace("_", " ")
    return ""


def photos(data: Path, name: str, part: str = "") -> Iterator[np.ndarray]:
    """A set's photographs, or those whose names begin with `part`."""
    for path in sorted((data / name / "images").iterdir()):
        if path.name.startswith(part):
            yield read_photo(path, wanted_side=SETTINGS.size).pixels


def drawn(quality: str) -> Iterator[np.ndarray]:
    """Drawn eyes of this quality among the first `DRAWN` of the seed."""
    for number in range(DRAWN):
        eye = draw_eye(SEED, number)
        if eye.quality == quality:
            yield paint(eye, 384).pixels


def other_pictures() -> Iterator[tuple[str, np.ndarray]]:
    """Pictures of scikit-image, by name, as three channels of 8 bits."""
    for name in OTHERS:
        pixels = np.asarray(getattr(skimage.data, name)())
        if pixels.dtype == bool:
            pixels = pixels.astype(np.uint8) * 255
        yield name, pixels[..., :3] if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def row(name: str, pictures: Iterable[np.ndarray]) -> str:
    """A set's line: how many pictures, and what share of them is refused, for what reasons."""
    reasons = Counter(map(reason_of, pictures))
    total, refused = sum(reasons.values()), sum(reasons.values()) - reasons[""]
    low, high = wilson(refused, total)
    why = ", ".join(f"{reason} {n}" for reason, n in reasons.most_common() if reason)
    say(f"{name}: {refused} of {total}")
    return f"| {name} | {total} | {refused / total:.3f} ({low:.3f} to {high:.3f}) | {why} |"


HEAD = "| pictures | number | refused | reasons |\n|---|---|---|---|"


def retinas(data: Path) -> str:
    """Photographs of the retina: what is refused of them is lost."""
    rows = [
        row("synthetic, good and usable *", [*drawn("good"), *drawn("usable")]),
        row("IDRiD *", photos(data, "idrid")),
        row("RFMiD 2.0, training part *", photos(data, "rfmid2", "Training")),
        row("RFMiD 2.0, validation and test parts",
            [*photos(data, "rfmid2", "Validation"), *photos(data, "rfmid2", "Test")]),
        row("HRF", photos(data, "hrf")),
        row("EyePACS", photos(data, "eyepacs")),
        row("synthetic, to be rejected", drawn("reject")),
    ]  # fmt: skip
    return "\n".join([HEAD, *rows])


def others(data: Path) -> str:
    """Pictures of something else, or of a retina without its colours."""
    hrf = list(photos(data, "hrf"))
    rng = np.random.default_rng(0)
    grey = [np.repeat(pixels[..., 1:2], 3, axis=2) for pixels in hrf]
    named = dict(other_pictures())
    passed = [name for name, pixels in named.items() if not reason_of(pixels)]
    rows = [
        row("scikit-image", named.values()),
        row("HRF, red-free (green alone)", grey),
        row("HRF, red-free, black and white exchanged", [255 - each for each in grey]),
        row("HRF, red and blue exchanged", [each[..., ::-1] for each in hrf]),
        row("HRF, negative", [255 - each for each in hrf]),
        row("noise", [rng.integers(0, 256, (400, 400, 3), np.uint8) for _ in range(50)]),
    ]
    return "\n".join([HEAD, *rows, "", f"Let through of scikit-image: {', '.join(passed)}."])


def main() -> None:
    """Measure, and fill the page."""
    data = Path(sys.argv[1])
    found = {"retinas": retinas, "others": others}
    fill(PAGE, lambda name: found[name](data))


if __name__ == "__main__":
    main()
