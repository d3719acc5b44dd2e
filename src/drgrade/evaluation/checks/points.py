"""W24: an operating point that was chosen for another model or other preprocessing."""

from drgrade.errors import Reason
from drgrade.evaluation.checks.check import Check, checked, not_checkable
from drgrade.provenance.model import ModelProvenance
from drgrade.stats.operating_points import settings_hash


def check_points(known: ModelProvenance) -> Check:
    """W24: a stored threshold belongs to other weights or to photographs prepared otherwise.

    Not checkable without a stored threshold, or where hashes are missing on either side.
    """
    points = [each for each in known.operating_points or () if each.threshold is not None]
    if not points:
        return not_checkable("W24", Reason("no_points"), "E")
    weights = known.weights_sha256
    preprocess = settings_hash(known.preprocess) if known.preprocess else None
    has_all = all(each.weights_sha256 and each.preprocess_hash for each in points)
    if not (weights and preprocess and has_all):
        return not_checkable("W24", Reason("no_hashes"), "E")
    other = tuple(
        Reason(code, {"name": each.name})
        for each in points
        for code, is_same in (
            ("other_weights", each.weights_sha256 == weights),
            ("other_preprocessing", each.preprocess_hash == preprocess),
        )
        if not is_same
    )
    return checked("W24", bool(other), "E", why=other)
