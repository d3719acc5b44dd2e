"""A set's own files are read as they are meant, or refused with the way out."""

from pathlib import Path

import pytest

from drgrade.data.source_readers import read_folders
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
