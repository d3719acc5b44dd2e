"""How much answers change when a photograph is kept as another file: JPEG, or PNG of its pixels.

Both are reduced in the same way, but the pixels of a JPEG are rounded once more in the PNG. Nothing
is chosen by it.

    python experiments/decoding.py MANIFEST [--every 5] [--model default]
"""

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image

from drgrade.data.photos.decode import read_photo
from drgrade.data.tables.manifest import read_manifest
from drgrade.inference.engine_torch import TorchEngine
from drgrade.inference.stream import grade_photos
from drgrade.models.checkpoint import load_grader
from drgrade.runtime.files import write_bytes
from drgrade.runtime.malloc import keep_freed_memory
from drgrade.stats.intervals import proportion


def as_png(photo: Path, place: Path) -> Path:
    """The pixels of a photograph, decoded whole, as a PNG."""
    buffer = io.BytesIO()
    Image.fromarray(read_photo(photo).pixels).save(buffer, "PNG", compress_level=1)
    write_bytes(place, buffer.getvalue())
    return place


def main() -> None:
    """Print how many grades and referrals change."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("manifest", type=Path)
    words.add_argument("--every", type=int, default=5)
    words.add_argument("--model", default="default")
    asked = words.parse_args()
    keep_freed_memory()
    manifest, grader = read_manifest(asked.manifest), load_grader(asked.model)
    names = manifest.table["photo"].to_list()[:: asked.every]
    given = [(name, manifest.locate(name)) for name in names]
    with tempfile.TemporaryDirectory() as folder:
        again = [(name, as_png(place, Path(folder) / f"{number}.png"))
                 for number, (name, place) in enumerate(given)]  # fmt: skip
        both = zip(
            grade_photos(TorchEngine(grader), given),
            grade_photos(TorchEngine(grader), again),
            strict=True,
        )
        rows = [pair for pair in both if all(row["status"] == "graded" for row in pair)]
    for key in ("predicted", "referable"):
        changed = sum(one[key] != other[key] for one, other in rows)
        print(f"{key}: {proportion(changed, len(rows))} of {len(rows)} photographs change")


if __name__ == "__main__":
    main()
