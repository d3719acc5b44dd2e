"""Rows of predictions: what was known of a photograph with its answer, and what they come to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from drgrade.icdr import LIKELY_EDEMA, is_referable
from drgrade.inference.copies import COPY_OF, Copies
from drgrade.runtime.progress import counted

Row = dict[str, Any]
ANSWERS = ("predicted", "referable", "close_to_threshold", "mirrored", "p0", "p1", "p2", "p3",
           "p4", "p_dme")  # fmt: skip
# What an earlier table may say of a photograph.
VERDICT = (*ANSWERS, "status", "reason", "model", "learned_before", COPY_OF)


def row_of(known: Row, answer: Row) -> Row:
    """A row of the table: what was known of a photograph, and its answer.

    A manifest may be an earlier table of predictions: nothing that it answers is kept.
    """
    return {**{key: known[key] for key in known if key not in VERDICT}, **answer}


@dataclass
class Tally:
    """Counts of rows as they pass: by status and reason, and what a person has to look at."""

    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    close: int = 0  # to the threshold in force
    by_grade: int = 0  # grade 2 or worse, not referable by the point HS
    by_edema: int = 0  # likely edema, not referable by the point HS
    copies: Copies = field(default_factory=Copies)

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, counted."""
        for row in rows:
            self.add(row)
            yield row

    def add(self, row: Row) -> None:
        """Count one row."""
        self.kinds[row["status"], (row.get("reason") or "").partition(":")[0]] += 1
        self.close += bool(row.get("close_to_threshold"))
        if row["status"] == "graded" and row.get("referable") is False:
            self.by_grade += is_referable(row["predicted"])
            self.by_edema += (row.get("p_dme") or 0.0) >= LIKELY_EDEMA

    @property
    def total(self) -> int:
        """All rows."""
        return self.kinds.total()

    @property
    def failed(self) -> int:
        """Rows without a grade."""
        return sum(n for (status, _), n in self.kinds.items() if status != "graded")

    def summary(self) -> list[str]:
        """The counts by status and reason, a line each, the graded first; nothing if all are."""
        if not self.failed:
            return []
        width = max(len(f"{n:,}") for n in self.kinds.values())
        order = sorted(self.kinds.items(), key=lambda each: (each[0][0] != "graded", -each[1]))
        return [f"{n:>{width},}  {status:10}  {why}".rstrip() for (status, why), n in order]

    def remarks(self) -> list[str]:
        """What is not referable by the point HS and would be by its grade or by edema."""
        lines = []
        if self.close:
            lines.append(
                f"{counted(self.close, 'photograph')} close to the threshold: have them read"
            )
        if self.by_grade:
            lines.append(f"{counted(self.by_grade, 'photograph')} of grade 2 or worse below the "
                        "point HS: by the scale referable, by the point not. A person has to "
                        "decide")  # fmt: skip
        if self.by_edema:
            lines.append(
                f"{counted(self.by_edema, 'photograph')} below the point HS with likely "
                "signs of macular edema, which ask for a referral of their own"
            )
        return [*lines, *self.copies.remarks()]
