"""Figures of a score: confusion matrices, training curves, intervals with their baselines.

Each `draw_` function returns a matplotlib `Figure` and touches no global figure; `write_figure`
writes it as PNG and SVG, and `svg` gives the text to set into a page. Text in SVG is paths, so a
page looks the same on a machine without the fonts.
"""

import functools
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from drgrade.errors import choose
from drgrade.icdr import GRADES, NAMES
from drgrade.locale.catalogue import message
from drgrade.locale.fonts import FAMILY, chinese_font
from drgrade.runtime.files import write_bytes
from drgrade.stats.estimate import Estimate
from drgrade.stats.metrics import row_normalised

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which colour-blind readers can separate
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
INK = "#222222"
STYLE: Any = {
    "font.family": ["DejaVu Sans", FAMILY],
    "font.size": 9.0,
    "axes.unicode_minus": True,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "drgrade",  # else every drawing of the same figure has other names inside
}

Matrix = npt.ArrayLike
Curves = Mapping[str, Sequence[float | None]]
Words = Callable[..., str]  # the message of a code in the language of the figure


@functools.cache
def _load_font() -> None:
    from matplotlib.font_manager import fontManager

    fontManager.addfont(chinese_font())


@contextmanager
def styled() -> Iterator[None]:
    """The house's fonts and colours, for what is drawn inside."""
    import matplotlib as mpl

    _load_font()
    with mpl.rc_context(STYLE):
        yield


def blank_figure(width: float, height: float) -> "Figure":
    """An empty figure of `width` by `height` inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def draw_confusion(cm: Matrix, *, title: str = "", language: str = "en") -> "Figure":
    """One matrix twice: counts on the left, shares of each reference grade on the right.

    `cm` has shape (5, 5), rows the reference.
    """
    t = functools.partial(message, language)
    counts = np.asarray(cm, dtype=float)
    shares = row_normalised(counts)
    with styled():
        figure = blank_figure(8.4, 4.2)
        left, right = figure.subplots(1, 2)
        _matrix(left, counts, np.nan_to_num(shares), "{:,.0f}", t)
        _matrix(right, 100 * shares, np.nan_to_num(shares), "{:.1f}", t)
        left.set_title(t("figure-counts"), fontsize=9)
        right.set_title(t("figure-rows"), fontsize=9)
        figure.suptitle(title)
    return figure


def _matrix(
    axes: "Axes",
    numbers: npt.NDArray[Any],
    shade: npt.NDArray[Any],
    form: str,
    t: Words,
) -> None:
    axes.imshow(shade, cmap="Blues", vmin=0.0, vmax=1.0)
    for (row, column), number in np.ndenumerate(numbers):
        text = t("page-not_available") if np.isnan(number) else form.format(number)
        colour = "white" if shade[row, column] > 0.5 else INK
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(GRADES)
    axes.set_yticks(GRADES)
    axes.set_xlabel(t("figure-predicted"))
    axes.set_ylabel(t("figure-reference"))
    axes.tick_params(length=0)


def draw_confusions(matrices: Mapping[str, Matrix], *, language: str = "en") -> "Figure":
    """Row-normalised matrices of several runs side by side, each with the name of its run."""
    t = functools.partial(message, language)
    columns = min(3, max(1, len(matrices)))
    rows = -(-len(matrices) // columns)
    with styled():
        figure = blank_figure(3.4 * columns, 3.5 * max(1, rows))
        axes = figure.subplots(max(1, rows), columns, squeeze=False).ravel()
        for place in axes[len(matrices) :]:
            place.set_axis_off()
        for place, (name, cm) in zip(axes, matrices.items(), strict=False):
            shares = row_normalised(cm)
            _matrix(place, 100 * shares, np.nan_to_num(shares), "{:.0f}", t)
            place.set_title(name, fontsize=9)
        figure.supxlabel(t("figure-rows"), fontsize=8)
    return figure


def draw_curves(runs: Mapping[str, Curves], *, title: str = "", language: str = "en") -> "Figure":
    """Accuracy over epochs of several runs: train dashed, test solid or, without one, tune dotted.

    Each run holds the columns of its log: `epoch`, and `train_accuracy`, `tune_accuracy`,
    `test_accuracy` in 0 to 1, where they were measured (None leaves a gap).
    """
    from matplotlib.ticker import MaxNLocator

    t = functools.partial(message, language)
    with styled():
        figure = blank_figure(7.2, 4.4)
        axes = figure.subplots()
        for number, (name, run) in enumerate(runs.items()):
            colour = COLOURS[number % len(COLOURS)]
            for part, stroke in _parts(run):
                y = 100 * np.array(run[f"{part}_accuracy"], dtype=float)
                said = t("figure-curve", run=name, split=part)
                axes.plot(
                    np.array(run["epoch"]), y, stroke, color=colour, label=said, marker=".", lw=1.4
                )
        axes.set_xlabel(t("figure-epoch"))
        axes.set_ylabel(t("figure-accuracy"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.25)
        if runs:
            axes.legend(fontsize=7, frameon=False, handlelength=3.4)
        axes.set_title(title)
    return figure


def _parts(run: Curves) -> list[tuple[str, str]]:
    evaluated = "test" if _measured(run, "test") else "tune"
    strokes = (("train", "--"), (evaluated, "-" if evaluated == "test" else ":"))
    return [(part, stroke) for part, stroke in strokes if _measured(run, part)]


def _measured(run: Curves, part: str) -> bool:
    return any(number is not None for number in run.get(f"{part}_accuracy", ()))


def draw_intervals(
    estimates: Mapping[str, Estimate],
    *,
    baselines: Mapping[str, float] | None = None,
    title: str = "",
    axis: str = "",
    language: str = "en",
) -> "Figure":
    """A line for each estimate with its interval, and trivial baselines as upright dashes.

    `baselines` are named by what they are (`always_0`, `other_eye`, ...) or by any text.
    """
    t = functools.partial(message, language)
    with styled():
        figure = blank_figure(7.2, 1.3 + 0.34 * (len(estimates) + len(baselines or {})))
        axes = figure.subplots()
        for row, found in enumerate(estimates.values()):
            draw_interval(axes, row, found, language)
            axes.axhline(row, color="#eeeeee", lw=0.6, zorder=0)
        for number, (name, level) in enumerate((baselines or {}).items()):
            said = t("figure-baseline", name=name, value=f"{level:.3f}")
            colour = COLOURS[(number + 1) % len(COLOURS)]
            axes.axvline(level, ls="--", lw=1.2, color=colour, label=said)
        axes.set_yticks(range(len(estimates)), list(estimates))
        axes.set_ylim(max(1, len(estimates)) - 0.5, -0.5)
        axes.set_xlabel(t("figure-axis", axis=axis) if axis else t("figure-ci"))
        axes.grid(axis="x", alpha=0.25)
        if baselines:
            figure.legend(loc="outside lower left", fontsize=7, frameon=False)
        axes.set_title(title)
    return figure


def draw_interval(axes: "Axes", row: int, found: Estimate, language: str) -> None:
    """One estimate on the line `row`: a dot and its interval, or n/a."""
    if found.value is None:
        place = axes.get_yaxis_transform()
        missing = message(language, "page-not_available")
        axes.text(0.01, row, missing, transform=place, va="center", fontsize=8)
        return
    if found.low is not None and found.high is not None:
        axes.plot([found.low, found.high], [row, row], color=COLOURS[0], lw=2.2)
    axes.plot([found.value], [row], "o", color=COLOURS[0], ms=5)


def draw_roc(
    curve: tuple[Sequence[float], Sequence[float]],
    points: Mapping[str, tuple[float, float]],
    *,
    language: str = "en",
) -> "Figure":
    """A ROC curve (x, y) and the points (1 - specificity, sensitivity) at which it is used."""
    t = functools.partial(message, language)
    with styled():
        figure = blank_figure(4.6, 4.4)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], ":", color=COLOURS[7], label=t("figure-chance"))
        axes.step(*curve, where="post", color=COLOURS[0], lw=1.8)
        for number, (name, point) in enumerate(points.items()):
            colour = COLOURS[(number + 1) % len(COLOURS)]
            axes.plot(*point, "o", color=colour, ms=7, label=name)
        unit_square(axes, t("figure-one_minus_specificity"), t("page-metric_sensitivity"))
    return figure


def draw_reliability(bins: Sequence[tuple[int, float, float]], *, language: str = "en") -> "Figure":
    """Shares against probabilities: one dot a bin of (n, mean probability, share)."""
    t = functools.partial(message, language)
    with styled():
        figure = blank_figure(4.6, 4.4)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], ":", color=COLOURS[7], label=t("figure-perfect"))
        _, means, shares = zip(*bins, strict=True)
        axes.plot(means, shares, "o-", color=COLOURS[0], lw=1.2, ms=5)
        unit_square(axes, t("figure-probability"), t("figure-share"))
    return figure


def unit_square(axes: "Axes", across: str, up: str) -> None:
    """Axes of two shares, 0 to 1, with their names and the legend."""
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_aspect("equal")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.25)
    axes.legend(fontsize=7, frameon=False, loc="lower right")


def draw_counts(counts: Mapping[str, Sequence[int]], *, language: str = "en") -> "Figure":
    """Photographs by grade in each split or set, as bars with their numbers."""
    t = functools.partial(message, language)
    with styled():
        figure = blank_figure(7.2, 3.4)
        axes = figure.subplots()
        width = 0.8 / max(1, len(counts))
        for number, (name, by_grade) in enumerate(counts.items()):
            places = [grade + (number - (len(counts) - 1) / 2) * width for grade in GRADES]
            said = t("figure-set", name=name)
            bars = axes.bar(places, by_grade, width, color=COLOURS[number % 8], label=said)
            axes.bar_label(bars, fontsize=7, padding=1)
        names = choose(NAMES, language, "language")
        axes.set_xticks(GRADES, [f"{g} {name}" for g, name in zip(GRADES, names, strict=True)])
        axes.tick_params(axis="x", labelsize=8)
        axes.set_ylabel(t("figure-counts"))
        axes.legend(fontsize=8, frameon=False)
    return figure


def svg(figure: "Figure") -> str:
    """The figure as SVG text without the XML head, to set into a page; the same each time."""
    content = _bytes(figure, "svg").decode("utf-8")
    return content[content.index("<svg") :]


def svg_of(path: Path) -> str:
    """The text of an SVG file of `write_figure`, as `svg` gives it; drawn once is enough."""
    content = Path(path).read_text(encoding="utf-8")
    return content[content.index("<svg") :]


def _bytes(figure: "Figure", kind: str, dpi: int = 150) -> bytes:
    buffer = io.BytesIO()
    no_date: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
    with styled():
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=no_date)
    return buffer.getvalue()


def write_figure(figure: "Figure", path: Path, dpi: int = 150) -> tuple[Path, Path]:
    """Write `path` as `.png` and `.svg`, each whole or not at all; returns both paths."""
    stem = Path(path).with_suffix("") if Path(path).suffix in (".png", ".svg") else Path(path)
    png, vector = (stem.with_name(f"{stem.name}.{kind}") for kind in ("png", "svg"))
    write_bytes(png, _bytes(figure, "png", dpi))
    figure.set_layout_engine("none")  # everything has its place by now, in shares of the figure
    write_bytes(vector, _bytes(figure, "svg"))
    return png, vector
