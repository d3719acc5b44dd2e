"""How well a lesion map finds the pixels of its masks: area under precision over recall.

A map has millions of pixels, most of them background; their scores are sorted into bins once a
photo, and every figure and every resample of the photos comes from these counts.
"""

from dataclasses import dataclass

import numpy as np

from drgrade.errors import Reason
from drgrade.stats.estimate import Estimate, Flags, Floats, Ints, missing, with_unit
from drgrade.stats.intervals import from_replicates
from drgrade.stats.resampling import RESAMPLES

BINS = 8192
AT_A_TIME = 100  # resamples
REACH = 16.0  # logits; what lies beyond is one bin at either end
NO_LESION = Reason("as_said", {"sentence": "no pixel of this lesion in these photographs"})


@dataclass(frozen=True)
class PixelCounts:
    """Lesion pixels and other pixels of each photo by the bin of their score: (n, BINS) each."""

    lesion: Ints
    other: Ints

    @staticmethod
    def joined(parts: "list[PixelCounts]") -> "PixelCounts":
        """The photos of several, one after the other."""
        return PixelCounts(
            np.concatenate([each.lesion for each in parts]),
            np.concatenate([each.other for each in parts]),
        )


def count_pixels(logits: Floats, truth: Flags, inside: Flags) -> PixelCounts:
    """Count one photo: logits (H, W) of its map, its mask (H, W), and its field (H, W)."""
    place = ((logits[inside] + REACH) / (2 * REACH) * BINS).astype(np.int64).clip(0, BINS - 1)
    is_lesion = truth[inside]
    return PixelCounts(
        np.bincount(place[is_lesion], minlength=BINS)[None],
        np.bincount(place[~is_lesion], minlength=BINS)[None],
    )


def average_precisions(lesion: Floats, other: Floats) -> Floats:
    """Average precision, sum of precision times gain of recall, of counts by bin (..., bins).

    Pixels of one bin are tied, as in scikit-learn's `average_precision_score`; NaN without lesion.
    """
    hits = np.cumsum(lesion[..., ::-1], axis=-1, dtype=np.float64)
    called = hits + np.cumsum(other[..., ::-1], axis=-1, dtype=np.float64)
    precision = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    gained = np.diff(hits, axis=-1, prepend=0.0)
    total = hits[..., -1]
    area: Floats = (precision * gained).sum(axis=-1)
    return np.divide(area, total, out=np.full_like(area, np.nan), where=total > 0)


def pixel_auprc(counts: PixelCounts, *, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """Average precision over the pixels of all photos, photos resampled with replacement."""
    n = len(counts.lesion)
    if not counts.lesion.sum():
        return missing(NO_LESION, n)
    generator = np.random.default_rng(seed)
    times = generator.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)
    replicates = np.concatenate(
        [
            average_precisions(some @ counts.lesion, some @ counts.other)
            for some in np.array_split(times, max(1, resamples // AT_A_TIME))
        ]
    )
    value = float(average_precisions(counts.lesion.sum(axis=0), counts.other.sum(axis=0)))
    return with_unit(from_replicates(value, replicates, n, seed=seed), "photos")


def lesion_share(counts: PixelCounts) -> float:
    """The share of pixels that are lesion: what a map without any knowledge has as its area."""
    return float(counts.lesion.sum() / max(counts.lesion.sum() + counts.other.sum(), 1))
