"""The search for near-duplicates: what it finds, what it names wrongly, how long it takes.

Twins of photographs are made (near_duplicate_twins.py) and looked for among all; pairs among the
photographs themselves are printed, to be looked at. Then made fingerprints are searched: the mean
of the photographs' squares plus a mixture of three squares' departures from it. The departures are
made smaller until the share of candidates, the pairs that need a close look, is at least that of
the photographs' own pairs; both are printed. Without photographs, drawn eyes take their place.

Command: OMP_NUM_THREADS=1 python benchmarks/near_duplicates.py [OPTIONS] [FOLDER or FILE ...]
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from near_duplicate_twins import KINDS, print_of, prints_of_all
from PIL import Image
from ratios import Ratio, report

from drgrade.data.audit.alignment import turned
from drgrade.data.audit.candidates import TURNS, Candidates, all_waves, candidates
from drgrade.data.audit.duplicates import near_duplicates
from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.fingerprint import REACH, STEPS, packed_of, unpacked
from drgrade.stats.intervals import wilson

REPEATS = 3
FEW, MANY = 10_000, 100_000  # made fingerprints, by default and with --all
SAMPLE = 60  # photographs, by default
MIXED = 3
DEPARTURES = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4)  # how far made squares leave the mean, tried in turn
TRIED = 3000  # made fingerprints, of which the share of candidates is taken
BLOCK = 2048


def share(hits: int, n: int) -> str:
    """A share in percent with its 95 % Wilson interval."""
    low, high = wilson(hits, n)
    return f"{hits:,} of {n:,} = {hits / n:.2%} ({low:.2%} to {high:.2%})"


def report_found(files: list[Path], prints: np.ndarray) -> None:
    """Prints, kind by kind, how many twins were found and how many photographs met a stranger."""
    n = len(prints)
    alike = {(p.first, p.second): p.likeness for p in near_duplicates(prints[:, 0].tolist())}
    for number, kind in enumerate(KINDS, start=1):
        pairs = near_duplicates([*prints[:, 0], *prints[:, number]])
        own = {p.first for p in pairs if p.second == p.first + n}
        met = [(p.first % n, p.second % n) for p in pairs if p.second - p.first != n]
        strange = {place for a, b in met if (min(a, b), max(a, b)) not in alike for place in (a, b)}
        print(f"{kind:24} found {share(len(own), n)}; strangers {share(len(strange), n)}")
    named = {place for pair in alike for place in pair}
    print(f"photographs paired among themselves: {share(len(named), n)}")
    for (a, b), likeness in sorted(alike.items(), key=lambda each: each[1]):
        print(f"  {likeness:.3f} {files[a].name} {files[b].name}")


def made(prints: np.ndarray, n: int, departure: float) -> list[str]:
    """Fingerprints like those of photographs, as many as asked."""
    draw = np.random.default_rng(1)
    real = unpacked(np.array([packed_of(text) for text in prints]))
    mean = real.mean(axis=0)
    return [_mixed(real, mean, departure, draw) for _ in range(n)]


def _mixed(real: np.ndarray, mean: np.ndarray, departure: float, draw: np.random.Generator) -> str:
    chosen = real[draw.integers(0, len(real), MIXED)]
    weights = draw.normal(size=MIXED)
    weights *= departure / np.linalg.norm(weights)
    square = mean + np.tensordot(weights, chosen - mean, 1)
    steps = np.round(square.clip(-REACH, REACH) / REACH * STEPS).astype(int) + 1 + STEPS
    digits = np.where(chosen[0] != 0, steps, 0).astype(np.uint8).ravel()
    return (digits[::2] << 4 | digits[1::2]).tobytes().hex()


def as_hard(prints: np.ndarray) -> float:
    """The widest departure at which made pairs need a close look as often as the photographs'."""
    aim = candidate_share([str(text) for text in prints])
    for departure in DEPARTURES:
        share_made = candidate_share(made(prints, TRIED, departure))
        if share_made >= aim:
            print(f"close looks: {aim:.2e} of the pairs of photographs,", end=" ")
            print(f"{share_made:.2e} of made pairs (departures times {departure})")
            return departure
    raise SystemExit(f"made pairs need fewer close looks than {aim:.2e}; change MIXED")


def candidate_share(prints: list[str]) -> float:
    """Candidates that get a close look, as a share of all pairs."""
    packed = np.array([packed_of(text) for text in prints])
    found = Candidates.joined(list(candidates(packed)))
    return len(found.first) / (len(prints) * (len(prints) - 1) / 2)


def plain_seconds(prints: list[str]) -> float:
    """Correlation of all pairs at four flips and three turns, no shift; scaled up from a block."""
    squares = unpacked(np.array([packed_of(text) for text in prints[:BLOCK]]))
    begin = time.process_time()
    for degrees in TURNS:
        moved = turned(squares, degrees)
        for down, across in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            rows = moved[:, ::down, ::across].reshape(len(squares), -1)
            (rows @ squares.reshape(len(squares), -1).T).max()
    return (time.process_time() - begin) * (len(prints) / len(squares)) ** 2 / 2


def report_speed(prints: np.ndarray, n: int) -> None:
    """Prints seconds and memory of a search among made fingerprints."""
    texts = made(prints, n, as_hard(prints))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ratios = []
    for _ in range(REPEATS if n <= FEW else 1):
        plain = plain_seconds(texts)
        begin = time.process_time()
        pairs = near_duplicates(texts)
        took = time.process_time() - begin
        ratios.append(plain / took)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{n:,} fingerprints: {took:.0f} s of processor, {len(pairs)} pairs, {grown:.0f} MiB more"
    )
    print(f"plain correlation without shifts: {plain:.0f} s")
    report(Ratio(f"near-duplicates among {n:,} fingerprints", "plain correlation without shifts",
                 ratios))  # fmt: skip


def report_habit(prints: np.ndarray) -> None:
    """Prints what all eyes have in common: COMMON and SPREAD of drgrade.data.audit.candidates."""
    waves = all_waves(unpacked(np.array([packed_of(text) for text in prints])))
    common = np.zeros(waves.shape[1:])
    common[::2, ::2] = waves.mean(axis=0)[::2, ::2].round()
    print(common[::2, ::2].astype(int))
    print(np.sqrt(((waves - common) ** 2).mean(axis=0)).round().astype(int))


def drawn(folder: Path) -> Path:
    """The folder, with as many drawn eyes in it as a sample has photographs."""
    for number in range(SAMPLE):
        pixels = paint(draw_eye(0, 2 * number), 512).pixels
        Image.fromarray(pixels).save(folder / f"eye{number:03}.png")
    return folder


def main() -> None:
    """Measures and prints."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("photos", nargs="*", type=Path, help="folders or files")
    words.add_argument("--all", action="store_true", help="all photographs, 100,000 fingerprints")
    words.add_argument("--speed", action="store_true", help="the speed alone, without twins")
    words.add_argument("--habit", action="store_true", help="print what eyes have in common")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        places = asked.photos or [drawn(Path(folder))]
        listed = [sorted(place.iterdir()) if place.is_dir() else [place] for place in places]
        files = [file for files in listed for file in files]
        if not asked.all:
            files = files[:: max(1, len(files) // SAMPLE)][:SAMPLE]
        if asked.speed or asked.habit:
            prints = np.array([[print_of(file)] for file in files])
        else:
            prints = prints_of_all(files, os.cpu_count() or 1)
    if asked.habit:
        report_habit(prints[:, 0])
        return
    if not asked.speed:
        report_found(files, prints)
    report_speed(prints[:, 0], MANY if asked.all else FEW)


if __name__ == "__main__":
    main()
