"""Drawn fundus photographs: lesions that can be counted, a grade that follows from them, masks.

An eye is drawn from (seed, number) alone, so any one can be drawn again; no patient's photograph
is used. Coordinates are shares of half the field, x to the right, y down, the fovea at (0, 0).
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from drgrade.data.phantom.anatomy import (
    Anatomy,
    background,
    draw_anatomy,
    make_canvas,
    paint_disc,
    paint_vessels,
    sees,
)
from drgrade.data.phantom.camera import Camera, draw_camera, expose
from drgrade.data.phantom.disturbers import (
    Disturber,
    draw_disturbers,
    in_the_eye,
    in_the_light,
    quality_of,
    strength_of,
)
from drgrade.data.phantom.lesions import (
    BITS,
    Ground,
    Lesion,
    draw_lesions,
    severities,
)
from drgrade.data.phantom.paint import bead, mark_beads, paint_lesion
from drgrade.data.photos.masks import KINDS
from drgrade.data.tables.bound import write_bound
from drgrade.data.tables.manifest import Manifest, write_manifest
from drgrade.data.tables.manifest_provenance import KIND, read_set_provenance, refuse_foreign
from drgrade.errors import UsageError
from drgrade.icdr import EYES, dme_of, grade_of
from drgrade.provenance.photo_set import DRAWN, SetProvenance
from drgrade.runtime.files import refuse_file, write_bytes, write_json
from drgrade.runtime.progress import track
from drgrade.runtime.workers import pool

DRAWING = 7  # counts up where the same seed draws other photos than before
SETTINGS = "drawn.json"  # with what the photos of a folder were drawn
LOOKED_AT = 20  # rows of a table that is there, before anything is painted
SICKER = 0.25  # where the severities centre: about half the eyes have a lesion
OUT_OF_FOCUS = 7.0  # px at 512 px of a photograph that cannot be graded for its focus alone


@dataclass(frozen=True)
class Eye:
    """One drawn eye before it is painted; `quality` is good, usable or reject."""

    patient: str
    side: str
    anatomy: Anatomy
    lesions: tuple[Lesion, ...]
    grade: int
    camera: Camera
    disturbers: tuple[Disturber, ...] = field(default=())
    dme: int = 0
    quality: str = "good"


@dataclass(frozen=True)
class Painted:
    """A drawn photo (S, S, 3) uint8 and the mask of its lesions (S, S) uint16, bits as `BITS`."""

    pixels: np.ndarray
    mask: np.ndarray


def draw_eye(seed: int, number: int, *, shift: float = SICKER) -> Eye:
    """Draw eye `number` of a set: patient `number // 2`, right eye first."""
    patient_number, which = divmod(number, 2)
    of_patient = np.random.default_rng([seed, patient_number, 0])
    severity = float(severities(of_patient, shift)[which])
    of_eye = np.random.default_rng([seed, patient_number, 1 + which])
    side = EYES[1 - which]
    camera = draw_camera(of_patient)
    anatomy = draw_anatomy(of_patient, of_eye, side)
    disturbers = draw_disturbers(of_patient, of_eye)
    ground = Ground((anatomy.disc_x, anatomy.disc_y), lambda: anatomy.vessels,
                    lambda points: sees(anatomy, camera, points), anatomy.gaze)  # fmt: skip
    lesions = draw_lesions(of_eye, severity, ground)
    return Eye(f"drawn{seed}-{patient_number:06d}", side, anatomy, lesions,
               grade_of(lesions, anatomy.disc_x), camera, disturbers, dme_of(lesions),
               quality_of(disturbers))  # fmt: skip


def paint(eye: Eye, size: int = 512) -> Painted:
    """Paint an eye at `size` px; the same eye gives the same bytes."""
    canvas = make_canvas(eye.anatomy, eye.camera, size)
    picture = background(canvas, eye.anatomy)
    mask = np.zeros((size, size), np.uint16)
    disc = paint_disc(picture, canvas, eye.anatomy)
    mask[disc] |= np.uint16(1 << BITS["disc"])
    in_the_eye(picture, canvas, (eye.anatomy.disc_x, eye.anatomy.disc_y), eye.disturbers)
    veins = paint_vessels(
        picture, canvas, bead(eye.anatomy.vessels, eye.lesions), eye.anatomy.vessel_depth, disc
    )
    mark_beads(mask, canvas, veins, eye.lesions)
    for lesion in sorted(eye.lesions, key=lambda each: -each.radius):
        if lesion.kind != "beading":
            paint_lesion(picture, mask, canvas, lesion)
    lit = in_the_light(picture, canvas, eye.disturbers)
    blur = OUT_OF_FOCUS * strength_of(eye.disturbers, "defocus")
    generator = np.random.default_rng([eye.anatomy.seed, 3])
    return Painted(expose(lit, canvas.place, eye.camera, blur, generator), mask * canvas.field)


def draw_set(
    n: int,
    folder: Path,
    *,
    size: int = 512,
    seed: int = 0,
    shift: float = SICKER,
    workers: int = 1,
) -> Manifest:
    """Draw `n` photos into a folder: `photos/`, `masks/` and `manifest.csv`; drawn ones are kept.

    The columns `n_microaneurysm`, `n_haemorrhage`, `n_hard_exudate` and `n_soft_exudate` count
    the lesions that lie in sight.

    Args:
        n: photos; two consecutive ones are the eyes of one patient.
        folder: where to.
        size: side in pixels.
        seed: of the set; the same seed draws the same photos.
        shift: how sick the patients are; larger is sicker.
        workers: processes that draw; one or none draws in this one.

    Raises:
        UsageError: the folder holds photos drawn with other settings, or by another drawing.
    """
    folder = Path(folder)
    refuse_file(folder)
    settings = {"drawing": DRAWING, "seed": seed, "size": size, "shift": shift}
    _refuse_others(folder, settings)
    _refuse_table(folder / "manifest.csv", n, seed, shift)
    if not (folder / SETTINGS).exists():
        write_json(folder / SETTINGS, settings)
    rows = list(track(_drawn(folder, n, size, seed, shift, workers), n, "drawing"))
    known = SetProvenance(source=DRAWN, seed=seed, drawing=DRAWING)
    manifest = Manifest(_table(rows), folder, known)
    _keep_or_write(manifest, folder / "manifest.csv")
    return manifest


def _refuse_table(path: Path, n: int, seed: int, shift: float) -> None:
    """Refuse, before anything is painted, a place whose table begins otherwise than the drawn one.

    Raises:
        UsageError: the table there was changed by a person, or is another's.
    """
    if not path.exists():
        return
    refuse_foreign(path.with_suffix(".json"))
    first = [_row_of(draw_eye(seed, number, shift=shift)) for number in range(min(n, LOOKED_AT))]
    _is_kept(_text_of(path), _table(first).write_csv(), path)


def _keep_or_write(manifest: Manifest, path: Path) -> None:
    """Write the table, or keep one that holds the same photos and of more.

    Raises:
        UsageError: the table there was changed by a person.
    """
    if path.exists() and _is_kept(_text_of(path), manifest.table.write_csv(), path):
        there, own = read_set_provenance(path).as_json(), manifest.provenance.as_json()
        if not there.keys() >= own.keys():  # stopped before it, or of an older version
            write_bound(path, partial(shutil.copyfile, path), {"kind": KIND, **own, **there})
        return
    write_manifest(manifest, path)


def _is_kept(there: str, made: str, path: Path) -> bool:
    """Whether a table holds all photos that were made; one that holds fewer grows."""
    if not there.startswith(made) and not made.startswith(there):
        raise UsageError(
            f"{path} is no longer the table of the drawn photos; it is kept: "
            "give it another name, or name another folder"
        )
    return there.startswith(made)


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


def _drawn(
    folder: Path, n: int, size: int, seed: int, shift: float, workers: int
) -> Iterator[dict[str, object]]:
    one = partial(_draw_one, folder, seed, size=size, shift=shift)
    if workers < 2 or n < 64:
        yield from map(one, range(n))
        return
    with pool(workers) as processes:
        yield from processes.map(one, range(n), chunksize=16)


def _refuse_others(folder: Path, asked: dict[str, float]) -> None:
    """Photos that are kept must be those that would be drawn; the settings lie beside them."""
    path = folder / SETTINGS
    try:
        there = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError:
        there = {}
    if there is not None and not isinstance(there, dict):
        there = {}
    if there == asked:
        return
    if there is not None or (folder / "photos").is_dir():
        raise UsageError(
            f"{folder} holds photos drawn {_otherwise(there, asked)}; "
            "name an empty folder, or remove this one"
        )


def _otherwise(there: dict[str, float] | None, asked: dict[str, float]) -> str:
    """How photos that are there were drawn, where it is not what is asked."""
    if there is None or there.get("drawing") != asked["drawing"]:
        return "by another version of the drawing"
    changed = [name for name in asked if there.get(name) != asked[name]]
    return "with " + ", ".join(f"{name} {there.get(name)}, asked is {asked[name]}"
                               for name in changed)  # fmt: skip


def _draw_one(folder: Path, seed: int, number: int, size: int, shift: float) -> dict[str, object]:
    eye = draw_eye(seed, number, shift=shift)
    row = _row_of(eye)
    photo, mask = folder / str(row["photo"]), folder / str(row["mask"])
    if not (photo.is_file() and mask.is_file()):
        painted = paint(eye, size)
        write_bytes(photo, _encoded(painted.pixels, "JPEG", **_jpeg(eye.camera)))
        write_bytes(mask, _encoded(painted.mask, "PNG"))
    return row


def _row_of(eye: Eye) -> dict[str, object]:
    name = f"{eye.patient}_{eye.side}"
    return {
        "photo": f"photos/{name}.jpg",
        "patient": eye.patient,
        "eye": eye.side,
        "grade": eye.grade,
        "dme": eye.dme,
        "quality": eye.quality,
        "mask": f"masks/{name}.png",
    } | {f"n_{kind}": sum(each.kind == kind for each in eye.lesions) for kind in KINDS}


def _jpeg(camera: Camera) -> dict[str, int]:
    return {"quality": camera.quality, "subsampling": camera.subsampling}


def _encoded(pixels: np.ndarray, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def _table(rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    table = pl.DataFrame(list(rows), schema={
        "photo": pl.String, "patient": pl.String, "eye": pl.String, "grade": pl.Int8,
        "dme": pl.Int8, "quality": pl.String, "mask": pl.String,
        **{f"n_{kind}": pl.Int32 for kind in KINDS}})  # fmt: skip
    return table.with_columns(
        pl.lit(None, pl.String).alias("group"), pl.lit(None, pl.String).alias("split")
    )
