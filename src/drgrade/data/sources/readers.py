"""What the public sets' own files say, read into the columns of a manifest."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
import polars as pl

from drgrade.data.photos.decode import archive_of
from drgrade.data.sources.photo_folder import PART_FOLDERS, look_into
from drgrade.data.tables.columns import BLANK_ENDS, ODD_PATH
from drgrade.data.tables.delimited import Problems, TextTable, read_delimited
from drgrade.errors import ManifestError, shown

EYE_OF_NAME: Final = r"^\d+_(?:left|right)$"
BLOCK: Final = 10
IDRID_NUMBER: Final = r"^(.*IDRiD_)(\d+)(?:\.\w+)?$"
# Train pictures listed twice: the second listing, or both where the two have different grades.
IDRID_TWICE: Final = (21, 28, 118, 279, 327, 333, 375, 391)
GRADE_FOLDERS: Final = {
    **{str(grade): str(grade) for grade in range(5)},
    "no_dr": "0",
    "nodr": "0",
    "normal": "0",
    "healthy": "0",
    "mild": "1",
    "moderate": "2",
    "severe": "3",
    "proliferative": "4",
    "proliferate_dr": "4",
    "proliferative_dr": "4",
    "pdr": "4",
    **dict(zip(("anodr", "bmilddr", "cmoderatedr", "dseveredr", "eprodr"), "01234", strict=True)),
    **dict(zip(("no_npdr", "mild_npdr", "moderate_npdr", "severe_npdr"), "0123", strict=True)),
    **dict(zip(("mild_dr", "moderate_dr", "severe_dr"), "123", strict=True)),
    "no_retinopathy": "0",
    "proliferate": "4",
}  # RETFound's begin with a letter, so that they sort
NUMBERED_FOLDER: Final = re.compile(r"(?:grade|class|level|label|dr)_?([0-4])|([0-4])_(\w+)")
GRADABLE: Final = {**dict.fromkeys(("1", "1.0", "true", "yes"), True),
                   **dict.fromkeys(("0", "0.0", "false", "no", ""), False)}  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """Rows of one of a set's own files, in the columns of a manifest, as text."""

    path: Path
    text: TextTable
    notes: tuple[str, ...] = ()


def find_file(path: Path, pattern: str) -> Path | None:
    """The file itself, or the first below a folder whose name fits the pattern."""
    if path.is_file():
        return path if path.match(pattern) else None
    return min(path.rglob(pattern), key=lambda found: (len(found.parts), str(found)), default=None)


def _need(path: Path, *patterns: str) -> list[Path]:
    """The files that fit the patterns, in their order; at least one must be there."""
    if not path.exists():
        raise ManifestError(f"there is no file or folder '{path}'; give where the set lies")
    found = [file for pattern in patterns if (file := find_file(path, pattern))]
    if not found:
        raise ManifestError(
            f"'{path}' {'is' if path.is_file() else 'holds'} none of the set's own files "
            f"({', '.join(patterns)}); give the folder that holds them, or use source csv"
        )
    return found


def _columns(file: Path, *names: str, header: list[str] | None = None) -> TextTable:
    """A set's own table, refused where it lacks one of the columns."""
    problems = Problems(file)
    text = read_delimited(file, problems, header=header)
    missing = [name for name in names if name not in text.table.columns]
    if missing:
        problems.add(
            1,
            f"needs the column{'s' * (len(missing) > 1)} {', '.join(missing)} (found: "
            f"{', '.join(text.table.columns)}); for a file of another form use source csv",
        )
    problems.refuse()
    return text


def _made(text: TextTable, **columns: pl.Expr | str) -> TextTable:
    """The same lines with columns made of the file's own."""
    made = [
        (pl.col(value) if isinstance(value, str) else value).alias(name)
        for name, value in columns.items()
    ]
    return TextTable(text.table.select(made), text.lines)


def read_lab(path: Path) -> list[Listing]:
    """The course lab: names and labels of train and test, without a header line."""
    listings = []
    for part in ("train", "test"):
        names = _need(path, f"{part}_img.csv")[0]
        labels = _need(path, f"{part}_label.csv")[0]
        photos = _columns(names, header=["name"])
        grades = _columns(labels, header=["grade"])
        _check_lab(names, photos, labels, grades)
        table = photos.table.with_columns(grades.table["grade"])
        text = _made(
            TextTable(table, photos.lines),
            photo=pl.col("name") + ".jpeg",
            grade="grade",
            split=pl.lit(part),
        )
        listings.append(Listing(labels, text))
    return listings


def _check_lab(names: Path, photos: TextTable, labels: Path, grades: TextTable) -> None:
    problems = Problems(names)
    column = photos.table["name"]
    problems.report(
        photos.lines,
        column,
        ~column.str.contains(EYE_OF_NAME),
        lambda name: f"'{name}' is no name like 10_left; these files have no header line",
    )
    if len(column) != len(grades.table):
        problems.add(
            0,
            f"{len(column):,} names but {len(grades.table):,} labels in {labels.name}; "
            "take both files whole",
        )
    problems.refuse()


def read_eyepacs(path: Path) -> list[Listing]:
    """Kaggle 2015: `trainLabels.csv` and, for the test part, `retinopathy_solution.csv`."""
    listings = []
    for file in _need(path, "trainLabels*.csv", "retinopathy_solution*.csv"):
        is_test = file.name.startswith("retinopathy")
        text = _columns(file, "image", "level", *(["Usage"] if is_test else []))
        columns = {
            "photo": pl.col("image") + ".jpeg",
            "grade": pl.col("level"),
            "split": pl.lit("test" if is_test else "train"),
            "usage": pl.col("Usage") if is_test else pl.lit(None, dtype=pl.String),
        }
        listings.append(Listing(file, _made(text, **columns)))
    return listings


def read_aptos(path: Path) -> list[Listing]:
    """Kaggle 2019: `train.csv`; the labels of its test part were never published."""
    file = _need(path, "train.csv")[0]
    text = _columns(file, "id_code", "diagnosis")
    made = _made(text, photo=pl.col("id_code") + ".png", grade="diagnosis", split=pl.lit("train"))
    return [Listing(file, made)]


def read_idrid(path: Path) -> list[Listing]:
    """IDRiD grading: train and test number their photos alike, so their folders are kept."""
    listings = []
    for file in _need(path, "*Training Labels.csv", "*Testing Labels.csv"):
        is_train = "Training" in file.name
        text = _columns(file, "Image name", "Retinopathy grade", "Risk of macular edema")
        folder = "a. Training Set" if is_train else "b. Testing Set"
        name = pl.col("Image name").str.strip_chars()
        number = name.str.extract(IDRID_NUMBER, 2).cast(pl.Int64, strict=False)
        made = _made(
            text,
            photo=pl.lit(f"{folder}/") + name + ".jpg",
            grade="Retinopathy grade",
            dme="Risk of macular edema",
            split=pl.lit("train" if is_train else "test"),
            group=pl.lit("train " if is_train else "test ") + block(number),
            duplicate=pl.lit(is_train) & number.is_in(IDRID_TWICE),
        )
        listings.append(Listing(file, made))
    note = "neighbouring numbers are alike: blocks of ten consecutive numbers are one group"
    return [*listings[:-1], replace(listings[-1], notes=(note,))]


def block(number: pl.Expr) -> pl.Expr:
    """The block of ten consecutive numbers that a number is in: `1-10`, `11-20`, ..."""
    first = (number - 1) // BLOCK * BLOCK + 1
    return first.cast(pl.String) + "-" + (first + BLOCK - 1).cast(pl.String)


def read_messidor(path: Path) -> list[Listing]:
    """Messidor-2 with the adjudicated grades; patients where `messidor-2.csv` is at hand."""
    file = _need(path, "messidor_data.csv")[0]
    text = _columns(
        file,
        "image_id",
        "adjudicated_dr_grade",
        "adjudicated_dme",
        "adjudicated_gradable",
    )
    pairs = find_file(file.parent, "messidor-2.csv")
    patients = _pairs(pairs) if pairs else {}
    said = text.table["adjudicated_gradable"].fill_null("").str.strip_chars().str.to_lowercase()
    problems = Problems(file)
    problems.report(text.lines, said, ~said.is_in(list(GRADABLE)),
                    lambda value: f"gradable is 1 or 0, True or False, got '{value}'")  # fmt: skip
    problems.refuse()
    is_gradable = pl.lit(said.replace_strict(GRADABLE, return_dtype=pl.Boolean))
    name = pl.col("image_id").str.strip_chars()
    stem = name.str.replace(r"\.\w+$", "").str.to_lowercase()
    made = _made(
        text,
        photo=name,
        patient=stem.replace_strict(patients, default=None, return_dtype=pl.String),
        grade=pl.when(is_gradable).then(pl.col("adjudicated_dr_grade")),
        dme=pl.when(is_gradable).then(pl.col("adjudicated_dme")),
        quality=_quality(is_gradable),
    )
    return [
        Listing(
            file,
            made,
            ()
            if pairs
            else (
                "messidor-2.csv, which pairs the eyes of a "
                "patient, is not beside the grades: no patients",
            ),
        )
    ]


def _quality(is_gradable: pl.Expr) -> pl.Expr:
    return pl.when(is_gradable).then(pl.lit("gradable")).otherwise(pl.lit("ungradable"))


def _pairs(file: Path) -> dict[str, str]:
    """Name without ending, in small letters -> the examination that the photo belongs to."""
    text = read_delimited(file, Problems(file), header=["first", "second"])
    patients = {}
    for row, (first, second) in enumerate(text.table.select("first", "second").iter_rows(), 1):
        for name in (first, second):
            if name and re.search(r"\.\w+$", name):
                patients[name.strip().rsplit(".", 1)[0].lower()] = f"examination {row}"
    return patients


def read_ddr(path: Path) -> list[Listing]:
    """DDR: `train.txt`, `valid.txt`, `test.txt`; grade 5 means ungradable."""
    listings = []
    for file in _need(path, "train.txt", "valid.txt", "test.txt"):
        problems = Problems(file)
        text = read_delimited(file, problems, header=["name", "grade"], delimiter=" ")
        problems.refuse()
        is_gradable = pl.col("grade").str.strip_chars() != "5"
        made = _made(
            text,
            photo=pl.lit(f"{file.stem}/") + pl.col("name"),
            grade=pl.when(is_gradable).then(pl.col("grade")),
            split=pl.lit(PART_FOLDERS[file.stem]),
            quality=_quality(is_gradable),
        )
        listings.append(Listing(file, made))
    return listings


def read_deepdrid(path: Path) -> list[Listing]:
    """DeepDRiD, regular photos: four of a patient, graded by the column of their own eye."""
    listings = []
    for file in _need(path, "regular-fundus-training.csv", "regular-fundus-validation.csv"):
        text = _columns(
            file, "patient_id", "image_id", "image_path", "left_eye_DR_Level", "right_eye_DR_Level"
        )
        is_left = pl.col("image_id").str.contains("_l")
        own = pl.when(is_left).then("left_eye_DR_Level").otherwise("right_eye_DR_Level")
        is_gradable = ~own.str.contains(r"^5(\.0+)?$")
        columns: dict[str, pl.Expr | str] = {
            "photo": pl.col("image_path")
            .str.replace_all("\\", "/", literal=True)
            .str.strip_chars_start("/"),
            "patient": "patient_id",
            "eye": pl.when(is_left).then(pl.lit("left")).otherwise(pl.lit("right")),
            "grade": pl.when(is_gradable).then(own),
            "split": pl.lit("train" if "training" in file.name else "tune"),
            "quality": _quality(is_gradable),
        }
        for name in ("Overall quality", "Clarity", "Field definition", "Artifact"):
            if name in text.table.columns:
                columns[name.lower().replace(" ", "_")] = name
        listings.append(Listing(file, _made(text, **columns)))
    return listings


def read_retinamnist(path: Path) -> list[Listing]:
    """RetinaMNIST: arrays in one file; a photo is `retinamnist.npz#train/17`."""
    file = _need(path, "retinamnist.npz", "retinamnist_*.npz")[0]
    name = file.relative_to(path).as_posix() if path.is_dir() else file.name
    columns: dict[str, list[str]] = {"photo": [], "grade": [], "split": []}
    try:
        with file.open("rb") as opened, archive_of(opened) as arrays:
            for part in ("train", "val", "test"):
                labels = arrays[f"{part}_labels"].reshape(-1)
                columns["photo"] += [f"{name}#{part}/{i}" for i in range(len(labels))]
                columns["grade"] += [str(grade) for grade in labels]
                columns["split"] += [PART_FOLDERS[part]] * len(labels)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, MemoryError) as error:
        raise ManifestError(f"{file} is no RetinaMNIST file ({error}); fetch it again") from None
    return [Listing(file, _numbered(pl.DataFrame(columns)))]


def _numbered(table: pl.DataFrame) -> TextTable:
    return TextTable(table, pl.Series("row", np.arange(1, len(table) + 1, dtype=np.uint32)))


def read_folders(path: Path) -> list[Listing]:
    """Photos sorted into folders `0` to `4` or named after the grade, in parts or without."""
    folder = look_into(path)
    photos = sorted(folder.paths)
    _refuse_odd_names(path, photos)
    rows = [_placed(photo) for photo in photos]
    _refuse_two_folders(path, photos)
    wrong = sorted({row["folder"] or "." for row in rows if not row["grade"]})
    if wrong:
        raise ManifestError(
            f"folders must be named 0 to 4 or {', '.join(list(GRADE_FOLDERS)[5:])}, grade_0 "
            f"(in train, val, test or without), got {', '.join(wrong[:10])} in '{path}'"
        )
    table = pl.DataFrame(rows, schema=dict.fromkeys(("photo", "grade", "split"), pl.String))
    return [Listing(path, _numbered(table), folder.notes())]


def _refuse_odd_names(path: Path, photos: list[str]) -> None:
    """Refuse names that a manifest would take for others; what is no UTF-8 has a backslash here."""
    odd = [photo for photo in photos if re.search(f"{ODD_PATH}|{BLANK_ENDS}", photo)]
    if odd:
        raise ManifestError(
            f"names of photos and folders are UTF-8 without backslash, drive or blank at an end, "
            f"got {shown(odd[0])} in '{path}' ({len(odd):,} such); rename the file or folder"
        )


def _placed(photo: str) -> dict[str, str | None]:
    grades, parts = _named_after(photo, grade_named), _named_after(photo, PART_FOLDERS.get)
    return {
        "photo": photo,
        "grade": grades[0] if grades else None,
        "split": parts[0] if parts else None,
        "folder": "/".join(photo.split("/")[:-1]) or ".",
    }


def _named_after(photo: str, meaning: Callable[[str], str | None]) -> list[str]:
    """What the folders of a photo mean, the outermost first."""
    folders = [re.sub(r"[ ._-]+", "_", folder.lower()) for folder in photo.split("/")[:-1]]
    return [meant for folder in folders if (meant := meaning(folder)) is not None]


def grade_named(folder: str) -> str | None:
    """The grade that a folder is named after: `2`, `moderate`, `grade_2`, `2_moderate`."""
    if folder in GRADE_FOLDERS:
        return GRADE_FOLDERS[folder]
    found = NUMBERED_FOLDER.fullmatch(folder)
    if found is None:
        return None
    number, first, word = found.groups()
    return number or (first if GRADE_FOLDERS.get(word) == first else None)


def _refuse_two_folders(path: Path, photos: list[str]) -> None:
    kinds = (("grade", grade_named), ("part", PART_FOLDERS.get))
    for what, meaning in kinds:
        twice = [photo for photo in photos if len(_named_after(photo, meaning)) > 1]
        if twice:
            raise ManifestError(
                f"a photo lies in one folder named after a {what}, got '{twice[0]}' in '{path}' "
                f"({len(twice):,} such); rename the inner folder, or use source csv"
            )
