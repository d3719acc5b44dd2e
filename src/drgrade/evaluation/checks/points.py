"""W24: an operating point that was chosen for another model or other preprocessing."""

from collections.abc import Mapping
from typing import Any

from drgrade.evaluation.checks.check import Check, blind, told
from drgrade.stats.operating_points import settings_hash


def check_points(facts: Mapping[str, Any]) -> Check:
    """W24: a stored threshold belongs to other weights or to photographs prepared otherwise.

    Not checkable without a stored threshold, or where hashes are missing on either side.
    """
    points = [p for p in facts.get("operating_points") or () if p.get("threshold") is not None]
    if not points:
        return blind("W24", "no points", "E")
    preprocess = facts.get("preprocess")
    here = {
        "weights_sha256": facts.get("weights_sha256"),
        "preprocess_hash": settings_hash(preprocess) if preprocess else None,
    }
    if not all(here.values()) or not all(point.get(key) for point in points for key in here):
        return blind("W24", "no hashes", "E")
    other = [
        {"key": f"other {key}", "name": point["name"]}
        for point in points
        for key, hash_ in here.items()
        if point[key] != hash_
    ]
    return told("W24", bool(other), "E", reasons=other)
