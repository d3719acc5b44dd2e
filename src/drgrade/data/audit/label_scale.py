"""Whether grades look like the ICDR scale 0 to 4, from their counts alone."""

from collections.abc import Sequence
from typing import Final

ENOUGH: Final = 100  # graded photographs; of fewer nothing is said
FEW: Final = 20  # graded photographs of one grade that are no accident

SCALES: Final = {
    "one-based": "1-based (there is no grade 0, and most are grade 1); map them to 0 to 4 with "
    "--grade-map",
    "binary": "binary (two grades occur); map them to grades with --grade-map, or call them dr_any",
    "reversed": "reversed (grade 4 is the commonest and grade 0 the rarest); are they upside down?",
}
WRONG_SCALES: Final = ("one-based", "binary")  # a set of the very ill may look reversed


def only_grade(counts: Sequence[int]) -> int | None:
    """The grade that all graded photographs have, `FEW` or more; None where there are several.

    A sample submission of a competition looks so, and is no table of labels.
    """
    there = [grade for grade, count in enumerate(counts) if count]
    return there[0] if len(there) == 1 and sum(counts) >= FEW else None


def scale_of(counts: Sequence[int]) -> str:
    """The scale that counts of grades 0 to 4 look like, a key of `SCALES`, or nothing.

    Photographs of a screening are mostly healthy, those of a clinic mostly ill but never without
    healthy ones; so a set without grade 0 whose commonest grade is 1 starts counting at 1.
    """
    if sum(counts) < ENOUGH:
        return ""
    if counts[0] == 0 and counts[1] == max(counts):
        return "one-based"
    if sum(count > 0 for count in counts) == 2:
        return "binary"
    if counts[0] == min(counts) < counts[4] == max(counts):
        return "reversed"
    return ""
