"""The command line: names, help, and how an error becomes one line and an exit code."""

import atexit
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Annotated, Any

from cyclopts import App, CycloptsError, MissingArgumentError, Parameter, UnknownCommandError
from cyclopts.exceptions import UnusedCliTokensError

from drgrade import __version__
from drgrade.errors import DrgradeError, nearest, plain

INTERRUPTED, TERMINATED = 130, 143
FAILED = 1
WRONG_USAGE = 2
SELDOM = 100_000  # objects more than before, until lost cycles are searched for; 700 is usual

HELP = """Train, judge and use graders of diabetic retinopathy.

Research software, not a medical device.

Example: drgrade demo
"""

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("drgrade.cli.demo:demo", "The whole story on drawn photographs, offline, in minutes."),
    "lab": ("drgrade.cli.lab:lab", "The course lab's whole experiment and its report."),
    "train": ("drgrade.cli.train:train", "Train a grader from a recipe, or resume a run."),
    "predict": ("drgrade.cli.predict:predict", "One row of probabilities a photograph."),
    "explain": ("drgrade.cli.explain:explain", "Where the grader looked, the lesions it saw."),
    "export": ("drgrade.cli.export:export", "A file for OpenVINO or ONNX, proven to grade alike."),
    "calibrate": (
        "drgrade.cli.calibrate:calibrate",
        "Correct probabilities and freeze operating points.",
    ),
    "evaluate": ("drgrade.cli.evaluate:evaluate", "A scorecard of a table of predictions."),
    "compare": ("drgrade.cli.compare:compare", "Paired differences on the same photographs."),
    "recipes": ("drgrade.cli.train:recipes", "The packaged recipes, or one of them in full."),
    "doctor": ("drgrade.cli.doctor:doctor", "What this machine has and what is missing."),
}
DATA_COMMANDS: dict[str, tuple[str, str]] = {
    "import": ("drgrade.cli.data.tables:import_", "One manifest from a public set's own files."),
    "sources": (
        "drgrade.cli.data.tables:sources",
        "The public sets, what they hold, their licences.",
    ),
    "check": ("drgrade.cli.data.tables:check", "Counts, broken files, leaks, label conflicts."),
    "split": ("drgrade.cli.data.tables:split", "Divide patients, never photographs."),
    "masks": ("drgrade.cli.data.masks:masks", "A set's lesion masks beside its photographs."),
    "prepare": ("drgrade.cli.data.prepare:prepare", "Cropped, undistorted squares, resumable."),
    "dust": ("drgrade.cli.data.dust:dust", "Dust of the camera that looks like lesions."),
    "draw": ("drgrade.cli.data.draw:draw", "Drawn photographs with manifest and lesion masks."),
}
MODEL_COMMANDS: dict[str, tuple[str, str]] = {
    "show": ("drgrade.cli.models:show", "The layers of one network, or of a model's."),
    "ship": ("drgrade.cli.ship:ship", "One small file of a model, with where it comes from."),
    "card": ("drgrade.cli.ship:card", "A model's card: data, limits, results, hashes."),
    "pretrain": ("drgrade.cli.models:pretrain", "A network's start from drawn photographs."),
}


def make_app(called: Sequence[str] = ()) -> App:
    """The whole command line; commands are imported when they are called.

    A command that is called brings its own long help; the others are listed by one line.
    """
    app = App(name="drgrade", help=HELP, version=__version__, help_format="markdown",
              suppress_keyboard_interrupt=False)  # fmt: skip
    for name, (target, summary) in COMMANDS.items():
        app.command(target, name=name, help=None if name in called else summary)
    app.command(
        _group(
            "data",
            "Import, check, split, prepare and draw sets.\n\nExample: drgrade data sources",
            DATA_COMMANDS,
            called,
        )
    )
    models = _group(
        "models",
        "The networks, their size, and the files at hand.\n\nExample: drgrade models",
        MODEL_COMMANDS,
        called,
    )
    models.default(_list_models)
    app.command(models)
    return app


def _group(
    name: str, summary: str, commands: dict[str, tuple[str, str]], called: Sequence[str]
) -> App:
    group = App(name=name, help=summary)
    for each, (target, help_line) in commands.items():
        group.command(target, name=each, help=None if each in called else help_line)
    return group


def _list_models(*, json_: Annotated[bool, Parameter(name="--json", negative=())] = False) -> None:
    """List the networks with parameters and FLOPs beside the paper's, and model files at hand.

    Example: drgrade models --json

    Parameters
    ----------
    json_
        Print JSON.
    """
    from drgrade.cli.models import models

    models(json_=json_)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command line and exit with its code."""
    _collect_seldom()
    _raise_at_sigterm()
    _make_streams_safe()
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    _drop_what_cannot_be_written()
    sys.exit(code)


def _collect_seldom() -> None:
    """Search for lost cycles less often, and not at the exit.

    Each search goes through all that torch has loaded: a third of the time that loading it takes.
    """
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)


class TerminatedError(BaseException):
    """SIGTERM came where nothing else waits for it; as KeyboardInterrupt, no failure of a step."""


def _raise_at_sigterm() -> None:
    process = os.getpid()

    def terminated(number: int, frame: FrameType | None) -> None:
        if os.getpid() != process:  # a worker that was forked off has nothing to say
            os._exit(TERMINATED)
        raise TerminatedError

    signal.signal(signal.SIGTERM, terminated)


class _Patient(io.FileIO):
    """A stream whose reader may leave (`| head -1`): the work goes on, the rest goes nowhere."""

    def write(self, said: Any) -> int:
        try:
            return super().write(said) or 0
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return super().write(said) or 0


def _make_streams_safe() -> None:
    """A closed stream swallows what is said; letters a terminal does not know are escaped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        elif isinstance(stream, io.TextIOWrapper):
            raw = io.BufferedWriter(_Patient(stream.fileno(), "w", closefd=False))
            safe = io.TextIOWrapper(raw, stream.encoding, "backslashreplace",
                                    line_buffering=stream.line_buffering)  # fmt: skip
            setattr(sys, name, safe)


def _drop_what_cannot_be_written() -> None:
    """What a full disk did not take has been reported; at the exit it would be a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code: 0, 1, 2, 3, 130 or 143."""
    try:
        answer = make_app(arguments[:2])(arguments, exit_on_error=False, print_error=False,
                            result_action="return_value")  # fmt: skip
        sys.stdout.flush()
        return int(answer or 0) if isinstance(answer, int | None) else 0
    except UnknownCommandError as error:
        return _tell(_unknown_command(arguments, error.unused_tokens), WRONG_USAGE)
    except UnusedCliTokensError as error:
        return _tell(_not_understood(arguments, error.unused_tokens or []), WRONG_USAGE)
    except MissingArgumentError as error:
        return _tell(_missing(error), WRONG_USAGE)
    except CycloptsError as error:
        return _tell(_first_line(error), WRONG_USAGE)
    except DrgradeError as error:
        return _tell(str(error), error.exit_code)
    except OSError as error:
        return _tell(_said_by_the_system(error), FAILED)
    except KeyboardInterrupt:
        return _tell("interrupted", INTERRUPTED)
    except TerminatedError:
        return _tell("terminated", TERMINATED)
    finally:
        _release_claims()


def _release_claims() -> None:
    """Release the outputs that the command held; loading what holds them is not for `--help`."""
    if locks := sys.modules.get("drgrade.runtime.locks"):
        locks.release_claims()


def _unknown_command(arguments: Sequence[str], unused: list[str] | None) -> str:
    typed = (unused or list(arguments) or [""])[0]
    groups = {"data": DATA_COMMANDS, "models": MODEL_COMMANDS}
    known = groups.get(arguments[0], {}) if arguments[0] != typed else {}
    names = list(known) or [*COMMANDS, *groups]
    return f"unknown command '{typed}'{nearest(typed, names)} (known: {', '.join(sorted(names))})"


def _not_understood(arguments: Sequence[str], unused: list[str]) -> str:
    """A word that is no command of a group, or one too many behind a command."""
    if arguments[0] in ("data", "models") and arguments[1:2] == unused[:1]:
        return _unknown_command(arguments, unused)
    words = " ".join(f"'{each}'" for each in unused)
    return f"nothing was expected at {words}; `drgrade {arguments[0]} --help` says what is"


def _missing(error: MissingArgumentError) -> str:
    """What a command needs and was not given, as its help names it."""
    command = " ".join(("drgrade", *(error.command_chain or ())))
    argument = error.argument
    if argument is None:
        return _first_line(error)
    given = error.keyword or next((each.keyword for each in argument.tokens if each.keyword), None)
    if given:
        return f"`{command}` needs a value behind {given}; see `{command} --help`"
    is_option = argument.field_info.is_keyword_only
    name = argument.name if is_option else argument.name.lstrip("-").upper()
    return f"`{command}` needs {name}; see `{command} --help`"


def _said_by_the_system(error: OSError) -> str:
    """A full disk, a folder that cannot be written: what, where, and nothing else."""
    place = f": {error.filename}" if error.filename else ""
    return f"{error.strerror or error}{place}"


def _first_line(error: CycloptsError) -> str:
    return " ".join(str(error).split())


def _tell(message: str, code: int) -> int:
    print(plain(f"drgrade: {message}"), file=sys.stderr)
    return code
