"""Does the score come from the patient or from the photograph? The other eye in its place.

Where a grader has learned who somebody is, the photograph of the patient's other eye gives
nearly the same score. Three agreements on the rows whose other eye is among the judged rows:
the answer to the photograph, the answer to the other eye's photograph, and the other eye's
label, each against this eye's label. What the photographs add is the first minus the third; what
survives the substitution is the second minus the third.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from drgrade.data.tables.predictions import Predictions
from drgrade.evaluation.baselines import OTHER
from drgrade.icdr import NUMBER_OF_GRADES
from drgrade.stats.estimate import Estimate, Floats, Ints
from drgrade.stats.intervals import from_replicates
from drgrade.stats.metrics import kappas
from drgrade.stats.resampling import RESAMPLES, resampled_counts

SURVIVES = 0.90
FEWEST = 200  # patients; the docstring of `is_of_the_patient` says what fewer would do


@dataclass(frozen=True)
class Substitution:
    """QWK of `n` photographs of `patients` patients who have both eyes among them.

    `added` is what the photographs add to the other eye's label, `kept` what of it is left with
    the other eye's photograph, `excess` is kept minus 90 % of added.
    """

    n: int
    patients: int
    photo: float
    other_photo: float
    other_label: float
    added: Estimate
    kept: Estimate
    excess: Estimate

    @property
    def is_of_the_patient(self) -> bool:
        """Whether more than 90 % survives, beyond chance.

        Both lower ends of the 95 % intervals over patients have to be above 0: that of what the
        photographs add, for else there is nothing to survive, and that of the excess. A grader
        that looks at the photograph has a negative excess. Measured on made answers, part of the
        patient and part of the photo (100 tables each): where truly 79 % survives it fires in 7
        tables of 100 patients and in none of 200; at 86 % in 14 and 7, at 90 % in 26 and 18 (2 of
        1,000 patients), at 100 % in 98 and 100. Fewer than 200 patients are therefore not judged.
        """
        return all(each.low is not None and each.low > 0 for each in (self.added, self.excess))

    @property
    def survived(self) -> float:
        """The share of what the photographs add that survives."""
        return (self.other_photo - self.other_label) / (self.photo - self.other_label)


def substitute(
    graded: Predictions, *, seed: int = 0, resamples: int = RESAMPLES
) -> Substitution | None:
    """Put the other eye's photograph in the place of each graded one.

    An eye of several photographs answers with the worst of them, as it is labelled with the
    worst. None where fewer than 200 patients have both eyes graded, or agreement is undefined.
    """
    pairs = _pairs(graded)
    patients = pairs["patient"].n_unique()
    if patients < FEWEST:
        return None
    columns = ("grade", "predicted", "other_predicted", "other_grade")
    grade, *answers = (pairs[name].to_numpy().astype(np.int64) for name in columns)
    codes = np.ravel_multi_index((grade, *answers), (NUMBER_OF_GRADES,) * 4)
    held, cells = np.unique(codes, return_inverse=True)
    counts = np.bincount(cells, minlength=len(held)).astype(float)[None]
    clusters = pairs["cluster"].to_numpy().astype(str)
    drawn = resampled_counts(cells.astype(np.int64), clusters, len(held), resamples, seed)
    whole, replicates = _agreements(counts, held)[:, 0], _agreements(drawn, held)
    if np.isnan(whole).any():
        return None
    n = pairs.height
    added, kept, excess = (
        from_replicates(float(value), others, n, seed=seed)
        for value, others in zip(_gaps(whole), _gaps(replicates), strict=True)
    )
    photo, other_photo, other_label = (float(value) for value in whole)
    return Substitution(n, patients, photo, other_photo, other_label, added, kept, excess)


def _pairs(graded: Predictions) -> pl.DataFrame:
    rows = graded.table.select("patient", "eye", "grade", "predicted").with_columns(
        pl.Series("cluster", graded.clusters())
    )
    rows = rows.drop_nulls(["patient", "eye"]).filter(pl.col("eye").is_in(list(OTHER)))
    eyes = rows.group_by("patient", "eye").agg(
        other_grade=pl.col("grade").max(), other_predicted=pl.col("predicted").max()
    )
    fellows = eyes.with_columns(pl.col("eye").replace_strict(OTHER, return_dtype=pl.String))
    return rows.join(fellows, on=["patient", "eye"], how="inner", maintain_order="left")


def _agreements(counts: Floats, held: Ints) -> Floats:
    """QWK against this eye's label by photo, other photo and other label: (r, u) gives (3, r)."""
    grade, *answers = np.unravel_index(held, (NUMBER_OF_GRADES,) * 4)
    found = []
    for answer in answers:
        cells = np.zeros((len(held), NUMBER_OF_GRADES**2))
        cells[np.arange(len(held)), grade * NUMBER_OF_GRADES + answer] = 1.0
        matrices = (counts @ cells).reshape(-1, NUMBER_OF_GRADES, NUMBER_OF_GRADES)
        found.append(kappas(matrices))
    return np.array(found)


def _gaps(agreements: Floats) -> tuple[Floats, Floats, Floats]:
    photo, other_photo, other_label = agreements
    added, kept = photo - other_label, other_photo - other_label
    return added, kept, kept - SURVIVES * added
