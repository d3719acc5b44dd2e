"""The head of a model card: plain values as YAML that every reader takes the same way."""

import json
from collections.abc import Mapping, Sequence

Plain = str | int | float | bool | Sequence["Plain"] | Mapping[str, "Plain"]


def front_matter(values: Mapping[str, Plain]) -> str:
    """Values between two lines of dashes, as a Markdown file begins with them.

    Every text is quoted, so that none of them is taken for a number, a date or a Norwegian no.
    """
    return "\n".join(["---", *_mapping(values), "---", ""])


def _mapping(values: Mapping[str, Plain]) -> list[str]:
    lines: list[str] = []
    for key, value in values.items():
        if isinstance(value, Mapping | list | tuple) and value:
            lines += [f"{key}:", *(f"  {line}" for line in _block(value))]
        else:
            lines.append(f"{key}: {_scalar(value)}")
    return lines


def _block(value: Plain) -> list[str]:
    if isinstance(value, Mapping) and value:
        return _mapping(value)
    if not isinstance(value, list | tuple) or not value:
        return [_scalar(value)]
    lines = []
    for each in value:
        first, *rest = _block(each)
        lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return lines


def _scalar(value: Plain) -> str:
    """A text in quotes; a number, true or false, and an empty list or mapping as JSON has them."""
    if not isinstance(value, str):
        return json.dumps(value)
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in quoted) + '"'
