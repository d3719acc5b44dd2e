"""Numbers as they are printed: never so short that a figure contradicts its own bound."""

from collections.abc import Callable, Sequence

MOST = 12  # digits; numbers that are still alike then are the same to any reader

Rounding = Callable[[float, int], float]


def to_decimals(number: float, digits: int) -> float:
    """The number with so many digits after the point."""
    return round(number, digits)


def to_significant(number: float, digits: int) -> float:
    """The number with so many significant digits."""
    return float(f"{number:.{digits}g}")


def digits_apart(numbers: Sequence[float], least: int, rounding: Rounding = to_decimals) -> int:
    """The fewest digits, `least` or more, at which numbers that differ are printed differently.

    A figure of 0.0503 beside its bound 0.05 needs four decimals: 0.050 would not be above it.
    """
    different = set(numbers)
    for digits in range(least, MOST):
        if len({rounding(number, digits) for number in different}) == len(different):
            return digits
    return least if len(different) == 1 else MOST
