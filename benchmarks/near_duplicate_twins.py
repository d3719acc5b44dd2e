"""Twins of photographs as they come about: mirrored, rescaled, recompressed, turned, cropped.

Each twin is written to a file and read like any photograph that `drgrade data check` looks at.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from drgrade.data.audit.check import SMALLEST_SIDE
from drgrade.data.photos.decode import read_photo
from drgrade.data.photos.field import find_field
from drgrade.data.photos.fingerprint import fingerprint

WHOLE = 1024  # px, to which the photographs are read before twins are made of them
QUALITY = 92  # JPEG quality of a twin that is not recompressed on purpose
TURN = 5.0  # degrees to either side, at most
CROP = 0.05  # of the width or height from each side, at most

Picture = Image.Image
Draw = np.random.Generator


def mirrored(picture: Picture, draw: Draw) -> Picture:
    """Left and right exchanged."""
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def rescaled(picture: Picture, draw: Draw) -> Picture:
    """Half to twice the size, as often smaller as larger."""
    return _resized(picture, 2 ** draw.uniform(-1, 1))


def quartered(picture: Picture, draw: Draw) -> Picture:
    """A quarter of the width and height."""
    return _resized(picture, 0.25)


def turned(picture: Picture, draw: Draw) -> Picture:
    """Up to `TURN` degrees to either side, black corners."""
    return picture.rotate(draw.uniform(-TURN, TURN), Image.Resampling.BILINEAR)


def cropped(picture: Picture, draw: Draw) -> Picture:
    """Up to `CROP` off each side, each drawn by itself."""
    left, top, right, bottom = draw.uniform(0, CROP, 4)
    width, height = picture.size
    return picture.crop(
        (int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height))
    )


def as_it_is(picture: Picture, draw: Draw) -> Picture:
    """Recompressed alone: `quality_of` draws how strongly."""
    return picture


def all_together(picture: Picture, draw: Draw) -> Picture:
    """Turned, cropped, half to twice the size, recompressed, and every second one mirrored."""
    for change in (turned, cropped, rescaled, *[mirrored][: draw.integers(0, 2)]):
        picture = change(picture, draw)
    return picture


KINDS: dict[str, Callable[[Picture, Draw], Picture]] = {
    "mirrored": mirrored,
    "half to twice the size": rescaled,
    "a quarter of the size": quartered,
    "recompressed": as_it_is,
    "turned": turned,
    "cropped": cropped,
    "all together": all_together,
}
COMPRESSED = ("recompressed", "all together")  # JPEG quality 30 to 90


def prints_of(file: Path, number: int) -> list[str]:
    """Fingerprints of a photograph and of its twins, in the order of `KINDS`."""
    draw = np.random.default_rng([0, number])
    picture = Image.fromarray(read_photo(file, wanted_side=WHOLE).pixels)
    with tempfile.TemporaryDirectory() as folder:
        texts = [print_of(file)]
        for kind, change in KINDS.items():
            twin = Path(folder) / "twin.jpg"
            quality = int(draw.integers(30, 91)) if kind in COMPRESSED else QUALITY
            change(picture, draw).save(twin, quality=quality)
            texts.append(print_of(twin))
    return texts


def prints_of_all(files: list[Path], workers: int) -> np.ndarray:
    """Fingerprints (photographs, 1 + kinds) of many files."""
    with ProcessPoolExecutor(workers) as pool:
        return np.array(list(pool.map(prints_of, files, range(len(files)), chunksize=8)))


def print_of(file: Path) -> str:
    """The fingerprint of a photograph as `drgrade data check` takes it."""
    pixels = read_photo(file, wanted_side=SMALLEST_SIDE).pixels
    return fingerprint(pixels, find_field(pixels))


def _resized(picture: Picture, factor: float) -> Picture:
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.BICUBIC)
