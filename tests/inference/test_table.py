"""A table is the same whatever interrupted it, and nothing is graded twice."""

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from drgrade.data.tables.partial import partial_of
from drgrade.data.tables.predictions_file import read_predictions, write_pieces
from drgrade.errors import PredictionsError, RunError, UsageError
from drgrade.inference import pieces
from drgrade.inference.inputs import list_inputs
from drgrade.inference.table import TableTask, refuse_output, write_table
from drgrade.provenance.model import ModelProvenance
from drgrade.runtime.signals import InterruptedRunError

PHOTOS = 12
ABOUT = {"model": "m", "preprocess": "p", "options": {"mirror": False}}
KNOWN = ModelProvenance(weights_sha256="w", preprocess={"size": 64})


def answer(name):
    """What a model says of a photo, by its name alone: every fourth cannot be read."""
    number = int(Path(name).stem)
    if number % 4 == 3:
        return {"photo": name, "status": "error", "reason": f"empty file: {name}", "model": "w"}
    shares = {f"p{k}": (number + 1) / 70 for k in range(4)}
    return {"photo": name, "status": "graded", "predicted": number % 5, **shares,
            "p4": 1 - sum(shares.values()), "referable": number % 5 > 1, "sha256": "f" * 64,
            "width": 100 + number, "black_share": number / 3, "model": "w"}  # fmt: skip


def task_of(folder, grade, **changed):
    """A table of a manifest with grades, below `folder`."""
    manifest = folder / "set.csv"
    lines = [f"{number:02}.jpg,p{number // 2},{number % 5}" for number in range(PHOTOS)]
    manifest.write_text("photo,patient,grade\n" + "\n".join(lines) + "\n")
    inputs = list_inputs([manifest], None)
    settings = {"about": ABOUT, "provenance": KNOWN, **changed}
    return TableTask(folder / "t.csv", inputs, grade, **settings)


def honest(given):
    return (answer(name) for name, _, _ in given)


@pytest.fixture
def undisturbed(tmp_path):
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    write_table(task_of(folder, honest))
    return (folder / "t.csv").read_bytes()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_table_goes_on_and_is_the_same(tmp_path, undisturbed, number, code):
    seen = []

    def stopping(given):
        for name, _, _ in given:
            seen.append(name)
            if len(seen) in (1, 5):
                signal.raise_signal(number)
            yield answer(name)

    task = task_of(tmp_path, stopping)
    for kept in (1, 5):
        with pytest.raises(InterruptedRunError, match="go on with the same command") as stopped:
            write_table(task)
        assert stopped.value.exit_code == code
        assert not task.output.exists()
        assert len(partial_of(task.output).read_bytes().splitlines()) == kept + 1
    tally = write_table(task)
    assert task.output.read_bytes() == undisturbed
    assert len(seen) == len(set(seen)) == PHOTOS
    assert (tally.total, tally.failed) == (PHOTOS, 3)
    assert not partial_of(task.output).exists()


def test_rows_made_in_pieces_are_the_table_made_at_once(tmp_path, undisturbed, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 5)
    task = task_of(tmp_path, honest)
    write_table(task)
    assert task.output.read_bytes() == undisturbed


def test_rows_are_not_held(tmp_path, monkeypatch):
    held = []
    monkeypatch.setattr(pieces, "PIECE", 4)
    make = pieces.from_rows
    monkeypatch.setattr(pieces, "from_rows", lambda rows: held.append(len(rows)) or make(rows))
    write_table(task_of(tmp_path, honest))
    assert max(held) == 4


def test_a_column_that_a_late_piece_alone_has_is_in_the_whole_table(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 2)
    rows = [{"photo": "a", "status": "error"}, {"photo": "b", "status": "error"},
            {"photo": "c", "status": "graded", "predicted": 1, "width": 10}]  # fmt: skip
    made = pieces.in_pieces(lambda: rows)
    for name in ("t.csv", "t.parquet"):
        write_pieces(made, made.schema, ModelProvenance(), tmp_path / name)
        table = read_predictions(tmp_path / name).table
        assert table["width"].cast(pl.Int64).to_list() == [None, None, 10]
        assert table["photo"].to_list() == ["a", "b", "c"]


def test_an_unfinished_table_of_another_model_is_refused_until_force(tmp_path, undisturbed):
    def failing(given):
        yield answer(next(iter(given))[0])
        raise OSError

    with pytest.raises(OSError):
        write_table(task_of(tmp_path, failing))
    other = task_of(tmp_path, honest, about=ABOUT | {"model": "n"})
    with pytest.raises(RunError, match="another model"):
        write_table(other)
    write_table(other, force=True)
    assert other.output.read_bytes() == undisturbed


def test_a_finished_table_is_not_written_over_without_force(tmp_path):
    task = task_of(tmp_path, honest)
    write_table(task)
    with pytest.raises(UsageError):
        refuse_output(task.output, force=False, retry=False)
    refuse_output(task.output, force=True, retry=False)
    refuse_output(task.output, force=False, retry=True)
    with pytest.raises(UsageError):
        refuse_output(tmp_path / "other.csv", force=False, retry=True)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_retry_grades_what_failed_and_keeps_every_other_row(tmp_path, ending):
    asked = []

    def mended(given):
        for name, _, _ in given:
            asked.append(name)
            graded = answer("00.jpg") | {"photo": name}
            yield answer(name) if name == "11.jpg" else graded

    first = task_of(tmp_path, honest)
    task = TableTask(tmp_path / f"t.{ending}", first.inputs, honest, ABOUT, KNOWN)
    write_table(task)
    before = read_predictions(task.output).table
    tally = write_table(TableTask(task.output, task.inputs, mended, ABOUT, KNOWN), retry=True)
    after = read_predictions(task.output).table
    assert asked == ["03.jpg", "07.jpg", "11.jpg"]
    assert tally.failed == 1
    kept = pl.col("photo").is_in(asked).not_()
    assert after.filter(kept).equals(before.filter(kept))
    assert after["photo"].to_list() == before["photo"].to_list()
    assert after["status"].to_list().count("graded") == PHOTOS - 1


def test_retry_of_a_table_without_errors_leaves_it_as_it_is(tmp_path):
    def good(given):
        return (answer("00.jpg") | {"photo": name} for name, _, _ in given)

    task = task_of(tmp_path, good)
    write_table(task)
    before = task.output.stat().st_mtime_ns
    assert write_table(task, retry=True).failed == 0
    assert task.output.stat().st_mtime_ns == before


def test_retry_refuses_a_table_of_another_model_or_of_other_photographs(tmp_path):
    task = task_of(tmp_path, honest)
    write_table(task)
    other = TableTask(task.output, task.inputs, honest, ABOUT, KNOWN.but(weights_sha256="v"))
    with pytest.raises(PredictionsError, match="another model"):
        write_table(other, retry=True)
    fewer = TableTask(task.output, task.inputs.only([0, 1]), honest, ABOUT, KNOWN)
    with pytest.raises(PredictionsError, match="other photographs"):
        write_table(fewer, retry=True)


WORK = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_table
def slow(given):
    for name, _, _ in given:
        with open(Path(sys.argv[1]) / "graded", "a") as log:
            log.write(name + "\\n")
        time.sleep(0.02)
        yield test_table.answer(name)
test_table.write_table(test_table.task_of(Path(sys.argv[1]), slow))
"""


def killed(folder, after):
    """Begin or go on, and kill `after` seconds past the first photo of this call; False if done."""
    log = folder / "graded"
    before = log.stat().st_size if log.exists() else 0
    work = subprocess.Popen([sys.executable, "-c", WORK, str(folder), str(Path(__file__).parent)])
    while work.poll() is None and (not log.exists() or log.stat().st_size == before):
        time.sleep(0.005)
    try:
        return work.wait(timeout=after) != 0
    except subprocess.TimeoutExpired:
        work.kill()
        work.wait()
        return True


def finished(folder):
    """Go on without a kill, and what is then graded more often than once."""
    assert not killed(folder, None)
    names = (folder / "graded").read_text().split()
    return {name: names.count(name) for name in names}


def test_a_killed_table_goes_on_and_is_the_same(tmp_path, undisturbed):
    kills = sum(killed(tmp_path, after) for after in (0.03, 0.08))
    times = finished(tmp_path)
    assert (tmp_path / "t.csv").read_bytes() == undisturbed
    assert len(times) == PHOTOS
    assert sum(times.values()) <= PHOTOS + kills  # the one in work when it was killed


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(30))
def test_a_table_killed_anywhere_is_the_same(tmp_path, undisturbed, seed):
    draw = random.Random(seed)
    kills = sum(killed(tmp_path, draw.uniform(0, 0.3)) for _ in range(draw.randint(1, 3)))
    if not (tmp_path / "t.csv").exists():
        assert sum(finished(tmp_path).values()) <= PHOTOS + kills
    assert (tmp_path / "t.csv").read_bytes() == undisturbed


def test_a_table_without_a_grade_has_no_share_of_mirrored_changes(tmp_path):
    def failing(given):
        for name, *_ in given:
            yield {"photo": name, "status": "error", "reason": "empty file: x", "model": "w"}

    task = replace(task_of(tmp_path, failing), mirror=True)
    assert write_table(task).failed == PHOTOS
    assert read_predictions(task.output).provenance.mirror_changes is None


def test_what_is_close_to_the_threshold_is_counted_in_a_written_table(tmp_path):
    def close(given):
        return (answer(name) | {"close_to_threshold": True} for name, *_ in given)

    assert write_table(task_of(tmp_path, close)).close == PHOTOS
