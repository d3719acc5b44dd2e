"""A set's own files are read as they are meant, or refused with the way out."""

import os
from pathlib import Path

import numpy as np
import pytest

from drgrade.cli.app import run
from drgrade.data.sources.readers import read_folders, read_messidor, read_retinamnist
from drgrade.errors import ManifestError


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"photo")
    return folder


@pytest.mark.parametrize(
    ("photo", "what"), [("0/3/a.jpg", "grade"), ("train/0/test/a.jpg", "part")]
)
def test_a_photo_in_two_folders_of_grades_or_parts_is_refused(tmp_path, photo, what) -> None:
    with pytest.raises(ManifestError, match=rf"one folder named after a {what}, got '{photo}'"):
        read_folders(touch(tmp_path, photo))


@pytest.mark.parametrize(
    ("name", "told"),
    [(b"caf\xe9.jpg", r"caf\\xe9\.jpg"), (b"a\\b.jpg", r"a\\b\.jpg"), (b"C:/0/a.jpg", "C:/0/a")],
)
def test_a_name_that_no_manifest_can_hold_is_refused_with_the_cure(tmp_path, name, told) -> None:
    touch(tmp_path, "0/good.jpg", os.fsdecode(name if b"/" in name else b"0/" + name))
    with pytest.raises(ManifestError, match=rf"got (0/)?{told}.* \(1 such\); rename the file"):
        read_folders(tmp_path)


def test_what_is_not_looked_at_is_told(tmp_path, capsys) -> None:
    photos = touch(tmp_path / "photos", "0/a.jpg", "1/b.jpe", "1/.hidden.jpg", "1/c")
    touch(tmp_path / "else", "d.jpg")
    (photos / "4").symlink_to(tmp_path / "else", target_is_directory=True)
    assert run(["data", "import", "folder", str(photos), "-o", str(tmp_path / "m.csv")]) == 0
    aside = "3 other files (.jpe 1, hidden 1, without ending 1)"
    told = f"not looked at: {aside} and linked folder {photos / '4'}"
    assert told in capsys.readouterr().err


def test_a_folder_whose_photos_are_all_left_aside_says_so(tmp_path) -> None:
    with pytest.raises(ManifestError, match=r"holds no photos .*not looked at: 1 other file"):
        read_folders(touch(tmp_path, "0/a.jpe"))


def arrays(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    labels = {f"{part}_labels": np.zeros((1, 1), int) for part in ("train", "val", "test")}
    np.savez(path, **labels)
    return path


def test_arrays_that_were_cut_are_refused_in_a_line(tmp_path) -> None:
    file = arrays(tmp_path / "retinamnist.npz")
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(ManifestError, match=r"is no RetinaMNIST file .*fetch it again"):
        read_retinamnist(file)


def test_arrays_below_the_folder_are_named_from_it(tmp_path) -> None:
    arrays(tmp_path / "deep" / "retinamnist.npz")
    (listing,) = read_retinamnist(tmp_path)
    assert listing.text.table["photo"][0] == "deep/retinamnist.npz#train/0"


@pytest.mark.parametrize(
    ("folder", "grade"),
    [("anoDR", "0"), ("bmildDR", "1"), ("cmoderateDR", "2"), ("dsevereDR", "3"), ("eproDR", "4"),
     ("No_DR", "0"), ("Mild", "1"), ("Moderate", "2"), ("Severe", "3"), ("Proliferate_DR", "4"),
     ("0", "0"), ("4", "4"), ("grade_3", "3"), ("Class2", "2"), ("0 - No DR", "0"),
     ("2_moderate", "2"), ("4. Proliferative DR", "4"), ("2_severe", None), ("R1", None),
     ("grade_5", None), ("cats", None)],
)  # fmt: skip
def test_folders_of_published_sets_are_named_after_their_grades(tmp_path, folder, grade):
    place = tmp_path / "train" / folder
    place.mkdir(parents=True)
    (place / "a.jpg").touch()
    if grade is None:
        with pytest.raises(ManifestError, match="folders must be named"):
            read_folders(tmp_path)
    else:
        assert read_folders(tmp_path)[0].text.table["grade"].to_list() == [grade]


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("True", "False"), ("1.0", ""), ("yes", "NO")])
def test_messidor2_is_gradable_however_that_is_written(tmp_path, yes, no):
    (tmp_path / "messidor_data.csv").write_text(
        "image_id,adjudicated_dr_grade,adjudicated_dme,adjudicated_gradable\n"
        f"a.jpg,3,0,{yes}\nb.jpg,2,1,{no}\n"
    )
    table = read_messidor(tmp_path)[0].text.table
    assert table["grade"].to_list() == ["3", None]


def test_messidor2_refuses_a_gradable_that_is_neither(tmp_path):
    (tmp_path / "messidor_data.csv").write_text(
        "image_id,adjudicated_dr_grade,adjudicated_dme,adjudicated_gradable\na.jpg,3,0,maybe\n"
    )
    with pytest.raises(ManifestError, match="'maybe'"):
        read_messidor(tmp_path)
