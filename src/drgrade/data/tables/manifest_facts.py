"""What is known of a manifest beside its rows, as it lies in a `.json` or in metadata."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from drgrade.errors import ManifestError, shown

KIND: Final = "drgrade manifest"


def read_facts(path: Path) -> dict[str, Any]:
    """The facts beside a CSV manifest; nothing where there are none or they are not ours.

    Raises:
        ManifestError: our file beside the manifest is damaged, or a fact is of another type.
    """
    beside = path.with_suffix(".json")
    if not beside.is_file() or beside == path:
        return {}
    return parse_facts(beside.read_bytes(), beside)


def parse_facts(text: bytes, place: Path) -> dict[str, Any]:
    """The facts in JSON; nothing where it is not ours. `place` is where it stood.

    Raises:
        ManifestError: as `read_facts`.
    """
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError) as error:
        if KIND.encode() not in text:
            return {}
        raise ManifestError(f"{place} is no JSON ({error}); repair or remove it") from None
    if not isinstance(facts, dict) or facts.pop("kind", None) != KIND:
        return {}
    return _checked(facts, place)


def _checked(facts: Mapping[str, Any], place: Path) -> dict[str, Any]:
    """The facts that are known: null says that one is not."""
    known = {name: value for name, value in facts.items()
             if value is not None or name not in TYPES}  # fmt: skip
    wrong = [
        f"{name} must be {TYPES[name][0]}, got {shown(json.dumps(value, ensure_ascii=False))}"
        for name, value in known.items()
        if name in TYPES and not TYPES[name][1](value)
    ]
    if wrong:
        raise ManifestError(f"{place}: {', '.join(wrong)}; correct it, or remove the facts")
    return known


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


TYPES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    **dict.fromkeys(("root", "source", "licence", "address"), ("text", _is_text)),
    "leak_declared": ("true or false", _is_flag),
    "notes": ("a list of texts", _is_texts),
}


def refuse_foreign(beside: Path) -> None:
    """Refuse a place for the facts of a CSV manifest where another's file lies.

    Raises:
        ManifestError: names the file.
    """
    if not beside.exists():
        return
    try:
        is_ours = json.loads(beside.read_bytes()).get("kind") == KIND
    except (OSError, ValueError, RecursionError, AttributeError):
        is_ours = False
    if not is_ours:
        raise ManifestError(
            f"the facts of a CSV manifest go to {beside.name}, which is another's file; "
            "choose another name for the manifest, or .parquet"
        )
