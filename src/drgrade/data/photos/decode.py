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
from PIL import Image, ImageOps, UnidentifiedImageError

from drgrade.data.photos.colour import in_srgb
from drgrade.data.photos.listing import as_text
from drgrade.errors import PhotoError, Reason
from drgrade.locale.refusal import refusal
from drgrade.runtime.files import sha256_bytes

ARRAYS = ".npz#"
EXPLAINS = "drgrade explain"  # what made a picture, as its file says; it shows no eye alone
FINDS_DUST = "drgrade data dust"
JPEG_FRAMES = {0xC0: "baseline", 0xC1: "extended", 0xC2: "progressive", 0xC3: "lossless",
               0xC9: "arithmetic", 0xCA: "arithmetic", 0xCB: "arithmetic"}  # fmt: skip
USUAL_FRAMES = (0xC0, 0xC1, 0xC2)
PILLOW_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "JPEG2000", "BMP")
TIFF_BITS, TIFF_COMPRESSION, TIFF_PLANES = 258, 259, 284  # numbers of its tags
MAGIC = {
    b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"II*\x00": "TIFF", b"MM\x00*": "TIFF",
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
    if content[128:132] == b"DICM" or content.startswith(b"GIF8"):
        kind = "GIF" if content.startswith(b"GIF8") else "DICOM"
        raise _unsupported(Reason("other_format", {"kind": kind}))
    raise refusal(PhotoError, Reason("not_an_image"))


def _read_jpeg(file: PhotoFile, content: bytes, wanted: int | None, limits: Limits) -> Photo | None:
    """Decode by simplejpeg, strictly; None for encodings it does not know."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(content)
    except ValueError:
        return None
    _check_size(width, height, limits)
    if space not in ("YCbCr", "RGB", "Gray"):
        return None
    turn, profile = _turn_and_profile(content)
    smallest = {"min_height": wanted, "min_width": wanted} if wanted else {}
    try:
        pixels = simplejpeg.decode_jpeg(content, "RGB", **smallest)
    except ValueError as error:
        _refuse_unusual(content)
        raise _damaged(str(error)) from None
    pixels, notes = in_srgb(pixels, profile)
    upright = np.ascontiguousarray(_turned(pixels, turn))
    if turn >= 5:
        width, height = height, width
    return Photo(upright, width, height, len(content), file.sha256, "JPEG", notes)


def _refuse_unusual(content: bytes) -> None:
    """Refuse a JPEG of a kind that decoders leave out; let others pass (ITU-T T.81, B.2)."""
    place = 2
    while content.startswith(b"\xff\xd8") and place + 9 < len(content):
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        if content[place] != 0xFF or marker == 0xDA:
            return
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            bits = content[place + 4]
            if marker not in USUAL_FRAMES or bits != 8:
                kind = JPEG_FRAMES.get(marker, "hierarchical")
                raise _unsupported(Reason("unusual_jpeg", {"kind": kind, "bits": bits}))
            return
        place += 2 + length


def _turn_and_profile(content: bytes) -> tuple[int, bytes | None]:
    """The EXIF orientation (1: upright) and the ICC profile of a JPEG."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels, which have limits of ours
            image = Image.open(io.BytesIO(content), formats=("JPEG",))
        with image:
            return int(image.getexif().get(0x0112, 1)), image.info.get("icc_profile")
    except Exception:  # whatever a broken EXIF block raises, it turns nothing
        return 1, None


def _turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    turns = {2: lambda p: p[:, ::-1], 3: lambda p: p[::-1, ::-1], 4: lambda p: p[::-1],
             5: lambda p: p.swapaxes(0, 1), 6: lambda p: p.swapaxes(0, 1)[:, ::-1],
             7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
             8: lambda p: p.swapaxes(0, 1)[::-1]}  # fmt: skip
    return turns.get(orientation, lambda p: p)(pixels)


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        about = {"width": width, "height": height, "most": limits.pixels}
        raise refusal(PhotoError, Reason("too_many_pixels", about))


def _read_other(file: PhotoFile, content: bytes, wanted: int | None, limits: Limits) -> Photo:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns where we refuse
        try:
            with Image.open(io.BytesIO(content), formats=PILLOW_FORMATS) as image:
                _check_size(*image.size, limits)
                _refuse_planes(image)
                form = str(image.format)
                if (made_by := image.info.get("Software")) in (EXPLAINS, FINDS_DUST):
                    raise refusal(PhotoError, Reason("made_by_drgrade", {"command": str(made_by)}))
                image.load()
                profile = image.info.get("icc_profile")
                pixels, notes = in_srgb(_rgb(ImageOps.exif_transpose(image)), profile)
        except PhotoError:
            raise
        except UnidentifiedImageError:  # its message names an address in memory
            _refuse_unusual(content)
            raise _damaged(Reason("no_decoder")) from None
        except Exception as error:  # decoders raise anything on hostile files
            _refuse_unusual(content)
            raise _damaged(str(error)[:200]) from None
    height, width = pixels.shape[:2]
    seen = _reduced_as_a_jpeg(pixels, wanted)
    return Photo(seen, width, height, len(content), file.sha256, form, notes)


def _refuse_planes(image: Image.Image) -> None:
    """Refuse a TIFF that Pillow decodes wrongly, without a word, to three shifted pictures."""
    tags = getattr(image, "tag_v2", {})
    is_planar, is_raw = tags.get(TIFF_PLANES) == 2, tags.get(TIFF_COMPRESSION, 1) == 1
    if is_planar and is_raw and max(tags.get(TIFF_BITS, (1,))) > 8:
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
