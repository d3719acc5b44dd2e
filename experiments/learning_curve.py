"""The learning curve of the drawn starts as a figure, from the rows of notes/drawn-start.md.

python experiments/learning_curve.py        # after `drawn_start.py page OUT`
"""

import io

from drawn_start import PAGE, STARTS
from marked_page import IMAGES
from matplotlib.figure import Figure
from PIL import Image

from drgrade.evaluation.pages.figures import styled
from drgrade.runtime.files import write_bytes

PLACE = IMAGES / "learning-curve.png"
NETWORKS = {"resnet18": "ResNet18", "efficientnet_lite0": "EfficientNet-Lite0"}
NAMES = {"random": "random weights", "imagenet": "ImageNet", "phantom": "synthetic photographs"}
COLOURS = {"random": "#777777", "imagenet": "#b35900", "phantom": "#00618f"}
ALL = 270  # photographs of each training part


def points() -> dict[tuple[str, str], dict[int, tuple[float, float, float]]]:
    """QWK, low and high by number of photographs, of each network and start; IDRiD at 128 px."""
    found: dict[tuple[str, str], dict[int, tuple[float, float, float]]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if cells[1:2] != ["idrid"] or cells[3] != "128" or cells[2] not in NETWORKS:
            continue
        value, low, high = map(
            float, cells[7].strip(")").replace("(", "").replace("to", "").split()
        )
        many = ALL if cells[4] == "all" else int(cells[4])
        found.setdefault((cells[2], cells[5]), {})[many] = (value, low, high)
    return found


def main() -> None:
    """Draw a panel a network, a line a start."""
    every = points()
    with styled():
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        panels = figure.subplots(1, len(NETWORKS), sharey=True)
        for axes, (network, name) in zip(panels, NETWORKS.items(), strict=True):
            for start in STARTS[network]:
                line = dict(sorted(every[network, start].items()))
                values, lows, highs = zip(*line.values(), strict=True)
                label, colour = NAMES[start], COLOURS[start]
                axes.plot(list(line), values, "o-", color=colour, label=label, clip_on=False)
                axes.fill_between(list(line), lows, highs, color=colour, alpha=0.15, linewidth=0)
            axes.set_title(name)
            axes.set_xticks([50, 100, 200, ALL])
            axes.set_xlabel("photographs of IDRiD to learn from")
            axes.legend(frameon=False, fontsize=8, loc="upper left")
        panels[0].set_ylabel("QWK, out of fold (95 % interval)")
        panels[0].set_ylim(-0.05, 1)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=130)
    picture = Image.open(buffer).convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
    small = io.BytesIO()
    picture.save(small, "PNG", optimize=True)
    write_bytes(PLACE, small.getvalue())


if __name__ == "__main__":
    main()
