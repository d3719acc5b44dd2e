"""What a TIFF says of its pictures, without decoding one: sizes, kinds of pixel, where they lie."""

import struct
from dataclasses import dataclass

WIDTH, HEIGHT, BITS, COMPRESSION, STRIPS, SAMPLES, ROWS, STRIP_BYTES = (
    256, 257, 258, 259, 273, 277, 278, 279)  # numbers of tags, TIFF 6.0  # fmt: skip
PLANES, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, SAMPLE_FORMAT = 284, 322, 323, 324, 325, 339
SUBFILE, JPEG_TABLES = 254, 347
RAW, JPEG, APART, FLOAT = 1, 7, 2, 3  # values of these tags
REDUCED, MASK = 1, 4  # bits of SUBFILE
CODES = {1: "B", 3: "H", 4: "I", 7: "B", 13: "I", 16: "Q"}  # kinds of value that are read
MOST_PAGES = 1_000
MOST_TAGS = 500  # of a page; writers put in a few dozen
MOST_VALUES = 1_000_000  # of a tag: strips or tiles


@dataclass(frozen=True)
class Page:
    """A picture of a TIFF, by those of its tags that are whole numbers; they are read when asked.

    `entries`: of each tag its kind, how many values it has, and these or their place.
    """

    content: bytes
    order: str
    entries: dict[int, tuple[int, int, bytes]]

    def values(self, tag: int, most: int = MOST_VALUES) -> tuple[int, ...]:
        """The values of a tag, at most so many; none where they would lie outside of the file."""
        kind, many, value = self.entries.get(tag, (0, 0, b""))
        if kind not in CODES:
            return ()
        each = struct.calcsize(self.order + CODES[kind])
        wanted = min(many, most) * each
        if many * each > len(value):
            (place,) = struct.unpack(self.order + ("I" if len(value) == 4 else "Q"), value)
            value = self.content[place : place + wanted]
        if len(value) < wanted:
            return ()
        return struct.unpack(f"{self.order}{wanted // each}{CODES[kind]}", value[:wanted])

    def one(self, tag: int, missing: int = 0) -> int:
        """The first value of a tag."""
        return next(iter(self.values(tag, 1)), missing)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.one(WIDTH), self.one(HEIGHT)

    @property
    def is_beside(self) -> bool:
        """Whether it says itself that it is a thumbnail or a mask of another picture."""
        return bool(self.one(SUBFILE) & (REDUCED | MASK))

    @property
    def is_tiled(self) -> bool:
        """Whether its pixels lie in tiles, not in strips."""
        return TILES in self.entries

    @property
    def grid(self) -> tuple[int, int, int]:
        """Rows and columns of its parts, and how many planes they are there for."""
        width, height = self.size
        wide = self.one(TILE_WIDTH) if self.is_tiled else width
        high = self.one(TILE_HEIGHT) if self.is_tiled else min(self.one(ROWS, height), height)
        planes = self.one(SAMPLES, 1) if self.one(PLANES) == APART else 1
        return -(-height // max(high, 1)), -(-width // max(wide, 1)), planes

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Where each strip or tile begins and how many bytes it has, in the order of the file."""
        places = self.values(TILES if self.is_tiled else STRIPS)
        sizes = self.values(TILE_BYTES if self.is_tiled else STRIP_BYTES)
        return list(zip(places, sizes, strict=False))


def pages_of(content: bytes) -> list[Page]:
    """The pictures of a TIFF or BigTIFF in their order, as far as they can be read.

    A chain of pictures that leads back ends there, and so does one of more than `MOST_PAGES`.
    """
    order = "<" if content.startswith(b"II") else ">"
    is_big = content[2:4] in (b"+\0", b"\0+")
    pages: list[Page] = []
    seen: set[int] = set()
    try:
        (place,) = struct.unpack_from(order + ("Q" if is_big else "I"), content, 8 if is_big else 4)
        while place and place not in seen and len(pages) < MOST_PAGES:
            seen.add(place)
            page, place = _page_at(content, place, order, is_big=is_big)
            pages.append(page)
    except struct.error:  # it is cut there
        pass
    return pages


def _page_at(content: bytes, place: int, order: str, *, is_big: bool) -> tuple[Page, int]:
    """The picture described at a place, and where the next one is."""
    number, entry, following = ("Q", "HHQ8s", "Q") if is_big else ("H", "HHI4s", "I")
    (count,) = struct.unpack_from(order + number, content, place)
    start, size = place + struct.calcsize(order + number), struct.calcsize(order + entry)
    entries = {}
    if count > MOST_TAGS:
        raise struct.error("no such picture")
    for each in range(count):
        tag, kind, many, value = struct.unpack_from(order + entry, content, start + each * size)
        entries[tag] = (kind, many, value)
    try:
        (after,) = struct.unpack_from(order + following, content, start + count * size)
    except struct.error:
        after = 0
    return Page(content, order, entries), after


def kind_of(page: Page) -> str:
    """What its pixels are, in words, as `3 x 32-bit float`."""
    bits, floats = page.values(BITS, 16) or (1,), page.one(SAMPLE_FORMAT, 1) == FLOAT
    return f"{len(bits)} x {bits[0]}-bit {'float' if floats else 'integer'}"
