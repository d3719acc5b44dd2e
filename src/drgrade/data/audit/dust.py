"""Dust of a camera: dark spots that lie at the same place of photographs taken one after another.

What lies on a sensor or a lens looks like a small haemorrhage, until another patient's photograph
shows it at the same place. Photographs of one size are taken in blocks, in the order of their
table; where nearly all of a block are darker than their surroundings, no eye is the reason. Light
is compared as a ratio, in the file's own values: a spot that takes a share of the light takes the
same share of a bright and of a dark retina, but for the file's curve.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from scipy import ndimage

from drgrade.data.photos.decode import read_photo, sides_of
from drgrade.data.photos.preprocess import EMPTY
from drgrade.errors import DrgradeError, ManifestError, PhotoError, Reason
from drgrade.locale.refusal import refusal
from drgrade.runtime.files import write_json
from drgrade.runtime.progress import track

KIND: Final = "drgrade dust"
SIDE: Final = 512  # px of a photo's longer side while it is looked at
TOGETHER: Final = 40  # photos of a block; dust comes and goes when a camera is cleaned
LEAST: Final = 30  # photos: of fewer an eye's own spots cannot be separated from dust
LEAST_PATIENTS: Final = 10  # of a block, where patients are known
FINE, COARSE = 1.0, 5.0  # px, sigma: as large as a spot, and around it; a fovea is larger
RIM: Final = 8  # px; so near the rim of the field, and of the picture, it darkens anyway
ALL: Final = 0.95  # of a block: where so many photos show retina lies its field
DARK: Final = 10  # of 255; below it lies the margin around the field
DEEP: Final = 0.02  # of the light, that the photo in the middle loses at a spot
DARKER: Final = 0.01  # of the light, that nearly all photos lose there
NEARLY_ALL: Final = 0.85
LARGEST: Final = 0.04  # of the longer side
NEAR: Final = 0.008  # of the longer side: how far beside a spot a mark's centre may lie
NO_LARGER: Final = 2.0  # times the spot, and `NEAR`: a larger mark is not of the dust alone
SHOWN: Final = 12  # blocks whose light is kept for a picture
Given = tuple[str, Path | DrgradeError, str | None]  # a photo's name, its place, its patient


@dataclass(frozen=True)
class DustSpot:
    """A spot: its centre and diameter in px of the file, the share of light that it takes.

    `darker` is of the photo in the middle, of light smoothed over two or three px of 512: a small
    spot takes more. `seen` is the share of photos that are darker there, `near` how far beside it
    the centre of a mark may lie.
    """

    x: float
    y: float
    diameter: float
    darker: float
    seen: float
    near: float = 0.0

    def covers(self, x: float, y: float, diameter: float) -> bool:
        """Whether a mark with this centre and diameter, in the spot's own unit, is of the dust."""
        apart = np.hypot(x - self.x, y - self.y)
        fits = diameter <= NO_LARGER * self.diameter + self.near
        return bool(fits and apart <= self.diameter / 2 + self.near)

    def scaled(self, x: float, y: float, scale: float) -> "DustSpot":
        """The spot at another place, in another unit of which `scale` are one of its own."""
        return replace(self, x=x, y=y, diameter=self.diameter * scale, near=self.near * scale)


@dataclass(frozen=True)
class Block:
    """Photos of one size taken one after another, and the spots that they share, darkest first.

    `hashes` are the SHA-256 of the photos' files. `shares` (h, w) is what the photo in the middle
    has more or less of the light of its surroundings, for pictures: of the first blocks alone, and
    not kept in files.
    """

    width: int
    height: int
    photos: tuple[str, ...]
    hashes: tuple[str, ...]
    spots: tuple[DustSpot, ...]
    shares: np.ndarray | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Dust:
    """The blocks of a set, photos too few to be judged, and what could not be read."""

    blocks: tuple[Block, ...]
    too_few: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()

    def of(self, sha256: str) -> tuple[DustSpot, ...] | None:
        """The spots of the block that a photo is of, by the hash of its file; None if unknown."""
        return self._by_hash.get(sha256)

    @cached_property
    def _by_hash(self) -> dict[str, tuple[DustSpot, ...]]:
        return {sha256: block.spots for block in self.blocks for sha256 in block.hashes}


@dataclass(frozen=True)
class _Look:
    """A photo in little: log of its light over that of its surroundings, (h, w), and the field.

    `packed` is the field as bits, since many are held.
    """

    name: str
    patient: str
    sha256: str
    contrast: np.ndarray
    packed: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """The field, (h, w) bool."""
        bits = np.unpackbits(self.packed, count=self.contrast.size)
        return bits.reshape(self.contrast.shape).astype(bool)


def find_dust(photos: Iterable[Given]) -> Dust:
    """The dust of photos (name, place or what is wrong with it, patient where known), in order.

    One size is looked at after another: up to 80 photos are held at a time, half a megabyte each.
    Fewer than 30 of a size, by the headers of their files, are not decoded. These, and photos of
    fewer than 10 patients, are not judged; a photo without a patient is one of its own.
    """
    blocks: list[Block] = []
    too_few: list[str] = []
    unread: list[tuple[str, str]] = []
    for sides, group in _by_sides(photos).items():
        if sides and len(group) < LEAST:
            too_few += [name for name, _, _ in group]
            continue
        for size, looks in _in_blocks(track(group, len(group), "finding dust"), unread):
            if len(looks) < LEAST or len({each.patient for each in looks}) < LEAST_PATIENTS:
                too_few += [each.name for each in looks]
            else:
                block = _judged(size, looks)
                blocks.append(block if len(blocks) < SHOWN else replace(block, shares=None))
    return Dust(tuple(blocks), tuple(too_few), tuple(unread))


def _by_sides(photos: Iterable[Given]) -> dict[tuple[int, int] | None, list[Given]]:
    """Photos by their shorter and longer side; None: no header says, and reading may say why."""
    found: dict[tuple[int, int] | None, list[Given]] = {}
    for each in photos:
        sides = None if isinstance(each[1], DrgradeError) else sides_of(each[1])
        found.setdefault(sides, []).append(each)
    return found


def _in_blocks(
    photos: Iterable[Given], unread: list[tuple[str, str]]
) -> Iterator[tuple[tuple[int, int], list[_Look]]]:
    """Photos in little as blocks of one size each; what cannot be read is put down in `unread`."""
    waiting: dict[tuple[int, int], list[_Look]] = {}
    for name, place, patient in photos:
        try:
            size, seen = _look(name, place, patient)
        except (DrgradeError, OSError) as error:
            unread.append((name, str(error)))
            continue
        held = waiting.setdefault(size, [])
        held.append(seen)
        if len(held) == 2 * TOGETHER:
            yield size, held[:TOGETHER]
            del held[:TOGETHER]
    for size, held in waiting.items():
        for start, end in _cuts(len(held), max(1, round(len(held) / TOGETHER))):
            yield size, held[start:end]


def _cuts(n: int, parts: int) -> Iterator[tuple[int, int]]:
    edges = [round(n * part / parts) for part in range(parts + 1)]
    yield from pairwise(edges)


def _look(
    name: str, place: Path | DrgradeError, patient: str | None
) -> tuple[tuple[int, int], _Look]:
    """The size of a photo's file, and the photo in little.

    Raises:
        PhotoError: it cannot be read, or shows nothing.
    """
    if isinstance(place, DrgradeError):
        raise place
    photo = read_photo(place)
    longer = max(photo.width, photo.height)
    width, height = (max(1, round(each * SIDE / longer)) for each in (photo.width, photo.height))
    small = Image.fromarray(photo.pixels).resize((width, height), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32)
    red, green, blue = (pixels[..., plane] for plane in range(3))
    inside = ndimage.binary_fill_holes(np.maximum(np.maximum(red, green), blue) > DARK)
    if not inside.any():
        raise refusal(PhotoError, Reason(EMPTY, {"why": Reason("nothing_but_margin")}))
    light = np.log((red + green) / 2 + 1)  # blue is mostly noise
    contrast = _blurred(light, inside, FINE) - _blurred(light, inside, COARSE)
    found = _Look(name, patient or name, photo.sha256, contrast.astype(np.float16),
                  np.packbits(inside))  # fmt: skip
    return (photo.width, photo.height), found


def _blurred(light: np.ndarray, inside: np.ndarray, sigma: float) -> np.ndarray:
    """Light (h, w) blurred within the field alone; 0 outside."""
    weight = inside.astype(np.float32)
    around = ndimage.gaussian_filter(light * weight, sigma)
    return np.asarray(weight * around / ndimage.gaussian_filter(weight, sigma).clip(1e-3))


def _judged(size: tuple[int, int], looks: Sequence[_Look]) -> Block:
    """A block and its spots."""
    stack = np.stack([each.contrast for each in looks]).astype(np.float32)
    middle = np.median(stack, axis=0)
    darker = (stack < np.log(1 - DARKER)).mean(axis=0)
    field = np.mean([each.inside for each in looks], axis=0) >= ALL
    field = ndimage.binary_erosion(field, iterations=RIM)  # the picture's own border is a rim too
    return Block(
        *size,
        tuple(each.name for each in looks),
        tuple(each.sha256 for each in looks),
        _spots(middle, darker, field, max(size) / SIDE),
        np.where(field, np.expm1(middle), 0.0),
    )


def _spots(
    middle: np.ndarray, darker: np.ndarray, field: np.ndarray, scale: float
) -> tuple[DustSpot, ...]:
    """Connected places, deep in the photo in the middle, where nearly all photos are darker."""
    deep = (middle <= np.log(1 - DEEP)) & (darker >= NEARLY_ALL) & field
    labels, n = ndimage.label(deep, np.ones((3, 3), int))
    found = []
    for number in range(1, n + 1):
        rows, columns = np.nonzero(labels == number)
        diameter = 2 * np.sqrt(len(rows) / np.pi)
        if diameter > LARGEST * SIDE:
            continue
        deepest = middle[rows, columns].argmin()
        found.append(DustSpot(
            round(float(columns.mean() + 0.5) * scale, 1),
            round(float(rows.mean() + 0.5) * scale, 1),
            round(float(diameter * scale), 1),
            round(float(-np.expm1(middle[rows[deepest], columns[deepest]])), 4),
            round(float(darker[rows[deepest], columns[deepest]]), 4),
            round(NEAR * SIDE * scale, 1)))  # fmt: skip
    return tuple(sorted(found, key=lambda spot: -spot.darker))


def write_dust(dust: Dust, place: Path) -> None:
    """Write what was found as JSON, which `read_dust` reads."""
    blocks = [{key: value for key, value in asdict(each).items() if key != "shares"}
              for each in dust.blocks]  # fmt: skip
    write_json(place, {"kind": KIND, "blocks": blocks, "too_few": dust.too_few,
                       "unread": dust.unread})  # fmt: skip


def read_dust(place: Path) -> Dust:
    """Read a file of `write_dust`.

    Raises:
        ManifestError: no such file, or another kind of file.
    """
    try:
        found: Any = json.loads(place.read_text(encoding="utf-8"))
        if found["kind"] != KIND:
            raise ValueError(found["kind"])
        blocks = [Block(each["width"], each["height"], tuple(each["photos"]),
                        tuple(each["hashes"]), tuple(DustSpot(**spot) for spot in each["spots"]))
                  for each in found["blocks"]]  # fmt: skip
        unread = tuple((name, why) for name, why in found["unread"])
        return Dust(tuple(blocks), tuple(found["too_few"]), unread)
    except OSError as error:
        raise ManifestError(f"'{place}' cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError):
        raise ManifestError(f"'{place}' is no file of dust; `drgrade data dust PHOTOS -o "
                            "FILE.json` writes one") from None  # fmt: skip
