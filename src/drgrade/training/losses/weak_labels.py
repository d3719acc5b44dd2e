"""What is known of a photograph without a grade: whether it has any DR, and which lesions."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from drgrade.data.photos.masks import KINDS

TAGS = tuple(f"has_{kind}" for kind in KINDS)  # columns: 1, 0, or empty where unknown
UNKNOWN = -1


@dataclass(frozen=True)
class WeakLabels:
    """Labels of whole photographs, beside or in place of a grade and masks."""

    any_dr: np.ndarray  # (n,) 1, 0, or UNKNOWN
    lesions: np.ndarray  # (n, 4) of KINDS: 1, 0, or UNKNOWN


def weak_labels(rows: pl.DataFrame) -> WeakLabels:
    """The weak labels of rows of a manifest.

    A photograph of grade 0 has no lesion of any kind, unless `findings` names what else it shows:
    haemorrhages and exudates have other causes too.
    """
    tags = np.stack([_flags(rows, name) for name in TAGS], axis=1)
    healthy = is_healthy(rows)
    tags[healthy[:, None] & (tags == UNKNOWN)] = 0
    return WeakLabels(_flags(rows, "dr_any"), tags)


def is_healthy(rows: pl.DataFrame) -> np.ndarray:
    """Whether each row has grade 0 and no findings, shape (n,), bool."""
    is_0 = (rows["grade"] == 0).fill_null(value=False).to_numpy()
    if "findings" not in rows.columns:
        return is_0
    return is_0 & (rows["findings"].fill_null("") == "").to_numpy()


def _flags(rows: pl.DataFrame, name: str) -> np.ndarray:
    """1, 0 or UNKNOWN of a column of text."""
    if name not in rows.columns:
        return np.full(len(rows), UNKNOWN, np.int64)
    known = rows[name].cast(pl.Int64, strict=False).fill_null(UNKNOWN)
    return known.clip(UNKNOWN, 1).to_numpy().copy()
