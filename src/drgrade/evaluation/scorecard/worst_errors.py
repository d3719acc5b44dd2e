"""The worst errors by what they cost a patient, with the photographs where they are at hand."""

import base64
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from drgrade.data.tables.predictions import Predictions
from drgrade.errors import DrgradeError
from drgrade.evaluation.levels import NOT_GRADED, Endpoint, at_level, judged
from drgrade.icdr import PROBABILITIES

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest

LISTED = 20
MISSED_COSTS = 2.0  # a missed disease costs twice the same distance the other way
SIDE = 200  # px


@dataclass(frozen=True)
class WrongAnswer:
    """One photograph that was graded wrong; `sureness` is the probability of the given grade."""

    photo: str
    patient: str
    grade: int
    predicted: int
    missed: bool
    cost: float
    sureness: float | None

    def as_json(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


def worst_errors(predictions: Predictions, endpoint: Endpoint) -> tuple[WrongAnswer, ...]:
    """At most 20 graded photographs by falling cost, the surer of two as costly first.

    The cost is the squared distance of the grades, as in quadratic kappa, and twice that where
    the endpoint is there and was not called.
    """
    units = at_level(predictions, endpoint, "photo")
    table = judged(predictions.table)
    missed = units.positive & ~units.called & units.gradable
    apart = (units.grades - units.predicted).astype(float) ** 2
    cost = np.where(missed, MISSED_COSTS * np.maximum(apart, 1.0), apart)
    cost[units.predicted == NOT_GRADED] = 0.0
    sure = _sureness(table, units.predicted)
    order = np.lexsort((table["photo"].to_numpy().astype(str), -np.nan_to_num(sure), -cost))
    kept = [int(row) for row in order if cost[row] > 0][:LISTED]
    rows = table.select("photo", pl.col("patient").fill_null(""))[kept].iter_rows()
    return tuple(
        WrongAnswer(
            photo, patient, int(units.grades[row]), int(units.predicted[row]), bool(missed[row]),
            float(cost[row]), None if np.isnan(sure[row]) else float(sure[row]),
        )
        for row, (photo, patient) in zip(kept, rows, strict=True)
    )  # fmt: skip


def _sureness(table: pl.DataFrame, predicted: np.ndarray) -> np.ndarray:
    p = table.select(pl.col(PROBABILITIES).fill_null(np.nan)).to_numpy().astype(float)
    return p[np.arange(len(p)), np.maximum(predicted, 0)]


def thumbnails(errors: tuple[WrongAnswer, ...], manifest: "Manifest | None") -> Mapping[str, str]:
    """Small JPEGs of the photographs that are at hand, as data addresses for a page, by photo."""
    if manifest is None:
        return {}
    found = {each.photo: _thumbnail(manifest, each.photo) for each in errors}
    return {photo: address for photo, address in found.items() if address}


def _thumbnail(manifest: "Manifest", photo: str) -> str:
    from PIL import Image

    from drgrade.data.photos.decode import read_photo

    try:
        pixels = read_photo(manifest.locate(photo), wanted_side=SIDE).pixels
    except (DrgradeError, OSError):
        return ""  # a picture beside a figure may be missing; the figure may not
    image = Image.fromarray(pixels)
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
