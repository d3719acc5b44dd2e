"""The table by which a model is evaluated: one row a photo, and the provenance of the model."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from drgrade.data.tables.groups import groups_of
from drgrade.icdr import PROBABILITIES
from drgrade.provenance.model import ModelProvenance

STATUSES = ("graded", "ungradable", "not_fundus", "error", "duplicate")
SPLITS = ("train", "tune", "calibrate", "test", "out_of_fold")
SCHEMA: dict[str, pl.DataType] = {
    "photo": pl.String(),
    "patient": pl.String(),
    "eye": pl.String(),
    "grade": pl.Int8(),
    "status": pl.String(),
    **{p: pl.Float64() for p in PROBABILITIES},
    "predicted": pl.Int8(),
    "referable": pl.Boolean(),
    "split": pl.String(),
    "model": pl.String(),
}


@dataclass(frozen=True)
class Predictions:
    """Rows of `SCHEMA` (further columns kept) and what evaluation needs to know of the model.

    `is_changed`: whether the file is another by now than the one that was written; None: unknown.
    """

    table: pl.DataFrame
    provenance: ModelProvenance = field(default_factory=ModelProvenance)
    is_changed: bool | None = None

    def part(self, split: str) -> "Predictions":
        """The rows of one split."""
        return replace(self, table=self.table.filter(pl.col("split") == split))

    def graded(self) -> "Predictions":
        """The rows that were graded and have a reference grade."""
        known = (pl.col("status") == "graded") & pl.col("grade").is_not_null()
        return replace(self, table=self.table.filter(known))

    @property
    def has_probabilities(self) -> bool:
        """Whether every graded row carries p0 to p4, all of them finite numbers."""
        rows = self.table.filter(pl.col("status") == "graded")
        finite = pl.all_horizontal(pl.col(PROBABILITIES).is_finite().fill_null(value=False))
        return not rows.is_empty() and bool(rows.select(finite.all()).item())

    def grades(self) -> np.ndarray:
        """Reference grades of all rows, shape (n,), int; call on `graded()` rows."""
        return self.table["grade"].to_numpy().astype(np.int64)

    def predicted(self) -> np.ndarray:
        """Predicted grades, shape (n,), int; call on `graded()` rows."""
        return self.table["predicted"].to_numpy().astype(np.int64)

    def probabilities(self) -> np.ndarray:
        """Grade probabilities, shape (n, 5), float."""
        return self.table.select(PROBABILITIES).to_numpy()

    def clusters(self) -> np.ndarray:
        """What is drawn when resampling, a label a row, shape (n,), str: `groups_of` the rows."""
        return groups_of(self.table)


def from_rows(rows: list[dict[str, Any]], provenance: ModelProvenance | None = None) -> Predictions:
    """Make predictions from dictionaries; columns of `SCHEMA` that are missing become empty."""
    extra = sorted({key for row in rows for key in row} - set(SCHEMA))
    table = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in SCHEMA}, schema=SCHEMA, strict=False
    )
    table = table.with_columns(
        pl.Series(name, [row.get(name) for row in rows], strict=False) for name in extra
    )
    return Predictions(table, provenance or ModelProvenance())
