"""Every error raised on purpose, as one tree; `Reason`; the look-up that suggests a name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Reason:
    """Why there is no figure, what a check found, how an interval was made: a code with values.

    `drgrade.locale.catalogue.text` makes the sentence. Values are strings, numbers, further
    reasons, and tuples of these.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __hash__(self) -> int:
        return hash((self.code, frozenset(self.values.items())))

    def __reduce__(self) -> tuple[type["Reason"], tuple[str, dict[str, Any]]]:
        return Reason, (self.code, dict(self.values))  # a view of a dictionary cannot be pickled


class DrgradeError(Exception):
    """The root of all errors raised on purpose; `exit_code` says whose fault it was.

    `reason` is what was wrong as a code with values, where the error has one.
    """

    exit_code = 1
    reason: Reason | None = None


class UsageError(DrgradeError):
    """Wrong usage or settings: the person can fix the command, the recipe or the table."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not in a registry."""


class MissingExtraError(UsageError):
    """A command that needs an optional part which is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}': pip install 'drgrade[{extra}]'")


class RecipeError(UsageError):
    """A recipe with mistakes; all of them at once, one a line."""


class ManifestError(UsageError):
    """A table of photos that cannot be used; all problems at once, one a line."""


class PredictionsError(UsageError):
    """A table of predictions that cannot be judged."""


class CheckpointError(UsageError):
    """A model file that is damaged, foreign or does not fit."""


class RunError(UsageError):
    """A run folder that is in use, missing, finished or does not fit what was asked."""


class CheckFailedError(DrgradeError):
    """Some inputs failed, or a check found something."""

    exit_code = 3


class PhotoError(CheckFailedError):
    """A photo that cannot be used; `reason` says why, with the value found."""

    def __init__(self, said: str, detail: str = "") -> None:
        super().__init__(f"{said}: {detail}" if detail else said)

    @property
    def code(self) -> str:
        """The code of the reason; empty where there is none."""
        return self.reason.code if self.reason else ""


class MaskError(CheckFailedError):
    """A mask of lesions that cannot be read."""


class DownloadError(DrgradeError):
    """Weights that could not be fetched or do not have the promised hash."""


def plain(text: str) -> str:
    """Text for one terminal line or more: what would move the cursor or turn letters is escaped."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode()
        for each in text
    )


def shown(value: object, longest: int = 80) -> str:
    """A value found in a table, as it is named in a sentence: one line, and not a long one."""
    text = plain(str(value)).replace("\n", "\\n")
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the known name nearest to `name`, or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def choose(options: Mapping[str, T], name: str, what: str) -> T:
    """Look `name` up in a registry.

    Raises:
        UnknownNameError: names the nearest option and lists them all.
    """
    if name in options:
        return options[name]
    listed = ", ".join(sorted(options))
    raise UnknownNameError(f"unknown {what} '{name}'{nearest(name, options)} (known: {listed})")
