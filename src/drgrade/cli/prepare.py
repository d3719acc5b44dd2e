"""`drgrade data prepare`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from drgrade.errors import UsageError

SIZES = (28, 2048)
MOST_WORKERS = 256


def prepare(
    photos: Path,
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    size: int = 512,
    crop: Literal["field", "none"] = "field",
    root: Path | None = None,
    workers: int = 2,
    force: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Crop to the field of view and scale to undistorted squares, in parallel, resumable.

    Writes `squares.npy` (N, size, size, 3) and `index.json`. Exit code 3 says that some
    photographs cannot be used, or a folder not read; each is named with its reason.

    Example: drgrade data prepare eyepacs.csv --size 512 -o squares

    Parameters
    ----------
    photos
        A manifest (.csv or .parquet) or a folder of photographs.
    output
        Folder of the squares.
    size
        Side in pixels, 28 to 2048.
    crop
        `field` crops to the field of view, `none` keeps the whole photograph.
    root
        Folder the manifest's photo paths are relative to.
    workers
        Processes; 0 prepares in this one.
    force
        Write over squares of other photographs or settings that are there; the same ones are kept
        without.
    """
    import polars as pl

    from drgrade.data.cache import prepare_all, refuse_other_squares
    from drgrade.data.manifest import Manifest, read_manifest
    from drgrade.data.pictures import as_text, look_below
    from drgrade.data.preprocess import Preprocess
    from drgrade.files import refuse_file
    from drgrade.memory import keep_freed_memory
    from drgrade.progress import say

    keep_freed_memory()
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"--size must be {SIZES[0]} to {SIZES[1]} px, got {size}")
    if not 0 <= workers <= MOST_WORKERS:
        raise UsageError(f"--workers must be 0 to {MOST_WORKERS}, got {workers}")
    refuse_file(output)
    unread: tuple[object, ...] = ()
    if photos.is_dir():
        below = look_below(photos)
        found = [as_text(path.relative_to(photos)) for path in below.pictures]
        unread = below.unread
        if aside := below.left_aside():
            say(f"{photos}: not looked at: {aside}")
        manifest = Manifest(pl.DataFrame({"photo": found}, {"photo": pl.String}), photos, {})
    else:
        manifest = read_manifest(photos, root=root)
    if not len(manifest.table):
        raise UsageError(f"no photographs found under {photos}")
    settings = Preprocess(size=size, crop=crop)
    if not force:
        refuse_other_squares(output, manifest, settings)
    cache = prepare_all(manifest, settings, output, workers=workers)
    for photo, reason in cache.failed.items():
        say(f"{photo}: {reason}")
    total = len(cache.rows) + len(cache.failed)
    say(f"{total} photographs = {len(cache.rows)} prepared + {len(cache.failed)} failed")
    print(output)
    return 3 if cache.failed or unread else 0
