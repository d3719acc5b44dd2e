"""The photographs that a command is given have names that can be kept, and tables any letters."""

import errno
import os
from pathlib import Path

import polars as pl

from drgrade.data.tables import manifest
from drgrade.data.tables.manifest import read_manifest
from drgrade.inference.inputs import list_inputs
from drgrade.provenance.model import ModelProvenance


def refuse(place, *_):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def test_a_name_that_is_no_text_is_told_by_its_bytes_and_its_file_is_kept(tmp_path):
    place = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    place.write_bytes(b"photo")
    ((name, path, _),) = list_inputs([tmp_path], None)
    assert name == f"{tmp_path}/caf\\xe9.jpg"
    assert path == place


def test_an_ending_in_capitals_is_a_table_too(tmp_path):
    (tmp_path / "TABLE.CSV").write_text("photo,grade\n1.jpg,0\n")
    assert [name for name, _, _ in list_inputs([tmp_path / "TABLE.CSV"], tmp_path)] == ["1.jpg"]


def test_a_folder_that_cannot_be_looked_into_is_an_input_with_the_reason(tmp_path, monkeypatch):
    (tmp_path / "a.png").touch()
    (tmp_path / "locked").mkdir()
    look = os.scandir
    monkeypatch.setattr(
        os, "scandir", lambda place: refuse(place) if Path(place).name == "locked" else look(place)
    )
    photo, locked = list_inputs([tmp_path], None)
    assert photo[1] == tmp_path / "a.png"
    assert (locked[0], str(locked[1])) == (
        f"{tmp_path}/locked", "cannot be read: Permission denied"
    )  # fmt: skip


def test_a_place_of_which_the_system_tells_nothing_is_an_input_like_the_others(
    tmp_path, monkeypatch
):
    (tmp_path / "a.png").touch()
    too_long = tmp_path / f"{'a' * 300}.png"
    monkeypatch.setattr(Path, "is_dir", refuse)
    found = list_inputs([too_long, tmp_path / "a.png"], None)
    assert [path for _, path, _ in found] == [too_long, tmp_path / "a.png"]


def test_a_name_that_no_file_can_have_is_an_input_with_the_reason(tmp_path):
    table = pl.DataFrame({"photo": ["a\0.png", "b.png"], "grade": [0, 1]})
    table.write_parquet(tmp_path / "m.parquet")
    named, other = list_inputs([tmp_path / "m.parquet"], None)
    assert named[1].code == "impossible_name"
    assert other[1] == tmp_path / "b.png"


def test_a_manifest_is_read_once_whatever_is_asked_of_it(tmp_path, monkeypatch):
    (tmp_path / "m.csv").write_text("photo,grade\na.jpg,0\nb.jpg,1\n")
    (tmp_path / "m.json").write_text('{"kind": "drgrade manifest", "source": "drawn"}')
    read = []

    def counted(*place, **options):
        read.append(place)
        return read_manifest(*place, **options)

    monkeypatch.setattr(manifest, "read_manifest", counted)
    inputs = list_inputs([tmp_path / "m.csv"], None)
    assert [(name, row["grade"]) for name, _, row in inputs] == [("a.jpg", 0), ("b.jpg", 1)]
    assert inputs.origin() == ModelProvenance(drawn=True, source="drawn")
    assert inputs.is_lost()
    assert len(inputs.digest) == 64
    assert len(read) == 1


def test_where_a_folder_is_given_too_no_origin_is_known(tmp_path):
    (tmp_path / "a.png").touch()
    (tmp_path / "m.csv").write_text("photo,grade\na.png,0\n")
    assert list_inputs([tmp_path / "m.csv", tmp_path], None).origin() == ModelProvenance()


def test_inputs_are_other_ones_by_name_order_and_promised_hash(tmp_path):
    texts = ["photo\na.jpg\nb.jpg\n", "photo\nb.jpg\na.jpg\n", "photo\na.jpg\n",
             f"photo,sha256\na.jpg,{'a' * 64}\nb.jpg,\n"]  # fmt: skip
    digests = set()
    for text in texts:
        (tmp_path / "m.csv").write_text(text)
        digests.add(list_inputs([tmp_path / "m.csv"], None).digest)
    assert len(digests) == len(texts)
    (tmp_path / "m.csv").write_text("photo,grade\na.jpg,1\nb.jpg,2\n")
    assert list_inputs([tmp_path / "m.csv"], None).digest in digests


def test_some_of_the_inputs_keep_their_order_and_rows(tmp_path):
    (tmp_path / "m.csv").write_text("photo,grade\na.jpg,0\nb.jpg,1\nc.jpg,2\n")
    every = list_inputs([tmp_path / "m.csv", tmp_path / "m.csv", tmp_path / "d.jpg"], None)
    assert [name for name, _, _ in every] == ["a.jpg", "b.jpg", "c.jpg", f"{tmp_path}/d.jpg"]
    some = every.only([1, 3])
    assert [(name, row.get("grade")) for name, _, row in some] == [
        ("b.jpg", 1), (f"{tmp_path}/d.jpg", None)
    ]  # fmt: skip
