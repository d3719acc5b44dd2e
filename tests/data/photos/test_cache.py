"""Prepared squares: made once, resumed after any interruption, never zeros for a photo."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from drgrade.data.phantom.drawing import draw_set
from drgrade.data.photos.cache import prepare_all
from drgrade.data.photos.intake import open_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import make_manifest, read_manifest
from drgrade.errors import DrgradeError

SETTINGS = Preprocess(size=32)
LARGE = 100_000  # bytes, more than any of the photos has
NOON = 1_700_000_000_000_000_000  # ns, a time for all


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    draw_set(40, folder, size=64)
    (folder / "photos" / "broken.jpg").write_bytes(b"")
    lines = (folder / "manifest.csv").read_text().splitlines()
    columns = len(lines[0].split(","))
    (folder / "manifest.csv").write_text(
        "\n".join([*lines, "photos/broken.jpg" + "," * (columns - 1)]) + "\n"
    )
    return read_manifest(folder / "manifest.csv")


def test_every_square_is_that_of_its_photo(drawn, tmp_path):
    cache = prepare_all(drawn, SETTINGS, tmp_path, workers=0)
    for photo, row in cache.rows.items():
        alone = open_photo(drawn.locate(photo), SETTINGS).pixels
        assert np.array_equal(cache.squares[row], alone)


def test_a_broken_photo_has_a_reason_and_no_row(drawn, tmp_path):
    cache = prepare_all(drawn, SETTINGS, tmp_path, workers=0)
    assert cache.failed == {"photos/broken.jpg": "empty file: broken.jpg"}
    assert len(cache.rows) == 40


def test_a_disk_without_room_for_the_squares_is_told_before_the_first_one(
    drawn, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match=r"No space left on device; [\d,]+ bytes are needed there"):
        prepare_all(drawn, SETTINGS, tmp_path, workers=0)
    assert not (tmp_path / "squares.npy").exists()


def test_a_file_system_that_cannot_reserve_is_written_to_all_the_same(drawn, tmp_path, monkeypatch):
    def unknown(*_):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", unknown)
    assert len(prepare_all(drawn, SETTINGS, tmp_path, workers=0).rows) == 40


def test_workers_change_nothing(drawn, tmp_path):
    alone = prepare_all(drawn, SETTINGS, tmp_path / "0", workers=0)
    both = prepare_all(drawn, SETTINGS, tmp_path / "2", workers=2)
    assert np.array_equal(alone.squares, both.squares)


def test_what_is_prepared_is_not_prepared_again(drawn, tmp_path, monkeypatch):
    good = drawn.table.filter(pl.col("photo") != "photos/broken.jpg")
    manifest = type(drawn)(good, drawn.root, drawn.provenance)
    prepare_all(manifest, SETTINGS, tmp_path, workers=0)
    monkeypatch.setattr("drgrade.data.photos.cache.prepare_photo", None)
    assert len(prepare_all(manifest, SETTINGS, tmp_path, workers=0).rows) == 40


def test_other_settings_prepare_anew(drawn, tmp_path):
    prepare_all(drawn, SETTINGS, tmp_path, workers=0)
    assert prepare_all(drawn, Preprocess(size=28), tmp_path, workers=0).squares.shape[1] == 28


def test_an_index_that_is_damaged_is_made_anew(drawn, tmp_path):
    prepare_all(drawn, SETTINGS, tmp_path, workers=0)
    (tmp_path / "index.json").write_text("{")
    assert len(prepare_all(drawn, SETTINGS, tmp_path, workers=0).rows) == 40


WORK = """
import sys, time
from pathlib import Path
import drgrade.data.photos.cache as cache
from drgrade.data.tables.manifest import read_manifest
from drgrade.data.photos.preprocess import Preprocess
cache.SAVE_EVERY = 5
whole = cache.prepare_photo
def slowly(*photo, **options):
    time.sleep(0.05)
    return whole(*photo, **options)
cache.prepare_photo = slowly
manifest, folder = read_manifest(Path(sys.argv[1])), Path(sys.argv[2])
cache.prepare_all(manifest, Preprocess(size=32), folder, workers=0)
"""


def test_a_killed_preparation_goes_on_and_ends_the_same(drawn, tmp_path):
    command = [sys.executable, "-c", WORK, str(drawn.root / "manifest.csv"), str(tmp_path / "k")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    index = tmp_path / "k" / "index.json"
    while not (index.is_file() and json.loads(index.read_text())["done"]):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = json.loads((tmp_path / "k" / "index.json").read_text())["done"]
    assert 0 < len(done) < 41
    resumed = prepare_all(drawn, SETTINGS, tmp_path / "k", workers=0)
    whole = prepare_all(drawn, SETTINGS, tmp_path / "whole", workers=0)
    assert np.array_equal(resumed.squares, whole.squares)


def test_a_photo_that_is_not_the_one_promised_is_a_hash_mismatch(drawn, tmp_path):
    promised = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("0" * 64))
    table = drawn.table.head(3).with_columns(sha256=promised)
    manifest = type(drawn)(table, drawn.root, drawn.provenance)
    cache = prepare_all(manifest, SETTINGS, tmp_path, workers=0)
    assert "hash mismatch" in cache.failed[table["photo"][0]]
    assert len(cache.rows) == 2


def test_a_square_that_is_there_of_a_photo_not_promised_is_a_mismatch_too(drawn, tmp_path):
    table = drawn.table.head(3)
    prepare_all(type(drawn)(table, drawn.root, drawn.provenance), SETTINGS, tmp_path, workers=0)
    promised = table.with_columns(sha256=pl.lit("0" * 64))
    manifest = type(drawn)(promised, drawn.root, drawn.provenance)
    assert len(prepare_all(manifest, SETTINGS, tmp_path, workers=0).failed) == 3
    assert len(prepare_all(drawn.__class__(table, drawn.root), SETTINGS, tmp_path, workers=0)
               .rows) == 3  # fmt: skip


def end(*_, **__):
    os._exit(9)


def test_a_process_that_is_ended_from_outside_is_told_with_the_way_out(
    drawn, tmp_path, monkeypatch
):
    monkeypatch.setattr("drgrade.data.photos.cache._prepare_one", end)
    with pytest.raises(DrgradeError, match="run the same command again"):
        prepare_all(drawn, SETTINGS, tmp_path, workers=2)


def test_a_photo_that_could_not_be_read_is_tried_again(drawn, tmp_path):
    manifest = of_its_own(drawn, tmp_path)
    photo = manifest.table["photo"][0]
    away = manifest.locate(photo).rename(tmp_path / "away")
    assert photo in prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0).failed
    away.rename(manifest.locate(photo))
    assert photo in prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0).rows


def of_its_own(drawn, folder):
    """Three of the photos with their masks, in a folder that a test may change."""
    table = drawn.table.filter(pl.col("photo") != "photos/broken.jpg").head(3)
    for name in (*table["photo"], *table["mask"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(drawn.root / name, folder / name)
    return type(drawn)(table, folder, drawn.provenance)


def test_a_photo_or_mask_put_in_the_place_of_another_is_prepared_anew(drawn, tmp_path):
    manifest = of_its_own(drawn, tmp_path)
    first, second, third = (prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0, masks=True)
                            .squares[i].copy() for i in range(3))  # fmt: skip
    photos, masks = manifest.table["photo"], manifest.table["mask"]
    shutil.copyfile(tmp_path / photos[1], tmp_path / photos[0])
    Image.new("L", (64, 64), 1).save(tmp_path / masks[2])
    again = prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0, masks=True)
    assert np.array_equal(again.squares[0], second)
    assert not np.array_equal(first, second)
    assert np.array_equal(again.squares[2], third)
    assert (again.masks[2] & 1).mean() > 0.5


def twin_of(manifest, folder):
    """The photos' names and times in another folder; the first and second change their places."""
    photos = manifest.table["photo"].to_list()
    for name, shown in zip(photos, [photos[1], photos[0], photos[2]], strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        content = manifest.locate(shown).read_bytes().ljust(LARGE, b"\0")
        for place in (folder / name, manifest.locate(shown)):
            place.write_bytes(content)
            os.utime(place, ns=(NOON, NOON))
    return type(manifest)(manifest.table, folder, manifest.provenance)


def test_squares_of_another_folder_with_names_sizes_and_times_alike_are_not_taken(drawn, tmp_path):
    manifest = of_its_own(drawn, tmp_path / "a")
    other = twin_of(manifest, tmp_path / "b")
    first, second, third = prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0).squares.copy()
    squares = prepare_all(other, SETTINGS, tmp_path / "k", workers=0).squares
    assert np.array_equal(squares, [second, first, third])
    assert not np.array_equal(first, second)


def test_photos_that_were_moved_are_not_prepared_again(drawn, tmp_path, monkeypatch):
    manifest = of_its_own(drawn, tmp_path / "a")
    prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0, masks=True)
    moved = type(manifest)(
        manifest.table, (tmp_path / "a").rename(tmp_path / "b"), manifest.provenance
    )
    monkeypatch.setattr("drgrade.data.photos.cache.prepare_photo", None)
    assert len(prepare_all(moved, SETTINGS, tmp_path / "k", workers=0, masks=True).rows) == 3
    monkeypatch.setattr("drgrade.data.photos.cache.sha256_file", None)  # their new place is kept
    assert len(prepare_all(moved, SETTINGS, tmp_path / "k", workers=0, masks=True).rows) == 3


@pytest.mark.parametrize(
    "older", [lambda photo, mask: [photo[:2], mask], lambda *_: 7, lambda *_: [], lambda *_: None]
)
def test_squares_of_before_places_were_kept_are_taken_or_made_anew(drawn, tmp_path, older):
    manifest = of_its_own(drawn, tmp_path)
    squares = prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0).squares.copy()
    index = json.loads((tmp_path / "k" / "index.json").read_text())
    index["stamps"] = {photo: older(*stamps) for photo, stamps in index["stamps"].items()}
    (tmp_path / "k" / "index.json").write_text(json.dumps(index))
    again = prepare_all(manifest, SETTINGS, tmp_path / "k", workers=0)
    assert np.array_equal(again.squares, squares)
    assert json.loads((tmp_path / "k" / "index.json").read_text())["stamps"] != index["stamps"]


def test_preparing_that_is_stopped_keeps_what_is_done(drawn, tmp_path):
    seen = []

    def check():
        seen.append(1)
        if len(seen) == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_all(drawn, SETTINGS, tmp_path, workers=0, check=check)
    assert len(json.loads((tmp_path / "index.json").read_text())["done"]) == 7
    assert len(prepare_all(drawn, SETTINGS, tmp_path, workers=0).rows) == 40


def test_a_photo_smaller_than_the_squares_is_ungradable_and_no_error(drawn, tmp_path):
    larger = prepare_all(drawn, Preprocess(size=96), tmp_path, workers=0)
    assert larger.statuses.pop("photos/broken.jpg") == "error"
    assert list(larger.statuses.values()) == ["ungradable"] * 40


def mixed(drawn, folder):
    """A manifest of two drawn eyes and a colour gradient, from a source that is not known."""
    for photo in drawn.table["photo"][:2]:
        (folder / Path(photo).name).write_bytes(drawn.locate(photo).read_bytes())
    ramp = np.linspace(0, 255, 200, dtype=np.uint8)
    pixels = np.stack(np.broadcast_arrays(ramp[None], ramp[:, None], np.uint8(90)), axis=-1)
    Image.fromarray(pixels.copy()).save(folder / "ramp.png")
    names = [Path(photo).name for photo in drawn.table["photo"][:2]]
    return make_manifest(pl.DataFrame({"photo": [*names, "ramp.png"]}), folder)


def test_what_shows_no_retina_is_left_out_with_its_status_unless_it_is_not_asked(drawn, tmp_path):
    manifest, folder = mixed(drawn, tmp_path), tmp_path / "squares"
    cache = prepare_all(manifest, SETTINGS, folder, workers=0)
    assert cache.statuses == {"ramp.png": "not_fundus"}
    assert cache.failed["ramp.png"].startswith("no retina")
    every = prepare_all(manifest, SETTINGS, folder, workers=0, retina_check=False)
    assert not every.failed
    assert np.array_equal(every.squares[:2], cache.squares[:2])


def test_squares_made_under_another_gate_are_made_anew(drawn, tmp_path, monkeypatch):
    manifest, folder = mixed(drawn, tmp_path), tmp_path / "squares"
    assert not prepare_all(manifest, SETTINGS, folder, workers=0, retina_check=False).failed
    assert prepare_all(manifest, SETTINGS, folder, workers=0).failed
    monkeypatch.setattr("drgrade.data.photos.cache.GATE", 2)
    made = []
    prepare_all(manifest, SETTINGS, folder, workers=0, check=lambda: made.append(1))
    assert len(made) == 3


def test_squares_of_synthetic_photographs_are_those_of_before_the_gate(drawn, tmp_path):
    prepare_all(drawn, SETTINGS, tmp_path, workers=0)
    stamps = json.loads((tmp_path / "index.json").read_text())["stamps"]
    assert {len(each) for each in stamps.values()} == {2}
