"""One photograph of a gallery: its row of predictions, and what has to be done about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from drgrade.errors import Reason
from drgrade.icdr import LIKELY_EDEMA, PROBABILITIES, REFERABLE_FROM, is_referable
from drgrade.locale.catalogue import text

REFER, PERSON, NO_GRADE, NO_REFERRAL = "refer", "person", "no_grade", "no_referral"
NEEDS: Final = (REFER, PERSON, NO_GRADE, NO_REFERRAL)  # the sections of the page, in this order


@dataclass(frozen=True)
class Entry:
    """A photograph and its answer.

    Args:
        row: of predictions, as `grade_photos` gives it: `photo`, `status`, and the answer or the
            `reason` why there is none.
        picture: the photograph's file, or pixels (h, w, 3) uint8, such as its square with the
            lesions outlined; None where there is nothing to show.
        sentences: what an explanation says of it, in the page's language; the first is shown.
        link: the picture of the explanation, relative to the page's folder.
        note: of the caller, such as the reference grade, in the page's language.
        refusal: the row's `reason` as a code with values, where it has one.
    """

    row: Mapping[str, Any]
    picture: Path | np.ndarray | None = None
    sentences: Sequence[str] = ()
    link: str = ""
    note: str = ""
    refusal: Reason | None = None

    def why(self, language: str) -> str:
        """Why there is no grade; what has no code is said as the row says it."""
        return text(self.refusal, language) or str(self.row.get("reason") or "")

    @property
    def is_graded(self) -> bool:
        """Whether there is a grade."""
        return self.row["status"] == "graded"

    @property
    def risk(self) -> float | None:
        """Probability of a referable grade, 0 to 1; None without a grade or probabilities."""
        shares = [self.row.get(key) for key in PROBABILITIES[REFERABLE_FROM:]]
        if not self.is_graded or None in shares:
            return None
        return min(sum(float(share) for share in shares if share is not None), 1.0)

    @property
    def edema_asks(self) -> bool:
        """Whether signs of macular edema are likelier than not."""
        return self.is_graded and (self.row.get("p_dme") or 0.0) >= LIKELY_EDEMA

    @property
    def need(self) -> str:
        """What has to be done, one of `NEEDS`: without a grade, or where signs disagree, a person.

        What the model's operating point says wins over the grade in asking for a referral, and
        never in going without one.
        """
        if not self.is_graded:
            return NO_GRADE
        by_grade = is_referable(int(self.row["predicted"]))
        by_point = self.row.get("referable")
        if by_point or (by_point is None and by_grade):
            return REFER
        return PERSON if by_grade or self.edema_asks else NO_REFERRAL


def by_risk(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries of each of `NEEDS`, the highest risk first; of those without one, by name."""

    def order(entry: Entry) -> tuple[float, int, str]:
        row = entry.row
        return -(entry.risk or 0.0), -int(row.get("predicted") or 0), str(row["photo"])

    found: dict[str, list[Entry]] = {need: [] for need in NEEDS}
    for entry in sorted(entries, key=order):
        found[entry.need].append(entry)
    return found
