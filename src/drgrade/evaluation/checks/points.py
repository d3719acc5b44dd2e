"""W24: an operating point that was chosen for another model or other preprocessing."""

from collections.abc import Mapping
from typing import Any

from drgrade.errors import Reason
from drgrade.evaluation.checks.check import Check, checked, not_checkable
from drgrade.stats.operating_points import settings_hash

OTHER = {"weights_sha256": "other_weights", "preprocess_hash": "other_preprocessing"}


def check_points(facts: Mapping[str, Any]) -> Check:
    """W24: a stored threshold belongs to other weights or to photographs prepared otherwise.

    Not checkable without a stored threshold, or where hashes are missing on either side.
    """
    points = [p for p in facts.get("operating_points") or () if p.get("threshold") is not None]
    if not points:
        return not_checkable("W24", Reason("no_points"), "E")
    preprocess = facts.get("preprocess")
    here = {
        "weights_sha256": facts.get("weights_sha256"),
        "preprocess_hash": settings_hash(preprocess) if preprocess else None,
    }
    if not all(here.values()) or not all(point.get(key) for point in points for key in here):
        return not_checkable("W24", Reason("no_hashes"), "E")
    other = tuple(
        Reason(OTHER[key], {"name": str(point["name"])})
        for point in points
        for key, hash_ in here.items()
        if point[key] != hash_
    )
    return checked("W24", bool(other), "E", why=other)
