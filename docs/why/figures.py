"""The four figures of docs/why and the numbers beside them.

python docs/why/figures.py                   the three that need no data
python docs/why/figures.py --lists FOLDER    all four; FOLDER holds the course lab's four lists
"""

import argparse
from pathlib import Path

import numpy as np

from drgrade.data.sources.registry import import_source
from drgrade.data.tables.predictions import Predictions, from_rows
from drgrade.evaluation.analyses import analyses
from drgrade.evaluation.baselines import other_eye, rows_of
from drgrade.evaluation.levels import Endpoint, at_level
from drgrade.evaluation.pages.figures import (
    COLOURS,
    blank_figure,
    draw_intervals,
    styled,
    write_figure,
)
from drgrade.stats import metrics
from drgrade.stats.intervals import bootstrap, proportion, ratio

HERE = Path(__file__).parent
LAB_TEST = (5_154, 488, 1_082, 175, 127)  # grades of the lab's 7,026 test photographs
HEADER_EATEN = 7_025  # rows left by a reader that takes the first one for a header
REPORTED = {"as reported, without pretraining": 0.733381, "as reported, with": 0.807829}
EYE_PAIRS = (  # grades of left (rows) and right eyes, EyePACS train labels, 17,563 patients
    (12155, 407, 295, 3, 11), (435, 600, 171, 2, 4), (336, 222, 1998, 96, 50),
    (3, 1, 87, 307, 27), (10, 1, 39, 40, 263),
)  # fmt: skip
EYEQ = {  # photographs by quality and grade, EyeQ (Fu et al. 2019), train and test together
    "good": (12309, 1585, 2454, 366, 104),
    "usable": (4553, 462, 1004, 224, 191),
    "reject": (3739, 262, 995, 191, 353),
}
REFERABLE = Endpoint("referable", 2)
SHARED = (0.0, 0.25, 0.5, 0.75, 1.0)


def collapsed() -> None:
    """Always answering 0 on the lab's test photographs, beside what was reported there."""
    grades = np.repeat(np.arange(5), LAB_TEST)[1:]  # the row eaten by the reader has grade 0
    n = len(grades)
    assert n == HEADER_EATEN
    zero = np.zeros(n, dtype=int)
    cm = metrics.confusion(grades, zero)
    shown = {"always answering 0": proportion(int((grades == 0).sum()), n)}
    shown |= {name: proportion(round(share * n), n) for name, share in REPORTED.items()}
    for name, found in shown.items():
        print(f"{name}: {found.value * n:.0f} of {n}, {found}")
    print(f"always 0: balanced accuracy {metrics.balanced_accuracy(cm)}, QWK {metrics.kappa(cm)}")
    figure = draw_intervals(shown, axis="accuracy on the lab's 7,025 test rows")
    write_figure(figure, HERE / "images" / "collapsed")


def leak(lists: Path) -> None:
    """The other eye's grade, copied from train, on seen and on unseen patients."""
    manifest = import_source("lab3", lists)
    train, test = (manifest.part(name).table for name in ("train", "test"))
    seen = test["patient"].is_in(train["patient"].unique().implode())
    print(f"of {len(test)} test photographs {seen.mean():.2%} are of patients in train")
    shown = {}
    for name, rows in (
        ("all test photographs", test),
        ("patients who are in train too", test.filter(seen)),
        ("patients who are not", test.filter(~seen)),
    ):
        those = rows_of(rows)
        copied = other_eye(those, rows_of(train), default=0)
        shown[f"{name}: other eye, else 0"] = ratio(copied == those.grades, those.units)
        shown[f"{name}: always 0"] = ratio(those.grades == 0, those.units)
        qwk = bootstrap(metrics.kappas, those.grades, copied, those.units)
        print(f"{name} (n = {len(rows)}): QWK of the copy {qwk}")
    for name, found in shown.items():
        print(f"{name}: {found}")
    figure = draw_intervals(shown, axis="accuracy, no photograph looked at")
    write_figure(figure, HERE / "images" / "leak")


def eyes() -> None:
    """How much wider intervals over patients are, by how much of the errors both eyes share."""
    left, right = (np.repeat(grid.ravel(), np.ravel(EYE_PAIRS)) for grid in np.indices((5, 5)))
    positive = np.stack([left, right], axis=1) >= 2
    m = len(positive)
    patients = np.repeat(np.arange(m), 2)
    generator = np.random.default_rng(0)
    factors = {name: [] for name in ("sensitivity", "specificity")}
    for share in SHARED:
        own = generator.random((m, 2)) < 0.1
        both = (generator.random(m) < 0.1)[:, None].repeat(2, axis=1)
        is_shared = (generator.random(m) < share)[:, None]
        right_answer = ~np.where(is_shared, both, own).ravel()
        for name, among in (("sensitivity", positive.ravel()), ("specificity", ~positive.ravel())):
            over_patients = ratio(right_answer, patients, among)
            naive = proportion(int((right_answer & among).sum()), int(among.sum()))
            factor = (over_patients.high - over_patients.low) / (naive.high - naive.low)
            factors[name].append(factor)
            print(f"errors shared {share:.0%}: {name} {over_patients}, {factor:.2f} times as wide")
    with styled():
        figure = blank_figure(6.4, 3.4)
        axes = figure.subplots()
        for number, (name, values) in enumerate(factors.items()):
            axes.plot(100 * np.array(SHARED), values, "o-", color=COLOURS[number], label=name)
        axes.axhline(1, ls=":", color=COLOURS[7], label="photographs taken as independent")
        axes.set_xlabel("patients whose two eyes share their error, %")
        axes.set_ylabel("width of the interval, times")
        axes.grid(alpha=0.25)
        axes.legend(fontsize=8, frameon=False)
    write_figure(figure, HERE / "images" / "eyes")


def ungradable() -> None:
    """A grader that is right on 90 % of gradable photographs, on EyeQ's mix of qualities."""
    counts = np.array(list(EYEQ.values()))
    shares = counts[2] / counts.sum(0)
    print("rejected by grade:", ", ".join(f"{g}: {share:.1%}" for g, share in enumerate(shares)))
    for name, kept in (("everybody", counts.sum(0)), ("gradable only", counts[:2].sum(0))):
        print(f"prevalence of referable disease, {name}: {kept[2:].sum() / kept.sum():.2%}")
    found = analyses(at_level(_eyeq_table(counts), REFERABLE, "photo"))
    named = {
        "A": "A, ungradable is referred",
        "B": "B, gradable only",
        "C": "C, ungradable is wrong",
    }
    shown = {
        f"{named[each.name]}: {name}": getattr(each, name)
        for name in ("sensitivity", "specificity")
        for each in found
    }
    for name, each in shown.items():
        print(f"{name}: {each}")
    with styled():
        figure = blank_figure(9.2, 3.2)
        bars, lines = figure.subplots(1, 2, width_ratios=(2, 3))
        drawn = bars.bar(range(5), 100 * shares, color=COLOURS[1])
        bars.bar_label(drawn, fmt="%.1f", fontsize=8)
        bars.set_xlabel("reference grade")
        bars.set_ylabel("ungradable, %")
        for row, each in enumerate(shown.values()):
            lines.plot([each.low, each.high], [row, row], color=COLOURS[0], lw=2.2)
            lines.plot([each.value], [row], "o", color=COLOURS[0], ms=5)
        lines.set_yticks(range(len(shown)), list(shown), fontsize=8)
        lines.set_ylim(len(shown) - 0.5, -0.5)
        lines.set_xlabel("95 % interval")
        lines.grid(axis="x", alpha=0.25)
    write_figure(figure, HERE / "images" / "ungradable")


def _eyeq_table(counts: np.ndarray) -> Predictions:
    """One row a photograph: rejects are ungradable, nine in ten of the others are called right."""
    rows = []
    for quality, by_grade in zip(EYEQ, counts.tolist(), strict=True):
        for grade, n in enumerate(by_grade):
            for i in range(n):
                is_right = i % 10 != 0
                said = grade if is_right else (0 if grade >= 2 else 2)
                answer = {"status": "ungradable"} if quality == "reject" else {
                    "status": "graded", "predicted": said}  # fmt: skip
                rows.append({"photo": f"{quality}{grade}-{i}", "grade": grade, **answer})
    return from_rows(rows)


def main() -> None:
    """Draw what can be drawn."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lists", type=Path, help="folder of the course lab's four lists")
    asked = options.parse_args()
    collapsed()
    eyes()
    ungradable()
    if asked.lists:
        leak(asked.lists)


if __name__ == "__main__":
    main()
