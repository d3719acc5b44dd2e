"""Every knob of an experiment on one page, section by section, each with its range."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Whole = Annotated[int, Field(strict=True)]  # true is no 1, and 2.0 no 2
Share = Annotated[float, Field(ge=0.0, lt=1.0, allow_inf_nan=False)]


# Names that keys had before; recipes, runs and model files of then are read by them, and hashed.
RENAMED: Final[Mapping[str, Mapping[str, str]]] = {"data": {"carve": "holdout_from_train"}}


def with_new_names(section: str, values: Any) -> Any:
    """The settings of a section with today's names for its keys.

    Raises:
        ValueError: a key is there under both names.
    """
    if not isinstance(values, Mapping):
        return values
    now = RENAMED.get(section, {})
    for old, new in now.items():
        if old in values and new in values:
            raise ValueError(f"{section}.{old} is the old name of {section}.{new}; keep one")
    return {now.get(key, key): value for key, value in values.items()}


class Section(BaseModel):
    """A frozen section of a recipe; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Data(Section):
    """Which photos, and the squares made of them."""

    manifest: str = ""
    root: str = ""
    drawn: Whole = Field(0, ge=0, le=1_000_000)  # so many drawn photos instead of a manifest
    draw_seed: Whole = Field(0, ge=0)
    size: Whole = Field(512, ge=28, le=2048)
    crop: Literal["field", "none"] = "field"
    workers: Whole = Field(2, ge=0, le=64)
    photos: Whole = Field(0, ge=0)  # at most so many training photos, whole patients; 0: all
    split_seed: Whole = Field(0, ge=0)
    holdout_from_train: Literal["both", "tune", "none"] = Field(  # where the manifest has none
        "both",
        serialization_alias="carve",  # in hashes alone, as before
    )
    retina_check: bool = True  # leave out what shows no retina in colour; synthetic photos stay

    @model_validator(mode="before")
    @classmethod
    def _by_new_names(cls, values: Any) -> Any:
        return with_new_names("data", values)

    @property
    def held_out(self) -> tuple[str, ...]:
        """The splits that a manifest without them gets out of its training rows."""
        parts = {"both": ("tune", "calibrate"), "tune": ("tune",), "none": ()}
        return parts[self.holdout_from_train]


class Model(Section):
    """The network, its head and stem, and where its weights start."""

    network: str = "resnet18"
    head: Literal["global", "lab"] = "global"
    stem: Literal["standard", "small"] = "standard"
    plain: bool = False
    stride_in: Literal["3x3", "1x1"] = "3x3"
    start: str = "random"
    lesions: bool = False  # maps and counts of lesions beside the grade
    reads: Literal["features", "lesions", "both"] = "features"  # what the grade is made of
    dme: bool = False  # macular edema beside the grade
    views: Literal[1, 2, 4] = 1  # averaged when it answers: mirrored too, and upside down too
    light: Literal["camera", "flat"] = "camera"  # flat: each pixel against its surroundings


class Objective(Section):
    """What the outputs mean and how an error is priced."""

    name: Literal["cross_entropy", "regression", "corn"] = "cross_entropy"
    class_weights: Literal["none", "balanced", "sqrt"] = "none"
    label_smoothing: Share = 0.0
    any_dr: float = Field(0.0, ge=0.0, le=100.0, allow_inf_nan=False)  # of photos without a grade


class Lesions(Section):
    """How much lesion maps, counts and macular edema weigh beside the grade, whose weight is 1.

    They are learned where the manifest has masks (`mask`), counts (`n_microaneurysm`, ...), `dme`.
    """

    maps: float = Field(1.0, ge=0.0, le=100.0, allow_inf_nan=False)
    counts: float = Field(0.2, ge=0.0, le=100.0, allow_inf_nan=False)
    dme: float = Field(0.5, ge=0.0, le=100.0, allow_inf_nan=False)
    healthy: bool = (
        False  # beside masks, photos of grade 0 without one are trained on as without lesions
    )
    masked_share: float = Field(0.0, ge=0.0, le=0.9, allow_inf_nan=False)  # of an epoch, at least
    tags: float = Field(0.0, ge=0.0, le=100.0, allow_inf_nan=False)  # of kinds a whole photo has


class Consistency(Section):
    """A moving average of the network teaches it: answers to gentle views for those to hard ones.

    Training photos without any label are learned from too.
    """

    weight: float = Field(0.0, ge=0.0, le=100.0, allow_inf_nan=False)  # 0: no teacher
    views: Whole = Field(2, ge=1, le=8)  # of the teacher, averaged
    after: float = Field(1.0, ge=0.0, le=1000.0, allow_inf_nan=False)  # epochs before it begins


class Augment(Section):
    """How far a training photo may be moved; every number is a largest change."""

    flip: bool = True
    rotation: float = Field(0.0, ge=0.0, le=180.0, allow_inf_nan=False)  # degrees
    translation: float = Field(0.0, ge=0.0, le=0.5, allow_inf_nan=False)  # share of the side
    scale: float = Field(0.0, ge=0.0, le=0.5, allow_inf_nan=False)  # 0.1: 1/1.1 to 1.1 times
    aspect: float = Field(0.0, ge=0.0, le=0.5, allow_inf_nan=False)
    brightness: float = Field(0.0, ge=0.0, le=0.9, allow_inf_nan=False)
    contrast: float = Field(0.0, ge=0.0, le=0.9, allow_inf_nan=False)
    colour: float = Field(0.0, ge=0.0, le=1.0, allow_inf_nan=False)  # 0.2: each channel by 1.2
    saturation: float = Field(0.0, ge=0.0, le=1.0, allow_inf_nan=False)  # 0.5: by 1.5, or by 1/1.5
    gamma: float = Field(0.0, ge=0.0, le=1.0, allow_inf_nan=False)
    light: float = Field(0.0, ge=0.0, le=0.9, allow_inf_nan=False)  # uneven, edge against middle
    blur: float = Field(0.0, ge=0.0, le=0.05, allow_inf_nan=False)  # share of the side
    noise: float = Field(0.0, ge=0.0, le=0.2, allow_inf_nan=False)  # of full light
    jpeg: Whole = Field(0, ge=0, le=95)  # the lowest quality; 0: not compressed anew


class Optimiser(Section):
    """How weights move."""

    name: Literal["sgd", "adamw"] = "sgd"
    learning_rate: Annotated[float, Field(gt=0.0, le=10.0, allow_inf_nan=False)] = 1e-3
    momentum: Share = 0.9
    nesterov: bool = False
    weight_decay: float = Field(5e-4, ge=0.0, le=1.0, allow_inf_nan=False)


class Schedule(Section):
    """How the learning rate changes."""

    name: Literal["constant", "cosine", "step"] = "constant"
    warmup_epochs: float = Field(0.0, ge=0.0, le=100.0, allow_inf_nan=False)
    step_epochs: Whole = Field(10, ge=1, le=1000)
    step_factor: Annotated[float, Field(gt=0.0, le=1.0, allow_inf_nan=False)] = 0.1


class Train(Section):
    """How long, in what pieces, and what chooses the best epoch (always on `tune`, or none)."""

    epochs: Whole = Field(10, ge=1, le=10_000)
    batch: Whole = Field(16, ge=1, le=4096)
    seed: Whole = Field(0, ge=0, lt=1 << 31)
    accumulate: Whole = Field(1, ge=1, le=1024)
    clip: float = Field(0.0, ge=0.0, le=1e6, allow_inf_nan=False)
    ema: Share = 0.0
    mixed_precision: bool = False
    channels_last: bool = True
    balanced_sampler: bool = False
    early_stop: Whole = Field(0, ge=0, le=10_000)  # epochs without a better tune score; 0: never
    choose: Literal["qwk", "accuracy", "loss", "last"] = "qwk"  # last: the last epoch, unchosen
    watch_test: bool = False  # test accuracy of every epoch, for the lab's table only
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    threads: Whole = Field(0, ge=0, le=256)
    save_minutes: Annotated[float, Field(ge=0.0, le=1440.0, allow_inf_nan=False)] = 5.0


class Stage(Section):
    """One of several trainings in a row: its name and what it has otherwise than the recipe."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")
    data: dict[str, Any] = {}
    model: dict[str, Any] = {}
    objective: dict[str, Any] = {}
    lesions: dict[str, Any] = {}
    consistency: dict[str, Any] = {}
    augment: dict[str, Any] = {}
    optimiser: dict[str, Any] = {}
    schedule: dict[str, Any] = {}
    train: dict[str, Any] = {}

    @field_validator("data", mode="before")
    @classmethod
    def _by_new_names(cls, values: Any) -> Any:
        return with_new_names("data", values)

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """Section -> key -> value of what is otherwise."""
        return {name: value for name, value in self.model_dump().items()
                if isinstance(value, dict) and value}  # fmt: skip
