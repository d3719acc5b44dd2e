"""The manifests that the grader's trials read: IDRiD with its lesion masks, and sets to test on.

    python experiments/grader/data.py DATA -o FOLDER

DATA has `idrid`, `idrid_seg`, `rfmid2`, `hrf` and `eyepacs`, each with `images/` and `labels.csv`
(`idrid_seg` with `masks/` and `index.csv`, whose `grading_image` links the two parts of IDRiD).
FOLDER gets `idrid.csv` to train on, `masks_only.csv` (masked photographs without a grading image,
for checking lesion maps alone), `eyepacs.csv` and `healthy.csv` (RFMiD 2.0's validation and test
parts and HRF) to test on, and `rfmid2_train.csv`, healthy eyes that one trial adds.
"""

import argparse
from pathlib import Path

import polars as pl

from drgrade.data.sources.readers import block
from drgrade.data.tables.manifest import Manifest, make_manifest, write_manifest
from drgrade.runtime.progress import say

# Found by `drgrade data check`: 13 and 397 are one picture with two grades, 401 is 43 again.
TWINS = ("train_IDRiD_013.jpg", "train_IDRiD_397.jpg", "train_IDRiD_401.jpg")
MASK = pl.lit("idrid_seg/masks/") + pl.col("image").str.replace(r"\.jpg$", ".png")


def read(data: Path, name: str, table: str = "labels.csv") -> pl.DataFrame:
    """A set's own table as text, photographs listed twice left out."""
    found = pl.read_csv(data / name / table, infer_schema=False)
    return found.filter(pl.col("duplicate") != "True") if "duplicate" in found.columns else found


def photo(name: str) -> pl.Expr:
    """Where a photograph of a set lies below DATA."""
    return pl.lit(f"{name}/images/") + pl.col("image")


def idrid(data: Path) -> pl.DataFrame:
    """402 graded photographs, groups of ten consecutive numbers, and the masks that are theirs."""
    linked = read(data, "idrid_seg", "index.csv").drop_nulls("grading_image")
    masks = linked.select(image="grading_image", mask=MASK)
    number = pl.col("image").str.extract(r"_(\d+)\.").cast(pl.Int64)
    single = read(data, "idrid").filter(~pl.col("image").is_in(TWINS))
    table = single.join(masks, on="image", how="left", maintain_order="left")
    return table.select(photo=photo("idrid"), grade="label", dme="dme", mask="mask",
                        group=pl.lit("idrid-") + block(number))  # fmt: skip


def masks_only(data: Path) -> pl.DataFrame:
    """19 masked photographs that no grade here belongs to: never trained on."""
    alone = read(data, "idrid_seg", "index.csv").filter(pl.col("grading_image").is_null())
    return alone.select(photo=photo("idrid_seg"), mask=MASK)


def eyepacs(data: Path) -> pl.DataFrame:
    """960 photographs of 480 patients: to test on, never to choose by."""
    table = read(data, "eyepacs")
    return table.select("patient", "eye", photo=photo("eyepacs"), grade="label")


def rfmid2(data: Path, parts: list[str]) -> pl.DataFrame:
    """Photographs of RFMiD 2.0 in which nothing was found."""
    healthy = read(data, "rfmid2").filter((pl.col("label") == "0") & pl.col("split").is_in(parts))
    return healthy.select(photo=photo("rfmid2"), grade="label", site=pl.lit("rfmid2"))


def hrf(data: Path) -> pl.DataFrame:
    """Healthy eyes of HRF."""
    healthy = read(data, "hrf").filter(pl.col("label") == "0")
    return healthy.select(photo=photo("hrf"), grade="label", site=pl.lit("hrf"))


def tables(data: Path) -> dict[str, pl.DataFrame]:
    """All manifests by the name of their file."""
    return {
        "idrid.csv": idrid(data),
        "masks_only.csv": masks_only(data),
        "eyepacs.csv": eyepacs(data),
        "healthy.csv": pl.concat([rfmid2(data, ["Validation", "Test"]), hrf(data)]),
        "rfmid2_train.csv": rfmid2(data, ["Training"]),
    }


def main() -> None:
    """Write the manifests and say what they hold."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("data", type=Path)
    words.add_argument("-o", "--out", type=Path, required=True)
    asked = words.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables(asked.data).items():
        made: Manifest = make_manifest(table, asked.data, {"source": Path(name).stem})
        write_manifest(made, asked.out / name)
        counts = made.table.group_by("grade").len().sort("grade", nulls_last=True)
        masks = made.table["mask"].count() if "mask" in made.table.columns else 0
        say(f"{name}: {len(made)} photos, {masks} with masks; by grade {counts.rows()}")


if __name__ == "__main__":
    main()
