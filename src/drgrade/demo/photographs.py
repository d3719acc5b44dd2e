"""The gallery's photographs: synthetic ones of every grade and quality, and a real healthy eye."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from drgrade.data.phantom.disturbers import strength_of
from drgrade.data.phantom.drawing import Eye, draw_eye, paint
from drgrade.runtime.files import write_bytes

SEED = 20_000  # of the gallery's drawing: none of these eyes pretrained what ships
SIDE = 512  # px
OF_A_GRADE = {0: 3, 1: 2, 2: 3, 3: 2, 4: 2}  # good photographs of each grade
WANTED = (*(("good", grade) for grade, n in OF_A_GRADE.items() for _ in range(n)),
          ("blurred", None), ("dim", None))  # fmt: skip
BLURRED = 0.9  # strength of defocus from which a synthetic photograph cannot be graded
DIM = 0.45  # strength of darkness from which little can be seen
BLACK = 0.02  # of the light: a lens cap, or a flash that failed
REAL = "real-healthy-eye"


@dataclass(frozen=True)
class Shown:
    """A photograph of the gallery: its file, its eye, and what is known of it.

    `kind` is `good`, `blurred`, `dim`, `black`, `not_an_eye` or `real`; `grade` that of the
    lesions drawn, 0 for the real healthy eye, None where there is no eye to see.
    """

    name: str
    path: Path
    kind: str
    eye: str | None
    grade: int | None


def gallery_photographs(folder: Path) -> list[Shown]:
    """Draw the gallery's photographs into a folder, or find them there; the real one is read only.

    The pictures that come with scikit-image are a healthy left eye (CC0) and a cup of coffee.
    """
    return [*_drawn(folder), *_found()]


def packaged_picture(name: str) -> Path:
    """A picture in scikit-image's wheel."""
    found = find_spec("skimage")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "data" / name


def _found() -> Iterator[Shown]:
    yield Shown("not-an-eye", packaged_picture("coffee.png"), "not_an_eye", None, None)
    yield Shown(REAL, packaged_picture("retina.jpg"), "real", "left", 0)


def _drawn(folder: Path) -> Iterator[Shown]:
    for number, (kind, eye) in enumerate(chosen_eyes(), start=1):
        name = f"synthetic-{number:02d}"
        path = folder / f"{name}.jpg"
        if not path.is_file():
            write_bytes(path, _encoded(eye, BLACK if kind == "black" else 1.0))
        seen = None if kind == "black" else eye.grade
        yield Shown(name, path, kind, eye.side, seen)


def chosen_eyes() -> list[tuple[str, Eye]]:
    """The first eyes of the drawing that show each grade and each fault, one of a patient."""
    missing, found = list(WANTED), []
    for number in count(2, 2):
        eye = draw_eye(SEED, number)
        kind = kind_of(eye)
        shows = (kind, eye.grade if kind == "good" else None)
        if shows in missing:
            missing.remove(shows)
            found.append((WANTED.index(shows), kind, eye))
        if not missing:
            break
    ordered = sorted(found, key=lambda each: each[0])
    return [*((kind, eye) for _, kind, eye in ordered), ("black", draw_eye(SEED, 0))]


def kind_of(eye: Eye) -> str:
    """`good`, `blurred` or `dim` for a photograph that shows one of these, else nothing."""
    if strength_of(eye.disturbers, "defocus") >= BLURRED:
        return "blurred"
    if strength_of(eye.disturbers, "dark") >= DIM:
        return "dim"
    return "good" if eye.quality == "good" else ""


def _encoded(eye: Eye, light: float) -> bytes:
    pixels = (paint(eye, SIDE).pixels * light).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
