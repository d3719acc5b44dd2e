"""One decoder: JPEG, PNG, TIFF and the like to upright RGB, or a reason why not."""

import io
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

import numpy as np
import simplejpeg
from PIL import Image, UnidentifiedImageError

from drgrade.data.photos.colour import in_srgb
from drgrade.data.photos.formats import tiff
from drgrade.data.photos.formats.damage import damage_in, lost_band, strict_jpeg
from drgrade.data.photos.formats.frames import gif_frames, pictures_in
from drgrade.data.photos.formats.jpeg import (
    ORIENTATION,
    SIDEWAYS,
    orientation_of,
    turn_and_profile,
    turned,
    unusual_kind,
)
from drgrade.data.photos.formats.library_messages import listening
from drgrade.data.photos.listing import as_text
from drgrade.errors import PhotoError, Reason
from drgrade.locale.refusal import refusal
from drgrade.runtime.files import LFS_POINTER, sha256_bytes

ARRAYS = ".npz#"
EXPLAINS = "drgrade explain"  # what made a picture, as its file says; it shows no eye alone
FINDS_DUST = "drgrade data dust"
PILLOW_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "JPEG2000", "BMP")
MAGIC = {
    b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"II*\x00": "TIFF", b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF", b"MM\x00+": "TIFF",  # BigTIFF
    b"\x00\x00\x00\x0cjP": "JPEG2000", b"BM": "BMP",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """The largest file and picture that is opened."""

    bytes: int = 64 << 20
    pixels: int = 100_000_000


LIMITS = Limits()
LONGEST_NUMBER = 9  # digits of an item's number
MOST_UNPACKED = 2 << 30  # bytes of an archive of arrays; RetinaMNIST of 224 px has 0.24 GB
JPEG_LONGEST = 65_500  # px of a side that the JPEG library takes


@dataclass(frozen=True)
class Photo:
    """A decoded photo: `pixels` (H, W, 3) uint8 RGB, upright, and what its file is.

    `width` and `height` are those of the file, upright; `pixels` may be smaller.
    """

    pixels: np.ndarray
    width: int
    height: int
    bytes: int
    sha256: str
    format: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PhotoFile:
    """A photograph as it is kept: the bytes of its file, or an item of an array file; not decoded.

    `sha256` is of these bytes.
    """

    path: Path
    content: bytes | np.ndarray
    sha256: str


def read_file(path: Path, *, limits: Limits = LIMITS) -> PhotoFile:
    """Read the bytes of one photo, once; nothing is decoded.

    Raises:
        PhotoError: a short fixed reason and the value found.
    """
    if ARRAYS in str(path):
        item = _array_item(str(path))
        return PhotoFile(path, item, sha256_bytes(item.tobytes()))
    content = _content(Path(path), limits)
    return PhotoFile(path, content, sha256_bytes(content))


def decode(file: PhotoFile, *, wanted_side: int | None = None, limits: Limits = LIMITS) -> Photo:
    """Decode one photo; one much larger than `wanted_side` px (short side) is decoded smaller.

    A JPEG is reduced by its decoder; other formats are brought to the same path, so that the same
    pixels in another kind of file give the same picture, but for the rounding of a JPEG.

    Raises:
        PhotoError: a short fixed reason and the value found.
    """
    content = file.content
    if isinstance(content, np.ndarray):
        height, width = content.shape[:2]
        return Photo(content, width, height, content.nbytes, file.sha256, "NPZ")
    form = _format_of(content)
    photo = _read_jpeg(file, content, wanted_side, limits) if form == "JPEG" else None
    photo = photo or _read_other(file, content, wanted_side, limits)
    ending = Path(file.path).suffix.lower().lstrip(".")
    expected = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "tif": "TIFF", "tiff": "TIFF"}
    if ending in expected and expected[ending] != photo.format:
        note = f"named .{ending} but holds {photo.format}"
        return Photo(**{**photo.__dict__, "notes": (*photo.notes, note)})
    return photo


def read_photo(path: Path, *, wanted_side: int | None = None, limits: Limits = LIMITS) -> Photo:
    """Read and decode one photo, as `read_file` and `decode` do, whatever it shows.

    Raises:
        PhotoError: a short fixed reason and the value found.
    """
    return decode(read_file(path, limits=limits), wanted_side=wanted_side, limits=limits)


def _content(path: Path, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise refusal(PhotoError, Reason("not_a_file", {"name": as_text(path.name)}))
        if size > limits.bytes:
            raise refusal(
                PhotoError, Reason("file_too_large", {"size": size, "most": limits.bytes})
            )
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(error.strerror or str(error)) from None
    except ValueError as error:
        raise _unreadable(Reason("impossible_name", {"why": str(error)})) from None
    if not content:
        raise refusal(PhotoError, Reason("empty_file", {"name": as_text(path.name)}))
    return content


def _unreadable(why: str | Reason) -> PhotoError:
    return refusal(PhotoError, Reason("cannot_be_read", {"why": why}))


def _damaged(why: str | Reason) -> PhotoError:
    return refusal(PhotoError, Reason("damaged", {"why": why}))


def _unsupported(what: Reason) -> PhotoError:
    return refusal(PhotoError, Reason("unsupported_encoding", {"what": what}))


def _format_of(content: bytes) -> str:
    for magic, name in MAGIC.items():
        if content.startswith(magic):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        raise _unsupported(Reason("other_format", {"kind": "HEIC, AVIF or video"}))
    if content.startswith(b"GIF8"):
        _refuse_several(gif_frames(content))
        raise _unsupported(Reason("other_format", {"kind": "GIF"}))
    if content[128:132] == b"DICM":
        raise _unsupported(Reason("other_format", {"kind": "DICOM"}))
    if content.startswith(LFS_POINTER):
        raise refusal(PhotoError, Reason("lfs_pointer"))
    raise refusal(PhotoError, Reason("not_an_image"))


def _refuse_several(frames: int) -> None:
    if frames > 1:
        raise refusal(PhotoError, Reason("several_frames", {"frames": frames}))


def _read_jpeg(file: PhotoFile, content: bytes, wanted: int | None, limits: Limits) -> Photo | None:
    """Decode by simplejpeg, strictly; None for encodings it does not know."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(content)
    except ValueError:
        return None
    _check_size(width, height, limits)
    if space not in ("YCbCr", "RGB", "Gray"):
        return None
    turn, profile = turn_and_profile(content)
    _refuse_several(len(pictures_in(content, "JPEG")))
    smallest = {"min_height": wanted, "min_width": wanted} if wanted else {}
    try:
        pixels = simplejpeg.decode_jpeg(content, "RGB", **smallest)
    except ValueError as error:
        _refuse_unusual(content)
        raise _damaged(str(error)) from None
    if lost := damage_in(content, "JPEG"):
        raise _damaged(lost)
    pixels, notes = in_srgb(pixels, profile)
    upright = np.ascontiguousarray(turned(pixels, turn))
    if turn >= 5:
        width, height = height, width
    return Photo(upright, width, height, len(content), file.sha256, "JPEG", notes)


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        about = {"width": width, "height": height, "most": limits.pixels}
        raise refusal(PhotoError, Reason("too_many_pixels", about))


def _refuse_unusual(content: bytes) -> None:
    """Refuse a JPEG of a kind that decoders leave out; let others pass."""
    if content.startswith(b"\xff\xd8") and (kind := unusual_kind(content)):
        raise _unsupported(kind)


def _refuse_unusual_tiff(content: bytes) -> None:
    """Refuse a TIFF that is whole and yet opened by no decoder for what it is."""
    page = next(iter(tiff.pages_of(content)), None)
    if page is None or not page.parts or damage_in(content, "TIFF"):
        return
    about = {"kind": tiff.kind_of(page), "compression": page.one(tiff.COMPRESSION, tiff.RAW)}
    is_float = page.one(tiff.SAMPLE_FORMAT) == tiff.FLOAT
    raise _unsupported(Reason("floating_point_pixels") if is_float
                       else Reason("unusual_tiff", about))  # fmt: skip


def _read_other(file: PhotoFile, content: bytes, wanted: int | None, limits: Limits) -> Photo:
    form = _format_of(content)
    with warnings.catch_warnings(), listening() as said:
        warnings.simplefilter("ignore")  # Pillow warns where we refuse
        try:
            pixels, notes = _decoded(content, form, limits)
        except PhotoError:
            raise
        except Image.DecompressionBombError:  # before anything is known of it
            with Image.OPEN[form][0](io.BytesIO(content), "") as image:
                _check_size(*image.size, limits)
            raise
        except UnidentifiedImageError:  # its message names an address in memory
            _refuse_unusual(content)
            if form == "TIFF":
                _refuse_unusual_tiff(content)
            raise _damaged(Reason("no_decoder")) from None
        except Exception as error:  # decoders raise anything on hostile files
            _refuse_unusual(content)
            raise _damaged("; ".join(said)[:200] or str(error)[:200]) from None
    height, width = pixels.shape[:2]
    seen = _reduced_as_a_jpeg(pixels, wanted)
    return Photo(seen, width, height, len(content), file.sha256, form, notes)


def _decoded(content: bytes, form: str, limits: Limits) -> tuple[np.ndarray, tuple[str, ...]]:
    """The pixels (H, W, 3) of a file that Pillow opens, upright, and notes on its colours."""
    with Image.open(io.BytesIO(content), formats=PILLOW_FORMATS) as image:
        _check_size(*image.size, limits)
        frames = pictures_in(content, form)
        _refuse_several(len(frames))
        if frames[0]:  # a thumbnail comes first
            image.seek(frames[0])
            _check_size(*image.size, limits)
        _refuse_planes(image)
        pixel_count = image.width * image.height
        if lost := damage_in(content, form, frame=frames[0], pixels=pixel_count):
            raise _damaged(lost)
        if form == "JPEG" and image.mode == "CMYK" and (why := strict_jpeg(content)):
            raise _damaged(why)
        if (made_by := image.info.get("Software")) in (EXPLAINS, FINDS_DUST):
            raise refusal(PhotoError, Reason("made_by_drgrade", {"command": str(made_by)}))
        is_turned = getattr(image, "tag_v2", {}).get(ORIENTATION) in SIDEWAYS
        image.load()
        found = _rgb(image)
        if form != "JPEG" and (lost := lost_band(found.swapaxes(0, 1) if is_turned else found)):
            raise _damaged(lost)
        found, notes = in_srgb(found, image.info.get("icc_profile"))
        return np.ascontiguousarray(turned(found, orientation_of(image))), notes


def _refuse_planes(image: Image.Image) -> None:
    """Refuse a TIFF that Pillow decodes wrongly, without a word, to three shifted pictures."""
    tags = getattr(image, "tag_v2", {})
    is_planar, is_raw = tags.get(tiff.PLANES) == tiff.APART, tags.get(tiff.COMPRESSION, 1) == 1
    if is_planar and is_raw and max(tags.get(tiff.BITS, (1,))) > 8:
        raise _unsupported(Reason("planar_tiff"))


def _reduced_as_a_jpeg(pixels: np.ndarray, wanted: int | None) -> np.ndarray:
    """What a JPEG of these pixels would be decoded to: its blocks, by fewer of their frequencies.

    Area averages are not the same picture: a tenth of grades would change with the file's kind.
    """
    if wanted is None or min(pixels.shape[:2]) <= wanted or max(pixels.shape) > JPEG_LONGEST:
        return pixels
    as_jpeg = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=100,
                                     colorsubsampling="444")  # fmt: skip
    smaller = simplejpeg.decode_jpeg(as_jpeg, "RGB", min_height=wanted, min_width=wanted)
    return pixels if smaller.shape == pixels.shape else smaller


def sides_of(place: Path) -> tuple[int, int] | None:
    """The shorter and the longer side of a picture in px by its header; None where it is unknown.

    Cheap, and no promise that the picture can be read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of many pixels; `read_photo` refuses them
        try:
            if not place.is_file():  # a pipe would be waited for
                return None
            with Image.open(place, formats=PILLOW_FORMATS) as image:
                return min(image.size), max(image.size)
        except Exception:  # decoders raise anything on hostile files
            return None


def is_made_by(place: Path, command: str) -> bool:
    """Whether a file is a picture that a command of ours made: `EXPLAINS` or `FINDS_DUST`."""
    try:
        with Image.open(place, formats=("PNG",)) as image:
            return bool(image.info.get("Software") == command)
    except (OSError, ValueError, SyntaxError):
        return False


def _rgb(image: Image.Image) -> np.ndarray:
    if image.mode.startswith(("I", "F")):
        return _grey(np.asarray(image))
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        return np.asarray(Image.alpha_composite(black, with_alpha).convert("RGB"))
    return np.asarray(image.convert("RGB"))


def _grey(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        raise _unsupported(Reason("floating_point_pixels"))
    scaled = (values.astype(np.float64) / 257).round().clip(0, 255).astype(np.uint8)
    return np.repeat(scaled[..., None], 3, axis=2)


def _array_item(place: str) -> np.ndarray:
    """An item of an array file, (H, W, 3) uint8."""
    file, _, item = place.partition("#")
    part, _, number = item.partition("/")
    images = _arrays(file).get(f"{part}_images")
    is_number = number.isdecimal() and len(number) <= LONGEST_NUMBER
    if images is None or not images.ndim or not is_number or int(number) >= len(images):
        raise refusal(PhotoError, Reason("no_such_item", {"item": item}))
    pixels = images[int(number)]
    is_picture = pixels.ndim >= 2 and pixels.size and pixels.shape[2:] in ((), (3,))
    if pixels.dtype != np.uint8 or not is_picture:
        found = f"{pixels.dtype} of {pixels.shape}"
        raise _unsupported(Reason("other_array", {"found": found}))
    return np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels


@lru_cache(maxsize=2)
def _arrays(file: str) -> dict[str, np.ndarray]:
    try:
        with Path(file).open("rb") as content, archive_of(content) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error,
            MemoryError) as error:  # fmt: skip
        raise _unreadable(str(error)) from None


def archive_of(content: IO[bytes]) -> np.lib.npyio.NpzFile:
    """The arrays of an open `.npz` file.

    Raises:
        ValueError, OSError, EOFError, zipfile.BadZipFile: it is another file, or a cut one.
    """
    loaded = np.load(content, allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        raise ValueError("one array (.npy), not an archive of arrays")
    if (unpacked := sum(member.file_size for member in loaded.zip.infolist())) > MOST_UNPACKED:
        raise ValueError(f"it unpacks to {unpacked} bytes, at most {MOST_UNPACKED}")
    return loaded
