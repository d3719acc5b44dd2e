"""From a photo to an undistorted square around its field of view; deterministic."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
from PIL import Image

from drgrade.data.photos.decode import Photo, PhotoFile, decode
from drgrade.data.photos.field import SEEN_SIDE, Field, find_field
from drgrade.data.photos.gate import SIDE, refuse_other_pictures
from drgrade.data.photos.statistics import photo_statistics
from drgrade.errors import PhotoError, Reason
from drgrade.locale.refusal import refusal
from drgrade.provenance.photo import PhotoInfo

VERSION = 3  # 3 reduces every format as a JPEG is while it is decoded; JPEGs as 2 did
TOO_SMALL = "too_small"
EMPTY = "nothing_to_see"
NO_EYE = "no_eye"
UNGRADABLE = (TOO_SMALL, EMPTY)  # reasons that are the photo's; any other one is an error
# Of 1,202 real photographs the brightest hundredth is 19 of 255 or more, the spread 3.7 or more.
DARKEST = 10  # of 255; what is not even as bright in its brightest hundredth is black
FLATTEST = 1.5  # of 255; what spreads no more in any colour of its field is one colour
LONGEST = 8  # times its short side; what is longer is no photograph of a retina
FRAMED = 0.87  # of a photo's short side; a field whose short side is less has a frame around it
FLAT = 2  # times its short side; a longer field is no small one, it has lost a side to the dark


@dataclass(frozen=True)
class Preprocess:
    """How a photo becomes a square; travels inside the model file."""

    size: int = 512
    crop: Literal["field", "none"] = "field"
    version: int = VERSION

    @property
    def hash(self) -> str:
        """Identity of these settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Prepared:
    """A square (S, S, 3) uint8, the photo it came from without its pixels, its field, statistics.

    `seen` is height and width of the photo as decoded, in whose pixels the field is given.
    """

    pixels: np.ndarray
    photo: Photo
    field: Field
    statistics: dict[str, float | str]
    seen: tuple[int, int]

    @property
    def info(self) -> PhotoInfo:
        """What rows of predictions carry of a photo: size, file, hash, light and fingerprint."""
        known = {key: getattr(self.photo, key) for key in ("width", "height", "bytes", "sha256")}
        return PhotoInfo.model_validate({**known, **self.statistics})


def prepare(pixels: np.ndarray, settings: Preprocess) -> np.ndarray:
    """Crop to the field, pad to a square with black, area-average to (S, S, 3) uint8."""
    return _square(pixels, _field_of(pixels, settings), settings.size)


def prepare_file(
    file: PhotoFile,
    settings: Preprocess,
    *,
    retina_check: bool = True,
    any_size: bool = False,
    fingerprint: bool = False,
) -> Prepared:
    """Decode, judge and prepare one photo; `intake.open_photo` has what is asked for.

    Raises:
        PhotoError: a short fixed reason, and the value found.
    """
    photo = decode(file, wanted_side=settings.size)
    short, long = sorted((photo.width, photo.height))
    if short < settings.size and not any_size:
        raise refusal(PhotoError, Reason(TOO_SMALL, {"short": short, "size": settings.size}))
    if long > LONGEST * short:
        raise refusal(PhotoError, Reason(NO_EYE, {"long": long, "short": short}))
    photo, field = _large_in_its_frame(file, photo, settings)
    height, width = photo.pixels.shape[:2]
    _refuse_empty(photo.pixels[field.top : field.bottom, field.left : field.right])
    square = _square(photo.pixels, field, settings.size)
    if retina_check and short >= SIDE:
        refuse_other_pictures(square if settings.size >= SIDE else _large_enough(file, settings))
    bare = Photo(np.empty((0, 0, 3), np.uint8), photo.width, photo.height, photo.bytes,
                  photo.sha256, photo.format, photo.notes)  # fmt: skip
    known = photo_statistics(photo.pixels, field, fingerprint=fingerprint)
    return Prepared(square, bare, field, known, (height, width))


def _large_in_its_frame(file: PhotoFile, photo: Photo, settings: Preprocess) -> tuple[Photo, Field]:
    """A photo and its field, decoded again where a frame around it had it decoded too small.

    How far a file is reduced is settled before the field is known, by the short side of the whole.
    """
    field = _field_of(photo.pixels, settings)
    short, long = sorted((field.width, field.height))
    decoded = min(photo.pixels.shape[:2])
    is_reduced = decoded < min(photo.width, photo.height)
    is_framed = short < FRAMED * decoded and long <= FLAT * short
    if not is_reduced or not is_framed or short >= settings.size:
        return photo, field
    photo = decode(file, wanted_side=math.ceil(settings.size * decoded / short))
    return photo, _field_of(photo.pixels, settings)


def _field_of(pixels: np.ndarray, settings: Preprocess) -> Field:
    height, width = pixels.shape[:2]
    return find_field(pixels) if settings.crop == "field" else Field(0, 0, width, height)


def _large_enough(file: PhotoFile, settings: Preprocess) -> np.ndarray:
    """The square that shows a retina or another picture, where the model's is smaller.

    Decoded again: a JPEG may have been decoded as small as the model needs it.
    """
    return prepare(decode(file, wanted_side=SIDE).pixels, replace(settings, size=SIDE))


def _refuse_empty(inside: np.ndarray) -> None:
    """Refuse a black frame and one of a single colour: a network would call it healthy."""
    step = max(1, max(inside.shape[:2]) // SEEN_SIDE)
    seen = np.ascontiguousarray(inside[::step, ::step].reshape(-1, 3).T)  # colours apart: faster
    if (light := float(np.percentile(seen.max(axis=0), 99))) < DARKEST:
        raise _empty(Reason("photo_is_black", {"brightness": light}))
    if (spread := float(seen.std(axis=1).max())) < FLATTEST:
        raise _empty(Reason("photo_is_one_colour", {"spread": spread}))


def _empty(why: Reason) -> PhotoError:
    return refusal(PhotoError, Reason(EMPTY, {"why": why}))


def _square(pixels: np.ndarray, field: Field, size: int) -> np.ndarray:
    inside = pixels[field.top : field.bottom, field.left : field.right]
    side = max(field.width, field.height)
    canvas = np.zeros((side, side, 3), np.uint8)
    top, left = (side - field.height) // 2, (side - field.width) // 2
    canvas[top : top + field.height, left : left + field.width] = inside
    if side == size:
        return canvas
    how = Image.Resampling.BOX if side > size else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(canvas).resize((size, size), how))
