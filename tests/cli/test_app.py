"""The manners of the command line: help, suggestions, exit codes, streams."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from drgrade.cli.app import COMMANDS, DATA_COMMANDS, MODEL_COMMANDS, run

ALL = [
    *([name] for name in COMMANDS),
    *(["data", name] for name in DATA_COMMANDS),
    *(["models", name] for name in MODEL_COMMANDS),
    ["models"],
    ["data"],
]


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_help_page_has_an_example(command, capsys):
    assert run([*command, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Example: drgrade" in shown


def test_help_lists_every_command_with_a_line(capsys):
    assert run(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in COMMANDS:
        (line,) = [line for line in lines if line.startswith(f"│ {name} ")]
        assert len(line.strip("│ ").split()) > 3


def test_help_answers_quickly_and_without_torch():
    code = (
        "import sys; from drgrade.cli.app import run; run(['--help']);"
        "sys.exit('torch' in sys.modules)"
    )
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0
    assert time.monotonic() - begun < 5  # a bound against loading the world, not a measurement


@pytest.mark.parametrize(("typed", "meant"), [(["trian"], "train"), (["data", "improt"], "import")])
def test_a_mistyped_command_is_answered_with_the_nearest(typed, meant, capsys):
    assert run(typed) == 2
    told = capsys.readouterr()
    assert f"did you mean '{meant}'" in told.err
    assert told.out == ""


def test_a_mistyped_option_is_wrong_usage(capsys):
    assert run(["doctor", "--jsno"]) == 2
    assert "--jsno" in capsys.readouterr().err


def test_a_missing_run_is_an_error_and_no_new_start(tmp_path, capsys):
    assert run(["train", "--resume", str(tmp_path / "nowhere")]) == 2
    assert "no run to resume" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_resume_with_a_changed_setting_is_refused(tmp_path, capsys):
    assert run(["train", "--resume", str(tmp_path), "--set", "train.epochs=3"]) == 2
    assert "cannot be changed" in capsys.readouterr().err


def test_a_recipe_without_manifest_is_told_how_to_name_one(tmp_path, capsys):
    assert run(["train", "lab-best", "-o", str(tmp_path / "run")]) == 2
    assert "--set data.manifest=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "begins"), [("recipes lab", "#"), ("--help", "Usage"), ("data sources", "lab3")]
)
def test_a_closed_pipe_is_no_error(asked, begins):
    command = f"{sys.executable} -m drgrade {asked} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, text=True)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.startswith(begins)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["predict"], "`drgrade predict` needs MODEL; see `drgrade predict --help`"),
        (["data", "draw"], "`drgrade data draw` needs N; see"),
        (["data", "draw", "4"], "`drgrade data draw` needs -o; see"),
        (["data", "draw", "4", "-o"], "`drgrade data draw` needs a value behind -o; see"),
        (["models", "shw"], "did you mean 'show'?"),
        (["doctor", "twice"], "nothing was expected at 'twice'"),
    ],
    ids=" ".join,
)
def test_what_is_missing_or_too_much_is_named_as_the_help_names_it(typed, said, capsys):
    assert run(typed) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.splitlines()) == 1


def test_no_colour_is_obeyed():
    done = subprocess.run(
        [sys.executable, "-m", "drgrade", "--help"], capture_output=True, check=True, text=True,
        env={"NO_COLOR": "1", "PATH": "", "TERM": "xterm-256color", "FORCE_COLOR": ""},
    )  # fmt: skip
    assert "\x1b[3" not in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_behind_the_screen_is_one_line_and_our_failure():
    command = f"{sys.executable} -m drgrade recipes > /dev/full"
    ended = subprocess.run(command, shell=True, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


def test_sigterm_is_one_line_and_143():
    asked = [sys.executable, "-c", "import os, signal\n"
             "from drgrade.cli import app\n"
             "app.make_app = lambda called: lambda *a, **k: os.kill(os.getpid(), signal.SIGTERM)\n"
             "app.main(['recipes'])"]  # fmt: skip
    ended = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert ended.returncode == 143
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_error(closed):
    command = f"{sys.executable} -m drgrade recipes {closed}"
    assert subprocess.run(["bash", "-c", command], capture_output=True, check=False).returncode == 0


def test_a_terminal_without_chinese_gets_its_letters_escaped_and_no_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "drgrade", "data", "check", str(tmp_path / "\u773c.csv")],
        capture_output=True, check=False, text=True,
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 2
    assert "no such file" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_fits_a_narrow_terminal():
    done = subprocess.run(
        [sys.executable, "-m", "drgrade", "train", "--help"], capture_output=True, check=True,
        text=True, env={"COLUMNS": "40", "PATH": ""},
    )  # fmt: skip
    assert max(map(len, done.stdout.splitlines())) <= 40


def test_an_interrupted_command_says_so_and_exits_130(monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("drgrade.cli.doctor.examine", interrupted)
    assert run(["doctor"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_reader_that_leaves_stops_no_work_and_changes_no_exit_code(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("photo,grade\n" + "".join(f"{i:04}{'x' * 90}.png,0\n" for i in range(2000)))
    command = [sys.executable, "-m", "drgrade", "data", "check", str(table), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    said = process.communicate()[1]
    assert process.returncode == 3, said
    assert b"Traceback" not in said
