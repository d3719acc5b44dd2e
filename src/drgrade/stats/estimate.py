"""A number, or the reason why there is none; with its interval where it is an estimate."""

import math
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from drgrade.errors import Reason
from drgrade.locale.catalogue import text
from drgrade.locale.plain import as_plain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]

NOT_AVAILABLE = "n/a"
PATIENTS = "patients"  # what is drawn, where `with_unit` does not say otherwise
Result = TypeVar("Result")


@dataclass(frozen=True)
class Value:
    """A number, or None and the reason why it is undefined."""

    value: float | None
    reason: Reason | None = None

    def __str__(self) -> str:
        return NOT_AVAILABLE if self.value is None else f"{self.value:.4f}"


@dataclass(frozen=True)
class Estimate:
    """A number from `n` units with its interval, or None and the reason.

    `low` and `high` are None where only the interval is undefined; `reason` then says why.
    """

    value: float | None
    low: float | None
    high: float | None
    method: Reason | None
    n: int
    reason: Reason | None = None

    def __str__(self) -> str:
        if self.value is None:
            return f"{NOT_AVAILABLE} ({text(self.reason)})"
        if self.low is None or self.high is None:
            return f"{self.value:.3f} (no interval: {text(self.reason)})"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    def contains(self, number: float) -> bool:
        """Whether the interval is known and `number` lies in it."""
        return self.low is not None and self.high is not None and self.low <= number <= self.high

    def as_json(self) -> dict[str, Any]:
        """The fields as a dictionary; what is undefined is null."""
        plain: dict[str, Any] = as_plain(self)
        return plain


def value_of(number: float | Floats, reason: Reason) -> Value:
    """Wrap one number; NaN becomes None with `reason`."""
    plain = float(number)
    return Value(None, reason) if math.isnan(plain) else Value(plain)


def missing(reason: Reason, n: int = 0) -> Estimate:
    """An estimate that is undefined, with its reason."""
    return Estimate(None, None, None, None, n, reason)


def with_unit(result: Result, unit: str) -> Result:
    """The same result, its methods and reasons naming the `unit` drawn: groups, patients, photos.

    What computes an interval takes labels and calls them patients; who holds the table knows what
    they are. Dataclasses, tuples, lists and dictionaries are gone through; the rest stays.
    """
    return result if unit == PATIENTS else _renamed(result, unit)


def _renamed(result: Any, unit: str) -> Any:
    if isinstance(result, Reason):
        is_of_units = "unit" in result.values
        return Reason(result.code, {**result.values, "unit": unit}) if is_of_units else result
    if is_dataclass(result) and not isinstance(result, type):
        parts = {each.name: getattr(result, each.name) for each in fields(result)}
        return replace(result, **{name: _renamed(part, unit) for name, part in parts.items()})
    if isinstance(result, dict):
        return {key: _renamed(part, unit) for key, part in result.items()}
    if isinstance(result, list | tuple):
        return type(result)(_renamed(part, unit) for part in result)
    return result
