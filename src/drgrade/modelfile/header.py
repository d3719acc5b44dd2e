"""What a model file says of itself, as everything but the network needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from drgrade.data.photos.preprocess import VERSION, Preprocess
from drgrade.data.photos.quality_check import QualityCheck, quality_check_of
from drgrade.errors import CheckpointError, DrgradeError, choose
from drgrade.icdr import OUTPUTS
from drgrade.modelfile.container import Arrays, content_hash
from drgrade.modelfile.decision import Decision, decision_of
from drgrade.modelfile.decoding import DECODERS, Decoding, decoding_from
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.photo_set import DRAWN
from drgrade.provenance.text import checked
from drgrade.recipe.recipe import Model

PREFIX = "network."
DME_OUTPUTS = 2  # 0 none, 1 signs of it, 2 near the fovea: two steps (Porwal et al. 2018)


@dataclass(frozen=True)
class ModelHeader:
    """Preprocessing, objective, decoding, provenance: what lies around a grader's network."""

    model: Model
    preprocess: Preprocess
    objective: str
    decoding: Decoding = field(default_factory=Decoding)
    provenance: ModelProvenance = field(default_factory=ModelProvenance)
    quality: QualityCheck | None = None  # None: of files that check no quality

    @property
    def grade_outputs(self) -> int:
        """How many outputs are of the grade."""
        return choose(OUTPUTS, self.objective, "objective")

    @property
    def width(self) -> int:
        """How many outputs a photo has, those of macular edema included."""
        return self.grade_outputs + (DME_OUTPUTS if self.model.dme else 0)

    @property
    def knows_drawn_eyes_alone(self) -> bool:
        """Whether the photographs that it was trained on last are drawn."""
        return self.provenance.trained_on == DRAWN

    @property
    def weights_sha256(self) -> str:
        """SHA-256 of the weights alone; empty where it is not known."""
        return self.provenance.weights_sha256 or ""

    @property
    def decision(self) -> Decision | None:
        """The one boundary of grade and referral that the file states; older files state none."""
        return decision_of(self.provenance.decision)

    @property
    def referable_from(self) -> float | None:
        """The threshold in force: from it on, a photo is referable; None without one.

        It is the decision's, in files that state none that of the operating point HS. The score is
        `correction.referable_score` of the probabilities.
        """
        if self.decision is not None:
            return self.decision.threshold
        point = self.provenance.point("HS")
        return None if point is None else point.threshold

    def decode(self, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (n, 5), corrected where calibrated, and grades (n,) of outputs (n, k).

        Where the file states a decision, a grade of 2 or worse is given exactly where the corrected
        probabilities are referable.
        """
        decode = choose(DECODERS, self.objective, "objective")
        probabilities, grades = decode(outputs[:, : self.grade_outputs], self.decoding)
        corrected = self.decoding.recalibration.apply(probabilities)
        return corrected, grades if self.decision is None else self.decision.grades(corrected)

    def p_dme(self, outputs: np.ndarray) -> np.ndarray | None:
        """Probability of signs of macular edema (n,) by outputs (n, k + 2).

        None where it was not trained: untrained weights would answer.
        """
        if not self.model.dme or not self.provenance.has_learned_dme:
            return None
        return np.exp(-np.logaddexp(0, -outputs[:, self.grade_outputs].astype(np.float64)))

    @property
    def quality_json(self) -> dict[str, Any]:
        """The part of a file that is the check of quality; nothing where there is none."""
        return {} if self.quality is None else {"quality": self.quality.as_json()}

    def with_provenance(self, **known: Any) -> "ModelHeader":
        """The same header with more known of the model."""
        return replace(self, provenance=self.provenance.but(**known))


def provenance_of(about: Mapping[str, Any], path: Path | None = None) -> ModelProvenance:
    """What the JSON of a model's file knows of the model.

    Raises:
        CheckpointError: a value of another kind.
    """
    try:
        return checked(ModelProvenance, about.get("facts") or {})
    except (TypeError, ValueError) as error:
        raise of_another_version(path or Path("this file"), error) from None


def header_of(about: Mapping[str, Any], path: Path) -> ModelHeader:
    """The header of a grader or of its exported graph, by the JSON that its file carries.

    Raises:
        CheckpointError: of a version with other settings, or without what is needed to grade.
    """
    try:
        preprocess = Preprocess(**about["preprocess"])
        if preprocess.version > VERSION:
            raise ValueError(
                f"photographs prepared by version {preprocess.version}, known is {VERSION}"
            )
        choose(DECODERS, about["objective"], "objective")
        provenance = checked(ModelProvenance, about["facts"])
        decision_of(provenance.decision)  # one of another version is found here
        return ModelHeader(
            Model.model_validate(about["model"]),
            preprocess,
            about["objective"],
            decoding_from(about["decoding"]),
            provenance,
            quality_check_of(about.get("quality")),
        )
    except (KeyError, TypeError, ValueError, DrgradeError) as error:
        raise of_another_version(path, error) from None


def of_another_version(path: Path, error: Exception) -> CheckpointError:
    """What to raise where a file says what this version does not know."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return CheckpointError(
        f"{path} tells what this drgrade does not know, or lacks what it needs ({first}); "
        "read it with the version that wrote it"
    )


def network_arrays(arrays: Arrays) -> Arrays:
    """The weights of a grader's file under the network's own names, in float32 as it computes."""
    own = {k.removeprefix(PREFIX): v for k, v in arrays.items() if k.startswith(PREFIX)}
    return {k: v.astype(np.float32) if v.dtype == np.float16 else v for k, v in own.items()}


def weights_hash_of(arrays: Arrays) -> str:
    """SHA-256 of a network's weights: the identity of a model, whatever its calibration."""
    return content_hash(arrays)
