"""Words in two languages: a key's English and its Traditional Chinese, side by side."""

from typing import Any

from drgrade.errors import choose

LANGUAGES = ("en", "zh-TW")
Pairs = dict[str, tuple[str, str]]


def said(words: Pairs, language: str, key: str, **values: Any) -> str:
    """The words of `key` in a language (`en`, `zh-TW`), with values put in.

    Raises:
        UnknownNameError: a language the page is not written in.
    """
    place = choose({name: i for i, name in enumerate(LANGUAGES)}, language, "language")
    return words[key][place].format(**values)
