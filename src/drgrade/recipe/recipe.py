"""A whole experiment, and the one door from TOML to its settings."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError, model_validator

from drgrade.errors import RecipeError, nearest
from drgrade.recipe.overrides import apply_changes, as_toml, explain
from drgrade.recipe.schema import (
    RENAMED,
    Augment,
    Consistency,
    Data,
    Lesions,
    Model,
    Objective,
    Optimiser,
    Schedule,
    Section,
    Stage,
    Train,
    with_new_names,
)
from drgrade.recipe.validation import broken_rules
from drgrade.runtime.files import sha256_bytes

__all__ = [
    "Augment", "Consistency", "Data", "Lesions", "Model", "Objective", "Optimiser", "Recipe",
    "Schedule", "Stage", "Train", "load_recipe", "make_recipe", "packaged_recipes", "write_toml",
]  # fmt: skip

LARGEST_RECIPE = 1 << 20
UNCHOSEN = "no split"  # what chose the epoch where the last one is kept
HASHED_AS: dict[str, dict[str, Any]] = {  # places, and how a result is computed, are no settings
    "data": {"manifest": "", "root": "", "workers": 2},
    "train": {"save_minutes": 5.0},
}

LATER: dict[str, tuple[str, ...]] = {  # settings that came after recipes had been hashed
    "data": ("retina_check",),
    "lesions": ("masked_share", "tags"),
    "objective": ("any_dr",),
    "augment": ("saturation",),
}


class Recipe(Section):
    """A whole experiment; with stages, several trainings of which each starts from the last."""

    name: str = "experiment"
    stages: tuple[Stage, ...] = ()
    data: Data = Data()
    model: Model = Model()
    objective: Objective = Objective()
    lesions: Lesions = Lesions()
    consistency: Consistency = Consistency()
    augment: Augment = Augment()
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    train: Train = Train()

    @model_validator(mode="after")
    def _fits_together(self) -> "Recipe":
        if broken := broken_rules(
            self.data,
            self.model,
            self.objective,
            self.lesions,
            self.optimiser,
            self.schedule,
            self.train,
            self.consistency,
        ):
            raise ValueError("; ".join(broken))
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
        return sha256_bytes(plain.model_dump_json(exclude=_unused(plain), by_alias=True).encode())

    @property
    def family(self) -> str:
        """SHA-256 of the settings without the seed: what several seeds of one recipe share."""
        seedless = {"train": self.train.model_copy(update={"seed": 0})}
        return self.model_copy(update=seedless).hash


def _unused(recipe: Recipe) -> dict[str, Any]:
    """Later settings that a recipe leaves as they are, section by section; whole sections too."""
    usual = Recipe()
    left: dict[str, Any] = {}
    for section, keys in LATER.items():
        own, plain = getattr(recipe, section), getattr(usual, section)
        left[section] = {key for key in keys if getattr(own, key) == getattr(plain, key)}
    if recipe.consistency == usual.consistency:
        left["consistency"] = True
    stages = {number: {"consistency"} for number, stage in enumerate(recipe.stages)
              if not stage.consistency}  # fmt: skip
    return left | ({"stages": stages} if stages else {})


def _placeless(stage: Stage) -> Stage:
    """A stage without places, its keys under the names that hashes have."""
    kept = {}
    for section, left in HASHED_AS.items():
        old = {new: old for old, new in RENAMED.get(section, {}).items()}
        own = getattr(stage, section)
        kept[section] = {old.get(key, key): own[key] for key in own if key not in left}
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
    folder = resources.files("drgrade.recipe") / "packaged"
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
    _rename(settings, where)
    apply_changes(settings, changes)
    return make_recipe(settings, where)


def _rename(settings: dict[str, Any], where: str) -> None:
    """Give keys their names of today, in place, so that changes on top find them."""
    stages = settings.get("stages")
    for part in (settings, *(stages if isinstance(stages, list) else ())):
        if not isinstance(part, dict):
            continue
        for section in RENAMED.keys() & part.keys():
            try:
                part[section] = with_new_names(section, part[section])
            except ValueError as error:
                raise RecipeError(f"{where}: {error}") from None


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
    if recipe.stages:
        settings["stages"] = [{"name": each.name, **each.changes} for each in recipe.stages]
    return tomli_w.dumps(settings)


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
