"""Block diagrams of what the networks are made of, drawn as figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drgrade.locale.catalogue import message
from drgrade.locale.fonts import FAMILY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BOX = (2.9, 0.62)
STEP = 0.98
RAIL = 2.55  # how far the shortcut runs beside the boxes
CONVOLUTION, PLAIN = "#2f6db3", "#8a94a3"
SHORTCUT = "#c2571a"
INK = "#1b2733"
FONTS = ["DejaVu Sans", FAMILY]  # drawing falls back letter by letter
LONG = 16  # letters; longer ones are drawn smaller, to stay in their box


@dataclass(frozen=True)
class Block:
    """A block's layers from top to bottom; `shortcut` names what stands on the way round.

    `active` says whether a ReLU follows the sum.
    """

    title: str
    layers: tuple[str, ...]
    shortcut: str
    channels: tuple[str, str]
    active: bool = True


BLOCKS: dict[str, Block] = {
    "residual": Block(
        "lab-diagram_residual",
        ("3×3 conv, 64", "BN", "ReLU", "3×3 conv, 64", "BN"),
        "lab-diagram_identity",
        ("64", "64"),
    ),
    "bottleneck": Block(
        "lab-diagram_bottleneck",
        ("1×1 conv, 64", "BN", "ReLU", "3×3 conv, 64", "BN", "ReLU", "1×1 conv, 256", "BN"),
        "lab-diagram_identity",
        ("256", "256"),
    ),
    "inverted": Block(
        "lab-diagram_inverted",
        ("1×1 conv, 144", "BN", "ReLU6", "3×3 depthwise, 144", "BN", "ReLU6", "1×1 conv, 24", "BN"),
        "lab-diagram_identity",
        ("24", "24"),
        active=False,
    ),
}
OF_NETWORK = {
    "resnet18": "residual",
    "resnet34": "residual",
    "resnet50": "bottleneck",
    "resnet101": "bottleneck",
    "resnet152": "bottleneck",
    "efficientnet_lite0": "inverted",
}


def draw_block(name: str, language: str = "en") -> Figure:
    """One block of `BLOCKS` as a figure: input, layers, the shortcut round them, the sum."""
    from matplotlib.figure import Figure

    block = BLOCKS[name]
    rows = len(block.layers)
    tail = 2 if block.active else 1
    height = STEP * (rows + tail + 1) + 0.6
    figure = Figure(figsize=(4.6, height * 0.5))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(-2.3, 4.9)
    axes.set_ylim(-height + 0.4, 1.0)
    axes.set_aspect("equal")
    axes.axis("off")
    _title(axes, message(language, block.title))
    bottom = _layers(axes, block)
    _shortcut(axes, bottom, message(language, block.shortcut))
    if block.active:
        _arrow(axes, bottom - 0.27, bottom - STEP + BOX[1] / 2)
        _box(axes, bottom - STEP, "ReLU")
        bottom -= STEP - 0.05
    _arrow(axes, bottom - 0.3, bottom - 0.86)
    _note(axes, bottom - 0.62, block.channels[1], language)
    return figure


def _title(axes: Any, text: str) -> None:
    axes.text(-2.1, 0.66, text, fontsize=13, color=INK, va="center", family=FONTS)


def _layers(axes: Any, block: Block) -> float:
    """Draw the layers from y = -1 down; returns the y of the sum below them."""
    _arrow(axes, 0.2, -STEP + BOX[1] / 2)
    _note(axes, -0.12, block.channels[0], "")
    y = -STEP
    for layer in block.layers:
        _box(axes, y, layer)
        _arrow(axes, y - BOX[1] / 2, y - STEP + BOX[1] / 2)
        y -= STEP
    axes.plot(0, y, marker="o", markersize=19, markerfacecolor="none", markeredgecolor=SHORTCUT,
              markeredgewidth=1.8)  # fmt: skip
    axes.text(0, y - 0.02, "+", ha="center", va="center", fontsize=15, color=SHORTCUT, family=FONTS)
    return y


def _box(axes: Any, y: float, text: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    colour = CONVOLUTION if "×" in text else PLAIN
    width, height = BOX if "×" in text else (BOX[0] * 0.55, BOX[1])
    corner = (-width / 2, y - height / 2)
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=0.12",
                                  facecolor=colour, edgecolor="none"))  # fmt: skip
    size = 10 if len(text) < LONG else 8.5
    axes.text(
        0, y - 0.02, text, ha="center", va="center", fontsize=size, color="white", family=FONTS
    )


def _arrow(axes: Any, start: float, end: float) -> None:
    axes.annotate("", (0, end), (0, start), arrowprops={
        "arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0,
    })  # fmt: skip


def _note(axes: Any, y: float, channels: str, language: str) -> None:
    said = message(language, "lab-diagram_channels", n=channels) if language else f"{channels}-d"
    axes.text(0.18, y, said, fontsize=8.5, color=INK, va="center", family=FONTS)


def _shortcut(axes: Any, bottom: float, text: str) -> None:
    """The way round: out before the first layer, along the right, back into the sum."""
    x = RAIL
    axes.plot([0, x, x], [-0.32, -0.32, bottom], color=SHORTCUT, linewidth=1.8)
    axes.annotate("", (0.31, bottom), (x, bottom), arrowprops={
        "arrowstyle": "-|>", "color": SHORTCUT, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0,
    })  # fmt: skip
    axes.text(
        x + 0.16, (bottom - 0.3) / 2, text, fontsize=9, color=SHORTCUT, va="center", family=FONTS
    )
