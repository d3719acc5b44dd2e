"""Damage that decoders pass over: parts of a file that are missing, zeroed or fail their checksum.

Most decoders answer such a file with a picture that is grey, black or shifted in part. What is
looked at here are the file's own checksums, its list of parts and runs of zeros where a coded
picture has none; and, for pixels that are stored as they are, bands of one colour across the field.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import simplejpeg

from drgrade.data.photos.formats import tiff
from drgrade.errors import Reason

ZEROS = 512  # bytes, a sector of a disk: no coded picture has so many in a row
MARGIN = 2_000  # px of a WebP, of which an empty margin may take one byte of zeros, or less
PIXELS_OF_PNG = (b"IHDR", b"PLTE", b"IDAT")  # chunks that pixels depend on
PIXELS_OF_WEBP = (b"VP8 ", b"VP8L")
COEFFICIENTS = 64  # of a block of a JPEG
MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # neither a stuffed byte nor a restart
STEEP = 24  # of 255; a row beside a band of damage differs from it by so much
ACROSS = 75  # percentile of that row, of which so much is field, or more
LOST = 0.02  # of the height; a band that ends the picture is damage from here on
UNEVEN = 2.0  # times the band at the other end: margins are alike at both


def damage_in(content: bytes, form: str, *, frame: int = 0, pixels: int = 0) -> Reason | None:
    """What is wrong with the pixels of a file, as far as it shows without decoding them.

    `frame` is the number of the picture in a TIFF of several, `pixels` how many it has.
    """
    if form == "TIFF":
        pages = tiff.pages_of(content)[frame : frame + 1]
        return _tiff(pages[0], content) if pages else None
    if form == "WEBP":
        return _webp(content, max(ZEROS, pixels // MARGIN))
    look = {"PNG": _png, "JPEG2000": _jpeg2000, "JPEG": _jpeg}
    return look[form](content) if form in look else None


def _png(content: bytes) -> Reason | None:
    """A chunk of the pixels whose checksum fails (PNG, 5.3); Pillow does not ask."""
    place = 8
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 8 + length
        is_whole = kind in PIXELS_OF_PNG and end + 4 <= len(content)
        kept = content[end : end + 4]
        if is_whole and zlib.crc32(content[place + 4 : end]) != int.from_bytes(kept):
            return Reason("checksum_fails", {"part": kind.decode()})
        place = end + 4
    return None


def _webp(content: bytes, most: int) -> Reason | None:
    """A run of zeros in the coded picture: it has no checksum, and its decoder takes anything."""
    place = 12
    while place + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, place)
        if kind in PIXELS_OF_WEBP and bytes(most) in content[place + 8 : place + 8 + length]:
            return Reason("zeroed_part")
        place += 8 + length + length % 2
    return None


def _jpeg2000(content: bytes) -> Reason | None:
    start = content.find(b"\xff\x4f\xff\x51")
    return Reason("zeroed_part") if start >= 0 and bytes(ZEROS) in content[start:] else None


def _jpeg(content: bytes) -> Reason | None:
    """A scan that is missing: the picture is there, without its colours or its detail.

    Of each component every coefficient comes to its last bit in some scan (ITU-T T.81, G.1.1).
    """
    finest: dict[int, np.ndarray] = {}
    place = 2
    while match := MARKER.match(content, place):
        kind, place = content[match.end() - 1], match.end()
        if kind == 0xD9:
            break
        length = int.from_bytes(content[place : place + 2])
        body = content[place + 2 : place + length]
        place += length
        if kind in range(0xC0, 0xD0) and kind not in (0xC4, 0xC8, 0xCC):
            finest = {each: np.full(COEFFICIENTS, 16) for each in body[6::3]}
        elif kind == 0xDA and body:
            _note_scan(body, finest)
            if not any(each.any() for each in finest.values()):
                return None
            after = MARKER.search(content, place)
            place = after.start() if after else len(content)
    lost = sum(bool(each.any()) for each in finest.values())
    return Reason("missing_scan", {"lost": lost, "of": len(finest)}) if lost else None


def _note_scan(body: bytes, finest: dict[int, np.ndarray]) -> None:
    """Which bit of which coefficients of which components a scan brings."""
    many = body[0]
    if len(body) < 4 + 2 * many:
        return
    first, last, bits = body[1 + 2 * many : 4 + 2 * many]
    for component in body[1 : 1 + 2 * many : 2]:
        if component in finest:
            finest[component][first : last + 1] = bits & 15


def _tiff(page: tiff.Page, content: bytes) -> Reason | None:
    """A strip or tile that is missing, zeroed, or that a strict JPEG decoder refuses."""
    rows, columns, planes = page.grid
    parts, wanted = page.parts, rows * columns * planes
    lost = max(0, wanted - len(parts))
    lost += sum(place <= 0 or size <= 0 or place + size > len(content) for place, size in parts)
    compression = page.one(tiff.COMPRESSION, tiff.RAW)
    if not lost and compression != tiff.RAW:
        lost = sum(not any(content[place : place + size]) for place, size in parts)
    elif not lost and page.is_tiled:
        lost = _holes(page, content)
    if lost:
        return Reason("missing_parts", {"lost": lost, "of": max(wanted, len(parts))})
    return _jpegs_of(page, content) if compression == tiff.JPEG else None


def _holes(page: tiff.Page, content: bytes) -> int:
    """How many tiles of pixels as they are hold zeros though two tiles beside them end in light.

    A margin has at most one such side, unless the field goes on inside of the tile.
    """
    rows, columns, _ = page.grid
    high, parts = max(1, page.one(tiff.TILE_HEIGHT)), page.parts
    tiles = [np.frombuffer(content, np.uint8, size - size % high, place).reshape(high, -1)
             for place, size in parts]  # fmt: skip
    wide = page.one(tiff.SAMPLES, 1) if page.one(tiff.PLANES) != tiff.APART else 1
    holes = 0
    for number in (number for number, tile in enumerate(tiles) if not tile.any()):
        row, column = divmod(number % (rows * columns), columns)
        beside = [tiles[number - columns][-1] if row else None,
                  tiles[number + columns][0] if row + 1 < rows else None,
                  tiles[number - 1][:, -wide:] if column else None,
                  tiles[number + 1][:, :wide] if column + 1 < columns else None]  # fmt: skip
        ends = [edge for edge in beside if edge is not None]
        holes += sum(float(np.median(edge)) >= STEEP for edge in ends) > 1
    return holes


def _jpegs_of(page: tiff.Page, content: bytes) -> Reason | None:
    """What a strict decoder says of the strips of a TIFF that are JPEGs (TIFF technical note 2)."""
    tables = bytes(page.values(tiff.JPEG_TABLES))[:-2]
    for number, (place, size) in enumerate(page.parts):
        strip = content[place : place + size]
        if why := strict_jpeg(tables + strip[2:] if tables else strip):
            return Reason("damaged_part", {"number": number + 1, "why": why})
    return None


def strict_jpeg(content: bytes) -> str:
    """What a decoder that passes over nothing says of a JPEG of any colours; empty if nothing."""
    try:
        _, _, space, _ = simplejpeg.decode_jpeg_header(content)
        simplejpeg.decode_jpeg(content, "CMYK" if space in ("CMYK", "YCCK") else "RGB")
    except ValueError as error:
        return str(error)
    return ""


def lost_band(pixels: np.ndarray) -> Reason | None:
    """Rows of one value across the whole width, inside of the picture, (H, W, 3) uint8.

    A field reaches across its frame row by row, so that no row inside of it has one value all
    over; a band that has, and that begins or ends at once, was never written. At the end of a
    picture it may be margin: margins are as high above.
    """
    for channel in range(pixels.shape[2] if pixels.ndim == 3 else 0):
        plane = pixels[..., channel]
        bands = _flat_bands(plane)
        for top, bottom in bands:
            is_end = top == 0 or bottom == len(plane)
            if is_end and (pixels[top:bottom] != pixels[top, 0]).any():
                continue
            if _is_lost(bands, top, bottom, len(plane)) and _is_steep(plane, top, bottom):
                return Reason("lost_rows", {"top": top, "bottom": bottom, "of": len(plane)})
    return None


def _flat_bands(plane: np.ndarray) -> list[tuple[int, int]]:
    """First row and the row after the last of each band of one value, (H, W)."""
    few = plane[:, :: max(1, plane.shape[1] // 64)]
    rows = np.flatnonzero((few == few[:, :1]).all(axis=1))
    rows = rows[(plane[rows] == plane[rows, :1]).all(axis=1)]
    values = np.full(len(plane) + 2, -1, np.int16)
    values[rows + 1] = plane[rows, 0]
    edges = np.flatnonzero(np.diff(values))
    return [(top, bottom) for top, bottom in pairwise(edges.tolist()) if values[top + 1] >= 0]


def _is_steep(plane: np.ndarray, top: int, bottom: int) -> bool:
    """Whether what lies beside a band, on every side that it has, differs from it at once.

    Damage may begin and end inside of a row, so that two rows are looked at.
    """
    value = int(plane[top, 0])
    sides = [plane[max(0, top - 2) : top], plane[bottom : bottom + 2]]
    steps = [float(np.percentile(np.abs(row.astype(np.int16) - value), ACROSS, axis=1).max())
             for row in sides if len(row)]  # fmt: skip
    return bool(steps) and min(steps) >= STEEP


def _is_lost(bands: Sequence[tuple[int, int]], top: int, bottom: int, height: int) -> bool:
    """Whether a band is no margin: inside of the picture, or an end much unlike the other one."""
    if top > 0 and bottom < height:
        return bottom - top > 1
    ends = {is_top: b - a for a, b in bands for is_top in (True, False)
            if (a == 0 if is_top else b == height)}  # fmt: skip
    high, other = ends[top == 0], ends.get(top != 0, 0)
    return high >= LOST * height and high > UNEVEN * other
