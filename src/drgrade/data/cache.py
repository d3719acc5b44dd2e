"""Prepared squares of a manifest in one memory-mapped file; resumable, killed at any moment."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.data.manifest import Manifest
from drgrade.data.preprocess import Preprocess, read_prepared
from drgrade.errors import DrgradeError
from drgrade.files import locked, write_json
from drgrade.progress import track

SAVE_EVERY = 500


@dataclass(frozen=True)
class Cache:
    """Squares (N, S, S, 3) uint8, the row of each photo that has one, and why others have none."""

    squares: np.ndarray
    rows: dict[str, int]
    failed: dict[str, str]
    about: dict[str, dict[str, Any]]

    def facts(self, photo: str) -> dict[str, Any]:
        """Width, height, bytes, SHA-256 and statistics of a photo.

        Squares made before statistics were kept lack these; nothing is made anew for them.
        """
        return self.about[photo]


def prepare_all(
    manifest: Manifest, settings: Preprocess, folder: Path, *, workers: int = 2
) -> Cache:
    """Prepare every photo of a manifest into a folder; what is done there is not done again.

    Args:
        manifest: whose photos.
        settings: how a photo becomes a square.
        folder: gets `squares.npy` and `index.json`.
        workers: processes; 0 works in this one.
    """
    photos = list(dict.fromkeys(manifest.table["photo"].to_list()))
    with locked(folder):
        index = _read_index(folder, photos, settings)
        squares = _open(folder, len(photos), settings.size, fresh=not index)
        todo = [i for i, photo in enumerate(photos) if photo not in index]
        work = _work(manifest, photos, todo, settings, workers)
        for done, (i, pixels, facts) in enumerate(track(work, len(todo), "preparing"), 1):
            if pixels is not None:
                squares[i] = pixels
            index[photos[i]] = facts
            if done % SAVE_EVERY == 0:
                _save(folder, squares, photos, settings, index)
        if todo:
            _save(folder, squares, photos, settings, index)
    return _as_cache(folder, photos, index)


def _work(
    manifest: Manifest, photos: list[str], todo: list[int], settings: Preprocess, workers: int
) -> Iterator[tuple[int, np.ndarray | None, dict[str, Any]]]:
    paths = [_located(manifest, photos[i]) for i in todo]
    known = _known_hashes(manifest)
    hashes = [known.get(photos[i], "") for i in todo]
    one = partial(_prepare_one, settings=settings)
    if workers == 0 or len(todo) < 32:
        yield from map(one, todo, paths, hashes)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(one, todo, paths, hashes, chunksize=8)


def _known_hashes(manifest: Manifest) -> dict[str, str]:
    """The SHA-256 a manifest promises for its photos, where it has that column."""
    if "sha256" not in manifest.table.columns:
        return {}
    named = manifest.table.select("photo", "sha256").drop_nulls()
    return dict(zip(named["photo"], named["sha256"], strict=True))


def _located(manifest: Manifest, photo: str) -> Path | str:
    try:
        return manifest.locate(photo)
    except DrgradeError as error:
        return str(error)


def _prepare_one(
    i: int, path: Path | str, promised: str, settings: Preprocess
) -> tuple[int, np.ndarray | None, dict[str, Any]]:
    if isinstance(path, str):
        return i, None, {"reason": path}
    try:
        prepared = read_prepared(path, settings)
    except (DrgradeError, OSError) as error:
        return i, None, {"reason": str(error)}
    photo = prepared.photo
    if promised and photo.sha256 != promised.lower():
        reason = (
            f"hash mismatch: the manifest says {promised[:12]}, the file has {photo.sha256[:12]}"
        )
        return i, None, {"reason": reason}
    return i, prepared.pixels, prepared.facts()


def _open(folder: Path, n: int, size: int, *, fresh: bool) -> np.memmap:
    path = folder / "squares.npy"
    if fresh or not path.is_file():
        return np.lib.format.open_memmap(path, "w+", np.uint8, (n, size, size, 3))
    return np.lib.format.open_memmap(path, "r+")


def _save(
    folder: Path, squares: np.memmap, photos: list[str], settings: Preprocess, index: dict[str, Any]
) -> None:
    squares.flush()
    write_json(folder / "index.json",
               {"settings": asdict(settings), "photos": photos, "done": index})  # fmt: skip


def _read_index(folder: Path, photos: list[str], settings: Preprocess) -> dict[str, Any]:
    path = folder / "index.json"
    if not path.is_file():
        return {}
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    fits = read.get("photos") == photos and read.get("settings") == asdict(settings)
    return dict(read["done"]) if fits and (folder / "squares.npy").is_file() else {}


def _as_cache(folder: Path, photos: list[str], index: dict[str, Any]) -> Cache:
    squares = np.lib.format.open_memmap(folder / "squares.npy", "r")
    good = {photo: i for i, photo in enumerate(photos) if "reason" not in index[photo]}
    failed = {photo: index[photo]["reason"] for photo in photos if "reason" in index[photo]}
    return Cache(squares, good, failed, {photo: index[photo] for photo in good})
