"""The cells of the lab's table: which network from which start, and the recipe of each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from drgrade.errors import RecipeError, UsageError, choose
from drgrade.lab.pairs import LAB_EPOCHS, LAB_RATES
from drgrade.recipe.recipe import Recipe, load_recipe, make_recipe

LAB_RECIPE = "lab"
USUAL_STARTS = ("imagenet", "random")  # `phantom`, drawn photographs, where it is asked for
SHIPPED_START, SHIPPED_NETWORK = "drawn", "efficientnet_lite0"  # the synthetic start that ships
LAB_SIZE = 512
DECIDED = {  # settings that a cell decides, and the way to ask for them
    "data.size": "give --size instead",
    "data.manifest": "give the manifest as the first word of the command",
    "data.root": "give --root instead",
    "name": "a cell's name is its network and its start",
    "model.network": "give --cells instead",
    "model.start": "give --cells instead",
    "train.watch_test": "every cell watches test for the lab's table, and chooses nothing by it",
}


@dataclass(frozen=True)
class Cell:
    """One training of the lab: a network, its start, the side of its squares, and its role.

    `role` is `table` for the lab's own table, `sizes` for the comparison of sizes, and
    `degradation` for the nets of its first figure.
    """

    name: str
    network: str
    start: str
    size: int
    role: str
    recipe: Recipe

    def as_json(self) -> dict[str, Any]:
        """What the report needs to know, in plain values."""
        settings = self.recipe
        plain = {key: value for key, value in asdict(self).items() if key != "recipe"}
        return plain | {
            "head": settings.model.head,
            "epochs": settings.train.epochs,
            "batch": settings.train.batch,
            "learning_rate": settings.optimiser.learning_rate,
            "choose": settings.train.choose,
            "plain": settings.model.plain,
            "seed": settings.train.seed,
            "run": f"runs/{self.name}",
        }


@dataclass(frozen=True)
class Wanted:
    """What a person asked the lab for; 0 and empty mean as the lab has it.

    `degradation` asks for the nets of the first figure, and for cells only where they are named.
    """

    size: int = 0
    cells: Sequence[str] = ()
    photos: int = 0
    epochs: int = 0
    compare_size: int = 0
    recipe: str = LAB_RECIPE
    changes: Sequence[str] = ()
    degradation: bool = False

    @property
    def cell_size(self) -> int:
        """Side of the squares of the cells in pixels."""
        return self.size or LAB_SIZE


TABLE: dict[str, tuple[str, str]] = {
    f"{network}-{start}": (network, start)
    for network in LAB_EPOCHS
    for start in LAB_RATES
    if start != SHIPPED_START or network == SHIPPED_NETWORK
}
USUAL = tuple(name for name, (_, start) in TABLE.items() if start in USUAL_STARTS)


def cells_of(wanted: Wanted) -> list[Cell]:
    """The cells a person asked for, all six by default, then those that compare sizes.

    None where only the first figure was asked for.

    Raises:
        UnknownNameError: a cell that does not exist.
        UsageError: sizes to compare, but no two of one cell; or a change of what a cell decides.
        RecipeError: settings that do not go together.
    """
    names = list(dict.fromkeys(wanted.cells)) or ([] if wanted.degradation else list(USUAL))
    if not names and wanted.compare_size:
        raise UsageError(
            f"--compare-size {wanted.compare_size} compares a cell, but --degradation runs none; "
            "name one with --cells"
        )
    if not names:
        return []
    refuse_decided(wanted.changes, DECIDED)
    refuse_twice(wanted)
    table = [_table_cell(wanted, name) for name in names]
    without_start = [cell for cell in table if cell.start == "random"]  # needs no download
    return table + _size_cells(wanted, (without_start or table)[0])


def compared(cells: Sequence[Cell]) -> list[str]:
    """Names of the cells that differ in nothing but the size, largest first; empty where none."""
    asked = [cell for cell in cells if cell.role == "sizes"]
    if len(asked) == 1:
        twin = asked[0]
        asked += [
            cell
            for cell in cells
            if cell.role == "table" and (cell.network, cell.start) == (twin.network, twin.start)
        ]
    return [cell.name for cell in sorted(asked, key=lambda cell: -cell.size)]


def _table_cell(wanted: Wanted, name: str) -> Cell:
    network, start = choose(TABLE, name, "cell of the lab")
    return _cell(wanted, name, network, start, wanted.cell_size, "table", "")


def _size_cells(wanted: Wanted, first: Cell) -> list[Cell]:
    """One cell at both sizes with the same head; a cell of the table is not run twice."""
    if not wanted.compare_size:
        return []
    if wanted.compare_size == wanted.cell_size:
        raise UsageError(
            f"--compare-size must differ from --size, got {wanted.cell_size} for both; "
            "leave one of them out"
        )
    sizes = [wanted.cell_size, wanted.compare_size]
    if first.recipe.model.head == "global":
        sizes = [wanted.compare_size]
    return [
        _cell(wanted, f"{first.name}-{size}px", first.network, first.start, size, "sizes", "global")
        for size in sizes
    ]


def _cell(
    wanted: Wanted, name: str, network: str, start: str, size: int, role: str, head: str
) -> Cell:
    base = lab_recipe(wanted.recipe, wanted.changes).model_dump()
    base["name"] = name
    base["data"] |= {"size": size, "photos": wanted.photos or base["data"]["photos"]}
    base["model"] |= {
        "network": network,
        "start": start,
        "head": head or fitting_head(base["model"]["head"], network, size),
    }
    base["train"]["watch_test"] = True
    asked = {change.partition("=")[0].strip() for change in wanted.changes}
    if wanted.recipe == LAB_RECIPE:
        if "train.epochs" not in asked:
            base["train"]["epochs"] = LAB_EPOCHS[network]
        if "optimiser.learning_rate" not in asked:
            base["optimiser"]["learning_rate"] = LAB_RATES[start]
    if wanted.epochs:
        base["train"]["epochs"] = wanted.epochs
    return Cell(name, network, start, size, role, make_recipe(base, name))


def refuse_decided(changes: Sequence[str], decided: Mapping[str, str]) -> None:
    """Refuse changes of what the lab itself decides; they would be without effect.

    `decided` says of each setting what to do in place of changing it.

    Raises:
        UsageError: names the setting and what to give in its place.
    """
    asked = (change.partition("=")[0].strip() for change in changes)
    if key := next((key for key in asked if key in decided), ""):
        raise UsageError(
            f"the lab decides {key} itself, so --set {key}=... would do nothing; {decided[key]}"
        )


def refuse_twice(wanted: Wanted) -> None:
    """Refuse a setting that is given as an option and by `--set`: one would do nothing.

    Raises:
        UsageError: names both.
    """
    asked = {change.partition("=")[0].strip() for change in wanted.changes}
    options = (
        ("--epochs", wanted.epochs, "train.epochs"),
        ("--photos", wanted.photos, "data.photos"),
        ("--size", wanted.size, "data.size"),
    )
    for option, value, key in options:
        if value and key in asked:
            raise UsageError(f"{option} and --set {key}=... say the same; keep one of them")


def lab_recipe(name: str, changes: Sequence[str]) -> Recipe:
    """The recipe that a lab's trainings are made of: one training, on the lab's own photos.

    Raises:
        RecipeError: it has stages, or draws its photos.
    """
    recipe = load_recipe(name, changes)
    if recipe.stages:
        names = ", ".join(stage.name for stage in recipe.stages)
        raise RecipeError(
            f"the lab trains each cell once, and the recipe '{name}' has the stages {names}; "
            "name one without, or train it by `drgrade train`"
        )
    if recipe.data.drawn:
        raise RecipeError(
            f"the lab trains on its manifest's photos, and the recipe '{name}' has data.drawn = "
            f"{recipe.data.drawn}; add --set data.drawn=0, or name another recipe"
        )
    return recipe


def fitting_head(asked: str, network: str, size: int) -> str:
    """The lab's head where it fits (a ResNet at 512 px), else the global average."""
    fits = size == LAB_SIZE and network.startswith("resnet")
    return asked if fits else "global"
