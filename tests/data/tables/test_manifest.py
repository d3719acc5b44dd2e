"""The manifest keeps text as text, says every problem at once, and comes back as it was written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgrade.data.tables.manifest import (
    Manifest,
    make_manifest,
    read_manifest,
    write_manifest,
)
from drgrade.errors import ManifestError
from drgrade.provenance.photo_set import SetProvenance


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "m.csv"
    path.write_bytes(text.encode(encoding))
    return path


def problem_of(path: Path, root: Path | None = None) -> str:
    with pytest.raises(ManifestError) as caught:
        read_manifest(path, root=root)
    return str(caught.value)


def test_text_stays_text(tmp_path: Path) -> None:
    table = read_manifest(
        write(tmp_path, "photo,patient,site\n007,0010,TRUE\nNA,1e5,nan\n1e5,NULL,1.10\n")
    ).table
    assert table["photo"].to_list() == ["007", "NA", "1e5"]
    assert table["patient"].to_list() == ["0010", "1e5", "NULL"]
    assert table["site"].to_list() == ["TRUE", "nan", "1.10"]


def test_empty_cells_are_unknown(tmp_path: Path) -> None:
    table = read_manifest(write(tmp_path, "photo,grade,eye,split,site\na,,,,\n")).table
    assert table.row(0) == ("a", None, None, None, None, None, None)


def test_grades_as_a_spreadsheet_writes_them_are_grades(tmp_path: Path) -> None:
    table = read_manifest(write(tmp_path, "photo,grade\na,2.0\nb,4\n")).table
    assert table["grade"].to_list() == [2, 4]


def test_eyes_are_read_in_any_usual_spelling(tmp_path: Path) -> None:
    table = read_manifest(write(tmp_path, "photo,eye\na,OD\nb,os\nc,Left\nd,R\n")).table
    assert table["eye"].to_list() == ["right", "left", "left", "right"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_usual_delimiter_and_line_end_is_detected(
    tmp_path: Path, delimiter: str, ends: str
) -> None:
    text = ends.join(["photo,grade,note", '"a, b; c",1,x', "d,2,"]).replace(",", delimiter)
    table = read_manifest(write(tmp_path, text)).table
    assert table["grade"].to_list() == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_detected_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    table = read_manifest(write(tmp_path, "photo,grade\n左眼.png,3\n", encoding)).table
    assert table["photo"].to_list() == ["左眼.png"]


def test_the_delimiter_line_of_a_spreadsheet_is_obeyed(tmp_path: Path) -> None:
    table = read_manifest(write(tmp_path, "sep=;\nphoto;note\na;1,2,3\n")).table
    assert table["note"].to_list() == ["1,2,3"]


def test_blank_lines_and_trailing_empty_columns_are_skipped(tmp_path: Path) -> None:
    table = read_manifest(
        write(tmp_path, "photo , grade,,\n\na,1,,\n,,,\nb,2\n".replace("b,2", "b,2,,"))
    ).table
    assert table.columns[:6] == ["photo", "patient", "eye", "group", "grade", "split"]
    assert table["photo"].to_list() == ["a", "b"]


def test_every_problem_is_said_at_once_with_its_line_and_a_cure(tmp_path: Path) -> None:
    text = 'photo,grade,eye,split\na,7,left,train\nb,1,up,val\na,1,,\n,1,,\n"c\n d",x,,\ne,1\n'
    assert problem_of(write(tmp_path, text)).splitlines()[1:] == [
        "  line 2: grade must be 0 to 4 or empty, got '7'; leave it empty where ungradable",
        "  line 3: eye must be left, right or empty, got 'up'",
        "  line 3: split must be one of train, tune, calibrate, test or empty, got 'val'; "
        "write 'tune'",
        "  line 4: photo 'a' is already on line 2; keep one of them",
        "  line 5: photo is empty; give its path",
        "  line 6: grade must be 0 to 4 or empty, got 'x'; leave it empty where ungradable",
        "  line 8: 2 cells where the header has 4; add or remove some",
    ]


def test_the_list_of_problems_is_capped_and_counted(tmp_path: Path) -> None:
    said = problem_of(write(tmp_path, "photo,grade\n" + "".join(f"{i},9\n" for i in range(900))))
    assert "900 problems" in said
    assert said.endswith("and 880 more")
    assert len(said.splitlines()) == 22


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image,level\na,1\n", "needs the column 'photo' (found: image, level)"),
        ("Photo,grade\na,1\n", "did you mean 'Photo'?"),
        ("10_left.jpeg,0\n10_right.jpeg,1\n", "the file has no header"),
        ("photo,grade,grade\na,1,2\n", "'grade' is there 2 times (found: photo, grade, grade.1)"),
        ("photo,grade,grade.1\na,1,2\n", "--label-column grade.1"),
        ("", "the file is empty"),
        ("photo,grade\n", "has a header (photo, grade) but no rows"),
        ('photo,grade\na,1\n"b,2\nc,3\n', "line 3: a quote opens here and is not closed"),
        ('photo,grade\n"a"b,1\n', "line 2: text beside a quoted cell"),
        ("photo,grade\na,1\n\0\0,1\n", "line 3: has a NUL byte"),
        ("photo,grade\na,1\n" + "x" * (1 << 20) + "\n", "line 3: longer than 1,048,576"),
        ("photo,grade,\na,1,5\n", "column 3 has no name but a value ('5')"),
    ],
)
def test_what_is_no_manifest_is_refused_with_the_reason(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in problem_of(write(tmp_path, text))


def test_bytes_that_are_no_unicode_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes("photo,site\na,x\nb,Orléans\n".encode("latin-1"))
    assert "line 3: bytes that are not UTF-8" in problem_of(path)


def test_a_spreadsheet_file_is_named_as_one(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"PK\x03\x04rest")
    assert "this is an Excel or zip file; save the sheet as CSV" in problem_of(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "no such file" in problem_of(tmp_path / "no.csv")
    assert "a folder, not a file" in problem_of(tmp_path)


@pytest.mark.parametrize("photo", ["../a.png", "/etc/a.png", "x/../../a.png", "C:/a.png"])
def test_paths_out_of_the_folder_need_a_declared_root(tmp_path: Path, photo: str) -> None:
    assert f"photo '{photo}'" in problem_of(write(tmp_path, f"photo\n{photo}\n"))


def test_paths_below_a_declared_root_become_relative_to_it(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    path = write(tables, f"photo,mask\n../p/a.png,../m/a.png\n{tmp_path}/p/b.png,\nc.png,\n")
    manifest = read_manifest(path, root=tmp_path)
    assert manifest.table["photo"].to_list() == ["p/a.png", "p/b.png", "c.png"]
    assert manifest.table["mask"].to_list() == ["m/a.png", None, None]
    assert manifest.locate("p/a.png") == tmp_path / "p" / "a.png"


def test_paths_out_of_a_declared_root_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "photo\n/etc/passwd\n../../x.png\n")
    said = problem_of(path, root=tmp_path)
    assert said.count("leads out of the root") == 2


def test_backslashes_are_refused_with_the_cure(tmp_path: Path) -> None:
    assert "write / instead of \\" in problem_of(write(tmp_path, "photo\nimages\\1.png\n"))


def test_two_spellings_of_one_path_are_one_photo(tmp_path: Path) -> None:
    assert "already on line 2" in problem_of(write(tmp_path, "photo\na.png\n./a.png\n"))


def test_a_photo_outside_the_root_is_never_located() -> None:
    with pytest.raises(ManifestError, match="stay below the root"):
        make_manifest(pl.DataFrame({"photo": ["a"]}), Path("r")).locate("../a")


def test_an_item_of_an_array_file_is_located_by_its_whole_name() -> None:
    manifest = make_manifest(pl.DataFrame({"photo": ["r.npz#train/17"]}), Path("d"))
    assert manifest.locate("r.npz#train/17") == Path("d/r.npz#train/17")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffd"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(notes=st.lists(TEXT, min_size=1, max_size=6), ending=st.sampled_from(["csv", "parquet"]))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str], ending: str
) -> None:
    path = tmp_path_factory.mktemp("m") / f"m.{ending}"
    table = pl.DataFrame({"photo": [f"{i}.png" for i in range(len(notes))],
                          "note": [note or None for note in notes]})  # fmt: skip
    manifest = make_manifest(table, path.parent, SetProvenance(source="x", notes=["y"]))
    write_manifest(manifest, path)
    again = read_manifest(path)
    assert again.table.equals(manifest.table)
    assert (again.provenance, again.hash, again.root) == (
        manifest.provenance,
        manifest.hash,
        path.parent,
    )


def test_a_root_is_a_folder_here_before_one_beside_the_manifest(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set" / "photos").mkdir(parents=True)
    (tmp_path / "set" / "m.csv").write_text("photo\na.jpg\n")
    table = Path("set/m.csv")
    assert read_manifest(table, root=Path("photos")).root == Path("set/photos")
    (tmp_path / "photos").mkdir()
    assert read_manifest(table, root=Path("photos")).root == tmp_path / "photos"


def test_a_root_that_is_given_takes_the_place_of_the_declared_one(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("photo\na.jpg\n")
    (tmp_path / "m.json").write_text('{"kind": "drgrade manifest", "root": "/elsewhere"}')
    write_manifest(read_manifest(tmp_path / "m.csv", root=tmp_path), tmp_path / "n.csv")
    assert read_manifest(tmp_path / "n.csv").root == tmp_path


def test_the_root_travels_with_the_manifest(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    manifest = make_manifest(pl.DataFrame({"photo": ["a.png"]}), photos)
    write_manifest(manifest, tmp_path / "m.csv")
    assert json.loads((tmp_path / "m.json").read_text())["root"] == "photos"
    assert read_manifest(tmp_path / "m.csv").locate("a.png") == photos / "a.png"


def test_the_hash_is_of_the_rows_whatever_their_order() -> None:
    table = pl.DataFrame({"photo": ["a", "b"], "grade": [0, 1]})
    one = make_manifest(table, Path("x"))
    assert one.hash == make_manifest(table.reverse(), Path("y")).hash
    assert one.hash != make_manifest(table.with_columns(grade=pl.lit(2)), Path("x")).hash


@pytest.mark.parametrize(
    "column", ["patient", "eye", "group", "grade", "split", "dme", "mask", "x"]
)
def test_empty_text_is_no_value_in_any_column_of_any_table(tmp_path: Path, column: str) -> None:
    table = pl.DataFrame({"photo": ["a", "b"], column: ["", ""]})
    table.write_parquet(tmp_path / "m.parquet")
    whole = make_manifest(table, tmp_path)
    assert whole.table[column].to_list() == [None, None]
    assert read_manifest(tmp_path / "m.parquet").table.equals(whole.table)
    assert len(set(whole.groups())) == 2


def test_a_photo_of_empty_text_is_refused() -> None:
    with pytest.raises(ManifestError, match="row 1: photo is empty; give its path"):
        make_manifest(pl.DataFrame({"photo": ["", "b"]}), Path())


@settings(max_examples=60, deadline=None)
@given(
    pair=st.lists(
        st.lists(st.sampled_from(["", None, "x"]), min_size=2, max_size=2), min_size=2, max_size=2
    )
)
def test_tables_of_one_hash_are_equal(pair: list[list[str | None]]) -> None:
    one, other = (
        make_manifest(pl.DataFrame({"photo": ["a", "b"], "note": notes}), Path()) for notes in pair
    )
    assert (one.hash == other.hash) == one.table.equals(other.table)


def test_groups_are_the_group_else_the_patient_else_the_photo() -> None:
    table = pl.DataFrame(
        {"photo": ["a", "b", "c"], "patient": ["p", "p", None], "group": [None, None, None]}
    )
    assert make_manifest(table, Path()).groups().tolist() == ["p", "p", "c"]


def test_a_patient_in_two_groups_ties_them() -> None:
    table = pl.DataFrame(
        {"photo": list("abcd"), "patient": ["p", "p", "q", "r"], "group": ["1", "2", "2", "3"]}
    )
    groups = make_manifest(table, Path()).groups().tolist()
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_a_part_keeps_root_and_provenance() -> None:
    table = pl.DataFrame({"photo": ["a", "b"], "split": ["train", "test"]})
    part = make_manifest(table, Path("r"), SetProvenance(source="x")).part("test")
    assert (len(part), part.root, part.provenance) == (1, Path("r"), SetProvenance(source="x"))


def test_tables_made_in_memory_are_checked_too() -> None:
    with pytest.raises(ManifestError, match="row 2: grade must be 0 to 4"):
        make_manifest(pl.DataFrame({"photo": ["a", "b"], "grade": [0, 5]}), Path())


def test_a_parquet_of_anybodys_is_read_as_text(tmp_path: Path) -> None:
    pl.DataFrame({"photo": ["a"], "patient": [7], "grade": [2.0]}).write_parquet(
        tmp_path / "m.parquet"
    )
    manifest = read_manifest(tmp_path / "m.parquet")
    assert manifest.table.row(0) == ("a", "7", None, None, 2, None)


@pytest.mark.parametrize(
    ("cells", "held"), [([[1.0]], "List(Float64)"), ([{"x": 1}], "Struct"), ([b"\xff"], "Binary")]
)
def test_a_column_that_is_no_text_is_named(tmp_path: Path, cells: list[object], held: str) -> None:
    table = pl.DataFrame({"photo": ["a"], "look": cells})
    table.write_parquet(tmp_path / "m.parquet")
    said = problem_of(tmp_path / "m.parquet")
    assert f"the column 'look' holds {held}" in said
    assert said.endswith("leave it out")
    with pytest.raises(ManifestError, match="the column 'look' holds"):
        make_manifest(table, tmp_path)


def test_a_damaged_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.parquet").write_bytes(b"PAR1 no")
    assert "cannot be read: it is no Parquet" in problem_of(tmp_path / "m.parquet")


def test_another_ending_is_refused_for_writing(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"\.csv or \.parquet, got 'm\.xlsx'"):
        write_manifest(Manifest(pl.DataFrame(), tmp_path), tmp_path / "m.xlsx")


READ_AND_MEASURE = """
import resource, sys, time
from pathlib import Path
from drgrade.data.tables.manifest import read_manifest
read_manifest(Path(sys.argv[1]))
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
manifest = read_manifest(Path(sys.argv[2]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) * 1024 / len(manifest), time.process_time() - begun)
"""


def measure(tmp_path: Path, rows: int) -> tuple[float, float]:
    """Peak bytes a row and seconds of reading a manifest of so many rows in a fresh process."""
    small, large = tmp_path / "small.csv", tmp_path / f"{rows}.csv"
    header = "photo,patient,eye,grade,split,site\n"
    small.write_text(header + "1_left.jpeg,1,left,0,train,x\n")
    with large.open("w") as file:
        file.write(header)
        file.writelines(
            f"images/{i // 2}_{('left', 'right')[i % 2]}.jpeg,{i // 2},"
            f"{('left', 'right')[i % 2]},{i % 5},train,hospital {i % 7}\n"
            for i in range(rows)
        )
    code = [sys.executable, "-c", READ_AND_MEASURE, str(small), str(large)]
    done = subprocess.run(code, capture_output=True, check=True, env={**os.environ})
    per_row, seconds = map(float, done.stdout.split())
    return per_row, seconds


@pytest.mark.proof
def test_a_million_rows_take_at_most_300_bytes_each_and_linear_time(tmp_path: Path) -> None:
    _, quarter = measure(tmp_path, 250_000)
    per_row, whole = measure(tmp_path, 1_000_000)
    assert per_row <= 300
    assert whole <= 4 * quarter * 1.6


def test_a_root_that_is_nowhere_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("photo,grade\na.jpg,0\n")
    assert "root must be a folder, got 'nix'" in problem_of(tmp_path / "m.csv", root=Path("nix"))
