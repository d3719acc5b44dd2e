"""What a judgement holds: every endpoint at every level, and all that a scorecard shows."""

from dataclasses import dataclass
from typing import Any

from drgrade.evaluation.analyses import Analysis, Flow, Transport
from drgrade.evaluation.checks.check import Check
from drgrade.evaluation.edema import Edema
from drgrade.evaluation.grade_scores import GradeScores
from drgrade.evaluation.ledger import Looks
from drgrade.evaluation.levels import Endpoint
from drgrade.evaluation.scorecard.frozen_points import FrozenPoint
from drgrade.evaluation.scorecard.scores import Scores
from drgrade.evaluation.scorecard.worst_errors import WrongAnswer
from drgrade.evaluation.selective import Selective
from drgrade.evaluation.subgroups import Subgroup
from drgrade.locale.plain import as_plain
from drgrade.provenance.model import ModelProvenance
from drgrade.stats.estimate import Estimate
from drgrade.stats.intervals import small_sample_note
from drgrade.stats.reliability import Calibration

FORMAT = 2  # 1 had sentences where reasons and methods now have code, values and text
Curve = tuple[tuple[float, ...], tuple[float, ...]]  # x and y


@dataclass(frozen=True)
class Detection:
    """How one endpoint was found at one level: analyses A, B, C and the area under the ROC."""

    endpoint: Endpoint
    level: str
    n: int
    positives: int
    ungradable: int
    called_by: str
    analyses: tuple[Analysis, Analysis, Analysis]
    auc: Estimate
    imageability: Estimate

    @property
    def primary(self) -> Analysis:
        """Analysis A, intention to screen."""
        return self.analyses[0]


@dataclass(frozen=True)
class Evaluation:
    """Everything a scorecard shows; `detections` holds every endpoint at every level.

    `primary` is the level that decides: patients where one has two eyes, else photographs.
    `points` are the operating points that travel with the table, as they do on its rows.
    `edema` is None where no probability of macular edema can be held against a reference.
    `calibration` (None without probabilities), `roc` (x and y) and `subgroups` are of referable
    photographs. `leak_declared` says that the set's own source divides it so that it leaks.
    `about` is what the manifest says of the photographs; `looks` counts looks at this test set.
    """

    scores: Scores
    primary: str
    detections: tuple[Detection, ...]
    transport: tuple[Transport, ...]
    flow: Flow
    by_grade: GradeScores
    worst: tuple[WrongAnswer, ...]
    points: tuple[FrozenPoint, ...]
    calibration: Calibration | None
    roc: Curve | None
    selective: Selective | None
    subgroups: tuple[Subgroup, ...]
    checks: tuple[Check, ...]
    provenance: ModelProvenance
    about: dict[str, Any]
    leaked_share: float
    leak_declared: bool
    edema: Edema | None = None
    looks: Looks | None = None

    def detection(self, endpoint: str = "referable", level: str = "") -> Detection:
        """One endpoint at one level, the primary one by default."""
        wanted = (endpoint, level or self.primary)
        return next(d for d in self.detections if (d.endpoint.name, d.level) == wanted)

    @property
    def units(self) -> int:
        """How many are resampled, of the kind `scores.unit`."""
        return self.scores.clusters

    @property
    def warnings(self) -> tuple[Check, ...]:
        """The checks that fire, errors first."""
        return tuple(sorted((c for c in self.checks if c.fires), key=lambda c: (c.level, c.code)))

    @property
    def has_error(self) -> bool:
        """Whether a warning of level E fires: the figures must not be used."""
        return any(check.level == "E" for check in self.warnings)

    def as_json(self) -> dict[str, Any]:
        """All figures of the page as plain values; what is undefined is null."""
        return {
            "format": FORMAT,
            "primary_level": self.primary,
            "units": self.units,
            "small_sample": as_plain(small_sample_note(self.units, self.scores.unit)),
            "scores": self.scores.as_json() | {"checks": None},
            "detections": as_plain(self.detections),
            "predictive_values": as_plain(self.transport),
            "flow": self.flow.as_json(),
            "by_grade": self.by_grade.as_json(),
            "operating_points": [each.as_json() for each in self.points],
            "worst_errors": [each.as_json() for each in self.worst],
            "calibration": as_plain(self.calibration),
            "edema": self.edema.as_json() if self.edema else None,
            "selective_referral": self.selective.as_json() if self.selective else None,
            "subgroups": as_plain(self.subgroups),
            "checks": [check.as_json() for check in self.checks],
            "warnings": [check.code for check in self.warnings],
            "facts": self.provenance.as_json(),
            "about": self.about,
            "looks": self.looks.as_json() if self.looks else None,
            "leaked_share": self.leaked_share,
            "leak_declared": self.leak_declared,
        }
