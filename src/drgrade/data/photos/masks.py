"""Masks of lesions: read, laid beside the prepared square of their photo, and counted by kind."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from drgrade.data.photos.field import Field
from drgrade.data.photos.listing import safe_stat
from drgrade.errors import MaskError

KINDS = ("microaneurysm", "haemorrhage", "hard_exudate", "soft_exudate")
MAPS = (*KINDS, "disc")  # bits 0 to 4 of a mask; the disc gives sides and quadrants
COUNTS = tuple(f"n_{kind}" for kind in KINDS)  # columns of a manifest with counted lesions
EVERY = (1 << len(MAPS)) - 1  # all bits at once, as in a mask of 0 and 255
LARGEST = 100_000_000  # pixels


def read_mask(path: Path) -> np.ndarray:
    """The bits of a mask, (H, W) uint16; the lowest are `MAPS`.

    Raises:
        MaskError: no such file, no PNG of one channel, cut, too large, or not a bit a kind.
    """
    if not safe_stat(path.exists):
        raise MaskError(f"no mask {path}; correct the manifest's column mask")
    with opened(path, ("PNG",)) as image:
        if image.mode not in ("L", "P", "I;16", "I"):
            raise MaskError(
                f"mask {path.name} must be a PNG of one channel, a bit a kind of lesion; "
                f"got mode {image.mode}"
            )
        bits = np.asarray(image).astype(np.uint16)
    if bits.any() and ((bits[bits > 0] & EVERY) == EVERY).all():
        raise MaskError(
            f"mask {path.name} has every kind of lesion and the disc wherever it has any (its "
            f"values: 0 and {bits.max()}); a mask has a bit a kind, as {KINDS[0]} 1, {KINDS[1]} 2"
        )
    return bits


@contextlib.contextmanager
def opened(path: Path, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """A mask's file as a picture of one of these formats, of Pillow's names; others stay unopened.

    Raises:
        MaskError: it is too large, or a decoder refuses it, in whatever words.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns where we refuse
            with Image.open(path, formats=formats) as image:
                if image.width * image.height > LARGEST:
                    raise MaskError(f"mask {path.name} has {image.width} x {image.height} px; "
                                    "at most 100 million")  # fmt: skip
                yield image
    except MaskError:
        raise
    except UnidentifiedImageError:
        raise MaskError(f"mask {path.name} cannot be read: it is no {' or '.join(formats)} file; "
                        f"save it as {formats[0]}") from None  # fmt: skip
    except Exception as error:  # decoders raise anything on hostile files
        raise MaskError(f"mask {path.name} cannot be read: {error}") from None


def square_mask(mask: np.ndarray, field: Field, seen: tuple[int, int], size: int) -> np.ndarray:
    """A mask cropped and padded as its photo was: (size, size) uint8, bits of `MAPS`.

    A pixel has a bit where any pixel of the mask it covers has it, so that small lesions survive.

    Args:
        mask: (H, W), bits.
        field: what was cut out of the photo, in pixels of the photo as decoded.
        seen: height and width of the photo as decoded; the mask may be larger or smaller.
        size: side of the square.
    """
    down, across = mask.shape[0] / seen[0], mask.shape[1] / seen[1]
    top, bottom = round(field.top * down), round(field.bottom * down)
    left, right = round(field.left * across), round(field.right * across)
    inside = mask[top:bottom, left:right]
    side = max(field.height, field.width)  # of the photo's square; the mask's may be no square
    high, wide = (max(round(side * scale), own)
                  for scale, own in zip((down, across), inside.shape, strict=True))  # fmt: skip
    above, before = (high - inside.shape[0]) // 2, (wide - inside.shape[1]) // 2
    whole = np.zeros((high, wide), np.uint16)
    whole[above : above + inside.shape[0], before : before + inside.shape[1]] = inside
    return _reduced(whole, size)


def _reduced(mask: np.ndarray, size: int) -> np.ndarray:
    found = np.zeros((size, size), np.uint8)
    for bit in range(len(MAPS)):
        plane = Image.fromarray(((mask >> bit) & 1).astype(np.float32))
        share = np.asarray(plane.resize((size, size), Image.Resampling.BOX))
        found |= (share > 0).astype(np.uint8) << np.uint8(bit)
    return found


def planes(masks: np.ndarray) -> np.ndarray:
    """Bits (n, S, S) as planes (n, 5, S, S) in the order of `MAPS`, float32 0 or 1."""
    bits = np.arange(len(MAPS), dtype=np.uint8)[:, None, None]
    return ((masks[:, None] >> bits) & 1).astype(np.float32)
