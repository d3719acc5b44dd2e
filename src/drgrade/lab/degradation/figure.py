"""The lab's first figure, drawn: plain on the left, residual on the right, as in the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from drgrade.evaluation.pages.figures import COLOURS, INK, blank_figure, styled
from drgrade.lab.degradation.results import Degradation, Net
from drgrade.locale.catalogue import message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTHS = (1.1, 2.2, 3.3)  # thin is shallow, as in the paper
STYLES = ("-", "--")  # finished, unfinished


def draw_degradation(found: Degradation, language: str) -> Figure:
    """Training error over epochs: the mean of the seeds as a line, their range as a band."""
    from matplotlib.ticker import MaxNLocator

    with styled():
        figure = blank_figure(9.0, 4.0)
        sides = figure.subplots(1, 2, sharex=True, sharey=True)
        for axes, kind in zip(sides, ("plain", "residual"), strict=True):
            for place, depth in enumerate(found.depths):
                net = found.net(depth, plain=kind == "plain")
                if net is not None and net.shown:
                    _curve(axes, net, place, language)
            axes.axhline(100 * found.floor, color=INK, ls=":", lw=1.0,
                         label=message(language, "page-baseline_majority"))  # fmt: skip
            axes.set_title(message(language, f"degradation-kind_{kind}"), fontsize=10)
            axes.set_xlabel(message(language, "figure-epoch"))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            axes.grid(alpha=0.25)
            axes.legend(fontsize=7.5, frameon=False, loc="lower left")
        sides[0].set_ylabel(message(language, "degradation-axis"))
        figure.suptitle(message(language, "degradation-title"))
    return figure


def _curve(axes: Axes, net: Net, place: int, language: str) -> None:
    mean, low, high = 100 * net.curve()
    epochs = np.arange(1, len(mean) + 1)
    colour, width = COLOURS[place % len(COLOURS)], WIDTHS[place % len(WIDTHS)]
    key = "degradation-layers" if net.finished else "degradation-layers_unfinished"
    said = message(language, key, depth=net.depth)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.18, lw=0)
    axes.plot(epochs, mean, STYLES[not net.finished], color=colour, lw=width, label=said)
