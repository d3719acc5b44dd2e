"""Every knob of an experiment on one page, and the one door from TOML to them."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from drgrade.errors import RecipeError, nearest
from drgrade.files import sha256_bytes

LARGEST_RECIPE = 1 << 20
OUT_OF_RANGE = ("greater_than_equal", "greater_than", "less_than_equal", "less_than",
                "finite_number")  # fmt: skip

Share = Annotated[float, Field(ge=0.0, lt=1.0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class Section(BaseModel):
    """A frozen section of a recipe; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Data(Section):
    """Which photos, and the squares made of them."""

    manifest: str = ""
    root: str = ""
    size: int = Field(512, ge=28, le=2048)
    crop: Literal["field", "none"] = "field"
    workers: int = Field(2, ge=0, le=64)
    photos: int = Field(0, ge=0)  # at most so many training photos, whole patients; 0: all
    split_seed: int = Field(0, ge=0)


class Model(Section):
    """The network, its head and stem, and where its weights start."""

    network: str = "resnet18"
    head: Literal["global", "lab"] = "global"
    stem: Literal["standard", "small"] = "standard"
    plain: bool = False
    stride_in: Literal["3x3", "1x1"] = "3x3"
    start: str = "random"


class Objective(Section):
    """What the outputs mean and how an error is priced."""

    name: Literal["cross_entropy", "regression"] = "cross_entropy"
    class_weights: Literal["none", "balanced", "sqrt"] = "none"
    label_smoothing: Share = 0.0


class Augment(Section):
    """How far a training photo may be moved; every number is a largest change."""

    flip: bool = True
    rotation: float = Field(0.0, ge=0.0, le=180.0, allow_inf_nan=False)  # degrees
    translation: float = Field(0.0, ge=0.0, le=0.5, allow_inf_nan=False)  # share of the side
    scale: float = Field(0.0, ge=0.0, le=0.5, allow_inf_nan=False)  # 0.1: 1/1.1 to 1.1 times
    aspect: float = Field(0.0, ge=0.0, le=0.5, allow_inf_nan=False)
    brightness: float = Field(0.0, ge=0.0, le=0.9, allow_inf_nan=False)
    contrast: float = Field(0.0, ge=0.0, le=0.9, allow_inf_nan=False)


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
    step_epochs: int = Field(10, ge=1, le=1000)
    step_factor: Annotated[float, Field(gt=0.0, le=1.0, allow_inf_nan=False)] = 0.1


class Train(Section):
    """How long, in what pieces, and what chooses the best epoch (always `tune`)."""

    epochs: int = Field(10, ge=1, le=10_000)
    batch: int = Field(16, ge=1, le=4096)
    seed: int = Field(0, ge=0, lt=1 << 31)
    accumulate: int = Field(1, ge=1, le=1024)
    clip: float = Field(0.0, ge=0.0, le=1e6, allow_inf_nan=False)
    ema: Share = 0.0
    mixed_precision: bool = False
    channels_last: bool = True
    balanced_sampler: bool = False
    early_stop: int = Field(0, ge=0, le=10_000)  # epochs without a better tune score; 0: never
    choose: Literal["qwk", "accuracy", "loss"] = "qwk"
    watch_test: bool = False  # test accuracy of every epoch, for the lab's table only
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    threads: int = Field(0, ge=0, le=256)
    save_minutes: Annotated[float, Field(ge=0.0, le=1440.0, allow_inf_nan=False)] = 5.0


class Recipe(Section):
    """A whole experiment."""

    name: str = "experiment"
    data: Data = Data()
    model: Model = Model()
    objective: Objective = Objective()
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
        if self.objective.name == "regression" and self.objective.label_smoothing:
            raise ValueError("objective.label_smoothing goes with cross_entropy only; set it to 0")
        return self

    @property
    def hash(self) -> str:
        """SHA-256 of the settings, without the name and the place of the data."""
        plain = self.model_copy(
            update={"name": "", "data": self.data.model_copy(update={"manifest": "", "root": ""})}
        )
        return sha256_bytes(plain.model_dump_json().encode())

    @property
    def family(self) -> str:
        """SHA-256 of the settings without the seed: what several seeds of one recipe share."""
        seedless = {"train": self.train.model_copy(update={"seed": 0})}
        return self.model_copy(update=seedless).hash


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
    _refuse_twice(changes)
    for change in changes:
        _apply_change(settings, change)
    return make_recipe(settings, where)


def make_recipe(settings: dict[str, Any], where: str = "recipe") -> Recipe:
    """Check a dictionary of settings; raises RecipeError with all mistakes at once."""
    try:
        return Recipe.model_validate(settings)
    except ValidationError as error:
        lines = [_explain(dict(problem)) for problem in error.errors()]
        raise RecipeError(f"{where}: " + "; ".join(lines)) from None


def write_toml(recipe: Recipe) -> str:
    """A recipe as TOML text that `load_recipe` reads back to an equal recipe."""
    settings = recipe.model_dump()
    lines = [f"name = {_toml(settings.pop('name'))}"]
    for section, values in settings.items():
        lines += ["", f"[{section}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
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


def _refuse_twice(changes: Sequence[str]) -> None:
    """A key set twice is a mistake, as it is in a TOML file: which one is meant, nobody knows."""
    keys = [change.partition("=")[0].strip() for change in changes]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise RecipeError(f"--set gives {', '.join(twice)} more than once; keep one")


def _apply_change(settings: dict[str, Any], change: str) -> None:
    key, equals, value = change.partition("=")
    section, dot, name = key.strip().partition(".")
    if not equals or not (dot or section == "name"):
        raise RecipeError(f"--set takes section.key=value, got '{change}'")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value  # bare words need no quotes on a command line
    if not dot:
        settings[section] = parsed
        return
    inside = settings.setdefault(section, {})
    if not isinstance(inside, dict):
        raise RecipeError(f"--set {change}: '{section}' is no section of a recipe")
    inside[name] = parsed


def _explain(problem: dict[str, Any]) -> str:
    place = [str(part) for part in problem["loc"]]
    key = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return f"unknown key '{key}'{_nearest_key(place)}"
    if not place:
        return str(problem["msg"]).removeprefix("Value error, ")
    rule = _range(place) if problem["type"] in OUT_OF_RANGE else ""
    rule = f"must be {rule}" if rule else str(problem["msg"]).removeprefix("Input ")
    return f"{key}: {rule}, got {problem['input']!r}"


def _range(place: list[str]) -> str:
    """The range of a key in words: `1 to 4096`, `above 0 to 10`, `0 to below 1`."""
    inside = _sections().get(place[0])
    if inside is None or len(place) != 2:
        return ""
    limits = {
        name: f"{getattr(rule, name):.9g}"
        for rule in inside.model_fields[place[1]].metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(rule, name)
    }
    low = limits["ge"] if "ge" in limits else f"above {limits['gt']}" if "gt" in limits else ""
    high = limits["le"] if "le" in limits else f"below {limits['lt']}" if "lt" in limits else ""
    return f"{low} to {high}" if low and high else f"{low or high}" + (" or more" if low else "")


def _nearest_key(place: list[str]) -> str:
    keys = {f"{name}.{key}": key for name, part in _sections().items() for key in part.model_fields}
    wanted = ".".join(place)
    inside = _sections().get(place[0])
    if inside and (close := nearest(place[-1], inside.model_fields)):
        return close
    same = [full for full, key in keys.items() if key == place[-1]]
    if same:
        return f"; did you mean '{same[0]}'?"
    return (
        nearest(wanted, [*keys, *_sections()]) if len(place) > 1 else nearest(wanted, _sections())
    )


def _sections() -> dict[str, type[BaseModel]]:
    return {
        name: info.annotation
        for name, info in Recipe.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    }


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return repr(value)
