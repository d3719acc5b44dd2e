"""A set's own files are read as they are meant, or refused with the way out."""

from pathlib import Path

import numpy as np
import pytest

from drgrade.data.source_readers import read_folders, read_retinamnist
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
