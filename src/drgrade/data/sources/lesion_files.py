"""A set's lesion masks, one file a kind of lesion, laid beside the photographs of a manifest.

IDRiD's segmentation part (Porwal et al. 2018) has 81 photographs under numbers of their own, some
of which are photographs of its grading part: the picture shows which, not the name.
"""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from PIL import Image

from drgrade.data.audit.duplicates import near_duplicates
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.listing import look_below
from drgrade.data.photos.masks import MAPS, opened
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import Manifest
from drgrade.errors import ManifestError, MaskError, PhotoError
from drgrade.runtime.files import refuse_taken, write_bytes
from drgrade.runtime.progress import track

ENDINGS: Final = dict(zip(("MA", "HE", "EX", "SE", "OD"), MAPS, strict=True))
FORMATS: Final = ("PNG", "TIFF", "JPEG", "WEBP", "JPEG2000", "BMP")  # none that starts a program
LITTLE: Final = Preprocess(size=128)
SAME_PICTURE: Final = 8.0  # of 255, the mean difference of two squares: one exposure, resized
SAME_BORDERS: Final = 0.02  # of a side; where a field is found differs by less when resized
MOST: Final = 0.5  # of a mask; what covers more is no lesion but its background


@dataclass
class Masked:
    """A photograph of a segmentation set, and the file of each kind of lesion that it has."""

    stem: str
    photo: Path | None = None
    files: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Little:
    """What a photograph looks like, small: pixels (128, 128, 3) uint8, and its fingerprint."""

    pixels: np.ndarray
    fingerprint: str
    field: np.ndarray  # left, top, right and bottom of the field, as shares of the picture


@dataclass(frozen=True)
class Twin:
    """The photo that shows the same as a masked photograph, and how far the two differ.

    `apart` is the mean difference of the squares, `borders` the largest of the fields' sides.
    """

    photo: str
    apart: float
    borders: float

    def has_same_borders(self) -> bool:
        """Whether the one's mask fits the other: neither is cut out of the other."""
        return self.borders <= SAME_BORDERS


@dataclass(frozen=True)
class Laid:
    """What came of it: the manifest with its column `mask`, and photographs that it does not have.

    `unlike` have a mask and no row: most sets mask some photographs that they do not grade. `cut`
    have a row whose photo has other borders, so that their masks would lie beside their lesions.
    `kept` rows have the mask that they had before.
    """

    manifest: Manifest
    masked: int
    unlike: tuple[str, ...]
    cut: tuple[str, ...] = ()
    kept: int = 0


def find_masked(folder: Path) -> list[Masked]:
    """The photographs below a folder that have masks: `NAME.jpg` with `NAME_MA.tif` and the like.

    Raises:
        ManifestError: no such folder, no masks in it, masks whose photograph is missing, two
            files of one name, or a folder that cannot be read.
    """
    if not folder.is_dir():
        raise ManifestError(f"masks must be in a folder, got '{folder}'")
    found: dict[str, Masked] = {}
    twice: dict[str, list[Path]] = defaultdict(list)
    for path in look_below(folder).whole():
        stem, _, kind = path.stem.rpartition("_")
        is_mask = kind in ENDINGS and stem
        each = found.setdefault(stem if is_mask else path.stem, Masked(stem or path.stem))
        if is_mask:
            each.stem = stem
            twice[stem] += [each.files[ENDINGS[kind]]] if ENDINGS[kind] in each.files else []
            each.files[ENDINGS[kind]] = path
        else:
            twice[path.stem] += [each.photo] if each.photo else []
            each.stem, each.photo = path.stem, path
    masked = [each for each in found.values() if each.files]
    if both := [path for each in masked for path in twice[each.stem]]:
        raise ManifestError(f"photographs with masks, and the masks of a kind, have names of their "
                            f"own, got two of '{both[0].name}' (one is '{both[0]}'); give the "
                            "folder of one part")  # fmt: skip
    if not masked:
        kinds = ", ".join(f"_{kind}" for kind in ENDINGS)
        raise ManifestError(f"'{folder}' holds no masks: pictures whose names end in {kinds}")
    if alone := [each.stem for each in masked if each.photo is None]:
        raise ManifestError(f"{len(alone)} masks have no photograph (first: {alone[0]}); give the "
                            "folder that holds both")  # fmt: skip
    return masked


def join_masks(masked: Masked) -> np.ndarray:
    """The files of a photograph as one mask, (H, W) uint8 with a bit a kind in order of `MAPS`.

    Raises:
        MaskError: a file that is no picture, of another size, or that covers most of the picture.
    """
    bits = None
    for kind, path in sorted(masked.files.items()):
        plane = _plane(path)
        if bits is None:
            bits = np.zeros(plane.shape, np.uint8)
        if plane.shape != bits.shape:
            sizes = [" x ".join(map(str, each.shape[::-1])) for each in (plane, bits)]
            raise MaskError(f"masks of one photograph are of one size, got {path.name} of "
                            f"{sizes[0]} px beside {sizes[1]}")  # fmt: skip
        bits |= plane.astype(np.uint8) << np.uint8(MAPS.index(kind))
    if bits is None:
        raise MaskError(f"{masked.stem} has no file of a mask")
    return bits


def _plane(path: Path) -> np.ndarray:
    """Which pixels a file marks, (H, W) bool: those that are not black."""
    with opened(path, FORMATS) as image:
        shown = np.asarray(image.convert("RGB"))
    plane = np.asarray((shown > 0).any(axis=2))
    if plane.mean() > MOST:
        raise MaskError(f"mask {path.name} marks {plane.mean():.0%} of the picture; lesions are "
                        "light on black")  # fmt: skip
    return plane


def lay_masks(
    manifest: Manifest, masked: Sequence[Masked], folder: Path, *, force: bool = False
) -> Laid:
    """Join the masks, write them into a folder, and name them in the rows of their photographs.

    The root becomes the nearest folder that holds the photographs and `folder`. A row that has a
    mask keeps it where there is no new one. `force` writes over masks that are there.

    Raises:
        MaskError: masks that cannot be joined.
        ManifestError: no photograph of the manifest is one of those with masks.
        UsageError: a file is in the way of a mask.
    """
    photos = manifest.table["photo"].to_list()
    twins = find_twins(manifest, masked)
    pairs = {stem: twin.photo for stem, twin in twins.items() if twin.has_same_borders()}
    cut = tuple(each.stem for each in masked if each.stem in twins and each.stem not in pairs)
    if not pairs:
        _refuse_unpaired(len(photos), masked, cut)
    for stem in pairs:
        refuse_taken(folder / f"{stem}.png", force=force)
    root = _common(manifest.root, folder)
    named, by_stem = {}, {each.stem: each for each in masked}
    for stem, photo in track(pairs.items(), len(pairs), "joining masks"):
        place = folder / f"{stem}.png"
        write_bytes(place, _as_png(join_masks(by_stem[stem])))
        named[photo] = place.resolve().relative_to(root).as_posix()
    table = _with_masks(manifest, named, root)
    kept = len(table) - table["mask"].null_count() - len(named)
    unlike = tuple(each.stem for each in masked if each.stem not in twins)
    note = f"{len(pairs)} photographs have masks; {len(unlike)} with masks are in no row"
    if cut:
        note += f"; {len(cut)} have other borders than their rows' photos"
    if kept:
        note += f"; {kept} keep the mask that they had"
    return Laid(
        Manifest(table, root, manifest.provenance).noting(note), len(pairs), unlike, cut, kept
    )


def _with_masks(manifest: Manifest, named: Mapping[str, str], root: Path) -> pl.DataFrame:
    """The rows with their new masks, else those they had, and all paths below the new root."""
    table = manifest.table
    new = pl.Series("mask", [named.get(photo) for photo in table["photo"]], pl.String)
    had = pl.col("mask").cast(pl.String) if "mask" in table.columns else pl.lit(None, pl.String)
    below = manifest.root.resolve().relative_to(root).as_posix()
    start = pl.lit("" if below == "." else f"{below}/")
    return table.with_columns(photo=start + pl.col("photo"), mask=pl.coalesce(new, start + had))


def _refuse_unpaired(rows: int, masked: Sequence[Masked], cut: Sequence[str]) -> None:
    if cut:
        raise ManifestError(f"a mask fits a photograph with the borders of its own, and all "
                            f"{len(cut)} that show the same as a row have others (first: "
                            f"{cut[0]}); give photographs that are not cropped")  # fmt: skip
    raise ManifestError(f"none of {rows} photographs is one of the {len(masked)} that "
                        "have masks; are both of one set?")  # fmt: skip


def _common(root: Path, folder: Path) -> Path:
    """The nearest folder that holds both."""
    root, folder = root.resolve(), folder.resolve()
    return next(each for each in (root, *root.parents) if folder.is_relative_to(each))


def find_twins(manifest: Manifest, masked: Sequence[Masked]) -> dict[str, Twin]:
    """By the stem of each masked photograph the photo of the manifest that shows the same.

    Near duplicates whose prepared squares differ by `SAME_PICTURE` at most; of several the nearest,
    one with the same borders before others.
    """
    photos = manifest.table["photo"].to_list()
    places = [manifest.locate(photo) for photo in photos]
    places += [each.photo for each in masked if each.photo is not None]
    looks = [_in_little(place) for place in track(places, len(places), "comparing")]
    best: dict[str, Twin] = {}
    for pair in near_duplicates([each.fingerprint if each else None for each in looks]):
        number = pair.second - len(photos)
        one, two = looks[pair.first], looks[pair.second]
        if pair.first >= len(photos) or number < 0 or one is None or two is None:
            continue
        twin = Twin(photos[pair.first],
                    float(np.abs(one.pixels.astype(float) - two.pixels).mean()),
                    float(np.abs(one.field - two.field).max()))  # fmt: skip
        if twin.apart <= SAME_PICTURE:
            stem = masked[number].stem
            best[stem] = min(best.get(stem, twin), twin, key=_unlikeness)
    return best


def _unlikeness(twin: Twin) -> tuple[bool, float]:
    return not twin.has_same_borders(), twin.apart


def _in_little(place: Path) -> Little | None:
    """A photograph in little; None where it cannot be read."""
    try:
        prepared = open_photo(place, LITTLE, retina_check=False, fingerprint=True)
    except (PhotoError, OSError):
        return None
    (height, width), box = prepared.seen, prepared.field
    field = np.array([box.left / width, box.top / height, box.right / width, box.bottom / height])
    return Little(prepared.pixels, prepared.info.phash or "", field)


def _as_png(mask: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(mask).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
