"""Several seeds of one recipe as one grader: its mean, with the seeds drawn too.

One seed is one throw of a die. Where a recipe was trained with several, its score is the mean over
them, and a resample draws the patients and, for each recipe, its seeds with replacement: the
interval then covers both. Three seeds say little about their spread; their range is printed.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from drgrade.data.tables.predictions import Predictions
from drgrade.errors import UsageError, nearest
from drgrade.stats.estimate import Floats

Pools = dict[str, list[int]]


def alone(names: Sequence[str]) -> Pools:
    """Every table a grader of its own."""
    return {name: [place] for place, name in enumerate(names)}


def by_family(tables: Mapping[str, Predictions]) -> Pools:
    """Tables whose recipes differ in nothing but the seed (`recipe_family`), as one grader each.

    A family of several is called by its recipe and the number of its seeds (`of_seeds`).
    """
    families: dict[str, list[int]] = {}
    for place, table in enumerate(tables.values()):
        family = str(table.provenance.recipe_family or f"table {place}")
        families.setdefault(family, []).append(place)
    names, every = list(tables), list(tables.values())
    found: Pools = {}
    for members in families.values():
        if len(members) == 1:
            found[names[members[0]]] = members
            continue
        recipe = str(every[members[0]].provenance.recipe or names[members[0]])
        title = of_seeds(recipe, len(members))
        if title in found:
            title = of_seeds(f"{recipe} ({names[members[0]]})", len(members))
        found[title] = members
    return found


def of_seeds(name: str, number: int) -> str:
    """What several seeds of one recipe are called: a page says the same in its language."""
    return f"{name}, {number} seeds"


def as_asked(tables: Mapping[str, Predictions], asked: Mapping[str, Sequence[str]]) -> Pools:
    """The pools a person named; of the other tables those of one recipe are pooled (`by_family`).

    Raises:
        UsageError: a table that is not there, one in two pools, or a pool called like another.
    """
    names = list(tables)
    found: Pools = {}
    for pool, members in asked.items():
        for member in members:
            if member not in names:
                raise UsageError(
                    f"a pool holds tables that are compared, got '{member}' in '{pool}'"
                    f"{nearest(member, names)} (tables: {', '.join(names)})"
                )
        found[pool] = [names.index(member) for member in members]
    taken = [place for members in found.values() for place in members]
    if len(set(taken)) < len(taken):
        raise UsageError("a table belongs to one pool, got one in two; name each once")
    rest = [place for place in range(len(names)) if place not in taken]
    others = by_family({names[place]: tables[names[place]] for place in rest})
    if both := next((name for name in found if name in others), ""):
        raise UsageError(
            f"every grader has a name of its own, but the pool '{both}' is called like a table "
            "outside it; name the pool otherwise"
        )
    return found | {name: [rest[place] for place in others[name]] for name in others}


def pooled(values: Floats, replicates: Floats, pools: Pools, seed: int) -> tuple[Floats, Floats]:
    """Means over the seeds of each pool: (k,) values and (r, k) replicates give (p,) and (r, p)."""
    generator = np.random.default_rng([seed, len(pools)])
    drawn = []
    for members in pools.values():
        places = np.array(members)
        if len(places) == 1:
            drawn.append(replicates[:, places[0]])
            continue
        chosen = places[generator.integers(0, len(places), (len(replicates), len(places)))]
        drawn.append(np.take_along_axis(replicates, chosen, axis=1).mean(1))
    return np.array([values[members].mean() for members in pools.values()]), np.stack(drawn, 1)
