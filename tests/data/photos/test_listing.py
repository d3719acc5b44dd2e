"""One answer, for every command, to which files of a folder are photographs."""

import errno
import os
from pathlib import Path

import pytest

from drgrade.data.photos.listing import look_below
from drgrade.data.sources.lesion_files import find_masked
from drgrade.data.sources.photo_folder import look_into
from drgrade.errors import ManifestError


def refuse(place, *_):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def lock(folder: Path, monkeypatch) -> None:
    """Let nobody look into a folder, not even who may read every file."""
    look = os.scandir
    monkeypatch.setattr(
        os, "scandir", lambda place: refuse(place) if Path(place) == folder else look(place)
    )


def test_pictures_are_taken_by_their_ending_and_the_rest_is_counted(tmp_path):
    for name in ("b.JPG", "a.bmp", "x.jfif", "scan.dcm", "phone.heic", "notes.txt", "more.txt",
                 "README", "._b.JPG"):  # fmt: skip
        (tmp_path / name).touch()
    found = look_below(tmp_path)
    assert [path.name for path in found.pictures] == [
        "a.bmp", "b.JPG", "phone.heic", "scan.dcm", "x.jfif",
    ]  # fmt: skip
    assert found.left_aside() == "4 other files (.txt 2, hidden 1, without ending 1)"


def test_a_linked_folder_is_named_and_not_entered(tmp_path):
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "a.png").touch()
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "old").symlink_to(tmp_path / "else", target_is_directory=True)
    (photos / "round").symlink_to(photos, target_is_directory=True)
    found = look_below(photos)
    assert found.pictures == ()
    assert found.left_aside() == f"linked folders {photos / 'old'}, {photos / 'round'}"


def test_a_folder_can_be_left_out(tmp_path):
    for name in ("kept", "out"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").touch()
    found = look_below(tmp_path, besides=tmp_path / "kept" / ".." / "out")
    assert found.pictures == (tmp_path / "kept" / "a.png",)


def test_a_folder_that_cannot_be_looked_into_is_named_with_the_reason(tmp_path, monkeypatch):
    (tmp_path / "a.png").touch()
    (tmp_path / "locked").mkdir()
    lock(tmp_path / "locked", monkeypatch)
    found = look_below(tmp_path)
    assert found.pictures == (tmp_path / "a.png",)
    assert found.unread == ((tmp_path / "locked", "Permission denied"),)
    assert found.left_aside() == f"{tmp_path / 'locked'}, which cannot be read (Permission denied)"


def test_where_all_photographs_are_needed_such_a_folder_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "a.png").touch()
    assert look_below(tmp_path).whole() == (tmp_path / "a.png",)
    (tmp_path / "locked").mkdir()
    lock(tmp_path / "locked", monkeypatch)
    for looked in (lambda: look_into(tmp_path), lambda: find_masked(tmp_path)):
        with pytest.raises(ManifestError, match=r"locked' cannot be read \(Permission denied\); s"):
            looked()


def test_a_folder_of_which_the_system_tells_names_alone_is_looked_into(tmp_path, monkeypatch):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.png").touch()
    monkeypatch.setattr(Path, "is_symlink", refuse)
    assert look_below(tmp_path).pictures == (tmp_path / "below" / "a.png",)
