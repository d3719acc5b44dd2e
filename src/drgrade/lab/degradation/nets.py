"""The nets of the lab's first figure: plain against residual, three depths, three seeds.

He et al. 2016 (arXiv:1512.03385), section 4.1 and figure 4.
"""

from drgrade.lab.cells import (
    DECIDED,
    LAB_RECIPE,
    Cell,
    Wanted,
    lab_recipe,
    refuse_decided,
    refuse_twice,
)
from drgrade.recipe.recipe import make_recipe

DEGRADATION_RECIPE = "degradation"
ROLE = "degradation"
DEPTHS = (18, 34, 50)
SEEDS = 3
OF_NETS = {
    "model.plain": "each depth is trained with and without shortcuts",
    "model.head": "all nets have the head `global`",
}


def nets_of(wanted: Wanted) -> list[Cell]:
    """The eighteen trainings of the first figure, or none where it was not asked for.

    All six nets of one seed come before the next seed, so that an interrupted lab has a whole
    comparison as soon as it can.

    Raises:
        RecipeError: settings that do not go together.
        UsageError: a change of what the lab decides.
    """
    if not wanted.degradation:
        return []
    decided = {key: cure for key, cure in DECIDED.items() if key != "data.size"}
    refuse_decided(wanted.changes, decided | OF_NETS)
    refuse_twice(wanted)
    return [
        _net(wanted, depth, plain, seed)
        for seed in range(SEEDS)
        for depth in DEPTHS
        for plain in (True, False)
    ]


def recipe_of(wanted: Wanted) -> str:
    """The recipe the nets are trained with: their own, or what a person named."""
    return DEGRADATION_RECIPE if wanted.recipe == LAB_RECIPE else wanted.recipe


def _net(wanted: Wanted, depth: int, plain: bool, seed: int) -> Cell:
    """One training; nothing but depth, shortcuts and seed differs from the others."""
    base = lab_recipe(recipe_of(wanted), wanted.changes).model_dump()
    base["train"]["seed"] += seed
    name = f"{'plain' if plain else 'residual'}{depth}-seed{base['train']['seed']}"
    base["name"] = name
    base["data"] |= {
        "size": wanted.size or base["data"]["size"],
        "photos": wanted.photos or base["data"]["photos"],
    }
    base["model"] |= {
        "network": f"resnet{depth}", "plain": plain, "head": "global", "start": "random",
    }  # fmt: skip
    base["train"] |= {"epochs": wanted.epochs or base["train"]["epochs"], "watch_test": False}
    made = make_recipe(base, name)
    return Cell(name, f"resnet{depth}", "random", made.data.size, ROLE, made)
