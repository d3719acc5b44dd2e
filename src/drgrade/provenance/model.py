"""What is known of a model: it lies in its file, and a part of it travels with its predictions."""

from typing import Annotated, Any, Final

from pydantic import Field

from drgrade.provenance.making import Making
from drgrade.provenance.parts import (
    Calibration,
    InputStatistics,
    LearnedBefore,
    OperatingPoint,
    Rounding,
    StatedDecision,
)
from drgrade.provenance.record import (
    Json,
    Number,
    Record,
    Settings,
    Share,
    must_be,
)

MOST_POINTS: Final = 8
Points = Annotated[tuple[OperatingPoint, ...], Field(strict=False, max_length=MOST_POINTS)]
Hashes = Annotated[tuple[str | None, ...], Field(strict=False), must_be("a list of hashes")]


class Travelling(Record, defer_build=True):
    """What a model's predictions carry of it, for whoever evaluates them.

    A field that is added here travels. `release`: the versioned name of a model that ships, as
    `default@2`. `*_on` are the splits that something was chosen on.
    """

    release: str | None = None
    train_source: str | None = None
    train_preprocess: Settings | None = None
    weights_sha256: str | None = None
    recipe: str | None = None
    recipe_hash: str | None = None
    recipe_family: str | None = None
    seed: int | None = None
    manifest_hash: str | None = None
    input_statistics: InputStatistics | None = None
    prevalence: dict[str, Share | None] | None = None
    mirror_changes: Share | None = None
    mirror_changes_on: str | None = None
    epoch_chosen_on: str | None = None
    cuts_fitted_on: str | None = None
    thresholds_chosen_on: str | None = None
    operating_points: Points | None = None
    calibration: Calibration | None = None
    decision: StatedDecision | None = None
    learned_before: LearnedBefore | None = None


class ModelProvenance(Travelling, defer_build=False):
    """What is known of a model, in its file and beside its predictions; None is unknown.

    `source`, `drawn` and `leak_declared` are of the photographs: of a file those of the training,
    of predictions those that were graded. `fold_weights_sha256` are the models of `folds` folds.
    """

    preprocess: Settings | None = None
    drawn: bool | None = None
    source: str | None = None
    leak_declared: bool | None = None
    folds: int | None = None
    fold_weights_sha256: Hashes | None = None
    reference_standard: str | None = None

    drawing: int | None = None
    knows_dme: bool | None = None
    start: str | None = None
    start_sha256: str | None = None
    epoch: int | None = None
    chosen_on: str | None = None
    chosen_by: str | None = None
    tune_qwk: Number | None = None
    tune_accuracy: Number | None = None
    tune_loss: Number | None = None
    lesion_marks: Json | None = None
    precision: str | None = None
    making: Making | None = Field(default=None, alias="provenance")
    rounding: Rounding | None = None

    def for_predictions(self) -> "ModelProvenance":
        """What travels with the model's predictions."""
        values = {name: getattr(self, name) for name in Travelling.model_fields}
        return ModelProvenance.model_validate(
            {name: value for name, value in values.items() if value is not None}
        )

    @property
    def trained_on(self) -> str:
        """The source of the photographs that the model was trained on last; empty if unknown."""
        return self.train_source or self.source or ""

    @property
    def has_learned_dme(self) -> bool:
        """Whether macular edema was trained; unknown, as in older files, counts as yes."""
        return self.knows_dme is not False

    def point(self, name: str) -> OperatingPoint | None:
        """The operating point of this name."""
        return next((each for each in self.operating_points or () if each.name == name), None)

    def under_hash(self, weights_sha256: str) -> "ModelProvenance":
        """The same of weights that were rounded: points and correction stay under a new hash."""
        own: dict[str, Any] = {"weights_sha256": weights_sha256}
        parts: dict[str, Any] = {}
        if self.operating_points:
            parts["operating_points"] = tuple(each.but(**own) for each in self.operating_points)
        if self.calibration is not None and self.calibration.method is not None:
            parts["calibration"] = self.calibration.but(**own)
        return self.but(**own, **parts)
