"""Figures are drawn without global state, in both languages, and written whole."""

import subprocess
import sys

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from drgrade.errors import Reason, UnknownNameError
from drgrade.evaluation.pages import figures
from drgrade.icdr import NAMES
from drgrade.locale.catalogue import sources
from drgrade.locale.fonts import chinese_font
from drgrade.stats.estimate import Estimate, missing

CM = [[9, 1, 0, 0, 0], [2, 5, 1, 0, 0], [0, 1, 7, 1, 0], [0, 0, 0, 0, 0], [0, 0, 1, 1, 4]]
RUNS = {
    "ResNet18": {"epoch": [1, 2], "train_accuracy": [0.5, 0.7], "test_accuracy": [0.4, None]},
    "Lite0": {"epoch": [1, 2], "train_accuracy": [0.6, 0.8], "tune_accuracy": [0.5, 0.6]},
}
ESTIMATES = {
    "ResNet18": Estimate(0.7, 0.65, 0.74, Reason("wilson"), 100),
    "Lite0": missing(Reason("no_graded_photographs")),
}
FLOORS = {"always_0": 0.73, "train_other_eye": 0.847}

DRAWN = {
    "confusion": lambda language: figures.draw_confusion(CM, title="a", language=language),
    "confusions": lambda language: figures.draw_confusions({"a": CM, "b": CM}, language=language),
    "curves": lambda language: figures.draw_curves(RUNS, language=language),
    "intervals": lambda language: figures.draw_intervals(
        ESTIMATES, baselines=FLOORS, axis="QWK", language=language
    ),
    "counts": lambda language: figures.draw_counts({"train": [5, 4, 3, 2, 1]}, language=language),
}


@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_is_written_as_png_and_svg(name, language, tmp_path):
    png, vector = figures.write_figure(DRAWN[name](language), tmp_path / name)
    with Image.open(png) as picture:
        assert min(picture.size) > 150
    text = vector.read_text(encoding="utf-8")
    assert "<path" in text
    assert "<text" not in text
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{name}.png", f"{name}.svg"]


def test_the_same_figure_gives_the_same_bytes():
    first, again = (figures.svg(figures.draw_confusion(CM, language="zh-TW")) for _ in "ab")
    assert first == again
    assert first.startswith("<svg")


def test_a_dot_in_the_name_of_a_figure_is_kept(tmp_path):
    png, _ = figures.write_figure(figures.draw_confusion(CM), tmp_path / "lr1e-4.512px")
    assert png.name == "lr1e-4.512px.png"


def test_no_runs_and_no_estimates_still_make_a_figure():
    assert figures.svg(figures.draw_curves({}))
    assert figures.svg(figures.draw_intervals({}))
    assert figures.svg(figures.draw_confusions({}))


def test_an_unknown_language_is_answered_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="zh-TW"):
        figures.draw_confusion(CM, language="zh")


def _big5_level_1():
    pairs = [divmod(code, 256) for code in range(0xA440, 0xC67F)]
    places = [bytes(p) for p in pairs if 0x40 <= p[1] <= 0x7E or 0xA1 <= p[1] <= 0xFE]
    return {place.decode("cp950") for place in places}


def test_the_font_has_every_frequent_character_and_every_word_we_write():
    letters = {chr(code) for code in TTFont(chinese_font()).getBestCmap()}
    words = [*sources("zh-TW").values(), *sources("zh-TW", of_pages=True).values()]
    ours = [*words, *NAMES["zh-TW"]]
    assert len(_big5_level_1()) == 5401
    assert _big5_level_1() <= letters
    assert set("".join("".join(ours).split())) <= letters


def test_the_font_is_small_and_its_licence_lies_beside_it():
    font = chinese_font()
    assert font.stat().st_size < 3_500_000
    assert "SIL OPEN FONT LICENSE" in (font.parent / "OFL.txt").read_text(encoding="utf-8")


def test_drawing_never_loads_pyplot_nor_the_slow_statistics():
    code = (
        "import sys\n"
        "from drgrade.stats import intervals, metrics\n"
        "from drgrade.evaluation.scorecard import evaluate\n"
        "from drgrade.evaluation.pages import figures\n"
        "early = {'matplotlib', 'scipy', 'torch', 'sklearn'} & set(sys.modules)\n"
        "figures.svg(figures.draw_confusion([[1] * 5] * 5))\n"
        "late = {'matplotlib.pyplot', 'scipy.stats', 'torch'} & set(sys.modules)\n"
        "assert not early | late, early | late\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_more_operating_points_than_colours_are_drawn_with_the_colours_in_turn():
    points = {f"{n}": (0.1 * n, 0.5) for n in range(len(figures.COLOURS) + 1)}
    assert figures.svg(figures.draw_roc(([0, 1], [0, 1]), points)).startswith("<svg")
