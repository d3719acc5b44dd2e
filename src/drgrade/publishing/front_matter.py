"""The head of a model card: plain values as YAML that every reader takes the same way."""

from collections.abc import Mapping, Sequence
from math import inf

import yaml

Plain = str | int | float | bool | Sequence["Plain"] | Mapping[str, "Plain"]


class _Quoted(str):
    """A text that is written in quotes, whatever it looks like."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML comes without types
    """Writes quoted texts, and every value where it stands: a card has no references."""

    def ignore_aliases(self, data: object) -> bool:
        """Always."""
        return True


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def front_matter(values: Mapping[str, Plain]) -> str:
    """Values between two lines of dashes, as a Markdown file begins with them.

    Every text is quoted, so that none of them is taken for a number, a date or a Norwegian no, by
    readers of YAML 1.1 or 1.2.
    """
    text = yaml.dump(
        _quoted(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=inf
    )
    return f"---\n{'' if not values else text}---\n"


def _quoted(value: Plain) -> object:
    if isinstance(value, Mapping):
        return {key: _quoted(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_quoted(each) for each in value]
    return _Quoted(value) if isinstance(value, str) else value
