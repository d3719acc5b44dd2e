"""Facts beside a manifest are believed where they are ours and of their type."""

import json
from pathlib import Path

import polars as pl
import pytest

from drgrade.data.tables.manifest import make_manifest, read_manifest, write_manifest
from drgrade.errors import ManifestError
from drgrade.provenance.photo_set import SetProvenance

KIND = '"kind": "drgrade manifest"'


def table_beside(folder: Path, told: str) -> Path:
    (folder / "m.json").write_text(told)
    (folder / "m.csv").write_text("photo\na\n")
    return folder / "m.csv"


@pytest.mark.parametrize(
    "text",
    ['{"root": "/"}', '{"a": 1}\n{"a": 2}\n', "[1]", "{", "", "[" * 100_000, '{"kind": "other"}'],
)
def test_a_file_that_is_not_ours_beside_the_manifest_is_left_alone(
    tmp_path: Path, text: str
) -> None:
    assert read_manifest(table_beside(tmp_path, text)).provenance == SetProvenance()


def test_a_damaged_one_of_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"m\.json is no JSON .*; repair or remove it"):
        read_manifest(table_beside(tmp_path, f'{{{KIND}, "root": '))


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ('"root": 5', "root must be text, got 5"),
        ('"notes": "abc"', 'notes must be a list of texts, got "abc"'),
        ('"notes": ["a", 1]', 'notes must be a list of texts, got ["a", 1]'),
        ('"source": []', "source must be text, got []"),
        ('"leak_declared": "no"', 'leak_declared must be true or false, got "no"'),
        ('"root": 5, "notes": 1', "root must be text, got 5, notes must be a list of texts, got 1"),
    ],
)
def test_a_fact_of_another_type_is_refused_in_one_line(
    tmp_path: Path, fact: str, said: str
) -> None:
    path = table_beside(tmp_path, f"{{{KIND}, {fact}}}")
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert str(caught.value) == (f"{tmp_path / 'm.json'}: {said}; correct it, or remove the file")


def test_one_in_a_parquet_is_checked_too(tmp_path: Path) -> None:
    told = {"drgrade": f'{{{KIND}, "root": 5}}'}
    pl.DataFrame({"photo": ["a"]}).write_parquet(tmp_path / "m.parquet", metadata=told)
    with pytest.raises(ManifestError, match="root must be text, got 5"):
        read_manifest(tmp_path / "m.parquet")


def test_a_fact_that_is_null_is_unknown(tmp_path: Path) -> None:
    whole = read_manifest(table_beside(tmp_path, f'{{{KIND}, "notes": null, "root": null}}'))
    assert whole.noting("x").provenance.as_json() == {"notes": ["x"]}
    assert whole.root == tmp_path


def test_anothers_file_in_its_place_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"mine": 1}')
    manifest = make_manifest(pl.DataFrame({"photo": ["a"]}), tmp_path)
    with pytest.raises(ManifestError, match=r"m\.json, which is another's file"):
        write_manifest(manifest, tmp_path / "m.csv")
    assert not (tmp_path / "m.csv").exists()


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_it_stays_where_the_new_rows_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.csv"
    write_manifest(make_manifest(pl.DataFrame({"photo": ["a"]}), tmp_path / "old"), path)
    monkeypatch.setattr(pl.DataFrame, "write_csv", stop)
    with pytest.raises(KeyboardInterrupt):
        write_manifest(make_manifest(pl.DataFrame({"photo": ["b"]}), tmp_path / "new"), path)
    assert json.loads((tmp_path / "m.json").read_text())["root"] == "old"
    assert read_manifest(path).table["photo"].to_list() == ["a"]
