"""Prepared squares of a manifest in one memory-mapped file; resumable, killed at any moment."""

import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.data.photos.decode import ARRAYS
from drgrade.data.photos.gate import VERSION as GATE
from drgrade.data.photos.intake import needs_retina_check, prepare_photo
from drgrade.data.photos.masks import read_mask, square_mask
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import Manifest
from drgrade.errors import DrgradeError, MaskError, UsageError
from drgrade.provenance.photo import Known, PhotoInfo, PhotoRefusal, known_of
from drgrade.runtime.files import sha256_file, write_json
from drgrade.runtime.locks import locked
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.runtime.progress import say, track
from drgrade.runtime.workers import pool

SAVE_EVERY = 500
SQUARES, MASKS, INDEX = "squares.npy", "masks.npy", "index.json"
ELSEWHERE = "name another folder with -o, or write over them with --force"


@dataclass(frozen=True)
class Cache:
    """Squares (N, S, S, 3) uint8, the row of each photo that has one, and why others have none.

    `masks` (N, S, S) uint8 lie beside the squares where they were asked for; `masked` in the info
    of a photo tells whether it has one. `statuses` are those of the photos without a square:
    `error`, or `ungradable` and `not_fundus` where it is for the picture's own sake.
    """

    squares: np.ndarray
    rows: dict[str, int]
    failed: dict[str, str]
    infos: dict[str, PhotoInfo]
    masks: np.ndarray | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)

    def info(self, photo: str) -> PhotoInfo:
        """What is known of a photo.

        Squares made before statistics were kept lack these; nothing is made anew for them.
        """
        return self.infos[photo]


@dataclass(frozen=True)
class Index:
    """What is known of each photo that is done, and the stamps it was done at."""

    done: dict[str, Known] = field(default_factory=dict)
    stamps: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One photo to prepare: its row, its path (or why there is none), its hash and its mask.

    `retina_check` is whether it is left out where it shows no retina in colour.
    """

    row: int
    path: Path | str
    promised: str = ""
    mask: Path | None = None
    retina_check: bool = True

    def stamp(self) -> list[Any]:
        """Size, time and place of the photo's file and the mask's, and the gate it went through.

        Another one is another photo, or the same one judged otherwise: it is made anew.
        """
        gate = [f"retina check {GATE}"] if self.retina_check else []
        return [_stamp(self.path), _stamp(self.mask), *gate]


@dataclass(frozen=True)
class Made:
    """What became of a task: pixels (S, S, 3), mask (S, S) if there is one, what is known of it."""

    row: int
    pixels: np.ndarray | None
    known: Known
    mask: np.ndarray | None = None


def prepare_all(
    manifest: Manifest,
    settings: Preprocess,
    folder: Path,
    *,
    workers: int = 2,
    masks: bool = False,
    retina_check: bool = True,
    check: Callable[[], None] = lambda: None,
    places: Mapping[str, Path] | None = None,
    keep_others: bool = False,
) -> Cache:
    """Prepare every photo of a manifest into a folder; what is done there is not done again.

    A photo that failed is tried again, and one whose file or mask changed is made anew.

    Args:
        manifest: whose photos.
        settings: how a photo becomes a square.
        folder: gets `squares.npy` and `index.json`.
        workers: processes; 0 works in this one.
        masks: also lays the masks of the manifest's column `mask` beside the squares.
        retina_check: leaves out what shows no retina in colour, as `predict` refuses it; synthetic
            photographs are not asked.
        check: called after each photo; where it raises, what is done is kept.
        places: where photos lie whose names are not their files', as those that are no UTF-8.
        keep_others: refuses a folder with squares of other photos or settings, as
            `refuse_other_squares` does; without it they are written over.
    """
    photos = list(dict.fromkeys(manifest.table["photo"].to_list()))
    with locked(folder, waiting=say):
        if keep_others:  # while the folder was waited for another may have filled it
            refuse_other_squares(folder, manifest, settings)
        index = _read_index(folder, photos, settings)
        kept: list[np.memmap] = []
        save = partial(_save, folder, kept, photos, settings, index)
        if not index.done:
            save()  # before the squares: an older index must not list new ones
        squares = _open(folder / SQUARES, _shape(photos, settings), fresh=not index.done)
        kept.append(squares)
        if masks:
            kept.append(_open(folder / MASKS, _shape(photos, settings)[:3], fresh=not index.done))
        before = dict(index.stamps)
        is_checked = retina_check and needs_retina_check(manifest.provenance)
        tasks = _tasks(manifest, photos, index, places or {}, masks=masks, retina_check=is_checked)
        try:
            for done, made in enumerate(track(_work(tasks, settings, workers), len(tasks),
                                              "preparing"), 1):  # fmt: skip
                if made.pixels is not None:
                    squares[made.row] = made.pixels
                if made.mask is not None:
                    kept[-1][made.row] = made.mask
                index.done[photos[made.row]] = made.known
                if done % SAVE_EVERY == 0:
                    save()
                check()
        except BaseException:
            with contextlib.suppress(OSError):
                save()
            raise
        if tasks or index.stamps != before:
            save()
    return _as_cache(folder, photos, index.done, masks=masks)


def _shape(photos: list[str], settings: Preprocess) -> tuple[int, ...]:
    return len(photos), settings.size, settings.size, 3


def _tasks(
    manifest: Manifest,
    photos: list[str],
    index: Index,
    places: Mapping[str, Path],
    *,
    masks: bool,
    retina_check: bool,
) -> list[Task]:
    """What is still to do; the index gets the stamps of all photos as they are now."""
    hashes = _known(manifest, "sha256")
    drawn = _known(manifest, "mask") if masks else {}
    found = []
    for i, photo in enumerate(track(photos, len(photos), "looking at")):
        mask = manifest.root / drawn[photo] if photo in drawn else None
        task = Task(i, places.get(photo) or _located(manifest, photo), hashes.get(photo, ""), mask,
                    retina_check)  # fmt: skip
        stamp, known = task.stamp(), index.done.get(photo)
        if not isinstance(known, PhotoInfo) or not _is_kept(task, stamp, index, photo, known):
            index.done.pop(photo, None)
            found.append(task)
        index.stamps[photo] = stamp
    return found


def _is_kept(task: Task, now: list[Any], index: Index, photo: str, known: PhotoInfo) -> bool:
    """Whether a square is of the photo as it is now, and as the manifest wants it."""
    promised = task.promised.strip().lower()
    if promised and known.sha256 != promised:
        return False
    return _is_same(task.path, now, index.stamps.get(photo), known)


def _is_same(path: Path | str, now: list[Any], before: Any, known: PhotoInfo) -> bool:
    """Whether a square is still that of its photo: in its place, or elsewhere of the same bytes.

    Stamps of before places were kept are as of another place.
    """
    if before == now:
        return True
    if _unplaced(before) != _unplaced(now) or not isinstance(path, Path):
        return False
    try:
        return sha256_file(path) == known.sha256
    except (OSError, ValueError):  # as an item of an array file: made anew
        return False


def _unplaced(stamps: Any) -> Any:
    """Stamps without the places."""
    if not isinstance(stamps, list):
        return None
    return [each[:2] if isinstance(each, list) else each for each in stamps]


def missing(manifest: Manifest, photo: str) -> str:
    """Why a photo's file is not there; nothing where it is. It is not opened."""
    path = _located(manifest, photo)
    if isinstance(path, str):
        return path
    return "" if _stamp(path) else f"{path} is not there"


def _stamp(path: Path | str | None) -> list[Any] | None:
    if not isinstance(path, Path):
        return None
    try:
        name, inside, _ = str(path).partition(ARRAYS)
        file = Path(name + ARRAYS.rstrip("#") if inside else name)
        seen = file.stat()
    except (OSError, ValueError):  # no file can have a name with a null byte
        return None
    return [seen.st_size, seen.st_mtime_ns, os.path.realpath(file)]


def _work(tasks: list[Task], settings: Preprocess, workers: int) -> Iterator[Made]:
    one = partial(_prepare_one, settings=settings)
    if workers == 0 or len(tasks) < 32:
        yield from map(one, tasks)
        return
    with pool(workers, keep_freed_memory) as processes:
        yield from processes.map(one, tasks, chunksize=8)


def _known(manifest: Manifest, column: str) -> dict[str, str]:
    """What a manifest says of its photos in a column that it need not have."""
    if column not in manifest.table.columns:
        return {}
    named = manifest.table.select("photo", column).drop_nulls()
    return dict(zip(named["photo"], named[column], strict=True))


def _located(manifest: Manifest, photo: str) -> Path | str:
    try:
        return manifest.locate(photo)
    except DrgradeError as error:
        return str(error)


def _prepare_one(task: Task, settings: Preprocess) -> Made:
    if isinstance(task.path, str):
        return Made(task.row, None, PhotoRefusal(reason=task.path))
    photo = prepare_photo(task.path.name, task.path, settings, sha256=task.promised,
                          retina_check=task.retina_check, fingerprint=True)  # fmt: skip
    prepared = photo.prepared
    if prepared is None or task.mask is None:
        return Made(task.row, photo.pixels, photo.known)
    try:
        mask = square_mask(read_mask(task.mask), prepared.field, prepared.seen, settings.size)
    except MaskError as error:
        return Made(task.row, None, PhotoRefusal(reason=str(error)))
    return Made(task.row, prepared.pixels, photo.known.but(masked=True), mask)


def _open(path: Path, shape: tuple[int, ...], *, fresh: bool) -> np.memmap:
    if fresh or not path.is_file():
        made = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
        _reserve(path)
        return made
    return np.lib.format.open_memmap(path, "r+")


def _reserve(path: Path) -> None:
    """Take the room that a new array needs: a disk that is full later ends the process at once."""
    size = path.stat().st_size
    if not hasattr(os, "posix_fallocate"):
        return
    with path.open("r+b") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                return  # a file system that cannot reserve
            path.unlink()
            why = f"{error.strerror}; {size:,} bytes are needed there"
            raise OSError(error.errno, why, str(path)) from None


def _save(
    folder: Path,
    kept: list[np.memmap],
    photos: list[str],
    settings: Preprocess,
    index: Index,
) -> None:
    for each in kept:
        each.flush()
    done = {photo: known.as_json() for photo, known in index.done.items()}
    write_json(folder / INDEX, {"settings": asdict(settings), "photos": photos,
                                "done": done, "stamps": index.stamps})  # fmt: skip


def _read_index(folder: Path, photos: list[str], settings: Preprocess) -> Index:
    """What is done in a folder; nothing where that is of others, damaged, or lacks its arrays."""
    read = _index_there(folder)
    if read is None or read["photos"] != photos or read["settings"] != asdict(settings):
        return Index()
    shape = _shape(photos, settings)
    is_whole = _holds(folder / SQUARES, shape)
    if not is_whole or ((folder / MASKS).exists() and not _holds(folder / MASKS, shape[:3])):
        return Index()
    return Index(read["done"], read["stamps"])


def _index_there(folder: Path) -> dict[str, Any] | None:
    """The index of squares in a folder; None where there is none that this module wrote whole."""
    try:
        read = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(read, dict) or not {"settings", "photos", "done"} <= set(read):
        return None
    read.setdefault("stamps", {})
    try:
        read["done"] = {photo: known_of(each) for photo, each in read["done"].items()}
    except (AttributeError, TypeError, ValueError):
        return None
    return read if isinstance(read["stamps"], dict) else None


def _holds(path: Path, shape: tuple[int, ...]) -> bool:
    """Whether a file is a whole array of bytes of this shape."""
    try:
        there = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, EOFError):
        return False
    return there.shape == shape and there.dtype == np.uint8


def refuse_other_squares(folder: Path, manifest: Manifest, settings: Preprocess) -> None:
    """Refuse a folder with squares of other photos or settings, or with files that are not ours.

    An index cut short beside its squares is ours: they are made anew.

    Raises:
        UsageError: says what is there.
    """
    path, read = folder / INDEX, _index_there(folder)
    if read is None:
        is_cut = path.exists() and _is_cut(path) and (folder / SQUARES).exists()
        taken = [name for name in (INDEX, SQUARES) if (folder / name).exists()]
        if taken and not is_cut:
            raise UsageError(f"{folder / taken[0]} is no file of this command; {ELSEWHERE}")
        return
    photos = list(dict.fromkeys(manifest.table["photo"].to_list()))
    if read["photos"] != photos:
        raise UsageError(f"{folder} holds squares of other photographs; {ELSEWHERE}")
    if read["settings"] != asdict(settings):
        raise UsageError(f"{folder} holds squares made with other settings; {ELSEWHERE}")


def _is_cut(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return True
    return False


def _as_cache(folder: Path, photos: list[str], index: dict[str, Known], *, masks: bool) -> Cache:
    squares = np.lib.format.open_memmap(folder / SQUARES, "r")
    beside = np.lib.format.open_memmap(folder / MASKS, "r") if masks else None
    rows, infos, refused = {}, {}, {}
    for row, photo in enumerate(photos):
        known = index[photo]
        if isinstance(known, PhotoInfo):
            rows[photo], infos[photo] = row, known
        else:
            refused[photo] = known
    failed = {photo: known.reason for photo, known in refused.items()}
    statuses = {photo: known.status for photo, known in refused.items()}
    return Cache(squares, rows, failed, infos, beside, statuses)
