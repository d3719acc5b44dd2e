"""The trials and what each has otherwise than the base; a cell is one at one size with one seed."""

from dataclasses import dataclass
from pathlib import Path

from drgrade.recipe.recipe import Recipe, load_recipe

HERE = Path(__file__).parent
BASE, PEER = "grader", str(HERE / "peer.toml")
FOLDS, SCREENED = 5, 256  # px of the trials that are screened
TOGETHER = "-together"  # a trial's seeds as one ensemble (together.py)


@dataclass(frozen=True)
class Trial:
    """What a trial has otherwise than the base, and why it is tried."""

    why: str
    changes: tuple[str, ...] = ()
    drawn: bool = True  # whether it starts from drawn photographs, or from ImageNet
    file: str = BASE
    more: str = ""  # a further manifest of photographs to train on


def real(*changes: str) -> tuple[str, ...]:
    """Changes of the last stage alone: the drawn stage is the base's for all trials."""
    return tuple(f"stages.real.{each}" for each in changes)


PLAIN = real("model.lesions=false", "model.reads=features", "model.dme=false",
             "lesions.healthy=false")  # fmt: skip
OWN_CAMERA = real(*(f"augment.{name}=0" for name in
                    ("colour", "gamma", "light", "blur", "noise", "jpeg")))  # fmt: skip
TRIALS = {
    "peer": Trial("a plain fine-tuning, as a good practitioner does it", file=PEER),
    "base": Trial("all of it"),
    "imagenet": Trial("without drawn photographs", drawn=False),
    "regression": Trial("squared error and even cuts", real("objective.name=regression")),
    "own camera": Trial("no looks of other cameras", OWN_CAMERA),
    "lesions": Trial("the grade read off lesion maps alone", real("model.reads=lesions")),
    "no maps": Trial("the drawn start alone: no masks, no edema", PLAIN),
    "longer": Trial("twice the epochs on real photographs", real("train.epochs=24")),
    "masks": Trial("photographs with masks are a third of each epoch",
                   real("lesions.masked_share=0.333")),
    "average": Trial("weights averaged over the last steps", real("train.ema=0.98")),
    "features": Trial("maps learned beside the grade, which is not read off them",
                      real("model.reads=features")),
    "classes": Trial("cross-entropy of five classes", real("objective.name=cross_entropy")),
    "rfmid2": Trial("healthy eyes of RFMiD 2.0 to train on", more="rfmid2_train.csv"),
    "jitter": Trial("brightness and contrast as strong as GDRNet's, colour twice the base's",
                    real("augment.brightness=0.9", "augment.contrast=0.9", "augment.colour=0.3")),
    "saturation": Trial("and saturation too, as GDRNet's",
                        real("augment.brightness=0.9", "augment.contrast=0.9",
                             "augment.colour=0.3", "augment.saturation=0.9")),
    "healthy": Trial("healthy eyes of two other sets to train on", more="healthy_train.csv"),
    "quiet": Trial("detections on healthy eyes as a loss", real("lesions.tags=0.5")),
    "weak": Trial("other diseases, and lesions named for whole photographs",
                  real("lesions.tags=0.5"), more="weak.csv"),
    "teacher": Trial("a moving average teaches its answers to gentle views",
                     real("train.ema=0.98", "consistency.weight=1.0")),
    "teacher abroad": Trial("and unlabelled photographs of other cameras",
                            real("train.ema=0.98", "consistency.weight=1.0"),
                            more="unlabelled.csv"),
    "flat light": Trial("each pixel against its surroundings", ("model.light=flat",)),
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One trial at one size with one seed."""

    trial: str
    size: int
    seed: int

    @property
    def folder(self) -> Path:
        """Where it lies below OUT."""
        return Path(f"{self.size}px", self.trial.replace(" ", "-"), str(self.seed))


def recipe_of(cell: Cell) -> Recipe:
    """The recipe of a cell; with stages where it starts from drawn photographs.

    The drawn stage has a size and a seed of its own: it is made once for all cells.
    """
    trial = TRIALS[cell.trial]
    own = (f"data.size={cell.size}", f"train.seed={cell.seed}")
    whole = load_recipe(trial.file, [*trial.changes, *(real(*own) if trial.file == BASE else own)])
    if trial.drawn or not whole.stages:
        return whole
    last = whole.in_stages()[-1]
    started = last.model.model_copy(update={"start": "imagenet"})
    return last.model_copy(update={"model": started, "name": whole.name})
