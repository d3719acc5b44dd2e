"""A row gets the photo it names or none: never one of another folder or part."""

import re
from pathlib import Path

import pytest

from drgrade.cli.app import run
from drgrade.data.sources.photo_folder import look_into
from drgrade.data.sources.registry import import_source
from drgrade.data.tables.manifest import Manifest
from drgrade.errors import CheckFailedError, ManifestError

IDRID = "Image name,Retinopathy grade,Risk of macular edema\n"


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"photo")
    return folder


def table(folder: Path, *lines: str) -> Path:
    (folder / "labels.csv").write_text("\n".join(("photo,grade,split", *lines)) + "\n")
    return folder / "labels.csv"


def idrid(folder: Path) -> Path:
    for part in ("Training", "Testing"):
        text = IDRID + "IDRiD_001,4,0\n"
        (folder / f"IDRiD_Disease Grading_{part} Labels.csv").write_text(text)
    return folder


def photos_of(manifest: Manifest) -> list[str]:
    return manifest.table["photo"].to_list()


def test_a_photo_of_one_name_in_another_folder_is_missing(tmp_path: Path, capsys) -> None:
    photos = touch(tmp_path / "p", "a/1.jpg")
    command = ["data", "import", "csv", str(table(tmp_path, "b/1.jpg,4,")), "--photos",
               str(photos), "-o", str(tmp_path / "m.csv")]  # fmt: skip
    assert run(command) == 3
    assert "first: 'b/1.jpg', and 'a/1.jpg' is of another folder or part" in capsys.readouterr().err


def test_the_testing_labels_of_idrid_get_no_photograph_of_its_training_folder(
    tmp_path: Path,
) -> None:
    photos = touch(tmp_path / "1. Original Images" / "a. Training Set", "IDRiD_001.jpg")
    with pytest.raises(CheckFailedError, match="1 of 2 photos are not in"):
        import_source("idrid", idrid(tmp_path), photos=photos)
    manifest = import_source("idrid", tmp_path, photos=photos, allow_missing=True)
    assert manifest.table.select("photo", "split").rows() == [("IDRiD_001.jpg", "train")]


def test_a_part_in_front_of_the_name_stands_for_the_folder_of_the_part(tmp_path: Path) -> None:
    photos = touch(tmp_path / "p", "train_IDRiD_001.jpg", "test_IDRiD_001.jpg")
    manifest = import_source("idrid", idrid(tmp_path), photos=photos)
    assert photos_of(manifest) == ["train_IDRiD_001.jpg", "test_IDRiD_001.jpg"]


def test_a_folder_of_another_part_holds_no_photo_of_a_row(tmp_path: Path) -> None:
    folder = look_into(touch(tmp_path / "p", "test/1.jpg", "Validation Set/2.jpg"))
    assert folder.find("1.png", "train") == []
    assert folder.find("1.png", "test") == ["test/1.jpg"]
    assert folder.find("2.png", "tune") == ["Validation Set/2.jpg"]
    assert folder.find("1.png", None) == ["test/1.jpg"]


def test_a_root_named_after_another_part_holds_none_either(tmp_path: Path) -> None:
    folder = look_into(touch(tmp_path / "train", "1.jpg"))
    assert folder.find("1.png", "test") == []
    assert folder.find("1.png", "train") == ["1.jpg"]


def test_the_root_may_be_the_folder_that_a_row_names(tmp_path: Path) -> None:
    assert look_into(touch(tmp_path / "b", "1.jpg")).find("b/1.jpg", None) == ["1.jpg"]


def test_a_linked_folder_that_is_not_looked_into_is_told_with_missing_photos(
    tmp_path: Path,
) -> None:
    photos = touch(tmp_path / "p", "1.jpg")
    touch(tmp_path / "else", "2.jpg")
    (photos / "more").symlink_to(tmp_path / "else", target_is_directory=True)
    labels = table(tmp_path, "1.jpg,4,", "2.jpg,0,")
    told = f"not looked at: linked folder {photos / 'more'}"
    with pytest.raises(CheckFailedError, match=re.escape(told)):
        import_source("csv", labels, photos=photos)
    manifest = import_source("csv", labels, photos=photos, allow_missing=True)
    assert f"'{photos}': {told}" in manifest.provenance.notes


def test_two_rows_with_one_file_are_refused(tmp_path: Path) -> None:
    photos = touch(tmp_path / "p", "1.jpg")
    with pytest.raises(ManifestError, match=r"got '1\.jpg' for '1\.jpg' and '1\.png'"):
        import_source("csv", table(tmp_path, "1.jpg,4,", "1.png,0,"), photos=photos)
