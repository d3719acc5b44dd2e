"""What is known of a set of photographs beside the rows of its manifest."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import model_validator

from drgrade.provenance.record import Record, Share, Texts, must_be

DRAWN: Final = "drawn"  # the source of photographs that `drgrade data draw` made


class SetProvenance(Record):
    """Where photographs come from, under what terms, and what was done with their list.

    `root` is the folder that a file's photo paths are relative to. `notes` are sentences for the
    reader. `drawing` and `seed` are of synthetic photographs; `split_seed` and `carved` of a
    division, `leaked_share` of the one that the source brought.
    """

    root: str | None = None
    source: str | None = None
    licence: str | None = None
    address: str | None = None
    leak_declared: bool | None = None
    seed: int | None = None
    drawing: Annotated[int | str | None, must_be("a number")] = None  # another version's: a name
    notes: Texts = ()
    counts: str | None = None
    patient_rule: str | None = None
    leaked_share: Share | None = None
    carved: Texts | None = None
    split_seed: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, values: Any) -> Any:
        """Null is unknown, and not written again; of foreign names it is kept."""
        if not isinstance(values, dict):
            return values
        return {k: v for k, v in values.items() if v is not None or k not in cls.model_fields}

    @property
    def is_synthetic(self) -> bool:
        """Whether the photographs are drawn by drgrade."""
        return self.source == DRAWN

    def noting(self, notes: Iterable[str], **changes: Any) -> "SetProvenance":
        """The same with further notes and other values."""
        return self.but(**changes, notes=(*self.notes, *notes))
