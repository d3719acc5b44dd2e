"""A disk that is full or a folder that cannot be written: one line, exit 1, nothing lost."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

from drgrade.cli.app import run
from drgrade.data.phantom.drawing import draw_set
from drgrade.data.tables.manifest import write_manifest
from drgrade.data.tables.splits import split
from drgrade.models.checkpoint import load_tensors
from drgrade.runtime.files import write_bytes
from drgrade.training import loop

SETTINGS = ["data.size=32", "data.workers=0", "train.epochs=3", "train.batch=8", "train.threads=1",
            "model.network=resnet10_narrow"]  # fmt: skip


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    path = folder / "manifest.csv"
    write_manifest(split(draw_set(40, folder / "photos", size=64, seed=1), seed=0), path)
    return path


def refuse(monkeypatch, code: int, name: str) -> None:
    """Make the system refuse to flush files called `name` that replace one already there."""
    flush = os.fsync

    def fsync(handle: int) -> None:
        written = Path(f"/proc/self/fd/{handle}").resolve()
        if f".{name}." in written.name and (written.parent / f"{name}.safetensors").exists():
            raise OSError(code, os.strerror(code))
        flush(handle)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
def test_a_checkpoint_that_cannot_be_written_ends_in_one_line_and_keeps_the_one_before(
    manifest, tmp_path, monkeypatch, capsys, code
):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "run"
    changes = [f"--set={change}" for change in [*SETTINGS, f"data.manifest={manifest}"]]
    with monkeypatch.context() as full:
        refuse(full, code, "last")
        assert run(["train", "lab", *changes, "--set=model.head=global", "-o", str(folder)]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert os.strerror(code) in said
    assert "last.safetensors" in said
    assert load_tensors(folder / "last.safetensors")
    assert not list(folder.glob(".last.*"))
    assert run(["train", "--resume", str(folder)]) == 0
    assert (folder / "finished.json").is_file()


def test_a_write_that_fails_says_how_many_bytes_it_needed(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("before")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="1,000 bytes were needed"):
            write_bytes(path, bytes(1000))
    assert path.read_text() == "before"


def test_a_training_that_diverges_keeps_a_state_of_numbers_that_goes_on(
    manifest, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path / "cache"))
    folder, priced = tmp_path / "run", loop.batch_loss

    def lost(recipe, grader, part, chosen, place, *more):
        found = priced(recipe, grader, part, chosen, place, *more)
        return replace(found, grades=found.grades * (float("nan") if place[1] == 1 else 1))

    changes = [f"--set={change}" for change in [*SETTINGS, f"data.manifest={manifest}"]]
    with monkeypatch.context() as faulty:
        faulty.setattr(loop, "batch_loss", lost)
        assert run(["train", "lab", *changes, "--set=model.head=global", "-o", str(folder)]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1].count("photos/") == 3  # photographs of the batch, by their names
    tensors, about = load_tensors(folder / "last.safetensors")
    assert about["epoch"] == 1
    assert all(each.isfinite().all() for each in tensors.values())
    assert run(["train", "--resume", str(folder)]) == 0
