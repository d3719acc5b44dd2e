"""`drgrade demo`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from drgrade.extras import need


def demo(
    *,
    output: Annotated[Path, Parameter(name=["-o", "--output"])] = Path("demo"),
    photos: int = 480,
    epochs: int = 0,
    language: Literal["en", "zh-TW"] = "en",
) -> None:
    """The whole story on drawn photographs, offline, in minutes.

    Draws patients with lesions that can be counted, divides them, trains three networks, judges
    them beside their floors and writes a report page, whose path is printed last. Interrupted, the
    same command goes on. Its graders have seen drawn photographs only: they grade no patient.

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
    real = story.real
    if real["status"] == "graded":
        shares = ", ".join(f"{k}: {real[f'p{k}']:.2f}" for k in range(5))
        print(f"a real healthy eye: grade {real['predicted']} ({shares}), from a network that has "
              "seen drawn eyes only; research software, not a medical device")  # fmt: skip
    else:
        print(f"a real healthy eye: {real['status']} ({real.get('reason', '')})")
    print(f"the page to look at: {story.page}")
