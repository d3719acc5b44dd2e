"""Predictive values at a prevalence that is given: Bayes' rule, with an interval."""

import math

from drgrade.errors import Reason
from drgrade.stats.estimate import Estimate, Value, missing
from drgrade.stats.metrics import predictive_values

METHOD = Reason("bayes_mover")
Ends = tuple[float, float, float]  # a share, and the ends of its interval


def carried(sens: Estimate, spec: Estimate, prevalence: float) -> tuple[Estimate, Estimate]:
    """PPV and NPV at a prevalence that is given, with the interval that sens and spec leave them.

    On the scale of log-odds a predictive value is the prevalence's plus a difference of two
    logarithms of shares. The interval of a difference comes from the two intervals by the method of
    variance estimates recovery (MOVER; Zou and Donner, Statistics in Medicine 2008), as if the two
    were independent. Where one of the shares is 0 or 1 its logarithm is infinite, and the ends
    are those at the ends of both intervals: wider.
    """
    n, reason = sens.n + spec.n, sens.reason or spec.reason
    if sens.value is None or spec.value is None:
        assert reason is not None
        return missing(reason), missing(reason)
    of_sens, of_spec = _ends(sens), _ends(spec)
    values = predictive_values(sens.value, spec.value, prevalence)
    odds = prevalence / (1 - prevalence)

    def told(value: Value, one: Ends | None, other: Ends | None, odds: float) -> Estimate:
        if value.value is None:
            assert value.reason is not None
            return missing(value.reason, n)
        if one is None or other is None:
            return Estimate(value.value, None, None, None, n, reason)
        return Estimate(value.value, *_interval(one, other, odds), METHOD, n)

    return told(values[0], of_sens, of_spec, odds), told(values[1], of_spec, of_sens, 1 / odds)


def _ends(share: Estimate) -> Ends | None:
    if share.value is None or share.low is None or share.high is None:
        return None
    return share.value, share.low, share.high


def _interval(one: Ends, other: Ends, odds: float) -> tuple[float, float]:
    """Of odds * one / (1 - other) as a share; PPV: one = sens, NPV: one = spec."""
    value, low, high = one
    rest, rest_low, rest_high = 1 - other[0], 1 - other[2], 1 - other[1]
    if min(value, low, rest, rest_low) <= 0:
        return _share(odds, low, rest_high), _share(odds, high, rest_low)
    middle = math.log(odds) + math.log(value) - math.log(rest)
    down = math.hypot(math.log(value / low), math.log(rest_high / rest))
    up = math.hypot(math.log(high / value), math.log(rest / rest_low))
    return _logistic(middle - down), _logistic(middle + up)


def _share(odds: float, one: float, rest: float) -> float:
    """Odds * one / rest as a share of 1."""
    return odds * one / (odds * one + rest) if odds * one + rest else 0.0


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
