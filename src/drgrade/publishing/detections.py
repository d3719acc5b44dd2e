"""How far marks of lesions can be believed: counted against masks of photos never trained on."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy import ndimage

from drgrade.data.audit.dust import Dust
from drgrade.data.photos.listing import as_text
from drgrade.data.photos.masks import KINDS, MAPS, planes, read_mask, square_mask
from drgrade.data.photos.preprocess import Prepared
from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.predictions import Predictions
from drgrade.errors import PredictionsError
from drgrade.explanation.explain import (
    Explanation,
    LesionFindings,
    dust_in_square,
    explain_photo,
    see_lesions,
)
from drgrade.explanation.findings import TOUCHING
from drgrade.inference.engine_torch import TorchEngine
from drgrade.modelfile.places import BEST
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.runtime.progress import counted, say


@dataclass(frozen=True)
class Marks:
    """Of one kind in one photo: marks, those on a lesion of the kind and on any, and lesions.

    A pixel of the map beside a lesion is near enough. `marked` are the lesions with a mark.
    """

    found: int
    right: int
    on_any: int
    lesions: int
    marked: int


@dataclass(frozen=True)
class Masked:
    """A photo with a reference mask, and a grader that never saw it."""

    grader: Grader
    photo: Path
    mask: Path


def masked_photos(
    grader: Grader, rows: Predictions, folder: Path, manifest: Manifest
) -> list[Masked]:
    """Those of the rows that have a mask, each with the grader that predicted it.

    Args:
        grader: the model, for rows of split `calibrate`; for `out_of_fold` rows it says whether
            there are maps, and the models of the folds in `folder` are asked.
        rows: of one of these splits.
        folder: where the table of the rows lies.
        manifest: photos and masks.

    Raises:
        PredictionsError: no maps, no masks among the graded rows, or the folds are not beside the
            table or unknown.
    """
    if not grader.model.lesions:
        raise PredictionsError("--masks asks how far lesion maps can be believed, and this model "
                               "has none; leave it out")  # fmt: skip
    table = manifest.table
    if "mask" in table.columns:
        table = table.filter(pl.col("mask").is_not_null() & (pl.col("mask") != ""))
        names = [name for name in ("photo", "model", "fold") if name in rows.table.columns]
        graded = rows.table.filter(pl.col("status") == "graded").select(names)
        table = table.drop("model", "fold", strict=False).join(graded, on="photo")
    if "mask" not in table.columns or not len(table):
        raise PredictionsError("--masks names no photo of these rows with a mask; give the "
                               "manifest that they come from, with its column mask")  # fmt: skip
    graders = _graders(grader, rows, folder, table)
    return [
        Masked(own, manifest.locate(photo), manifest.root / mask)
        for own, photo, mask in zip(graders, table["photo"], table["mask"], strict=True)
    ]


def healthy_photos(
    grader: Grader, rows: Predictions, folder: Path, manifest: Manifest
) -> list[tuple[Grader, Path]]:
    """Those of the rows whose reference grade is 0, each with the grader that predicted it.

    Arguments and errors as of `masked_photos`.
    """
    table = rows.table.filter((pl.col("grade") == 0) & (pl.col("status") == "graded"))
    table = table.join(manifest.table.select("photo"), on="photo")
    graders = _graders(grader, rows, folder, table)
    return [(own, manifest.locate(photo))
            for own, photo in zip(graders, table["photo"], strict=True)]  # fmt: skip


def _graders(grader: Grader, rows: Predictions, folder: Path, table: pl.DataFrame) -> list[Grader]:
    """For each row of a table the model of its fold; the model itself where rows have none."""
    if rows.table["split"][0] != "out_of_fold":
        return [grader] * len(table)
    if "fold" not in table.columns:
        raise PredictionsError("--masks asks the models of the folds, got out_of_fold rows without "
                               "the column fold; give the out_of_fold.parquet that `drgrade train "
                               "--folds` wrote")  # fmt: skip
    of_fold = {fold: _of_fold(folder, fold, table) for fold in table["fold"].unique()}
    return [of_fold[fold] for fold in table["fold"]]


def _of_fold(folder: Path, fold: int, table: pl.DataFrame) -> Grader:
    """The model of a fold, which must be the one that predicted its rows."""
    place = folder / f"fold-{fold}"
    if not (place / BEST).is_file():
        raise PredictionsError(f"--masks asks the models of the folds, and {place} holds none; "
                               "give the out_of_fold.parquet in its own folder")  # fmt: skip
    grader = load_grader(place)
    names = table.filter(pl.col("fold") == fold)["model"].drop_nulls().unique().to_list()
    if any(not grader.weights_sha256.startswith(each) for each in names):
        raise PredictionsError(f"the rows of fold {fold} were predicted by {', '.join(names)}, and "
                               f"{place} holds another model")  # fmt: skip
    return grader


def reference(mask: Path, prepared: Prepared, size: int) -> np.ndarray:
    """The planes of a mask beside a prepared square, (5, size, size) bool, in order of `MAPS`.

    Raises:
        MaskError: no such file, or no mask.
    """
    square = square_mask(read_mask(mask), prepared.field, prepared.seen, size)
    return planes(square[None])[0] > 0


def at_side(masks: np.ndarray, side: int) -> np.ndarray:
    """Planes (5, S, S) at the side of the maps; a pixel is lesion where any it covers is."""
    cut = masks.reshape(len(MAPS), side, len(masks[0]) // side, side, -1)
    return np.asarray(cut.any(axis=(2, 4)))


def count_marks(sight: LesionFindings, masks: np.ndarray) -> list[Marks]:
    """The marks of each of `KINDS` against reference planes (5, S, S) bool."""
    coarse = at_side(masks, sight.apart.shape[-1])[: len(KINDS)]
    near = [ndimage.binary_dilation(each, TOUCHING) for each in coarse]
    near_any = np.any(near, axis=0)
    marks = []
    for kind, lesions in enumerate(coarse):
        marked = sight.apart[kind] > sight.threshold
        labels, found = ndimage.label(marked, TOUCHING)
        parts, number = ndimage.label(lesions, TOUCHING)
        near_mark = ndimage.binary_dilation(marked, TOUCHING)
        marks.append(Marks(found, _touched(labels, near[kind]), _touched(labels, near_any),
                          number, _touched(parts, near_mark)))  # fmt: skip
    return marks


def _touched(labels: np.ndarray, where: np.ndarray) -> int:
    """How many labelled parts lie in a place."""
    return len(set(np.unique(labels[where])) - {0})


def check_marks(photos: Iterable[Masked], dust: Dust | None = None) -> np.ndarray:
    """The counts of every photo that has a grade, (n, 2, 4, 5): kinds, and fields of `Marks`.

    Of the second axis the first has all marks, the other those that do not lie on dust. How many
    photos were not seen is said.

    Raises:
        PredictionsError: none was seen.
    """
    found: list[list[list[tuple[int, ...]]]] = []
    unseen: list[str] = []
    for each in photos:
        for explained, sights in _seen(each.grader, each.photo, dust, unseen):
            masks = reference(each.mask, explained.prepared, each.grader.preprocess.size)
            found.append([[astuple(marks) for marks in count_marks(sight, masks)]
                          for sight in sights])  # fmt: skip
    _tell(unseen, len(found), "with masks")
    return np.array(found, dtype=np.int64).reshape(-1, 2, len(KINDS), 5)


def marks_on_healthy(photos: Iterable[tuple[Grader, Path]], dust: Dust | None = None) -> np.ndarray:
    """The marks of each of `KINDS` in every photo that has a grade, (n, 2, 4): all of them wrong.

    The second axis, what is said and errors are as of `check_marks`; no photos at all are no error.
    """
    unseen: list[str] = []
    found = [
        [list(sight.counts.values()) for sight in sights]
        for grader, photo in photos
        for _, sights in _seen(grader, photo, dust, unseen)
    ]
    _tell(unseen, len(found), "of grade 0")
    return np.array(found, dtype=np.int64).reshape(-1, 2, len(KINDS))


def _seen(
    grader: Grader, photo: Path, dust: Dust | None, unseen: list[str]
) -> Iterator[tuple[Explanation, tuple[LesionFindings, LesionFindings]]]:
    """What is seen in a photo that has a grade: all marks, and those that do not lie on dust.

    A photo without one is put down in `unseen` with its reason.
    """
    row, found = explain_photo(TorchEngine(grader), photo.name, photo)
    if found is None or found.sight is None:
        unseen.append(f"{as_text(photo.name)}: {row.get('reason', 'no lesion maps')}")
        return
    off_dust = found.sight
    if placed := dust_in_square(found.prepared, dust):
        off_dust = see_lesions(found.sight.shares, found.prepared.pixels, dust=placed)
    yield found, (found.sight, off_dust)


def _tell(unseen: list[str], seen: int, which: str) -> None:
    """Say how many photographs were not seen; refuse where none was."""
    if not unseen:
        return
    if not seen:
        raise PredictionsError(f"--masks counts marks on photographs {which}, got none of "
                               f"{len(unseen)} (first: {unseen[0]}); give the manifest the root "
                               "below which they lie")  # fmt: skip
    say(f"--masks: {len(unseen)} of {counted(len(unseen) + seen, 'photograph')} {which} not seen "
        f"(first: {unseen[0]})")  # fmt: skip
