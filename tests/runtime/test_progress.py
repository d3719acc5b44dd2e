"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

import io
from types import SimpleNamespace

import pytest

from drgrade.runtime import progress
from drgrade.runtime.progress import describe, duration, remark, remarked_once, say, track


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    return stream


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is too quick to be told."""
    for name in ("QUIET_SECONDS", "LINE_SECONDS", "BAR_SECONDS"):
        monkeypatch.setattr(progress, name, -1.0)


def test_what_takes_less_than_two_seconds_is_not_told(capsys):
    assert list(track(range(3), 3, "counting")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("hurried")
def test_without_a_terminal_progress_is_plain_lines_on_stderr(capsys):
    list(track(range(2), 2, "reading"))
    told = capsys.readouterr()
    assert told.out == ""
    assert "\x1b" not in told.err
    assert told.err.splitlines()[0].startswith("reading 1/2 photos")


@pytest.mark.usefixtures("hurried")
def test_a_terminal_has_one_bar_that_ends_with_its_line(terminal):
    list(track(range(2), 2, "reading"))
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().endswith(" left\n")


@pytest.mark.usefixtures("hurried")
def test_a_message_takes_the_place_of_the_bar(terminal):
    reading = track(range(9), 9, "reading")
    for _ in range(4):
        next(reading)
    say("a photo is broken")
    assert terminal.getvalue().endswith(" left\r\x1b[2Ka photo is broken\n")


def test_a_line_has_rate_and_time_left():
    line = describe("reading", "photos", done=12, total=40, seconds=4.0)
    assert line == "reading 12/40 photos, 3 photos/s, 9 s left"


def test_time_left_is_not_guessed_from_the_first_one():
    assert describe("reading", "photos", done=1, total=40, seconds=4.0) == "reading 1/40 photos"
    assert "0 s left" in describe("reading", "photos", done=1, total=1, seconds=4.0)


@pytest.mark.parametrize(
    ("seconds", "said"), [(40, "40 s"), (200, "3 min"), (7800, "2 h 10 min"), (0, "0 s")]
)
def test_a_duration_is_said_as_a_person_says_it(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(("rank", "said"), [("0", "here\n"), ("1", "")])
def test_of_several_processes_the_first_one_speaks(monkeypatch, capsys, rank, said):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", rank)
    say("here")
    assert capsys.readouterr().err == said


def test_a_remark_is_made_once_among_many_trainings_and_each_time_elsewhere(capsys):
    with remarked_once():
        remark("the photos leak")
        remark("the photos leak")
        remark("one photo is damaged")
    remark("the photos leak")
    said = capsys.readouterr().err.splitlines()
    assert said == ["the photos leak", "one photo is damaged", "the photos leak"]
