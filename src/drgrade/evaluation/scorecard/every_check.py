"""Every warning of the list on one table: what each check looks at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.checks import answers, screening
from drgrade.evaluation.checks import photographs as audit
from drgrade.evaluation.checks.check import Check
from drgrade.evaluation.checks.inputs import (
    check_changed,
    check_drift,
    check_numbers,
    check_preprocess,
)
from drgrade.evaluation.checks.other_eye import Substitution
from drgrade.evaluation.checks.points import check_points
from drgrade.evaluation.join_manifest import Join, check_rows
from drgrade.evaluation.levels import at_level
from drgrade.evaluation.scorecard.evaluation import Detection
from drgrade.evaluation.scorecard.leak import Leak
from drgrade.evaluation.scorecard.scores import Scores
from drgrade.evaluation.subgroups import Subgroup
from drgrade.icdr import GRADES
from drgrade.stats.estimate import Estimate
from drgrade.stats.reliability import Calibration

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest


@dataclass(frozen=True)
class Evidence:
    """What the checks look at: the table and what was found in it.

    `main` is the referable endpoint at the level that decides, `photos` at photographs.
    """

    predictions: Predictions
    manifest: "Manifest | None"
    beside: Join | None
    scores: Scores
    main: Detection
    photos: Detection
    calibration: Calibration | None
    subgroups: tuple[Subgroup, ...]
    substitution: Substitution | None
    leak: Leak


def every_check(found: Evidence) -> tuple[Check, ...]:
    """All checks in the order of their codes."""
    checks = (*found.scores.checks, *_screening(found), *_answers(found), *_inputs(found))
    return tuple(sorted(checks, key=lambda check: check.code))


def _inputs(found: Evidence) -> tuple[Check, ...]:
    rows = found.predictions
    return (
        check_drift(rows.table, rows.provenance.input_statistics),
        check_preprocess(rows.provenance.train_preprocess, rows.provenance.preprocess),
        check_numbers(rows.table),
        check_changed(rows.is_changed),
        check_rows(found.beside),
        check_points(rows.provenance),
        audit.check_twins_across(rows.table, found.manifest),
        audit.check_twins_within(rows.table, found.manifest),
        audit.check_shortcut(rows.table, found.manifest),
    )


def _screening(found: Evidence) -> tuple[Check, ...]:
    photos, leak = at_level(found.predictions, found.main.endpoint, "photo"), found.leak
    everybody, gradable, _ = found.main.analyses
    by_grade = [int((photos.grades == grade).sum()) for grade in GRADES]
    return (
        screening.check_leak(leak.share, is_declared=leak.is_declared, unknown=leak.unknown),
        screening.check_choice(found.predictions.provenance, found.scores.split or ""),
        screening.check_size(everybody),
        screening.check_prevalence(photos, found.predictions.provenance.prevalence),
        screening.check_grades(by_grade),
        screening.check_ungradable(photos.grades, photos.gradable),
        screening.check_flattery(everybody, gradable),
        screening.check_edema(found.main.endpoint),
    )


def _answers(found: Evidence) -> tuple[Check, ...]:
    scores, rows = found.scores, found.predictions
    overall: Estimate = found.photos.primary.sensitivity
    return (
        answers.check_calibration(found.calibration),
        answers.check_subgroups(found.subgroups, overall),
        answers.check_too_good(scores.referable_auc, scores.qwk, found.substitution),
        answers.check_sides(found.subgroups, rows.provenance.mirror_changes),
        answers.check_label_noise(rows.graded()),
        answers.check_scale(scores.confusion),
    )
