"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

import io
import re
from types import SimpleNamespace

import pytest

from drgrade.runtime import progress
from drgrade.runtime.progress import describe, duration, remark, remarked_once, say, steps, track


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return stream


def shown_on(terminal: Terminal) -> list[str]:
    """What stands on the screen at the end, a line each."""
    lines, at = [""], 0
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", terminal.getvalue()):
        if piece == "\n":
            at += 1
            lines += [""] * (at == len(lines))
        elif piece.endswith("A"):
            at -= int(piece[2:-1])
        elif piece == "\x1b[2K":
            lines[at] = ""
        elif not piece.startswith(("\x1b", "\r")):
            lines[at] += piece
    return [line.rstrip() for line in lines if line.strip()]


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
def test_a_terminal_has_one_bar_that_ends_as_a_line(terminal):
    list(track(range(9), 9, "reading"))
    assert "\x1b[" in terminal.getvalue()
    (line,) = shown_on(terminal)
    assert line.startswith("reading 9/9 photos")


@pytest.mark.usefixtures("hurried")
def test_a_message_stands_above_the_bar_and_stays(terminal):
    reading = track(range(9), 9, "reading")
    for _ in range(5):
        next(reading)
    say("a photo is broken [bold] :smile:")
    next(reading)
    message, bar = shown_on(terminal)
    assert message == "a photo is broken [bold] :smile:"
    assert bar.startswith("reading")
    assert "5/9 photos" in bar
    reading.close()
    assert shown_on(terminal) == [message]


@pytest.mark.usefixtures("hurried")
def test_a_work_inside_a_work_leaves_the_outer_bar(terminal):
    for _ in track(range(3), 3, "outer"):
        list(track(range(3), 3, "inner"))
    assert shown_on(terminal)[-1].startswith("outer 3/3 photos")
    assert sum(line.startswith("inner 3/3") for line in shown_on(terminal)) == 3


@pytest.mark.usefixtures("hurried")
def test_no_color_leaves_a_bar_without_colours(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    list(track(range(9), 9, "reading"))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", terminal.getvalue())


@pytest.mark.usefixtures("hurried")
def test_a_terminal_that_cannot_move_its_cursor_has_lines(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    list(track(range(2), 2, "reading"))
    assert "\x1b" not in terminal.getvalue()
    assert len(terminal.getvalue().splitlines()) == 2


@pytest.mark.usefixtures("hurried")
def test_steps_done_before_the_clock_started_do_not_speed_it_up(capsys):
    with steps("epoch 3", 1000, "steps") as report:
        for done in (991, 992, 993):
            report(done, "loss 0.5")
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("epoch 3 993/1000 steps, ")
    assert last.endswith(", loss 0.5")


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
