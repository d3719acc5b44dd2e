"""Anybody's table becomes a manifest by the names of its columns."""

from pathlib import Path

import pytest

from drgrade.data.sources.any_table import Columns
from drgrade.data.sources.registry import import_source
from drgrade.data.tables.manifest import Manifest
from drgrade.errors import ManifestError, UsageError


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"photo")
    return folder


def rows(manifest: Manifest, *columns: str) -> list[tuple[object, ...]]:
    return manifest.table.select(columns).rows()


def notes(manifest: Manifest) -> str:
    return "\n".join(manifest.provenance.notes)


def test_the_columns_of_any_table_are_found_by_their_usual_names(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,level,site\n007.png,3,NA\n"})
    manifest = import_source("csv", tmp_path / "t.csv")
    assert rows(manifest, "photo", "grade", "site") == [("007.png", 3, "NA")]
    assert "columns: photo = image, grade = level" in notes(manifest)


def test_columns_can_be_named(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "Bild;Stufe;Fall;Seite;Teil\nx\\1.png;4;007;R;Validation\n"})
    columns = Columns("Bild", "Stufe", "Fall", "Seite", split="Teil")
    manifest = import_source("csv", tmp_path / "t.csv", columns=columns)
    assert rows(manifest, "photo", "grade", "patient", "eye", "split") == [
        ("x/1.png", 4, "007", "right", "tune")
    ]


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("image,level,level\na,1,2\n", Columns(), "level and level.1 may each be the grade"),
        ("image,label,grade\na,1,2\n", Columns(), "choose with --label-column label"),
        ("image,score\na,1\n", Columns(), r"found: image, score\); name it: --label-column NAME"),
        ("image,score\na,1\n", Columns(grade="scor"), "did you mean 'score'?"),
    ],
)
def test_columns_that_cannot_be_told_are_answered_with_the_option_to_use(
    tmp_path: Path, text: str, columns: Columns, said: str
) -> None:
    put(tmp_path, **{"t.csv": text})
    with pytest.raises(ManifestError, match=said):
        import_source("csv", tmp_path / "t.csv", columns=columns)


def test_a_column_that_comes_twice_can_be_chosen(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,level,level\na,1,2\n"})
    manifest = import_source("csv", tmp_path / "t.csv", columns=Columns(grade="level.1"))
    assert manifest.table["grade"].to_list() == [2]


def test_a_group_that_was_not_asked_for_is_no_group(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,label,group\na,1,glaucoma\n"})
    manifest = import_source("csv", tmp_path / "t.csv")
    assert rows(manifest, "group", "file_group") == [(None, "glaucoma")]


def test_a_column_that_steps_aside_takes_a_name_nobody_has(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,level,grade,file_grade\na,1,R2,x\n"})
    manifest = import_source("csv", tmp_path / "t.csv", columns=Columns(grade="level"))
    assert rows(manifest, "grade", "file_grade_2", "file_grade") == [(1, "R2", "x")]


def test_a_group_in_other_letters_that_was_not_asked_for_steps_aside_too(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,label,Group\na,1,glaucoma\n"})
    manifest = import_source("csv", tmp_path / "t.csv")
    assert rows(manifest, "group", "file_Group") == [(None, "glaucoma")]


def test_absolute_paths_below_the_folder_of_photos_are_found(tmp_path: Path) -> None:
    touch(tmp_path, "images/x/a.png", "images/b.png")
    lines = f"{tmp_path}/images/x/a.png,1\n../images/b.png,2\n"
    put(tmp_path / "set", **{"t.csv": f"image,label\n{lines}"})
    manifest = import_source("csv", tmp_path / "set" / "t.csv", photos=tmp_path / "images")
    assert rows(manifest, "photo", "grade") == [("x/a.png", 1), ("b.png", 2)]
    assert manifest.root == tmp_path / "images"


def test_absolute_paths_are_answered_with_the_option_that_cures_them(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,label\n/data/a.png,1\n"})
    with pytest.raises(ManifestError, match=r"holds them \(--photos FOLDER\)"):
        import_source("csv", tmp_path / "t.csv")


def test_rows_can_be_dropped_by_a_value(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,label,duplicate\na,1,False\nb,9,True\nc,2,\n"})
    columns = Columns(drop_where=("duplicate=True",))
    manifest = import_source("csv", tmp_path / "t.csv", columns=columns)
    assert manifest.table["photo"].to_list() == ["a", "c"]
    assert "1 rows with duplicate=True left out" in notes(manifest)


def test_a_condition_that_leaves_out_no_row_is_refused_with_the_values_there_are(
    tmp_path: Path,
) -> None:
    put(tmp_path, **{"t.csv": "image,label,duplicate\na,1,False\nb,9,True\n"})
    with pytest.raises(ManifestError, match=r"leaves out no row; the column has False, True"):
        import_source("csv", tmp_path / "t.csv", columns=Columns(drop_where=("duplicate=yes",)))


def test_a_condition_on_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,label,duplicate\na,1,False\n"})
    with pytest.raises(UsageError, match="did you mean 'duplicate'"):
        import_source("csv", tmp_path / "t.csv", columns=Columns(drop_where=("duplicat=1",)))


def test_idrid_names_in_any_table_get_their_blocks(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,label\ntrain_IDRiD_010.jpg,1\ntrain_IDRiD_011.jpg,2\n"})
    manifest = import_source("csv", tmp_path / "t.csv")
    assert manifest.table["group"].to_list() == ["train_IDRiD_1-10", "train_IDRiD_11-20"]


def test_photos_may_be_named_beside_the_table(tmp_path: Path) -> None:
    put(tmp_path / "set", **{"t.csv": "image,label\na.png,1\n"})
    touch(tmp_path / "set", "images/a.png")
    manifest = import_source("csv", tmp_path / "set" / "t.csv", photos=Path("images"))
    assert manifest.locate("a.png").is_file()


def test_eyes_are_taken_from_names_where_a_column_tells_the_patients(tmp_path: Path) -> None:
    put(tmp_path, **{"t.csv": "image,label,who\n7_left.jpeg,1,ann\n7_right.jpeg,2,ann\n"})
    columns = Columns(patient="who")
    manifest = import_source("csv", tmp_path / "t.csv", columns=columns)
    assert rows(manifest, "patient", "eye") == [("ann", "left"), ("ann", "right")]
    assert "eye of 2 of 2 photos taken from their names" in notes(manifest)
