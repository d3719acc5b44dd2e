"""Labels on another scale are mapped by a file, whole, or refused."""

from pathlib import Path

import pytest

from drgrade.cli.app import run
from drgrade.data.sources.grade_map import read_grade_map
from drgrade.data.tables.manifest import read_manifest
from drgrade.errors import ManifestError, UsageError

LABELS = "image,label\na.jpg,R0\nb.jpg,R1\nc.jpg,R3A\nd.jpg,U\n"
MAP = "label,grade\nR0,0\nR1,1\nR3A,4\nU,\n"


def imported(folder: Path, text: str = LABELS, mapping: str = MAP) -> int:
    (folder / "t.csv").write_text(text)
    (folder / "map.csv").write_text(mapping)
    return run(["data", "import", "csv", str(folder / "t.csv"), "--grade-map",
                str(folder / "map.csv"), "-o", str(folder / "m.csv")])  # fmt: skip


def test_each_label_becomes_its_grade_and_an_empty_one_none(tmp_path, capsys):
    assert imported(tmp_path) == 0
    assert read_manifest(tmp_path / "m.csv").table["grade"].to_list() == [0, 1, 4, None]
    assert "labels mapped by map.csv: R0 = 0" in capsys.readouterr().err


def test_without_a_file_a_label_of_another_scale_is_refused(tmp_path, capsys):
    (tmp_path / "t.csv").write_text(LABELS)
    assert (
        run(["data", "import", "csv", str(tmp_path / "t.csv"), "-o", str(tmp_path / "m.csv")]) == 2
    )
    assert "R0" in capsys.readouterr().err


def test_a_label_without_a_line_is_refused_by_name(tmp_path, capsys):
    assert imported(tmp_path, LABELS + "e.jpg,R2\n") == 2
    assert "no line for the labels 'R2'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("theirs,grade\nR0,0\n", "has the columns label and grade"),
        ("label,grade\nR0,5\n", "a grade is 0 to 4 or empty, got '5' for label 'R0'"),
        ("label,grade\nR0,0\nR0,1\n", "label 'R0' comes twice"),
    ],
)
def test_a_mapping_that_is_none_is_refused_with_the_rule(tmp_path, mapping, said):
    (tmp_path / "map.csv").write_text(mapping)
    with pytest.raises((ManifestError, UsageError), match=said):
        read_grade_map(tmp_path / "map.csv")
