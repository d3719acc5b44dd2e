"""From a text to what travels: JSON read strictly, then checked; every problem in one line."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from drgrade.errors import shown
from drgrade.provenance.record import Record

Known = TypeVar("Known", bound=Record)
LONGEST = 80  # characters of a value that is shown
OBJECT, LIST = "an object", "a list"
KINDS = {
    "model_type": OBJECT,
    "dict_type": OBJECT,
    "tuple_type": LIST,
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
}  # of errors that `must_be` does not name


class WrongKindError(ValueError):
    """Values that are not of their kind: each problem with its name, rule and value."""


def read_object(text: str | bytes) -> dict[str, Any]:
    """One JSON object in any usual encoding, each name once, its numbers finite.

    Raises:
        ValueError: says in a line what it is instead.
    """
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValueError(str(error).splitlines()[0]) from None
    if not isinstance(found, dict):
        raise ValueError(f"it must be one JSON object, got {type(found).__name__}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{twice}' is there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number; null says that there is none")


def checked(kind: type[Known], values: Mapping[str, Any]) -> Known:
    """The values as `kind`.

    Raises:
        WrongKindError: names every value that is not of its kind.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        problems = (_problem(each, values) for each in error.errors(include_url=False))
        raise WrongKindError(", ".join(dict.fromkeys(problems))) from None


def _problem(error: ErrorDetails, values: Mapping[str, Any]) -> str:
    """`operating_points.HS.threshold must be a share of 0 to 1 or null, got 50`."""
    where = ".".join(_named(error["loc"], values))
    if error["type"] == "missing":
        return f"{where} must be there, got {_short(error['input'])}"
    if error["type"] == "too_long":
        most, got = error["ctx"]["max_length"], error["ctx"]["actual_length"]
        return f"{where} must be a list of at most {most}, got {got}"
    rule = KINDS.get(error["type"], error["msg"].removeprefix("Value error, "))
    return f"{where} must be {rule}, got {_short(error['input'])}"


def _named(place: tuple[int | str, ...], values: Any) -> Iterator[str]:
    """The steps of a place; an item of a list by its own name, where it has one."""
    for step in place:
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            values = None
        name = values.get("name") if isinstance(step, int) and isinstance(values, dict) else None
        yield shown(name) if isinstance(name, str) else str(step)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return shown(text if len(text) <= LONGEST else text[: LONGEST - 3] + "...")
