"""The first figure's run folders made up in numbers: a log for each training, no network."""

from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import write_json

EPOCHS = 4


def made_net(folder, depth, plain, seed, *, last, epochs=EPOCHS):
    """A training whose error falls from 0.6 to `last` over EPOCHS; unfinished where cut short."""
    name = f"{'plain' if plain else 'residual'}{depth}-seed{seed}"
    run = RunFolder(folder / "runs" / name)
    errors = [0.6 + (last - 0.6) * epoch / EPOCHS for epoch in range(1, epochs + 1)]
    run.folder.mkdir(parents=True)
    run.write_metrics(
        [{"epoch": n, "train_accuracy": 1 - error} for n, error in enumerate(errors, start=1)]
    )
    if epochs == EPOCHS:
        write_json(run.finished, {"epochs": epochs})
    return settings(depth, plain, seed)


def settings(depth, plain, seed):
    """What the lab notes of a training."""
    name = f"{'plain' if plain else 'residual'}{depth}-seed{seed}"
    return {
        "name": name, "network": f"resnet{depth}", "start": "random", "size": 64,
        "role": "degradation", "head": "global", "epochs": EPOCHS, "batch": 32,
        "learning_rate": 0.05, "choose": "loss", "plain": plain, "seed": seed,
        "run": f"runs/{name}",
    }  # fmt: skip


def made_nets(folder, finals):
    """All trainings of `finals`: (depth, plain) -> final errors, one for each seed from 0."""
    return [
        made_net(folder, depth, plain, seed, last=last)
        for (depth, plain), lasts in finals.items()
        for seed, last in enumerate(lasts)
    ]
