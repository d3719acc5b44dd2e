"""`drgrade demo`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from drgrade.runtime.optional_dependencies import need


def demo(
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])] = Path("demo"),
    photos: int = 0,
    epochs: int = 0,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0, lt=1000))] = 0,
    language: Literal["en", "zh-TW"] = "en",
) -> None:
    """The product in minutes, offline: grade, train and compare, evaluate.

    `default` grades and explains a small gallery of synthetic photographs and one real healthy
    eye. Then the lab trains two networks on synthetic photographs, one of which collapses, and
    both are evaluated and compared. Ends with the findings, a line each, and the page to open
    first. Interrupted, the same command goes on. The networks it trains grade no patient.
    Research software, not a medical device.

    Example: drgrade demo -o demo

    Parameters
    ----------
    output
        Folder for everything the demo makes.
    photos
        How many synthetic photographs the two networks are trained and tested on; 0 takes the
        demo's.
    epochs
        Epochs of each network; 0 takes the demo's.
    seed
        Another draws other photographs and trains with other chance.
    language
        Of the pages, their figures and the findings.
    """
    need("grade", "drgrade demo")
    from drgrade.demo.experiment import PHOTOS, Size
    from drgrade.demo.story import lines, tell_story

    size = Size(photos or PHOTOS, epochs, seed)
    print(*lines(tell_story(output, size, language=language), language), sep="\n")
