"""Settings as text: `--set` changes, mistakes explained in a line each."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomli_w
from pydantic import BaseModel

from drgrade.errors import RecipeError, choose, nearest
from drgrade.recipe.schema import RENAMED

Sections = Mapping[str, type[BaseModel]]
OUT_OF_RANGE = ("greater_than_equal", "greater_than", "less_than_equal", "less_than",
                "finite_number")  # fmt: skip


def apply_changes(settings: dict[str, Any], changes: Sequence[str]) -> None:
    """Put `section.key=value` and `stages.NAME.section.key=value` into settings, in place.

    Raises:
        RecipeError: not of this form, given twice, or of a key that a stage has for itself.
    """
    _refuse_twice(changes)
    for change in changes:
        _apply_change(settings, change)


def _refuse_twice(changes: Sequence[str]) -> None:
    """A key set twice is a mistake, as it is in a TOML file: which one is meant, nobody knows."""
    keys = [_new_name(change.partition("=")[0].strip()) for change in changes]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise RecipeError(f"--set gives {', '.join(twice)} more than once; keep one")


def _new_name(key: str) -> str:
    """A key `section.key` or `stages.NAME.section.key` by its name of today."""
    rest, _, name = key.rpartition(".")
    new = RENAMED.get(rest.rpartition(".")[2], {}).get(name, name)
    return f"{rest}.{new}" if rest else new


def _apply_change(settings: dict[str, Any], change: str) -> None:
    key, equals, value = change.partition("=")
    section, dot, name = _new_name(key.strip()).partition(".")
    if section == "stages" and equals:
        _change_stage(settings, name, value)
        return
    if not equals or not (dot or section == "name"):
        raise RecipeError(f"--set takes section.key=value, got '{change}'")
    parsed = _parsed(value)
    if not dot:
        settings[section] = parsed
        return
    _refuse_overruled(settings, section, name)
    inside = settings.setdefault(section, {})
    if not isinstance(inside, dict):
        raise RecipeError(f"--set {change}: '{section}' is no section of a recipe")
    inside[name] = parsed


def _parsed(value: str) -> Any:
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value  # bare words need no quotes on a command line


def _stages_of(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    stages = settings.get("stages", [])
    if not isinstance(stages, list):
        return {}
    return {str(stage.get("name")): stage for stage in stages if isinstance(stage, dict)}


def _change_stage(settings: dict[str, Any], key: str, value: str) -> None:
    """Apply `stages.NAME.section.key=value`."""
    stage, _, rest = key.partition(".")
    section, dot, name = rest.partition(".")
    if not dot:
        raise RecipeError(f"--set takes stages.NAME.section.key=value, got 'stages.{key}={value}'")
    if not _stages_of(settings):
        raise RecipeError(f"--set stages.{key}: this recipe has no stages")
    inside = choose(_stages_of(settings), stage, "stage of this recipe").setdefault(section, {})
    if not isinstance(inside, dict):
        raise RecipeError(f"--set stages.{key}: '{section}' is no section of a recipe")
    inside[name] = _parsed(value)


def _refuse_overruled(settings: dict[str, Any], section: str, name: str) -> None:
    """A change of the whole recipe that a stage would overrule in silence is refused."""
    for stage, inside in _stages_of(settings).items():
        own = inside.get(section)
        if isinstance(own, dict) and name in own:
            raise RecipeError(
                f"--set {section}.{name}: stage '{stage}' has its own; "
                f"use --set stages.{stage}.{section}.{name}=..."
            )


def explain(problem: dict[str, Any], sections: Sections) -> str:
    """One of pydantic's problems as a line: the key, the rule, the value, the nearest key."""
    place = [str(part) for part in problem["loc"]]
    key = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return f"unknown key '{key}'{_nearest_key(place, sections)}"
    if not place:
        return str(problem["msg"]).removeprefix("Value error, ")
    rule = _range(place, sections) if problem["type"] in OUT_OF_RANGE else ""
    rule = f"must be {rule}" if rule else str(problem["msg"]).removeprefix("Input ")
    return f"{key}: {rule}, got {problem['input']!r}"


def _range(place: list[str], sections: Sections) -> str:
    """The range of a key in words: `1 to 4096`, `above 0 to 10`, `0 to below 1`."""
    inside = sections.get(place[0])
    if inside is None or len(place) != 2:
        return ""
    limits = {
        name: f"{getattr(rule, name):.9g}"
        for rule in inside.model_fields[place[1]].metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(rule, name)
    }
    low = limits["ge"] if "ge" in limits else f"above {limits['gt']}" if "gt" in limits else ""
    high = limits["le"] if "le" in limits else f"below {limits['lt']}" if "lt" in limits else ""
    return f"{low} to {high}" if low and high else f"{low or high}" + (" or more" if low else "")


def _nearest_key(place: list[str], sections: Sections) -> str:
    keys = {f"{name}.{key}": key for name, part in sections.items() for key in part.model_fields}
    wanted = ".".join(place)
    inside = sections.get(place[0])
    if inside and (close := nearest(place[-1], inside.model_fields)):
        return close
    same = [full for full, key in keys.items() if key == place[-1]]
    if same:
        return f"; did you mean '{same[0]}'?"
    return nearest(wanted, [*keys, *sections]) if len(place) > 1 else nearest(wanted, sections)


def as_toml(value: Any) -> str:
    """A plain value as TOML."""
    return tomli_w.dumps({"value": value}).removeprefix("value = ").strip()
