"""Sentences from codes: what each message says, in English and Traditional Chinese.

The messages are Fluent files (projectfluent.org): `en/*.ftl` and `zh-TW/*.ftl`, an id for each
code; `fluent_values.functions` has what they may use. The words of pages lie in `pages/` below
these, and their ids begin with the page and a hyphen (`scorecard-title`). A message is parsed when
it is first asked for, Fluent is loaded with the first of them, and the files of pages are read with
the first of theirs: a command that says nothing from the catalogue does not wait for it.
"""

import re
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
AND = {"en": " and ", "zh-TW": "與"}  # before the last of them
OF_PAGES = "-"  # in the ids of what pages say, and in no other
ENTRY = re.compile(r"^(-?[A-Za-z][\w-]*) *=", re.MULTILINE)
KEPT = 4096  # sentences that are not made a second time


def text(reason: Reason | None, language: str = "en") -> str:
    """The sentence of a reason in a language; empty for none.

    Raises:
        UnknownNameError: a language that nothing is written in.
        LookupError: a code without a message, or a message without one of its values.
    """
    return "" if reason is None else _text(reason, language)


def message(language: str, code: str, /, **values: Any) -> str:
    """The sentence of a code with its values, for a page or a figure; raises as `text`."""
    return _text(Reason(code, values), language)


@lru_cache(KEPT)
def _text(reason: Reason, language: str) -> str:
    return _catalogue(language).say(reason)


@cache
def sources(language: str, *, of_pages: bool = False) -> dict[str, str]:
    """The Fluent source of each message of a language, by its code: reasons', or pages'.

    Raises:
        UnknownNameError: a language that nothing is written in.
    """
    folder = files("drgrade.locale") / choose(dict(zip(LANGUAGES, LANGUAGES, strict=True)),
                                              language, "language")  # fmt: skip
    found: dict[str, str] = {}
    for file in (folder / "pages" if of_pages else folder).iterdir():
        if not file.name.endswith(".ftl"):
            continue
        content = file.read_text(encoding="utf-8")
        starts = list(ENTRY.finditer(content))
        ends = [each.start() for each in starts[1:]] + [len(content)]
        for start, end in zip(starts, ends, strict=True):
            assert start[1] not in found, f"message {start[1]} is there twice ({language})"
            assert (OF_PAGES in start[1]) is of_pages, f"message {start[1]} is of another folder"
            found[start[1]] = content[start.start() : end]
    return found


@dataclass(frozen=True)
class _Catalogue:
    """The messages of one language: the bundle of those parsed so far."""

    language: str
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
        from fluent.runtime import FluentResource

        if (source := _source(self.language, code)) is None:
            raise LookupError(f"there is no message {code} ({self.language})")
        self.bundle.add_resource(FluentResource(source))
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


def _source(language: str, code: str) -> str | None:
    return sources(language, of_pages=OF_PAGES in code).get(code)


@cache
def _catalogue(language: str) -> _Catalogue:
    from fluent.runtime import FluentBundle

    from drgrade.locale.fluent_values import functions

    sources(language, of_pages=False)  # refuses a language that nothing is written in

    def look(code: str) -> str | None:
        return None if _source(language, code) is None else _text(Reason(code), language)

    known = functions(look, COMMA[language], AND[language])
    return _Catalogue(language, FluentBundle([language], known, use_isolating=False))
