"""Near-duplicates among fingerprints: slow waves name candidates, the details decide.

A pair is named when one photograph can be laid onto the other by a flip, a turn to 5 degrees, a
change of scale to 8 % and a shift, so that their details correlate by `SAME`. Two photographs of
one eye, taken from one place a moment apart, do so as well: a named pair is one eye, and most
often one exposure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drgrade.data.audit.alignment import likeness
from drgrade.data.audit.candidates import Candidates, candidates
from drgrade.data.photos.fingerprint import HEX_DIGITS, packed_of, unpacked

SAME = 0.55  # correlation of the details from which a pair is one exposure
WAITING = 4096  # candidates that are gathered before they are compared


@dataclass(frozen=True)
class Pair:
    """Two places in the list of fingerprints, first < second, and how alike they are (0 to 1)."""

    first: int
    second: int
    likeness: float


def near_duplicates(fingerprints: Sequence[str | None]) -> list[Pair]:
    """All pairs of photos of one exposure, by place in the list; rows without one are left out."""
    # Sorted by their text first, so that the answer does not depend on the order of the list.
    places = sorted((text.lower(), i) for i, text in enumerate(fingerprints) if text)
    found = [(packed, i) for text, i in places if (packed := packed_of(text)) is not None]
    packed = np.array([each for each, _ in found], np.uint8).reshape(-1, HEX_DIGITS // 2)
    best: dict[tuple[int, int], float] = {}
    for pairs, score in _compared(packed):
        for a, b, s in zip(pairs.first, pairs.second, score, strict=True):
            here = (min(found[a][1], found[b][1]), max(found[a][1], found[b][1]))
            best[here] = max(best.get(here, 0.0), float(s))
    return [Pair(a, b, s) for (a, b), s in sorted(best.items())]


def _compared(packed: np.ndarray) -> list[tuple[Candidates, np.ndarray]]:
    """Pairs that reach `SAME`, and their likeness, some thousand candidates at a time."""
    named, waiting, count = [], list[Candidates](), 0
    for pairs in candidates(packed):
        waiting.append(pairs)
        count += len(pairs.first)
        if count >= WAITING:
            named.append(_named(packed, Candidates.joined(waiting)))
            waiting, count = [], 0
    return [*named, _named(packed, Candidates.joined(waiting))] if waiting else named


def _named(packed: np.ndarray, pairs: Candidates) -> tuple[Candidates, np.ndarray]:
    first, second = unpacked(packed[pairs.first]), unpacked(packed[pairs.second])
    for across in (False, True):
        turned = (pairs.across if across else pairs.down) < 0
        first[turned] = first[turned][:, :, ::-1] if across else first[turned][:, ::-1]
    score = likeness(first, second)
    return pairs.only(score >= SAME), score[score >= SAME]
