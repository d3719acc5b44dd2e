"""What travels with predictions, read and checked: a judge must not stumble over its kinds."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from drgrade.errors import PredictionsError, shown

KIND: Final = "drgrade predictions"
DRAWN: Final = "drawn"  # the source of photographs that `drgrade data draw` made
LARGEST: Final = 16 << 20  # bytes
MOST_POINTS: Final = 8
ROUNDED: Final = 1e-6  # how far above 1 a sum of probabilities of single precision may lie
NAMES: Final = (
    "weights_sha256", "recipe_hash", "recipe_family", "manifest_hash", "epoch_chosen_on",
    "cuts_fitted_on", "thresholds_chosen_on", "source", "train_source",
)  # fmt: skip


def read_facts(path: Path) -> dict[str, Any]:
    """The facts in a `.json` beside a table; none where there is no file, or one of another kind.

    Raises:
        PredictionsError: no JSON object, a number that is none, or a fact of the wrong kind.
    """
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > LARGEST:
            _refuse(path, f"over {LARGEST >> 20} MiB are no facts about a model")
        text = path.read_bytes()
        return parse_facts(text.decode("utf-16" if text[:2] in _MARKS else "utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as error:
        _refuse(path, str(error).splitlines()[0])


_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def parse_facts(text: str, path: Path) -> dict[str, Any]:
    """The facts in a text; `path` is where it stood, for what is said of it.

    Raises:
        PredictionsError: as `read_facts`.
    """
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        _refuse(path, str(error).splitlines()[0])
    if not isinstance(found, dict):
        _refuse(path, f"facts are one JSON object, got {type(found).__name__}")
    if found.pop("kind", KIND) != KIND:
        return {}
    _check(found, path)
    return found


def _refuse(path: Path, what: str) -> NoReturn:
    raise PredictionsError(f"{path} cannot be read: {what}; write it anew, or remove it")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{twice}' is there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number; null says that there is none")


def _check(facts: Mapping[str, Any], path: Path) -> None:
    """Refuse the first fact that is not of its kind; null is unknown, other names are anybody's."""
    for name, value in facts.items():
        if name in NAMES and value is not None and not isinstance(value, str):
            _refuse(path, f"{name} must be text, got {_short(value)}")
        rule, holds = KINDS.get(name, ("", _anything))
        if value is not None and not holds(value):
            _refuse(path, f"{name} must be {rule}, got {_short(value)}")
    for point in facts.get("operating_points") or ():
        if not _is_threshold(point.get("threshold")):
            _refuse(path, f"the threshold of operating point '{shown(point['name'])}' must be a "
                          f"share of 0 to 1 or null, got {_short(point['threshold'])}")  # fmt: skip


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _anything(_: Any) -> bool:
    return True


def _is_number(value: Any) -> bool:
    is_plain = isinstance(value, int | float) and not isinstance(value, bool)
    return is_plain and abs(value) < 1e308 and math.isfinite(value)


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_threshold(value: Any) -> bool:
    return value is None or (_is_number(value) and 0 <= value <= 1 + ROUNDED)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_calibration(value: Any) -> bool:
    """Empty, or a method of `recalibration` with what it needs: a temperature, or its knots."""
    if not _is_object(value) or not value:
        return _is_object(value)
    if value.get("method") == "temperature":
        return _is_number(value.get("temperature")) and value["temperature"] > 0
    if value.get("method") == "isotonic":
        knots = [value.get(name) for name in ("scores", "shares")]
        are_lists = all(isinstance(each, list) and all(map(_is_number, each)) for each in knots)
        return are_lists and len(knots[0]) == len(knots[1]) > 0
    return value.get("method") == "none"


def _is_hashes(value: Any) -> bool:
    return isinstance(value, list) and all(each is None or isinstance(each, str) for each in value)


def _is_prevalence(value: Any) -> bool:
    return _is_object(value) and all(share is None or _is_share(share) for share in value.values())


def _is_statistics(value: Any) -> bool:
    if not _is_object(value):
        return False
    limits, cameras = value.get("train"), value.get("cameras")
    is_pair = all(
        isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair))
        for pair in (limits.values() if _is_object(limits) else ())
    )
    is_list = cameras is None or (
        isinstance(cameras, list) and all(isinstance(each, str) for each in cameras)
    )
    return (limits is None or _is_object(limits)) and is_pair and is_list


def _is_points(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_POINTS and all(map(_is_point, value))


def _is_point(value: Any) -> bool:
    if not _is_object(value) or not isinstance(value.get("name"), str):
        return False
    names = [value.get(name) for name in ("split", "endpoint")]
    if not all(each is None or isinstance(each, str) for each in names):
        return False
    shares = [value.get(name) for name in ("sensitivity", "specificity")]
    return all(share is None or (_is_object(share) and _is_estimate(share)) for share in shares)


def _is_decision(value: Any) -> bool:
    """A threshold and what else is a number of `decision.Decision`, each a share."""
    if not _is_object(value) or "threshold" not in value:
        return False
    numbers = [each for name, each in value.items() if name != "rule"]
    return isinstance(value.get("rule", ""), str) and all(map(_is_threshold, numbers))


def _is_estimate(value: Mapping[str, Any]) -> bool:
    bounds = [value.get(name) for name in ("value", "low", "high")]
    return "value" in value and all(bound is None or _is_share(bound) for bound in bounds)


KINDS: Final[dict[str, tuple[str, Callable[[Any], bool]]]] = {
    "drawn": ("true or false", _is_flag),
    "leak_declared": ("true or false", _is_flag),
    "mirror_changes": ("a share of 0 to 1", _is_share),
    "preprocess": ("an object of settings", _is_object),
    "train_preprocess": ("an object of settings", _is_object),
    "calibration": ("an object with its method and numbers", _is_calibration),
    "prevalence": ("an object of shares, as train 0.2", _is_prevalence),
    "input_statistics": ("train with two numbers a feature, and cameras", _is_statistics),
    "fold_weights_sha256": ("a list of hashes", _is_hashes),
    "decision": ("an object with a threshold and cuts, each 0 to 1", _is_decision),
    "operating_points": (
        f"a list of at most {MOST_POINTS} points with name and threshold",
        _is_points,
    ),
}
