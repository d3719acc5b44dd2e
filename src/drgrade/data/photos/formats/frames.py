"""How many pictures a file holds: pages, frames of an animation, views of a stereo camera.

A grader answers one picture, and decoders show the first: what the others say would be lost. A
thumbnail, a mask or a map of brightness beside the picture is none: cameras and phones put them in.
It says so itself, or is smaller than `FULL_SIZE` of the largest.
"""

import io
import warnings

from PIL import Image

from drgrade.data.photos.formats.tiff import pages_of

FULL_SIZE = 0.6  # of both sides of the largest; a phone's map of brightness has half of them
MOST_FRAMES = 1_000
INDEX = 0xB002  # of a multi-picture JPEG: its frames


def pictures_in(content: bytes, form: str) -> list[int]:
    """Numbers of the frames of full size, from 0 on; one alone in nearly every file."""
    if form == "TIFF":
        pages = pages_of(content)
        return full_size([(0, 0) if page.is_beside else page.size for page in pages])
    if form == "JPEG":
        return _views(content) if b"MPF\0" in content[: 1 << 17] else [0]
    if form in ("PNG", "WEBP") and is_animated(content, form):
        with Image.open(io.BytesIO(content), formats=(form,)) as image:
            return list(range(getattr(image, "n_frames", 1)))
    return [0]


def full_size(sizes: list[tuple[int, int]]) -> list[int]:
    """Numbers of those sizes hardly smaller than the largest; the first where all are 0."""
    wide, high = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    if not wide * high:
        return [0]
    return [number for number, (width, height) in enumerate(sizes)
            if width > FULL_SIZE * wide and height > FULL_SIZE * high]  # fmt: skip


def is_animated(content: bytes, form: str) -> bool:
    """Whether a PNG or a WebP says that it is an animation."""
    if form == "PNG":
        head = content[: content.find(b"IDAT")]
        return b"acTL" in head
    return content[12:16] == b"VP8X" and bool(content[20] & 2)


def gif_frames(content: bytes) -> int:
    """How many pictures a GIF holds, by its blocks; at most `MOST_FRAMES` are counted."""
    place = 13 + _table(content[10:11])
    frames = 0
    while place < len(content) and frames < MOST_FRAMES:
        if content[place] == 0x2C:  # a picture, after its table of colours and its first code
            frames += 1
            place += 11 + _table(content[place + 9 : place + 10])
        elif content[place] == 0x21:  # an extension
            place += 2
        else:
            break
        while place < len(content) and content[place]:
            place += 1 + content[place]
        place += 1
    return frames


def _table(flags: bytes) -> int:
    """Bytes of the table of colours that these flags announce."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _views(content: bytes) -> list[int]:
    """The frames of full size of a multi-picture JPEG."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=("JPEG", "MPO")) as image:
                index = getattr(image, "mpinfo", {}).get(INDEX, [])
                kinds = [each["Attribute"]["MPType"] for each in index]
                return full_size(_sizes(image, ["Thumbnail" in str(kind) for kind in kinds]))
        except Exception:  # of a broken index: the first picture is whole by itself
            return [0]


def _sizes(image: Image.Image, is_preview: list[bool]) -> list[tuple[int, int]]:
    sizes = []
    for number in range(min(getattr(image, "n_frames", 1), MOST_FRAMES)):
        image.seek(number)
        previews = number < len(is_preview) and is_preview[number]
        sizes.append((0, 0) if previews and number else image.size)
    return sizes
