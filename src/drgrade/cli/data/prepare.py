"""`drgrade data prepare`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from drgrade.errors import UsageError

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

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
    skip_retina_check: Annotated[bool, Parameter(negative=())] = False,
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
    skip_retina_check
        Do not ask whether a picture shows a retina in colour; for photographs that were recoloured.
    force
        Write over squares of other photographs or settings that are there; the same ones are kept
        without.
    """
    from drgrade.data.photos.cache import prepare_all, refuse_other_squares
    from drgrade.data.photos.listing import safe_stat
    from drgrade.data.photos.preprocess import Preprocess
    from drgrade.data.tables.manifest import read_manifest
    from drgrade.runtime.files import refuse_file
    from drgrade.runtime.malloc import keep_freed_memory
    from drgrade.runtime.progress import say

    keep_freed_memory()
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"--size must be {SIZES[0]} to {SIZES[1]} px, got {size}")
    if not 0 <= workers <= MOST_WORKERS:
        raise UsageError(f"--workers must be 0 to {MOST_WORKERS}, got {workers}")
    refuse_file(output)
    places: dict[str, Path] = {}
    is_whole = True
    if not safe_stat(photos.is_dir):
        manifest = read_manifest(photos, root=root)
    elif root is not None:
        raise UsageError(f"--root is where a manifest's photographs lie, got '{root}' without one; "
                         "leave it out")  # fmt: skip
    else:
        manifest, places, is_whole = _below(photos)
    if not len(manifest.table):
        raise UsageError(f"no photographs found under {photos}")
    settings = Preprocess(size=size, crop=crop)
    if not force:
        refuse_other_squares(output, manifest, settings)
    cache = prepare_all(manifest, settings, output, workers=workers, places=places,
                        retina_check=not skip_retina_check, keep_others=not force)  # fmt: skip
    for photo, reason in cache.failed.items():
        say(f"{photo}: {reason}")
    total = len(cache.rows) + len(cache.failed)
    say(f"{total} photographs = {len(cache.rows)} prepared + {len(cache.failed)} failed")
    print(output)
    return 0 if is_whole and not cache.failed else 3


def _below(folder: Path) -> tuple["Manifest", dict[str, Path], bool]:
    """The photographs of a folder, where each lies, and whether all of it could be looked into."""
    import polars as pl

    from drgrade.data.photos.listing import as_text, look_below
    from drgrade.data.tables.manifest import Manifest
    from drgrade.runtime.progress import say

    below = look_below(folder)
    if aside := below.left_aside():
        say(f"{folder}: not looked at: {aside}")
    places = {as_text(path.relative_to(folder)): path for path in below.pictures}
    table = pl.DataFrame({"photo": list(places)}, {"photo": pl.String})
    return Manifest(table, folder), places, not below.unread
