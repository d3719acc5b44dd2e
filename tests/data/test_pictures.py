"""One answer, for every command, to which files of a folder are photographs."""

from drgrade.data.pictures import look_below


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
