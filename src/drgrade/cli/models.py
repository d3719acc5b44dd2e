"""`drgrade models`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from drgrade.errors import UsageError, choose, nearest
from drgrade.runtime.optional_dependencies import need

if TYPE_CHECKING:
    from drgrade.publishing.describe import Size


def models(*, json_: bool = False) -> None:
    """List the networks with parameters and multiply-adds beside the paper's, and model files."""
    need("grade", "drgrade models")
    from drgrade.modelfile.places import shipped_models
    from drgrade.models.networks import NETWORKS
    from drgrade.models.weights.synthetic_starts import drawn_starts, not_drawn
    from drgrade.publishing.describe import shipped, size_of
    from drgrade.runtime.user_folders import cache_folder

    sizes = [size_of(name) for name in NETWORKS]
    starts = drawn_starts()
    files = sorted(str(path) for path in (cache_folder() / "weights").glob("*.*"))
    named = [shipped(name, path) for name, path in shipped_models().items()]
    if json_:
        report = {"networks": [asdict(size) for size in sizes], "files": files,
                "drawn_starts": [asdict(each) for each in starts],
                "shipped": [asdict(each) for each in named]}  # fmt: skip
        print(json.dumps(report, indent=2))
        return
    _show_networks(sizes)
    print("\nmodels that ship with this build:" if named else "\nno model ships with this build")
    for each in named:
        print(f"  {each.name}  {each.bytes / 1e6:.1f} MB  {each.summary}")
    print(
        '\nstarts from drawn photographs made here (start = "phantom"):'
        if starts
        else "\nno start from drawn photographs made here yet (`drgrade models pretrain NETWORK`)"
    )
    for start in starts:
        print(f"  {start.network}  {start.made}  {start.folder}")
    for line in not_drawn():
        print(f"  {line}")
    print("\nweight files at hand:" if files else "\nno weight files downloaded yet")
    for file in files:
        print(f"  {file}")


def _show_networks(sizes: "list[Size]") -> None:
    print(f"{'network':20}{'parameters':>12}{'5 grades':>12}{'10^9 mult-adds':>16}{'paper':>8}")
    for size in sizes:
        paper = "" if size.paper is None else f"{size.paper:8.3g}"
        print(f"{size.name:20}{size.parameters:12,}{size.parameters_graded:12,}"
              f"{size.multiply_adds / 1e9:16.2f}{paper}")  # fmt: skip
    print("\nat 224 px; parameters with ImageNet's 1,000 outputs and with 5. Against the paper:")
    for reason in dict.fromkeys(size.reason for size in sizes):
        print(f"  {', '.join(s.name for s in sizes if s.reason == reason)}: {reason}")


def show(
    name: str,
    *,
    head: Literal["global", "lab"] = "global",
    stem: Literal["standard", "small"] = "standard",
    plain: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Print the layers of one network, or what a model is and its layers.

    Example: drgrade models show resnet18 --head lab

    Parameters
    ----------
    name
        A network or a shipped model (`drgrade models` lists both), a model file or a run folder.
    head
        Of a network: `global` average, or the `lab`'s average pool of 7 at stride 1 (512 px only).
    stem
        Of a network: `standard`, or `small` for 28 px photographs.
    plain
        Of a network: without shortcuts.
    """
    need("grade", "drgrade models show")
    from drgrade.modelfile.places import place_of_model, shipped_models
    from drgrade.models.grader import build_network
    from drgrade.models.networks import NETWORKS
    from drgrade.recipe.recipe import Model

    known: dict[str, object] = {**NETWORKS, **shipped_models()}
    if name in NETWORKS:
        if (head, stem) == ("lab", "small"):
            raise UsageError("--head lab fits the standard stem only; leave one of them out")
        print(build_network(Model(network=name, head=head, stem=stem, plain=plain), 5))
    elif Path(name).exists() or name in known:
        if (head, stem, plain) != ("global", "standard", False):
            raise UsageError(f"--head, --stem and --plain are for a network, got the model {name}")
        _show_model(name)
    else:
        if not nearest(name, known):
            place_of_model(Path(name))  # says why it is no model
        choose(known, name, "network or model")


def _show_model(name: str) -> None:
    from drgrade.modelfile.container import read_about
    from drgrade.modelfile.places import place_of_model
    from drgrade.models.checkpoint import load_grader
    from drgrade.publishing.describe import summary_of

    place = place_of_model(Path(name))
    network = load_grader(place).network  # first: says what is wrong with the file
    print(f"{summary_of(read_about(place), place)}\n{network}")


def pretrain(
    network: str, *, set_: Annotated[list[str] | None, Parameter(name="--set", negative=())] = None
) -> None:
    """Train a network on drawn photographs: the start that recipes call `phantom`.

    Grade, lesion maps and lesion counts are learned, no patient's photograph is needed. The run
    lies in the user's cache folder; the same command goes on with one that was interrupted. Its
    path is printed.

    Example: drgrade models pretrain resnet18

    Parameters
    ----------
    network
        A network (`drgrade models` lists them).
    set_
        Change a setting of the recipe `phantom`: `--set data.drawn=5000`. May be given several
        times.
    """
    need("grade", "drgrade models pretrain")
    from drgrade.training.pretrain import pretrain as train
    from drgrade.training.processes import joined
    from drgrade.training.records.evaluated import evaluate_run

    with joined() as processes:
        folder = train(network, set_ or [])
    if processes.is_first:
        evaluate_run(folder)
        print(folder)
