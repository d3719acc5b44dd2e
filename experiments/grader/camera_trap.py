"""Does the file alone tell the weak labels of RFMiD 2.0 (W19)? Of all training photographs, and of
those that `data.py` keeps for `weak.csv`.

    python experiments/grader/camera_trap.py FOLDER

FOLDER is what `data.py` made. A row a label: how many photographs are on each side, and the
cross-validated area of a classifier of size, bytes, aspect and black share; above 0.7 is a trap.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from data import TAGS
from drgrade.data.audit.shortcuts import find_shortcut
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import Manifest, read_manifest


def with_file_columns(manifest: Manifest) -> pl.DataFrame:
    """The manifest's rows with width, height, bytes and black share of each file."""
    photos = manifest.table["photo"].to_list()
    opened = (open_photo(manifest.locate(each), Preprocess(size=128)) for each in photos)
    seen = [each.info.as_json() for each in opened]
    return manifest.table.hstack(pl.DataFrame(seen).select(pl.exclude(manifest.table.columns)))


def row(name: str, table: pl.DataFrame, is_ill: np.ndarray) -> str:
    """A line of the table."""
    found = find_shortcut(table, is_ill, table["photo"].to_numpy())
    told = (
        "too few"
        if found is None
        else f"{found.auc:.3f} | {found.best} {found.alone[found.best]:.3f}"
    )
    return f"| {name} | {is_ill.sum()} | {(~is_ill).sum()} | {told} |"


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    folder = words.parse_args().folder
    whole = with_file_columns(read_manifest(folder / "rfmid2_train.csv"))
    kept = with_file_columns(read_manifest(folder / "weak.csv"))
    print("| label | with | without | AUC by the file alone | best fact |\n|---|---|---|---|---|")
    known = whole.filter(pl.col("dr_any").is_not_null())
    print(
        row("any DR, all photographs", known, (known["dr_any"].cast(pl.String) == "1").to_numpy())
    )
    healthy = (whole["grade"] == 0).fill_null(value=False).to_numpy()
    print(row("nothing found, all photographs", whole, healthy))
    named = pl.any_horizontal(pl.col(tag).cast(pl.String) == "1" for tag in TAGS)
    is_named = kept.select(named.fill_null(value=False)).to_series().to_numpy()
    print(row("lesions named, photographs kept", kept, is_named))
    for tag in TAGS:
        sides = kept.filter(pl.col(tag).is_not_null())
        print(
            row(f"{tag}, photographs kept", sides, (sides[tag].cast(pl.String) == "1").to_numpy())
        )


if __name__ == "__main__":
    main()
