"""Parquet: damage is an error of ours, and what a file declares is looked at first."""

import numpy as np
import polars as pl
import pytest

from drgrade.data.tables.manifest import read_manifest
from drgrade.data.tables.parquet import MOST_CELLS, DamagedTableError, read_parquet
from drgrade.data.tables.predictions_file import read_predictions
from drgrade.errors import ManifestError, PredictionsError


@pytest.fixture
def path(tmp_path):
    rng = np.random.default_rng(0)
    rows = 60
    pl.DataFrame(
        {"photo": [f"{i}.jpg" for i in range(rows)], "grade": rng.integers(0, 5, rows),
         "predicted": rng.integers(0, 5, rows), "seen": rng.random(rows) > 0.5}
    ).write_parquet(tmp_path / "t.parquet", metadata={"about": "me"})  # fmt: skip
    return tmp_path / "t.parquet"


def test_a_whole_file_gives_its_table_and_its_metadata(path):
    table, metadata = read_parquet(path)
    assert table.equals(pl.read_parquet(path))
    assert metadata["about"] == "me"


def test_a_changed_byte_gives_a_table_or_an_error_of_ours_and_nothing_on_the_terminal(path, capfd):
    whole, rng, damaged = path.read_bytes(), np.random.default_rng(1), 0
    for _ in range(400):
        content = bytearray(whole)
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)
        path.write_bytes(content)
        try:
            read_parquet(path)
        except DamagedTableError:
            damaged += 1
    assert damaged > 50
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("size", [0, 3, 8, 200])
def test_a_cut_file_cannot_be_read(path, size):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(PredictionsError, match="cannot be read"):
        read_predictions(path)
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(path)


def test_more_cells_than_are_ever_read_are_refused_unread(tmp_path):
    rows = MOST_CELLS // 2 + 1
    column = pl.Series([0], dtype=pl.Int8).new_from_index(0, rows)
    pl.DataFrame({"a": column, "b": column}).write_parquet(tmp_path / "t.parquet")
    assert (tmp_path / "t.parquet").stat().st_size < rows // 100
    with pytest.raises(DamagedTableError, match="declares"):
        read_parquet(tmp_path / "t.parquet")
