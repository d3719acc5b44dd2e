"""From a recipe's photos to what is trained on: splits complete, squares made, targets known."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from drgrade.data.phantom.sets import drawn_manifest
from drgrade.data.photos.cache import Cache, missing, prepare_all
from drgrade.data.photos.gate import NO_RETINA, NOISE, NOT_COLOUR
from drgrade.data.photos.intake import needs_retina_check
from drgrade.data.photos.listing import safe_stat
from drgrade.data.photos.masks import COUNTS, KINDS, MAPS
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.data.tables.splits import complete, leaked_share, new_notes
from drgrade.errors import ManifestError, Reason, RecipeError
from drgrade.locale.refusal import refusal
from drgrade.modelfile.header import DME_OUTPUTS
from drgrade.provenance.photo import ERROR
from drgrade.recipe.recipe import Recipe
from drgrade.runtime.files import sha256_bytes
from drgrade.runtime.progress import counted, remark, say
from drgrade.runtime.user_folders import cache_folder
from drgrade.training.batches import Part, Targets
from drgrade.training.loop import Parts
from drgrade.training.losses.weak_labels import is_healthy, weak_labels

FEWEST = 2
NO_RETINA_REASONS = (NOT_COLOUR, NOISE, NO_RETINA)
UNREAD = 0.1  # above this share of photos that cannot be read, the table is at fault


@dataclass(frozen=True)
class Prepared:
    """A manifest ready to train on: splits complete, squares made."""

    manifest: Manifest
    cache: Cache
    parts: Parts


def prepare(
    recipe: Recipe, manifest: Manifest, check: Callable[[], None] = lambda: None
) -> Prepared:
    """Complete the splits, keep what the recipe asks for, and make the squares.

    `check` is called after each photo; where it raises, the squares made so far are kept.

    Raises:
        ManifestError: too few photos to train on, or too many that cannot be read.
    """
    data = recipe.data
    whole = limited(complete(manifest, data.split_seed, data.held_out), data.photos)
    for note in new_notes(manifest, whole):
        remark(note)
    if leaked := leaked_share(whole):
        remark(
            f"warning: {leaked:.1%} of the test photos have their patient in train, tune or "
            "calibrate too: figures on them flatter; divide again with "
            "`drgrade data split --reassign`"
        )
    _refuse_grades(_graded(whole), data.photos)
    settings = Preprocess(size=recipe.data.size, crop=recipe.data.crop)
    masks = recipe.model.lesions
    cache = prepare_all(
        whole,
        settings,
        squares_folder(whole, settings, masks=masks, retina_check=data.retina_check),
        workers=recipe.data.workers,
        masks=masks,
        retina_check=data.retina_check,
        check=check,
    )
    if cache.failed:
        _tell_failed(cache)
    parts = Parts(**{name: _part(whole, cache, name, healthy=recipe.lesions.healthy,
                                 ungraded=name == "train" and learns_ungraded(recipe))
                     for name in ("train", "tune", "calibrate", "test")})  # fmt: skip
    _refuse_few(int((parts.train.grades >= 0).sum()), data.photos)
    if len(parts.tune) and recipe.train.choose == "qwk" and len(np.unique(parts.tune.grades)) < 2:
        say(
            f"warning: all {counted(len(parts.tune), 'photo')} of split 'tune' have grade "
            f"{parts.tune.grades[0]}: no QWK can choose an epoch there, the last one is kept; "
            "divide the photos anew, or set train.choose = loss"
        )
    if parts.train.targets is not None:
        _tell_unknown(recipe, parts.train.targets)
    return Prepared(whole, cache, parts)


def learns_ungraded(recipe: Recipe) -> bool:
    """Whether training photos without a grade teach anything: weak labels, or a teacher's."""
    return bool(recipe.objective.any_dr or recipe.lesions.tags or recipe.consistency.weight)


def _tell_unknown(recipe: Recipe, targets: Targets) -> None:
    """Say what a network is asked to tell that no training photo teaches."""
    if not targets.known.any():
        idle = ", and lesions.masked_share does nothing" if recipe.lesions.masked_share else ""
        say("warning: no training photo has a mask (column mask): with model.lesions = true the "
            f"maps learn nothing from them{idle}; do not believe their marks")  # fmt: skip
    if recipe.model.dme and not targets.tell_dme:
        say("warning: no training photo tells of macular edema (column dme): with model.dme = true "
            "its output learns nothing from them")  # fmt: skip


def refuse_untrainable(recipe: Recipe, manifest: Manifest) -> None:
    """Refuse, before any work, photos that are not where they should be, or too few of them.

    Raises:
        ManifestError: as `prepare` would in the end.
    """
    data = recipe.data
    whole = limited(complete(manifest, data.split_seed, data.held_out), data.photos)
    _refuse_grades(_graded(whole), data.photos)
    photos = whole.table["photo"].unique().to_list()
    _refuse_unread({photo: why for photo in photos if (why := missing(whole, photo))}, len(photos))


def _graded(manifest: Manifest) -> list[int]:
    """The grades of the photos to learn from."""
    grades = manifest.part("train").table["grade"].drop_nulls()
    return [int(grade) for grade in grades]


def _refuse_few(graded: int, limit: int) -> None:
    if graded >= FEWEST:
        return
    cure = "check the manifest's grade and split columns"
    if limit:
        cure = f"raise data.photos = {limit}, which whole patients must fit into, or {cure}"
    raise ManifestError(
        f"training needs at least {FEWEST} graded photos in split 'train', got {graded}; {cure}"
    )


def _refuse_grades(grades: Sequence[int], limit: int) -> None:
    """Refuse too few photos, or one grade alone: what a network learns of these is that grade."""
    _refuse_few(len(grades), limit)
    if len(set(grades)) == 1:
        values = {"graded": len(grades), "grade": grades[0]}
        raise refusal(ManifestError, Reason("training_one_grade", values))


def _refuse_unread(unread: Mapping[str, str], photos: int) -> None:
    if len(unread) > UNREAD * photos:
        photo, reason = next(iter(unread.items()))
        raise ManifestError(
            f"at most {UNREAD:.0%} of the photos may be unreadable for a training, got "
            f"{len(unread)} of {photos}, first {photo}: {reason}; set data.root to the folder "
            "they lie in, or take them out of the manifest (`drgrade data check` lists them)"
        )


def _tell_failed(cache: Cache) -> None:
    """Say how many photos cannot be used; refuse a table most likely read at the wrong place."""
    unread = {k: why for k, why in cache.failed.items() if cache.statuses[k] == ERROR}
    photos = len(cache.rows) + len(cache.failed)
    _refuse_unread(unread, photos)
    photo, reason = next(iter(cache.failed.items()))
    remark(
        f"{len(cache.failed)} of {photos} photos cannot be used, first {photo}: {reason}; "
        "they are left out of training and stay in the predictions with their reason"
    )
    others = sum(reason.startswith(NO_RETINA_REASONS) for reason in cache.failed.values())
    if others > UNREAD * photos:
        remark(f"warning: {others} of them show no retina in colour; a set that was recoloured on "
               "purpose is trained on with data.retina_check = false")  # fmt: skip


def squares_hash(cache: Cache) -> dict[str, Any]:
    """How many photos have a square, and a hash over their names and the files they are made of."""
    hashed = [[photo, cache.info(photo).sha256] for photo in sorted(cache.rows)]
    return {"photos": len(hashed), "hash": sha256_bytes(json.dumps(hashed).encode())}


def squares_folder(
    manifest: Manifest, settings: Preprocess, *, masks: bool, retina_check: bool
) -> Path:
    """Where the squares of these photos lie: the same for all folds and grades of them.

    Those of which each was asked whether it shows a retina lie apart.
    """
    names = ["photo", "sha256", *(["mask"] if masks else [])]
    photos = manifest.table.select(name for name in names if name in manifest.table.columns)
    hashed = f"{manifest.root.resolve()} {settings} {photos.write_csv()}"
    place = sha256_bytes(hashed.encode())[:24]
    name = f"{place}-{len(MAPS)}maps" if masks else place
    is_checked = retina_check and needs_retina_check(manifest.provenance)
    return cache_folder() / "squares" / (f"{name}-retina" if is_checked else name)


def limited(manifest: Manifest, photos: int) -> Manifest:
    """At most `photos` training rows, whole groups in the order of their hash; 0 keeps all."""
    table = manifest.table
    is_train = (table["split"] == "train").fill_null(False).to_numpy()
    if not photos or is_train.sum() <= photos:
        return manifest
    groups = manifest.groups()
    order = sorted(set(groups[is_train]), key=lambda name: sha256_bytes(str(name).encode()))
    kept, room = set(), photos
    for name in order:
        size = int((is_train & (groups == name)).sum())
        if size <= room:
            kept.add(name)
            room -= size
    keep = ~is_train | np.isin(groups, sorted(kept))
    return Manifest(table.filter(pl.Series(keep)), manifest.root, manifest.provenance)


def read_photos(recipe: Recipe, began: Path | None = None) -> Manifest:
    """The photos a recipe names: a manifest, or drawn ones.

    `began` is the folder that a run which goes on began in: places that are not here are looked
    for there.

    Raises:
        RecipeError: it names none.
        ManifestError: a table that cannot be used.
    """
    data = recipe.data
    if data.drawn:
        return drawn_manifest(data.drawn, data.draw_seed, data.size, workers=data.workers)
    if not data.manifest:
        raise RecipeError("the recipe names no manifest; add --set data.manifest=MANIFEST")
    root = _found(Path(data.root), began) if data.root else None
    return read_manifest(_found(Path(data.manifest), began), root=root)


def _found(place: Path, began: Path | None) -> Path:
    there = place if began is None else began / place
    return place if safe_stat(place.exists) or not safe_stat(there.exists) else there


def _part(manifest: Manifest, cache: Cache, split: str, *, healthy: bool, ungraded: bool) -> Part:
    of_split = manifest.table.filter(
        (pl.col("split") == split) & pl.col("photo").is_in(list(cache.rows))
    )
    rows = of_split if ungraded else of_split.filter(pl.col("grade").is_not_null())
    photos = rows["photo"].to_list()
    return Part(
        cache.squares,
        np.array([cache.rows[photo] for photo in photos], dtype=np.int64),
        rows["grade"].fill_null(-1).to_numpy().astype(np.int64),
        photos,
        None if cache.masks is None else _targets(rows, cache, cache.masks, healthy=healthy),
        weak_labels(rows),
    )


def _targets(rows: pl.DataFrame, cache: Cache, masks: np.ndarray, *, healthy: bool) -> Targets:
    """Masks, counts and macular edema of these photos, as far as they are known."""
    known = np.zeros((len(rows), len(MAPS)), bool)
    has_mask = np.array([bool(cache.info(photo).masked) for photo in rows["photo"]], bool)
    if healthy and has_mask.any():  # alone they would teach that nothing is ever a lesion
        known[is_healthy(rows), : len(KINDS)] = True
    known[has_mask] = True
    counts = [
        rows[name].cast(pl.Float32).to_numpy()
        if name in rows.columns
        else np.full(len(rows), np.nan, np.float32)
        for name in COUNTS
    ]
    dme = rows["dme"] if "dme" in rows.columns else pl.Series([None] * len(rows), dtype=pl.Int64)
    return Targets(
        masks, known, np.stack(counts, axis=1),
        dme.cast(pl.Int64).fill_null(-1).clip(-1, DME_OUTPUTS).to_numpy(),
    )  # fmt: skip
