"""What was found in a manifest, and the sentences that say so."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from drgrade.data.audit.label_scale import SCALES, WRONG_SCALES, only_grade
from drgrade.data.audit.shortcuts import TELLS, Shortcut
from drgrade.errors import Reason
from drgrade.icdr import GRADES
from drgrade.locale.catalogue import text
from drgrade.runtime.progress import counted

LISTED: Final = 10


@dataclass(frozen=True)
class Findings:
    """What was found in a manifest; `copies` are lists of photos of the same bytes."""

    photos: int
    patients: int
    without_patient: int
    unit: str
    counts: dict[str, tuple[int, ...]]  # split (or "none") -> photos of grade 0 to 4, ungraded
    missing: tuple[str, ...]
    broken: tuple[tuple[str, str], ...]  # photo, reason
    shared: dict[str, int]  # "train and test" -> patients (or groups) that are in both
    leaked_share: float
    leak_declared: bool
    copies: tuple[tuple[str, ...], ...]
    copies_across: tuple[tuple[str, ...], ...]  # those in more than one split
    conflicts: tuple[tuple[str, ...], ...]  # those with more than one grade
    pixels_read: bool
    copied_eyes: tuple[tuple[str, ...], ...] = ()  # those that are listed as left and as right
    copied_share: float | None = None  # of test rows, right by copying the other eye's grade
    alike: tuple[tuple[str, ...], ...] = ()  # pairs that look the same, of different bytes
    alike_across: tuple[tuple[str, ...], ...] = ()
    alike_conflicts: tuple[tuple[str, ...], ...] = ()
    scale: str = ""  # what the grades look like, where not 0 to 4: one of `SCALES`
    shortcut: Shortcut | None = None  # how well the file alone predicts `shortcut_of`
    shortcut_of: str = ""
    masks: tuple[tuple[str, str], ...] = ()  # that cannot be used, and why
    other_bytes: tuple[str, ...] = ()  # photos that are not those whose SHA-256 the table has
    refused: tuple[tuple[str, str], ...] = ()  # pictures that show nothing to grade, and why
    root: str = ""  # where photos were looked for

    def wrong(self) -> list[str]:
        """What must be put right before a figure can be believed, a sentence each."""
        said = []
        if self.missing:
            said.append(f"{counted(len(self.missing), 'photo')} missing: {_list(self.missing)}")
        if len(self.missing) == self.photos:
            said.append(f"no photo is there: the manifest's own NAME.json says in which folder "
                        f"they lie, else they lie beside the table, here {self.root}; give --root, "
                        "or bring NAME.json")  # fmt: skip
        if self.broken:
            named = [f"{photo} ({reason})" for photo, reason in self.broken]
            said.append(f"{counted(len(named), 'photo')} broken: {_list(named)}")
        if self.refused:
            named = [f"{photo} ({reason})" for photo, reason in self.refused]
            said.append(f"{counted(len(named), 'picture')} that cannot be graded: {_list(named)}; "
                        "leave them out (--skip-retina-check is for photographs that were "
                        "recoloured on purpose)")  # fmt: skip
        if self.masks:
            named = [f"{mask} ({reason})" for mask, reason in self.masks]
            said.append(f"{counted(len(named), 'mask')} missing or broken: {_list(named)}")
        if self.other_bytes:
            said.append(f"{counted(len(self.other_bytes), 'photo')} of another SHA-256 than the "
                        f"table says: {_list(self.other_bytes)}; bring the photos it was made of, "
                        "or correct its column sha256")  # fmt: skip
        said += self._leaks(declared=False)
        if self.copies_across:
            said.append(f"the same bytes in two splits: {_list_sets(self.copies_across)}")
        if self.conflicts:
            said.append(f"the same bytes with different grades: {_list_sets(self.conflicts)}")
        if self.copied_eyes:
            said.append(f"the same bytes as left and right eye: {_list_sets(self.copied_eyes)}; "
                        "one of the two eyes has another photograph, bring its file")  # fmt: skip
        if (grade := only_grade(self.graded)) is not None:
            values = {"graded": sum(self.graded), "grade": grade}
            said.append(text(Reason("labels_all_the_same", values)))
        if self.scale in WRONG_SCALES:
            said.append(f"the grades look {SCALES[self.scale]}")
        return said

    @property
    def graded(self) -> list[int]:
        """Photos of each grade 0 to 4, over all splits."""
        return [sum(numbers[grade] for numbers in self.counts.values()) for grade in GRADES]

    def warnings(self) -> list[str]:
        """What a reader should know, a sentence each."""
        said = self._leaks(declared=True)
        if self.without_patient:
            said.append(
                f"{counted(self.without_patient, 'photo')} without a patient: leaks between them "
                "cannot be seen, and intervals take those without a group as independent"
            )
        said_above = {*self.copies_across, *self.conflicts, *self.copied_eyes}
        harmless = set(self.copies) - said_above
        if harmless:
            said.append(f"the same bytes listed twice: {_list_sets(sorted(harmless))}")
        said += self._twins()
        said += self._shortcut()
        if self.scale and self.scale not in WRONG_SCALES:
            said.append(f"the grades look {SCALES[self.scale]}")
        for split, counts in self.counts.items():
            absent = [str(grade) for grade in GRADES if not counts[grade]]
            if absent and any(counts[: len(GRADES)]):
                said.append(f"no photo of grade {', '.join(absent)} in {_name(split)}")
        return said

    def _leaks(self, *, declared: bool) -> list[str]:
        """Patients in two splits; a source declares those in test alone, never the others."""
        ending = " (declared by the source)" if declared else ""
        said = [
            f"{counted(number, self.unit)} in {pair}{ending}"
            for pair, number in self.shared.items()
            if declared == (self.leak_declared and pair.endswith("test"))
        ]
        if self.leaked_share and declared == self.leak_declared:
            said.append(f"{self.leaked_share:.2%} of test rows are of patients seen in training")
        return said

    def _twins(self) -> list[str]:
        """Photos that look the same, and the floor of a set that holds both eyes of a patient."""
        said = []
        kinds = (
            ("near-duplicates in two splits", self.alike_across),
            ("near-duplicates with different grades", self.alike_conflicts),
            (
                "near-duplicates",
                sorted({*self.alike} - {*self.alike_across, *self.alike_conflicts}),
            ),
        )
        for what, pairs in kinds:
            if pairs:
                said.append(f"{what}: {_list_sets(pairs)}")
        if self.copied_share is not None:
            said.append(
                f"copying the other eye's grade from training, else 0, is right for "
                f"{self.copied_share:.2%} of test rows"
            )
        return said

    def _shortcut(self) -> list[str]:
        """What the file alone predicts, without a look at the picture."""
        found = self.shortcut
        if found is None or found.auc <= TELLS:
            return []
        return [
            f"the file alone predicts {self.shortcut_of}: AUC {found.auc:.3f} without a look at "
            f"the picture ({found.best} by itself {found.alone[found.best]:.3f}); a grader can "
            "learn the camera instead of the disease"
        ]

    def as_json(self) -> dict[str, Any]:
        """The findings as plain values for a program."""
        left_out = ("counts", "shortcut")
        plain = {name: value for name, value in self.__dict__.items() if name not in left_out}
        plain["shortcut"] = None if self.shortcut is None else asdict(self.shortcut)
        counts = counts_as_json(self.counts)
        return {**plain, "counts": counts, "wrong": self.wrong(), "warnings": self.warnings()}


def counts_as_json(counts: dict[str, tuple[int, ...]]) -> dict[str, dict[str, int]]:
    """Counts of `count_grades` with the grades named."""
    return {
        split: {**{str(g): numbers[g] for g in GRADES}, "ungraded": numbers[-1]}
        for split, numbers in counts.items()
    }


def _name(split: str) -> str:
    return "the manifest" if split == "none" else split


def _list(items: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(items) - LISTED:,} more" if len(items) > LISTED else ""
    return ", ".join(items[:LISTED]) + more


def _list_sets(sets: tuple[tuple[str, ...], ...] | list[tuple[str, ...]]) -> str:
    return f"{counted(len(sets), 'set')}: " + _list([" = ".join(same) for same in sets])
