"""The manifests that the grader's trials read: IDRiD with its lesion masks, and sets to test on.

    python experiments/grader/data.py DATA -o FOLDER

DATA has `idrid`, `idrid_seg`, `rfmid2`, `hrf` and `eyepacs`, each with `images/` and `labels.csv`
(`idrid_seg` with `masks/` and `index.csv`, whose `grading_image` links the two parts of IDRiD);
`odir` and `chase` where they are at hand. FOLDER gets a manifest for each role of decision 0016:

- to train on: `idrid.csv`, `rfmid2_train.csv` (RFMiD 2.0's training part: healthy eyes have grade
  0, the others `dr_any` and the published findings), `healthy_train.csv` (its healthy eyes and the
  first half of CHASE_DB1), `weak.csv` (labels of whole photographs, of one size alone),
  `unlabelled.csv` (every third photograph of these two sets, without labels);
- to choose by: `odir.csv`, whose eyes without a grade have another disease and no DR;
- to report on: `eyepacs.csv`, `healthy.csv` (RFMiD 2.0's validation and test parts and HRF),
  `report.csv` (the same parts with all their eyes, and the second half of CHASE_DB1);
- `masks_only.csv`: masked photographs without a grading image, for checking lesion maps alone.
"""

import argparse
from pathlib import Path

import polars as pl

from drgrade.data.sources.readers import block
from drgrade.data.tables.manifest import Manifest, make_manifest, write_manifest
from drgrade.provenance.photo_set import SetProvenance
from drgrade.runtime.progress import say

# Found by `drgrade data check`: 13 and 397 are one picture with two grades, 401 is 43 again.
TWINS = ("train_IDRiD_013.jpg", "train_IDRiD_397.jpg", "train_IDRiD_401.jpg")
NUMBERS, FIFTHS = 413, 5  # of IDRiD's grading photographs; its folds
CHILDREN = 7  # of CHASE_DB1's 14, whose photographs may be trained on
SMALL = "512"  # px of the one size of RFMiD 2.0 in which no label is tied to the camera
TAGS = {"has_microaneurysm": ["MCA"], "has_haemorrhage": ["HR", "PRH"],
        "has_hard_exudate": ["EDN"], "has_soft_exudate": ["CWS"]}  # fmt: skip
BLEEDING = [
    "BRVO",
    "CRVO",
    "CRAO",
    "VS",
    "HTN",
    "HPED",
    "CNV",
    "ARMD",
    "ME",
    "CME",
]  # may have both
LETTERS = {"has_microaneurysm": "MA", "has_haemorrhage": "HE", "has_hard_exudate": "EX",
           "has_soft_exudate": "SE"}  # fmt: skip
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
    kinds = pl.col("lesions").str.split("|")
    named = {tag: kinds.list.contains(letter).cast(pl.Int8).cast(pl.String)
             for tag, letter in LETTERS.items()}  # fmt: skip
    masks = linked.select(image="grading_image", mask=MASK, **named)
    number = pl.col("image").str.extract(r"_(\d+)\.").cast(pl.Int64)
    single = read(data, "idrid").filter(~pl.col("image").is_in(TWINS))
    table = single.join(masks, on="image", how="left", maintain_order="left")
    return table.select(*LETTERS, photo=photo("idrid"), grade="label", dme="dme", mask="mask",
                        group=pl.lit("idrid-") + block(number))  # fmt: skip


def masks_only(data: Path) -> pl.DataFrame:
    """19 masked photographs that no grade here belongs to: never trained on."""
    alone = read(data, "idrid_seg", "index.csv").filter(pl.col("grading_image").is_null())
    return alone.select(photo=photo("idrid_seg"), mask=MASK)


def eyepacs(data: Path) -> pl.DataFrame:
    """960 photographs of 480 patients: to test on, never to choose by."""
    table = read(data, "eyepacs")
    return table.select("patient", "eye", photo=photo("eyepacs"), grade="label")


def fifth(photos: pl.Series) -> pl.Series:
    """The fold 0 to 4 of photographs of IDRiD: contiguous fifths of their numbers 1 to 413."""
    number = photos.str.extract(r"IDRiD_(\d+)\.").cast(pl.Int64)
    return (number - 1) * FIFTHS // NUMBERS


def odir(data: Path) -> pl.DataFrame:
    """1,060 eyes of 556 patients, to choose between trials by: nothing is fitted on them.

    An eye without a grade has another disease and no DR; `words` are those of the eye's record.
    """
    table = read(data, "odir")
    return table.select("patient", "eye", "words", photo=photo("odir"), grade="label",
                        site=pl.lit("odir"), dr_any=(pl.col("label").fill_null("0") != "0")
                        .cast(pl.Int8).cast(pl.String))  # fmt: skip


def rfmid2(data: Path, parts: list[str]) -> pl.DataFrame:
    """All photographs of parts of RFMiD 2.0; a grade where nothing was found, else `findings`."""
    of_parts = read(data, "rfmid2").filter(pl.col("split").is_in(parts))
    return of_parts.select("dr_any", photo=photo("rfmid2"), grade="label", site=pl.lit("rfmid2"),
                           findings="positives")  # fmt: skip


def hrf(data: Path) -> pl.DataFrame:
    """HRF: 15 healthy eyes, 15 with DR of unknown grade, 15 with glaucoma."""
    return read(data, "hrf").select("dr_any", photo=photo("hrf"), grade="label",
                                    site=pl.lit("hrf"), findings="group")  # fmt: skip


def chase(data: Path, *, first: bool) -> pl.DataFrame:
    """Healthy eyes of CHASE_DB1: of the first seven children, or of the others."""
    is_first = pl.col("patient").cast(pl.Int64) <= CHILDREN
    part = read(data, "chase").filter(is_first == first)
    named = pl.lit("chase-") + pl.col("patient")
    return part.select(patient=named, eye="eye", photo=photo("chase"), grade="label",
                       dr_any=pl.lit("0"), site=pl.lit("chase"))  # fmt: skip


def weak(data: Path) -> pl.DataFrame:
    """RFMiD 2.0's training photographs of 512 px: other diseases, and which lesions are named.

    Its healthy eyes and its eyes with DR are of one other camera each, so that a network could
    tell them by the camera; they are left out. An eye whose lesions are named has no grade here:
    the set's own DR column leaves many of them empty. An eye without named lesions has none, and
    no DR, unless its disease bleeds or leaks: then only its lesions are unknown.
    """
    table = read(data, "rfmid2").filter((pl.col("split") == "Training") & (pl.col("width") == SMALL)
                                        & (pl.col("dr_any") == "0"))  # fmt: skip
    found = pl.col("positives").fill_null("").str.split(" ")
    has = {tag: found.list.set_intersection(codes).list.len() > 0 for tag, codes in TAGS.items()}
    is_named = pl.any_horizontal(*has.values())
    may_bleed = found.list.set_intersection(BLEEDING).list.len() > 0
    tags = {tag: pl.when(here).then(pl.lit("1")).when(~is_named & ~may_bleed).then(pl.lit("0"))
            for tag, here in has.items()}  # fmt: skip
    return table.select(photo=photo("rfmid2"), grade=pl.when(~is_named).then(pl.lit("0")),
                        findings=pl.col("positives").replace("WNL", ""), site=pl.lit("rfmid2"),
                        **tags)  # fmt: skip


def unlabelled(*tables: pl.DataFrame) -> pl.DataFrame:
    """Every third photograph of several sets, without what is known of it."""
    whole = pl.concat(tables, how="diagonal").select("photo", "site", grade=pl.lit(""))
    return whole[::3]


def healthy(*tables: pl.DataFrame) -> pl.DataFrame:
    """The eyes in which nothing was found, of several sets."""
    whole = pl.concat(tables, how="diagonal")
    return whole.filter(pl.col("grade") == "0").drop("findings", strict=False)


def tables(data: Path) -> dict[str, pl.DataFrame]:
    """All manifests by the name of their file."""
    trained, reported = rfmid2(data, ["Training"]), rfmid2(data, ["Validation", "Test"])
    found = {
        "idrid.csv": idrid(data),
        "masks_only.csv": masks_only(data),
        "eyepacs.csv": eyepacs(data),
        "healthy.csv": healthy(reported, hrf(data)).select("photo", "grade", "site"),
        "rfmid2_train.csv": trained,
        "weak.csv": weak(data),
    }
    if (data / "odir").is_dir():
        found["odir.csv"] = odir(data)
    if (data / "chase").is_dir():
        children = chase(data, first=True)
        found["healthy_train.csv"] = healthy(trained, children)
        found["unlabelled.csv"] = unlabelled(trained, children)
        found["report.csv"] = pl.concat([reported, hrf(data), chase(data, first=False)],
                                        how="diagonal")  # fmt: skip
    return found


def main() -> None:
    """Write the manifests and say what they hold."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("data", type=Path)
    words.add_argument("-o", "--out", type=Path, required=True)
    asked = words.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables(asked.data).items():
        made: Manifest = make_manifest(table, asked.data, SetProvenance(source=Path(name).stem))
        write_manifest(made, asked.out / name)
        counts = made.table.group_by("grade").len().sort("grade", nulls_last=True)
        masks = made.table["mask"].count() if "mask" in made.table.columns else 0
        say(f"{name}: {len(made)} photos, {masks} with masks; by grade {counts.rows()}")


if __name__ == "__main__":
    main()
