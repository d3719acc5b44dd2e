"""Look at every photo of a manifest: what is missing, broken, leaking, double or in conflict."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from drgrade.data.audit.duplicates import near_duplicates
from drgrade.data.audit.findings import Findings
from drgrade.data.audit.label_scale import scale_of
from drgrade.data.audit.shortcuts import Shortcut, find_shortcut
from drgrade.data.photos.decode import ARRAYS
from drgrade.data.photos.intake import needs_retina_check, prepare_photo
from drgrade.data.photos.listing import safe_stat
from drgrade.data.photos.masks import read_mask
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.columns import SPLITS
from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.patients import with_eyes
from drgrade.data.tables.splits import copied_share, leaked_share, unit
from drgrade.errors import ManifestError, MaskError
from drgrade.icdr import GRADES, REFERABLE_FROM
from drgrade.provenance.photo import ERROR, Known, PhotoInfo
from drgrade.provenance.record import known
from drgrade.runtime.progress import track
from drgrade.runtime.workers import threads

OWN_COLUMNS: Final[Mapping[str, pl.DataType]] = {
    **dict.fromkeys(("sha256", "phash"), pl.String()),
    **dict.fromkeys(("width", "height", "bytes"), pl.Int64()),
    "black_share": pl.Float64(),
}  # columns of a manifest that say what opening a photo would
SMALLEST_SIDE: Final = 256  # px; enough for a fingerprint and the gate, and fast


Infos = Mapping[str, PhotoInfo]  # by photo


@dataclass(frozen=True)
class Opened:
    """What opening the photos gave: what is known of those that can be used, and why others cannot.

    `broken` cannot be read, `refused` show nothing that can be graded.
    """

    infos: Infos = field(default_factory=dict)
    broken: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def examine(
    manifest: Manifest, *, read_pixels: bool = True, workers: int = 2, retina_check: bool = True
) -> Findings:
    """Check the rows and, with `read_pixels`, open every photo as `predict` does, at any size.

    With `retina_check` pictures that show no retina in colour are found; synthetic ones are not
    asked.
    Without pixels what the manifest's own columns hold (`sha256`, `phash`, `width`, ...)
    is taken at its word.
    """
    photos = manifest.table["photo"].to_list()
    places = {photo: _place(manifest, photo) for photo in photos}
    missing = tuple(photo for photo in photos if not _exists(places[photo]))
    there = sorted(set(photos) - set(missing))
    is_checked = retina_check and needs_retina_check(manifest.provenance)
    seen = (_open_all(there, places, workers, retina_check=is_checked) if read_pixels
            else Opened(_listed(manifest)))  # fmt: skip
    copies, alike = _copies(seen.infos), _alike(seen.infos)
    counts = count_grades(manifest)
    by_file, of = _shortcut(manifest, seen.infos)
    return Findings(
        photos=len(manifest),
        patients=manifest.table["patient"].drop_nulls().n_unique(),
        without_patient=manifest.table["patient"].null_count(),
        unit=unit(manifest),
        counts=counts,
        missing=missing,
        broken=seen.broken,
        refused=seen.refused,
        masks=_bad_masks(manifest, workers, read=read_pixels),
        other_bytes=_other_bytes(manifest, seen.infos) if read_pixels else (),
        shared=_shared(manifest),
        leaked_share=leaked_share(manifest),
        leak_declared=bool(manifest.provenance.leak_declared),
        copies=tuple(copies),
        copies_across=_differing(copies, manifest, "split"),
        conflicts=_differing(copies, manifest, "grade"),
        copied_eyes=_differing(copies, manifest, "eye"),
        pixels_read=read_pixels,
        copied_share=copied_share(manifest),
        alike=tuple(alike),
        alike_across=_differing(alike, manifest, "split"),
        alike_conflicts=_differing(alike, manifest, "grade"),
        scale=scale_of([sum(numbers[grade] for numbers in counts.values()) for grade in GRADES]),
        shortcut=by_file,
        shortcut_of=of,
        root=str(manifest.root),
    )


def count_grades(manifest: Manifest) -> dict[str, tuple[int, ...]]:
    """Photos of each grade 0 to 4 and ungraded ones, by split; rows in no split under `none`."""
    splits = manifest.table["split"].fill_null("none")
    grades = manifest.table["grade"].fill_null(len(GRADES)).to_numpy()
    return {
        split: tuple(np.bincount(grades[(splits == split).to_numpy()], minlength=6).tolist())
        for split in (*SPLITS, "none")
        if (splits == split).any()
    }


def _place(manifest: Manifest, photo: str) -> Path | None:
    try:
        return manifest.locate(photo)
    except ManifestError:
        return None


def _exists(place: Path | None) -> bool:
    if place is None:
        return False
    file, is_item, _ = str(place).partition(ARRAYS)
    return safe_stat((Path(file + ARRAYS.rstrip("#")) if is_item else place).is_file)


def _open_all(
    photos: list[str], places: dict[str, Path | None], workers: int, *, retina_check: bool
) -> Opened:
    infos: dict[str, PhotoInfo] = {}
    broken, refused = [], []
    for photo, seen in _each_opened(photos, places, workers, retina_check=retina_check):
        if isinstance(seen, PhotoInfo):
            infos[photo] = seen
        elif seen.status == ERROR:
            broken.append((photo, seen.reason))
        else:
            refused.append((photo, seen.reason))
    return Opened(infos, tuple(broken), tuple(refused))


def _each_opened(
    photos: list[str], places: dict[str, Path | None], workers: int, *, retina_check: bool
) -> Iterator[tuple[str, Known]]:
    """What is known of each photo, or its refusal."""
    settings = Preprocess(size=SMALLEST_SIDE)

    def one(photo: str) -> Known:
        return prepare_photo(photo, places[photo] or Path(), settings, retina_check=retina_check,
                             any_size=True, fingerprint=True).known  # fmt: skip

    with threads(workers) as pool:
        opened = track(pool.map(one, photos), len(photos), "looked at")
        yield from zip(photos, opened, strict=True)


def _bad_masks(manifest: Manifest, workers: int, *, read: bool) -> tuple[tuple[str, str], ...]:
    """The masks that the manifest names and nobody can use, each with its reason."""
    if "mask" not in manifest.table.columns:
        return ()
    masks = manifest.table["mask"].drop_nulls().unique().sort().to_list()

    def why_not(mask: str) -> str:
        place = manifest.root / mask
        if not read:
            return "" if safe_stat(place.is_file) else "no such file"
        try:
            read_mask(place)
        except MaskError as error:
            return str(error)
        return ""

    with threads(workers) as pool:
        reasons = list(pool.map(why_not, masks))
    return tuple((mask, why) for mask, why in zip(masks, reasons, strict=True) if why)


def _other_bytes(manifest: Manifest, infos: Infos) -> tuple[str, ...]:
    """The photos whose SHA-256 is not the one that the manifest promises."""
    promised = {photo: each.sha256.lower() for photo, each in _listed(manifest).items()
                if each.sha256 is not None}  # fmt: skip
    return tuple(photo for photo, each in infos.items()
                 if promised.get(photo, each.sha256) != each.sha256)  # fmt: skip


def _listed(manifest: Manifest) -> Infos:
    """What the manifest's own columns say, by photo; a figure that is none counts as unknown."""
    here = [name for name in OWN_COLUMNS if name in manifest.table.columns]
    if not here:
        return {}
    cells = [pl.col(name).cast(pl.Float64, strict=False).cast(OWN_COLUMNS[name], strict=False)
             if OWN_COLUMNS[name].is_numeric() else pl.col(name) for name in here]  # fmt: skip
    rows = manifest.table.select("photo", *cells).to_dicts()
    return {row.pop("photo"): PhotoInfo.model_validate(known(row)) for row in rows}


def _copies(infos: Infos) -> list[tuple[str, ...]]:
    """Sets of photos of the same bytes."""
    same: dict[str, list[str]] = defaultdict(list)
    for photo, each in infos.items():
        if each.sha256 is not None:
            same[each.sha256].append(photo)
    return [tuple(photos) for photos in same.values() if len(photos) > 1]


def _alike(infos: Infos) -> list[tuple[str, ...]]:
    """Pairs that look the same; those of the same bytes are reported elsewhere."""
    seen = {photo: each.phash for photo, each in infos.items() if each.phash is not None}
    photos, found = list(seen), near_duplicates(list(seen.values()))
    pairs = [(photos[pair.first], photos[pair.second]) for pair in found]
    return [(a, b) for a, b in pairs
            if (infos[a].sha256 or a) != (infos[b].sha256 or b)]  # fmt: skip


def _shortcut(manifest: Manifest, infos: Infos) -> tuple[Shortcut | None, str]:
    """How well the file alone tells disease, and which: referable, or any where that is known."""
    table, of = manifest.table, "referable disease"
    ill = pl.col("grade") >= REFERABLE_FROM
    if "dr_any" in table.columns and table["dr_any"].null_count() < table["grade"].null_count():
        ill, of = pl.col("dr_any").cast(pl.String).is_in(["1", "true", "True"]), "any retinopathy"
    every = {photo: each.given() for photo, each in infos.items()}
    names = sorted({name for each in every.values() for name in each} - {"sha256", "phash"})
    looked = pl.DataFrame(
        [{"photo": photo, **{n: each.get(n) for n in names}} for photo, each in every.items()],
        infer_schema_length=None,
    )
    if looked.is_empty():
        return None, of
    own = [name for name in names if name in table.columns]
    units = pl.Series("unit", manifest.groups())
    rows = table.with_columns(units, ill.alias("ill")).drop(own).join(looked, on="photo")
    rows = rows.filter(pl.col("ill").is_not_null())
    flags, groups = rows["ill"].to_numpy().astype(bool), rows["unit"].to_numpy().astype(str)
    return find_shortcut(rows, flags, groups), of


def _shared(manifest: Manifest) -> dict[str, int]:
    """Patients (or groups) in two splits at once, by pair of splits."""
    table = manifest.table.select(
        pl.Series("who", manifest.groups()),
        "split",
        pl.coalesce("group", "patient").is_not_null().alias("known"),
    ).filter("known")
    members = {split: set(table.filter(pl.col("split") == split)["who"]) for split in SPLITS}
    pairs = {f"{a} and {b}": len(members[a] & members[b]) for a, b in combinations(SPLITS, 2)}
    return {pair: number for pair, number in pairs.items() if number}


def _differing(
    copies: list[tuple[str, ...]], manifest: Manifest, column: str
) -> tuple[tuple[str, ...], ...]:
    values = dict(with_eyes(manifest.table)[0].select("photo", column).iter_rows())
    return tuple(same for same in copies if len({values[p] for p in same} - {None}) > 1)
