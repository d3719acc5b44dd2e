"""Every knob of an experiment on one page, and the one door from TOML to them."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from drgrade.errors import RecipeError, nearest
from drgrade.files import sha256_bytes
from drgrade.settings import apply_changes, as_toml, explain, toml_lines

LARGEST_RECIPE = 1 << 20
STRIDE = 32  # px of a photo for one of a network's coarsest map, with the standard stem
UNCHOSEN = "no split"  # what chose the epoch where the last one is kept
HASHED_AS: dict[str, dict[str, Any]] = {  # places, and how a result is computed, are no settings
    "data": {"manifest": "", "root": "", "workers": 2},
    "train": {"save_minutes": 5.0},
}
Whole = Annotated[int, Field(strict=True)]  # true is no 1, and 2.0 no 2
Share = Annotated[float, Field(ge=0.0, lt=1.0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


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
    carve: Literal["both", "tune", "none"] = "both"  # of tune and calibrate, taken out of train

    @property
    def carved(self) -> tuple[str, ...]:
        """The splits that a manifest without them gets out of its training rows."""
        return {"both": ("tune", "calibrate"), "tune": ("tune",), "none": ()}[self.carve]


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


class Lesions(Section):
    """How much lesion maps, counts and macular edema weigh beside the grade, whose weight is 1.

    They are learned where the manifest has masks (`mask`), counts (`n_microaneurysm`, ...), `dme`.
    """

    maps: float = Field(1.0, ge=0.0, le=100.0, allow_inf_nan=False)
    counts: float = Field(0.2, ge=0.0, le=100.0, allow_inf_nan=False)
    dme: float = Field(0.5, ge=0.0, le=100.0, allow_inf_nan=False)
    healthy: bool = False  # beside masks, photos of grade 0 without one teach: no lesion
    masked_share: float = Field(0.0, ge=0.0, le=0.9, allow_inf_nan=False)  # of an epoch, at least


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
    augment: dict[str, Any] = {}
    optimiser: dict[str, Any] = {}
    schedule: dict[str, Any] = {}
    train: dict[str, Any] = {}

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """Section -> key -> value of what is otherwise."""
        return {name: value for name, value in self.model_dump().items()
                if isinstance(value, dict) and value}  # fmt: skip


class Recipe(Section):
    """A whole experiment; with stages, several trainings of which each starts from the last."""

    name: str = "experiment"
    stages: tuple[Stage, ...] = ()
    data: Data = Data()
    model: Model = Model()
    objective: Objective = Objective()
    lesions: Lesions = Lesions()
    augment: Augment = Augment()
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    train: Train = Train()

    @model_validator(mode="after")
    def _fits_together(self) -> "Recipe":
        if self.model.head == "lab" and self.data.size != 512:
            raise ValueError(
                f'model.head = "lab" fits data.size = 512 only, got {self.data.size}; '
                'set model.head = "global"'
            )
        if self.objective.name != "cross_entropy" and self.objective.label_smoothing:
            raise ValueError("objective.label_smoothing goes with cross_entropy only; set it to 0")
        if self.train.choose == "last" and self.train.early_stop:
            raise ValueError(
                'train.early_stop waits for a better epoch, and train.choose = "last" looks for '
                "none; leave one of them out"
            )
        if self.data.carve == "none" and self.train.choose != "last":
            raise ValueError(
                f'train.choose = "{self.train.choose}" chooses on tune, and data.carve = "none" '
                'leaves none; set train.choose = "last"'
            )
        if self.data.drawn and self.data.manifest:
            raise ValueError(
                "data.drawn and data.manifest are two sources of photos; keep one of them"
            )
        if self.lesions != Lesions() and not self.model.lesions:
            raise ValueError("lesions.maps, lesions.counts and lesions.dme weigh nothing without "
                             "model.lesions = true; set it, or leave them out")  # fmt: skip
        if self.model.lesions and self.data.size % 2:
            raise ValueError(f"model.lesions = true makes maps of half the side, and data.size = "
                             f"{self.data.size} is odd; take an even one")  # fmt: skip
        if self.lesions.masked_share and self.train.balanced_sampler:
            raise ValueError("lesions.masked_share and train.balanced_sampler both say how often a "
                             "photo comes; leave one of them out")  # fmt: skip
        for key in ("reads", "dme"):
            value = getattr(self.model, key)
            if value != getattr(Model(), key) and not self.model.lesions:
                raise ValueError(f"model.{key} = {as_toml(value)} goes with model.lesions = true; "
                                 "set it, or leave the other out")  # fmt: skip
        return self

    @model_validator(mode="after")
    def _can_be_made(self) -> "Recipe":
        if self.model.lesions and self.model.stem == "small":
            raise ValueError('model.lesions = true makes maps of half the side, and model.stem = '
                             '"small" keeps the whole; set model.stem = "standard"')  # fmt: skip
        own = self.optimiser
        if own.name == "sgd" and own.nesterov and not own.momentum:
            raise ValueError("optimiser.nesterov = true needs momentum above 0, got 0; raise "
                             "optimiser.momentum, or leave nesterov out")  # fmt: skip
        if self.train.batch == 1 and self.data.size <= STRIDE and self.model.stem == "standard":
            raise ValueError("train.batch = 1 leaves batch normalisation one value a channel at "
                             f"data.size = {self.data.size}; set train.batch = 2, or a size above "
                             f"{STRIDE}")  # fmt: skip
        return self

    @model_validator(mode="after")
    def _stages_fit(self) -> "Recipe":
        names = [stage.name for stage in self.stages]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"stages have names of their own; {', '.join(twice)} comes twice")
        if self.stages and self.model.start != Model().start and "start" in self.stages[0].model:
            raise ValueError(
                f"model.start = {as_toml(self.model.start)} is for the first stage, and "
                f"'{names[0]}' has one of its own; keep one of them"
            )
        self.in_stages()
        return self

    def in_stages(self) -> list["Recipe"]:
        """The recipe of each stage, in order, each named after its stage; none without stages."""
        base = self.model_dump(exclude={"stages"})
        return [_of_stage(base, stage) for stage in self.stages]

    @property
    def hash(self) -> str:
        """SHA-256 of the settings, without the name, the place of the data and how it is computed.

        The processes that prepare photos and how often the state is saved change no result.
        A setting that came later counts where it is used, so that hashes of before stay.
        """
        plain = self.model_copy(
            update={
                "name": "",
                "data": self.data.model_copy(update=HASHED_AS["data"]),
                "train": self.train.model_copy(update=HASHED_AS["train"]),
                "stages": tuple(_placeless(stage) for stage in self.stages),
            }
        )
        later = {} if plain.lesions.masked_share else {"lesions": {"masked_share"}}
        return sha256_bytes(plain.model_dump_json(exclude=later).encode())

    @property
    def family(self) -> str:
        """SHA-256 of the settings without the seed: what several seeds of one recipe share."""
        seedless = {"train": self.train.model_copy(update={"seed": 0})}
        return self.model_copy(update=seedless).hash


def _placeless(stage: Stage) -> Stage:
    kept = {
        section: {key: value for key, value in getattr(stage, section).items() if key not in left}
        for section, left in HASHED_AS.items()
    }
    return stage.model_copy(update=kept)


def _of_stage(base: dict[str, Any], stage: Stage) -> Recipe:
    settings = {**base, "name": stage.name}
    for section, values in stage.changes.items():
        settings[section] = {**settings[section], **values}
    own = stage.data  # the photos that a stage names take the place of the recipe's, of either kind
    if own.get("drawn") and not own.get("manifest"):
        settings["data"] = settings["data"] | {"manifest": ""}
    if own.get("manifest") and "drawn" not in own:
        settings["data"] = settings["data"] | {"drawn": 0}
    return make_recipe(settings, f"stage '{stage.name}'")


def packaged_recipes() -> dict[str, str]:
    """The recipes that come with the package: name -> TOML text."""
    folder = resources.files("drgrade") / "recipes"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {f.name.removesuffix(".toml"): f.read_text(encoding="utf-8") for f in found}


def load_recipe(where: str, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe by packaged name or path, with `--set key=value` changes on top.

    Raises:
        RecipeError: all mistakes at once, each with its rule, its value and the nearest key.
    """
    text = _text_of(where)
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{where} is not valid TOML: {error}") from None
    settings.setdefault("name", Path(where).stem)
    apply_changes(settings, changes)
    return make_recipe(settings, where)


def make_recipe(settings: dict[str, Any], where: str = "recipe") -> Recipe:
    """Check a dictionary of settings; raises RecipeError with all mistakes at once."""
    try:
        return Recipe.model_validate(settings)
    except ValidationError as error:
        lines = [explain(dict(problem), _sections()) for problem in error.errors()]
        raise RecipeError(f"{where}: " + "; ".join(lines)) from None


def write_toml(recipe: Recipe) -> str:
    """A recipe as TOML text that `load_recipe` reads back to an equal recipe."""
    settings = recipe.model_dump(exclude={"stages"})
    lines = [f"name = {as_toml(settings.pop('name'))}"]
    for section, values in settings.items():
        lines += ["", f"[{section}]", *toml_lines(values)]
    for stage in recipe.stages:
        lines += ["", "[[stages]]", f"name = {as_toml(stage.name)}"]
        for section, values in stage.changes.items():
            lines += [f"[stages.{section}]", *toml_lines(values)]
    return "\n".join(lines) + "\n"


def _text_of(where: str) -> str:
    known = packaged_recipes()
    if where in known:
        return known[where]
    path = Path(where)
    if path.is_dir():
        raise RecipeError(f"{where} is a folder, not a recipe; give a .toml file")
    if not path.is_file():
        listed = ", ".join(known)
        raise RecipeError(
            f"no recipe '{where}'{nearest(where, known)} (packaged: {listed}; or a path)"
        )
    if path.stat().st_size > LARGEST_RECIPE:
        raise RecipeError(f"{where} has {path.stat().st_size} bytes; a recipe has at most 1 MiB")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{where} cannot be read as UTF-8 text: {error}") from None


def _sections() -> dict[str, type[BaseModel]]:
    return {
        name: info.annotation
        for name, info in Recipe.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    }
