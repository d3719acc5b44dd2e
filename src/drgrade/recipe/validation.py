"""Which settings of a recipe do not go together: each rule, the value found and the way out."""

from collections.abc import Iterator

from drgrade.recipe.overrides import as_toml
from drgrade.recipe.schema import (
    Consistency,
    Data,
    Lesions,
    Model,
    Objective,
    Optimiser,
    Schedule,
    Train,
)

STRIDE = 32  # px of a photo for one of a network's coarsest map, with the standard stem
LAB_SIZE = 512  # px, the only size that the lab's head fits


def broken_rules(
    data: Data,
    model: Model,
    objective: Objective,
    lesions: Lesions,
    optimiser: Optimiser,
    schedule: Schedule,
    train: Train,
    consistency: Consistency,
) -> list[str]:
    """Every rule that a recipe's sections break together, a line each; none where all is well."""
    found = (
        _photos(data),
        _network(model, data, train),
        _lesions(model, lesions, data, train),
        _ungraded(objective, lesions, consistency, train),
        _choice(train, data, objective),
        _steps(train, optimiser, schedule),
    )
    return [line for lines in found for line in lines]


def _photos(data: Data) -> Iterator[str]:
    if data.drawn and data.manifest:
        yield "data.drawn and data.manifest are two sources of photos; keep one of them"
    for key in ("manifest", "root"):
        path = getattr(data, key)
        if path != path.encode(errors="ignore").decode():
            yield (f"data.{key} must be a name that UTF-8 can write, got {path!r}; give the file "
                   "or folder another name")  # fmt: skip


def _network(model: Model, data: Data, train: Train) -> Iterator[str]:
    size = data.size
    if model.head == "lab" and size != LAB_SIZE:
        yield (f'model.head = "lab" fits data.size = {LAB_SIZE} only, got {size}; '
               'set model.head = "global"')  # fmt: skip
    if model.head == "lab" and model.stem == "small":
        yield 'model.head = "lab" fits the standard stem only; set model.stem = "standard"'
    if model.head == "lab" and model.views > 1:
        yield f'model.head = "lab" weighs each place, and views turn them; got {model.views} views'
    if train.batch == 1 and size <= STRIDE and model.stem == "standard":
        yield ("train.batch = 1 leaves batch normalisation one value a channel at data.size = "
               f"{size}; set train.batch = 2, or a size above {STRIDE}")  # fmt: skip


def _lesions(model: Model, lesions: Lesions, data: Data, train: Train) -> Iterator[str]:
    plain_model, plain = Model(), Lesions()
    if lesions != plain and not model.lesions:
        yield ("lesions.maps, lesions.counts and lesions.dme weigh nothing without "
               "model.lesions = true; set it, or leave them out")  # fmt: skip
    elif lesions.dme != plain.dme and not model.dme:
        yield "lesions.dme weighs nothing without model.dme = true; set it, or leave it out"
    if model.lesions and data.size % 2:
        yield (f"model.lesions = true makes maps of half the side, and data.size = "
               f"{data.size} is odd; take an even one")  # fmt: skip
    if model.lesions and model.stem == "small":
        yield ('model.lesions = true makes maps of half the side, and model.stem = "small" keeps '
               'the whole; set model.stem = "standard"')  # fmt: skip
    if lesions.masked_share and train.balanced_sampler:
        yield ("lesions.masked_share and train.balanced_sampler both say how often a photo comes; "
               "leave one of them out")  # fmt: skip
    for key in ("reads", "dme"):
        value = getattr(model, key)
        if value != getattr(plain_model, key) and not model.lesions:
            yield (f"model.{key} = {as_toml(value)} goes with model.lesions = true; set it, or "
                   "leave the other out")  # fmt: skip


def _ungraded(
    objective: Objective, lesions: Lesions, consistency: Consistency, train: Train
) -> Iterator[str]:
    """Rules of what learns from photos without a grade, which only conditional steps can leave."""
    weights = {"objective.any_dr": objective.any_dr, "lesions.tags": lesions.tags,
               "consistency.weight": consistency.weight}  # fmt: skip
    for key, weight in weights.items():
        if weight and objective.name != "corn":
            yield (f'{key} = {weight:g} goes with objective.name = "corn", got '
                   f'"{objective.name}"; set it to 0')  # fmt: skip
        if weight and train.balanced_sampler:
            yield (f"{key} = {weight:g} learns from photos without a grade, which "
                   "train.balanced_sampler cannot draw; leave one of them out")  # fmt: skip
    if consistency.weight and not train.ema:
        yield ("consistency.weight needs a moving average as its teacher, and train.ema is 0; set "
               "train.ema = 0.98")  # fmt: skip


def _choice(train: Train, data: Data, objective: Objective) -> Iterator[str]:
    if objective.name != "cross_entropy" and objective.label_smoothing:
        yield "objective.label_smoothing goes with cross_entropy only; set it to 0"
    if train.choose == "last" and train.early_stop:
        yield ('train.early_stop waits for a better epoch, and train.choose = "last" looks for '
               "none; leave one of them out")  # fmt: skip
    if data.holdout_from_train == "none" and train.choose != "last":
        yield (
            f'train.choose = "{train.choose}" chooses on tune, and '
            'data.holdout_from_train = "none" leaves none; set train.choose = "last"'
        )


def _steps(train: Train, own: Optimiser, schedule: Schedule) -> Iterator[str]:
    if own.name == "sgd" and own.nesterov and not own.momentum:
        yield ("optimiser.nesterov = true needs momentum above 0, got 0; raise "
               "optimiser.momentum, or leave nesterov out")  # fmt: skip
    plain = Optimiser()
    if own.name == "adamw" and (own.nesterov or own.momentum != plain.momentum):
        yield "optimiser.momentum and optimiser.nesterov are of sgd; leave them out with adamw"
    if schedule.warmup_epochs > train.epochs:
        yield (f"schedule.warmup_epochs must end within train.epochs = {train.epochs}, got "
               f"{schedule.warmup_epochs:g}; lower it")  # fmt: skip
