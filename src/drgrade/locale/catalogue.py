"""Sentences from codes: what each message says, in English and Traditional Chinese.

The messages are Fluent files (projectfluent.org): `en/*.ftl` and `zh-TW/*.ftl`, an id for each
code; `fluent_values.functions` has what they may use. A message is parsed when it is first asked
for, and Fluent is loaded with the first of them: a command that says nothing from the catalogue
does not wait for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from drgrade.errors import Reason, choose

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

LANGUAGES = ("en", "zh-TW")
SPACE = {"en": " ", "zh-TW": ""}  # between two sentences
COMMA = {"en": ", ", "zh-TW": "、"}  # between two items of a list
ENTRY = re.compile(r"^(-?[A-Za-z][\w-]*) *=", re.MULTILINE)
KEPT = 4096  # sentences that are not made a second time


def text(reason: Reason | None, language: str = "en") -> str:
    """The sentence of a reason in a language; empty for none.

    Raises:
        UnknownNameError: a language that nothing is written in.
        LookupError: a code without a message, or a message without one of its values.
    """
    return "" if reason is None else _text(reason, language)


@lru_cache(KEPT)
def _text(reason: Reason, language: str) -> str:
    return _catalogue(language).say(reason)


@cache
def sources(language: str) -> dict[str, str]:
    """The Fluent source of each message of a language, by its code.

    Raises:
        UnknownNameError: a language that nothing is written in.
    """
    folder = choose({name: name for name in LANGUAGES}, language, "language")
    found: dict[str, str] = {}
    for file in (files("drgrade.locale") / folder).iterdir():
        if not file.name.endswith(".ftl"):
            continue
        content = file.read_text(encoding="utf-8")
        starts = list(ENTRY.finditer(content))
        ends = [each.start() for each in starts[1:]] + [len(content)]
        for start, end in zip(starts, ends, strict=True):
            assert start[1] not in found, f"message {start[1]} is there twice ({language})"
            found[start[1]] = content[start.start() : end]
    return found


@dataclass(frozen=True)
class _Catalogue:
    """The messages of one language: their sources, and the bundle of those parsed so far."""

    language: str
    sources: Mapping[str, str]
    bundle: "FluentBundle"
    parsed: set[str] = field(default_factory=set)

    def say(self, reason: Reason) -> str:
        """The message of a reason's code with its values put in."""
        self._parse(reason.code)
        pattern = self.bundle.get_message(reason.code).value
        assert pattern is not None
        values = {name: self._as_fluent(value) for name, value in reason.values.items()}
        said, problems = self.bundle.format_pattern(pattern, values)
        if problems:
            raise LookupError(f"message {reason.code} ({self.language}): {problems[0]}")
        return str(said)

    def _parse(self, code: str) -> None:
        if code in self.parsed:
            return
        if code not in self.sources:
            raise LookupError(f"there is no message {code} ({self.language})")
        from fluent.runtime import FluentResource

        self.bundle.add_resource(FluentResource(self.sources[code]))
        assert self.bundle.has_message(code), f"message {code} ({self.language}) is not Fluent"
        self.parsed.add(code)

    def _as_fluent(self, value: Any) -> Any:
        from drgrade.locale.fluent_values import Text, several, whole_number

        if isinstance(value, tuple):
            return several([self._plain(each) for each in value], SPACE[self.language])
        if isinstance(value, int):
            return whole_number(value)
        return value if isinstance(value, float) else Text(self._plain(value))

    def _plain(self, value: Any) -> str:
        return _text(value, self.language) if isinstance(value, Reason) else str(value)


@cache
def _catalogue(language: str) -> _Catalogue:
    from fluent.runtime import FluentBundle

    from drgrade.locale.fluent_values import functions

    known = sources(language)

    def look(code: str) -> str | None:
        return _text(Reason(code), language) if code in known else None

    bundle = FluentBundle([language], functions(look, COMMA[language]), use_isolating=False)
    return _Catalogue(language, known, bundle)
