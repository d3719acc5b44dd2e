"""`drgrade data import`, `sources`, `check` and `split`, as a person types them."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from drgrade.cli.app import run
from drgrade.data.tables.manifest import read_manifest

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve patients with two eyes each, and their table, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    lines = ["image,level"]
    for i in range(24):
        name = f"{i // 2}_{('left', 'right')[i % 2]}.png"
        pixels = np.random.default_rng(i).integers(0, 256, (40, 40, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / name)
        lines.append(f"{name},{i % 5}")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    return tmp_path


def import_all(*more: str) -> int:
    return run(["data", "import", "csv", "labels.csv", "-o", "m.csv", *more])


def test_import_check_and_split_follow_each_other(folder: Path, capsys: Capture) -> None:
    assert import_all("--photos", "images") == 0
    assert run(["data", "split", "m.csv", "-o", "s.csv", "--seed", "1"]) == 0
    assert run(["data", "check", "s.csv"]) == 0
    out = capsys.readouterr().out
    assert "s.csv: 24 photos, 12 patients" in out
    assert out.endswith("nothing wrong\n")


def test_import_says_its_rules_and_the_terms_on_stderr(folder: Path, capsys: Capture) -> None:
    import_all()
    err = capsys.readouterr().err
    assert "columns: photo = image, grade = level" in err
    assert "patient and eye of 24 of 24 photos taken from their names" in err
    assert "licence: yours to know" in err


def test_missing_photos_fail_with_three(folder: Path, capsys: Capture) -> None:
    (folder / "images" / "3_left.png").unlink()
    assert import_all("--photos", "images") == 3
    assert "1 of 24 photos are not in 'images' (first: '3_left.png'" in capsys.readouterr().err
    assert import_all("--photos", "images", "--allow-missing") == 0


def test_a_check_that_finds_something_fails_with_three(folder: Path, capsys: Capture) -> None:
    import_all("--photos", "images")
    (folder / "images" / "3_left.png").unlink()
    assert run(["data", "check", "m.csv"]) == 3
    assert "wrong: 1 photo missing: 3_left.png" in capsys.readouterr().out


def test_a_program_can_read_the_findings(folder: Path, capsys: Capture) -> None:
    import_all("--photos", "images")
    capsys.readouterr()
    assert run(["data", "check", "m.csv", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"]["none"]["0"] == 5
    assert answer["wrong"] == []


def test_a_program_can_read_what_was_imported(folder: Path, capsys: Capture) -> None:
    assert import_all("--json", "--drop-where", "level=4") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"]["none"] == {"0": 5, "1": 5, "2": 5, "3": 5, "4": 0, "ungraded": 0}
    assert answer["facts"]["source"] == "csv"


def test_a_split_keeps_parts_unless_asked_anew(folder: Path, capsys: Capture) -> None:
    import_all()
    run(["data", "split", "m.csv", "-o", "s.csv", "--shares", "50,0,0,50"])
    run(["data", "split", "s.csv", "-o", "t.csv"])
    assert "tune and calibrate held out from train by patient" in capsys.readouterr().err
    kept, whole = read_manifest(Path("s.csv")).part("test"), read_manifest(Path("t.csv"))
    assert whole.part("test").hash == kept.hash
    assert run(["data", "split", "t.csv", "-o", "u.csv", "--reassign", "--seed", "5"]) == 0
    assert read_manifest(Path("u.csv")).part("test").hash != kept.hash


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "cvs", "labels.csv", "-o", "m.csv"], "did you mean 'csv'"),
        (["import", "csv", "labels.csv", "-o", "m.xlsx"], "-o must end in .csv or .parquet"),
        (["import", "csv", "labels.csv"], "`drgrade data import` needs -o"),
        (["import", "csv", "labels.csv", "-o", "labels.csv"], "-o would replace 'labels.csv'"),
        (["split", "labels.csv", "-o", "m.csv"], "needs the column 'photo'"),
        (["split", "labels.csv", "-o", "m.csv", "--seed", "-1"], "--seed must be 0 or more"),
        (["check", "none.csv"], "no such file"),
        (["check", "labels.csv", "--workers", "0"], "--workers must be 1 or more"),
    ],
)
def test_wrong_usage_is_answered_in_a_line_with_two(
    folder: Path, capsys: Capture, arguments: list[str], said: str
) -> None:
    assert run(["data", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_another_table_is_kept_and_the_same_one_written_again(
    folder: Path, capsys: Capture
) -> None:
    import_all()
    assert import_all() == 0
    assert run(["data", "split", "m.csv", "-o", "s.csv"]) == 0
    before = Path("s.csv").read_bytes()
    assert run(["data", "split", "m.csv", "-o", "s.csv"]) == 0
    assert run(["data", "split", "m.csv", "-o", "s.csv", "--seed", "3"]) == 2
    assert "s.csv is there already, another table" in capsys.readouterr().err
    assert Path("s.csv").read_bytes() == before
    assert run(["data", "split", "m.csv", "-o", "s.csv", "--seed", "3", "--force"]) == 0
    assert Path("s.csv").read_bytes() != before


def test_shares_that_are_none_are_refused(folder: Path, capsys: Capture) -> None:
    import_all()
    assert run(["data", "split", "m.csv", "-o", "s.csv", "--shares", "a,b"]) == 2
    assert "--shares must be four percentages" in capsys.readouterr().err


def test_shares_are_refused_where_parts_are_kept(folder: Path, capsys: Capture) -> None:
    import_all()
    run(["data", "split", "m.csv", "-o", "s.csv"])
    command = ["data", "split", "s.csv", "-o", "t.csv", "--shares"]
    assert run([*command, "50,0,0,50"]) == 2
    assert (
        "--shares divides all rows, and s.csv has parts; add --reassign" in capsys.readouterr().err
    )
    assert run([*command, "a,b"]) == 2
    assert "--shares must be four percentages" in capsys.readouterr().err
    assert run([*command, "50,0,0,50", "--reassign"]) == 0


def test_the_sources_are_listed_with_their_licences(capsys: Capture) -> None:
    assert run(["data", "sources"]) == 0
    out = capsys.readouterr().out
    assert "idrid" in out
    assert "CC BY 4.0" in out


def test_the_sources_are_listed_for_programs(capsys: Capture) -> None:
    assert run(["data", "sources", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["lab3"]) == {"holds", "licence", "address"}


@pytest.mark.parametrize("shares", ["0.5,0.2,0.1,0.2", "70,10,10,20", "110,-10,0,0"])
def test_shares_are_percentages_of_one_hundred(folder: Path, capsys: Capture, shares: str) -> None:
    assert run(["data", "split", "m.csv", "-o", "s.csv", "--shares", shares]) == 2
    assert f"100 in all, such as 70,10,10,10; got '{shares}'" in capsys.readouterr().err


def test_a_name_in_a_table_moves_no_cursor_and_makes_no_line_of_its_own(
    folder: Path, capsys: Capture
) -> None:
    names = ["a\x1b[2J.png", "b\nnothing wrong"]
    pl.DataFrame({"photo": names, "grade": [0, 1]}).write_parquet("m.parquet")
    assert run(["data", "check", "m.parquet"]) == 3
    told = capsys.readouterr().out
    assert r"wrong: 2 photos missing: a\x1b[2J.png, b\nnothing wrong" in told
    assert "\x1b" not in told
    assert "nothing wrong" not in told.splitlines()
