"""`drgrade demo`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from drgrade.runtime.optional_dependencies import need


def demo(
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])] = Path("demo"),
    photos: int = 480,
    epochs: int = 0,
    language: Literal["en", "zh-TW"] = "en",
) -> None:
    """The whole story on drawn photographs, offline, in minutes.

    Draws patients with lesions that can be counted, divides them, trains three networks, judges
    them beside their floors and writes a report page, whose path is printed last; then shows what
    a grader sees in a real photograph of a healthy eye. Interrupted, the same command goes on. The
    networks it trains have seen drawn photographs only: they grade no patient.

    Example: drgrade demo -o demo

    Parameters
    ----------
    output
        Folder for everything the demo makes.
    photos
        How many photographs to draw.
    epochs
        Epochs of each network; 0 takes the demo's.
    language
        Of the page and its figures.
    """
    need("grade", "drgrade demo")
    from drgrade.demo import tell

    story = tell(output, photos=photos, epochs=epochs, language=language)
    by = "the grader that ships" if story.ships else "a network that has seen drawn eyes only"
    print(f"a real healthy left eye, by {by} (research software, not a medical device):")
    print(*(f"  {each}" for each in story.sentences or (story.reason,)), sep="\n")
    if story.sentences:
        print(f"what it saw: {story.picture}")
    print(f"the page to look at: {story.page}")
