"""The photographs that a command is given have names that can be kept, and tables any letters."""

import os

from drgrade.cli.inputs import list_inputs


def test_a_name_that_is_no_text_is_told_by_its_bytes_and_its_file_is_kept(tmp_path):
    place = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    place.write_bytes(b"photo")
    ((name, path, _),) = list_inputs([tmp_path], None)
    assert name == f"{tmp_path}/caf\\xe9.jpg"
    assert path == place


def test_an_ending_in_capitals_is_a_table_too(tmp_path):
    (tmp_path / "TABLE.CSV").write_text("photo,grade\n1.jpg,0\n")
    assert [name for name, _, _ in list_inputs([tmp_path / "TABLE.CSV"], tmp_path)] == ["1.jpg"]
