"""A number, or the reason why there is none; with its interval where it is an estimate."""

import math
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]

NOT_AVAILABLE = "n/a"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Value:
    """A number, or None and the reason why it is undefined."""

    value: float | None
    reason: str = ""

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
    method: str
    n: int
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"{NOT_AVAILABLE} ({self.reason})"
        if self.low is None or self.high is None:
            return f"{self.value:.3f} (no interval: {self.reason})"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    def contains(self, number: float) -> bool:
        """Whether the interval is known and `number` lies in it."""
        return self.low is not None and self.high is not None and self.low <= number <= self.high

    def as_json(self) -> dict[str, Any]:
        """The fields as a dictionary; what is undefined is null."""
        return asdict(self)


def value_of(number: float | Floats, reason: str) -> Value:
    """Wrap one number; NaN becomes None with `reason`."""
    plain = float(number)
    return Value(None, reason) if math.isnan(plain) else Value(plain)


def missing(reason: str, n: int = 0) -> Estimate:
    """An estimate that is undefined, with its reason."""
    return Estimate(None, None, None, "", n, reason)


def with_unit(result: Result, unit: str) -> Result:
    """The same result, its estimates' methods naming the `unit` drawn: groups, patients or photos.

    What computes an interval takes labels and calls them patients; who holds the table knows what
    they are. Dataclasses, tuples, lists and dictionaries are gone through; the rest stays.
    """
    return result if unit == "patients" else _renamed(result, unit)


def _renamed(result: Any, unit: str) -> Any:
    if isinstance(result, Estimate):
        method = result.method.replace("patients", unit).replace("patient ", f"{unit[:-1]} ")
        return replace(result, method=method)
    if is_dataclass(result) and not isinstance(result, type):
        parts = {each.name: getattr(result, each.name) for each in fields(result)}
        return replace(result, **{name: _renamed(part, unit) for name, part in parts.items()})
    if isinstance(result, dict):
        return {key: _renamed(part, unit) for key, part in result.items()}
    if isinstance(result, list | tuple):
        return type(result)(_renamed(part, unit) for part in result)
    return result
