"""`drgrade lab`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from drgrade.runtime.optional_dependencies import need


def lab(
    manifest: Path,
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])],
    size: int = 0,
    cells: Annotated[list[str] | None, Parameter(consume_multiple=True, negative=())] = None,
    photos: int = 0,
    epochs: int = 0,
    compare_size: int = 0,
    degradation: Annotated[bool, Parameter(negative=())] = False,
    recipe: str = "lab",
    set_: Annotated[list[str] | None, Parameter(name="--set", negative=())] = None,
    root: Path | None = None,
    language: Literal["en", "zh-TW"] = "en",
    yes: Annotated[bool, Parameter(name=["-y", "--yes"], negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Run the course lab's whole experiment and write its report.

    Says first what it will run and how long it will take. Interrupted, the same command goes on
    where it stopped; what is finished is not run again. The path of the page is printed.

    Example: drgrade lab eyepacs.csv -o lab --size 128 --cells resnet18-random --language zh-TW

    Parameters
    ----------
    manifest
        The table of photographs; splits that are missing are held out from `train`.
    output
        Folder of the page (`report.html`), its twin `report.json`, `figures` and `runs`.
    size
        Side of the squares in pixels; 0 takes the lab's 512, and 64 for `--degradation`. The
        lab's own head fits 512 only; elsewhere the average is global.
    cells
        Which cells to run, such as `resnet18-random resnet50-imagenet`; by default all six:
        resnet18, resnet50 and efficientnet_lite0, each `-random` and `-imagenet`; `-phantom`
        starts from drawn photographs (`drgrade models pretrain`), `efficientnet_lite0-drawn` from
        the start of that kind that ships. With `--degradation` none.
    photos
        At most so many training photographs, whole patients; 0 takes all.
    epochs
        Epochs of every cell; 0 takes the lab's 10 (ResNet18, Lite0) and 8 (ResNet50), and 20 for
        `--degradation`.
    compare_size
        A second size, such as 128: one cell at both, global average in both, same photographs.
    degradation
        The lab's first figure: training error of plain and residual networks of 18, 34 and 50
        layers, three seeds each, with the recipe `degradation`. Cells of the table run beside it
        only where `--cells` names them; what an earlier call has run stays on the page.
    recipe
        `lab` for the lab's own settings; another packaged recipe (`lab-best`) or path for all
        cells, and for `--degradation`.
    set_
        Change a setting of every cell: `--set train.device=cuda`. May be given several times.
    root
        Folder below which the photographs lie; by default the manifest's own.
    language
        Of the page and its figures.
    yes
        Do not ask before starting.
    json
        Print the report's figures as JSON instead of the path of the page.
    """
    need("grade", "drgrade lab")
    from drgrade.data.tables.manifest import read_manifest
    from drgrade.lab.cells import Wanted
    from drgrade.lab.experiment import run_lab
    from drgrade.training.processes import refuse_several

    refuse_several("drgrade lab")
    wanted = Wanted(size, tuple(cells or ()), photos, epochs, compare_size, recipe,
                    tuple(set_ or ()), degradation)  # fmt: skip
    page = run_lab(read_manifest(manifest, root=root), output, wanted, language=language,
                   confirm=(lambda: True) if yes else _asked)  # fmt: skip
    print(page.with_suffix(".json").read_text(encoding="utf-8") if json else page)


def _asked() -> bool:
    """Ask on a terminal; a script is taken to mean what it says."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    print("start? [Y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")
