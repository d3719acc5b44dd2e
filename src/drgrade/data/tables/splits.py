"""Divide patients, never photos: seeded, stratified by the worse eye."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl

from drgrade.data.tables.columns import SPLITS
from drgrade.data.tables.manifest import Manifest
from drgrade.errors import ManifestError
from drgrade.icdr import NUMBER_OF_GRADES

__all__ = [
    "SHARES",
    "SPLITS",
    "complete",
    "copied_share",
    "folds",
    "leaked_share",
    "split",
    "undivided",
]

SHARES: Final[Mapping[str, float]] = MappingProxyType(
    {"train": 0.7, "tune": 0.1, "calibrate": 0.1, "test": 0.1}
)
CARVED: Final = 0.1  # the part of train that becomes tune, and the same again calibrate
LEAK_NOTE_ENDS: Final = ("(the source's own split)", "(not declared by the source)")
DIVISION_NOTES: Final = ("divided by ", "warning: whole ")  # how notes of a division begin
SINGLY: Final = "without a patient were divided singly"  # how another of them ends
LARGEST_PATIENT: Final = 4  # photos; a larger group is a block of many eyes
MISSED: Final = 0.05  # of all rows: a part that is off its share by more is reported


def split(manifest: Manifest, *, seed: int = 0, shares: Mapping[str, float] = SHARES) -> Manifest:
    """Divide all rows anew by group (patient where known), stratified by the worst grade.

    `shares` are the parts of the rows, adding up to 1. The same seed and rows give the same
    split, whatever the order of the rows.

    Raises:
        ManifestError: unknown splits, shares that do not add up to 1, fewer groups than splits.
    """
    _check_shares(shares)
    names = [name for name in SPLITS if shares.get(name, 0) > 0]
    parts = _deal(manifest, [shares[name] for name in names], seed)
    table = manifest.table.with_columns(pl.Series("split", [names[part] for part in parts]))
    note = f"divided by {unit(manifest)} with seed {seed} into " + ", ".join(
        f"{shares[name]:.0%} {name}" for name in names
    )
    divided = replace(undivided(manifest), table=table).noting(
        note, *_singly(manifest), split_seed=seed
    )
    missed = _missed(parts, [shares[name] for name in names], unit(manifest))
    return divided.noting(missed) if missed else divided


def complete(
    manifest: Manifest, seed: int = 0, holdout: Sequence[str] = ("tune", "calibrate")
) -> Manifest:
    """Give a manifest the splits it lacks.

    Without any split it is divided like `split`, and what is not held out stays in train.
    Where a split to be held out is missing, a tenth of the train rows becomes it, by group; test is
    never touched.

    Raises:
        ManifestError: there are no train rows to hold out from.
    """
    have = set(manifest.table["split"].drop_nulls())
    if not have:
        return split(manifest, seed=seed, shares=_without(holdout))
    missing = [name for name in holdout if name not in have]
    if not missing:
        return manifest
    if "train" not in have:
        raise ManifestError(
            f"{' and '.join(missing)} are held out from train, but the only splits are "
            f"{', '.join(sorted(have))}; divide all rows again with: drgrade data split --reassign"
        )
    train = manifest.part("train")
    names = ["train", *missing]
    places = (manifest.table["split"] == "train").fill_null(False).arg_true()
    groups = manifest.groups()[places.to_numpy()]  # a patient's test rows tie those of train too
    parts = _deal(train, [1 - CARVED * len(missing), *(CARVED for _ in missing)], seed, groups)
    dealt = pl.Series("split", [names[part] for part in parts], dtype=pl.String)
    table = manifest.table.with_columns(manifest.table["split"].scatter(places, dealt))
    note = (
        f"{' and '.join(missing)} held out from train by {unit(train)}, "
        f"a tenth each, with seed {seed}"
    )
    return replace(manifest, table=table).noting(
        note, *_singly(train), carved=missing, split_seed=seed
    )


def _singly(manifest: Manifest) -> list[str]:
    """How many rows nothing ties to others: two photos of one patient may be among them."""
    alone = int(
        manifest.table.select(pl.all_horizontal(pl.col("group", "patient").is_null()).sum()).item()
    )
    return [f"warning: {alone:,} of {len(manifest):,} photos {SINGLY}"] if alone else []


def _without(holdout: Sequence[str]) -> dict[str, float]:
    """The shares of all splits, where those that are not held out are train."""
    shares = dict(SHARES)
    for name in ("tune", "calibrate"):
        if name not in holdout:
            shares["train"] += shares.pop(name)
    return shares


def folds(manifest: Manifest, k: int, seed: int = 0) -> np.ndarray:
    """The fold 0 to k-1 of each row, shape (n,), int: groups whole, grades balanced.

    Raises:
        ManifestError: k below 2, or fewer groups than folds.
    """
    if k < 2:
        raise ManifestError(f"folds must be 2 or more, got {k}")
    return _deal(manifest, [1 / k] * k, seed)


def new_notes(before: Manifest, after: Manifest) -> list[str]:
    """What was noted of a manifest since: how it was divided, for one."""
    return [note for note in after.provenance.notes if note not in before.provenance.notes]


def leaked_share(manifest: Manifest) -> float:
    """The share of test rows whose patient also has rows in train, tune or calibrate, 0 to 1.

    Rows without a patient and a group cannot leak by patient; 0 where there are no test rows.
    """
    known = manifest.table.select(
        (pl.col("group").is_not_null() | pl.col("patient").is_not_null()).alias("known"), "split"
    )
    groups, splits = manifest.groups(), known["split"].fill_null("").to_numpy().astype(str)
    is_test = splits == "test"
    if not is_test.any():
        return 0.0
    seen = np.isin(splits, ("train", "tune", "calibrate")) & known["known"].to_numpy()
    return float((np.isin(groups, np.unique(groups[seen])) & is_test).sum() / is_test.sum())


def copied_share(manifest: Manifest) -> float | None:
    """How many graded test rows are right by copying the other eye's grade, 0 to 1.

    The grade is looked up in train, tune and calibrate (the worst where an eye has several); a row
    whose other eye is not there is answered 0. None where no test row has its other eye there.
    """
    rows = manifest.table.select("patient", "eye", "grade", "split")
    known = rows.filter(pl.col("grade").is_not_null())
    other = pl.col("eye").replace_strict({"left": "right", "right": "left"}, default=None)
    seen = known.filter(pl.col("split").is_in(["train", "tune", "calibrate"]))
    fellows = seen.group_by("patient", other.alias("eye")).agg(pl.col("grade").max().alias("copy"))
    rows = known.filter(pl.col("split") == "test").join(fellows, on=["patient", "eye"], how="left")
    if rows["copy"].null_count() == rows.height:
        return None
    return float((rows["grade"] == rows["copy"].fill_null(0)).sum() / rows.height)


def undivided(manifest: Manifest) -> Manifest:
    """The same without what its provenance says of parts that are divided anew, and their leak."""
    notes = tuple(
        note
        for note in manifest.provenance.notes
        if not note.endswith((*LEAK_NOTE_ENDS, SINGLY)) and not note.startswith(DIVISION_NOTES)
    )
    whole = manifest.provenance.without("leaked_share")
    return replace(manifest, provenance=whole.but(leak_declared=False, notes=notes))


def unit(manifest: Manifest) -> str:
    """What is never divided here: `group`, `patient`, or `photo` where neither is known."""
    for name in ("group", "patient"):
        if manifest.table[name].null_count() < len(manifest):
            return name
    return "photo"


def _missed(parts: np.ndarray, wanted: Sequence[float], kind: str) -> str:
    """What to say where parts are far from their shares, as with few groups of many photos."""
    got = np.bincount(parts, minlength=len(wanted)) / len(parts)
    if np.abs(got - wanted).max() <= MISSED:
        return ""
    shown = ", ".join(f"{share:.0%}" for share in got)
    asked = ", ".join(f"{share:.0%}" for share in wanted)
    return f"warning: whole {kind}s cannot make up {asked} of the photos here: it became {shown}"


def _check_shares(shares: Mapping[str, float]) -> None:
    unknown = sorted(set(shares) - set(SPLITS))
    total = sum(shares.values())
    if unknown or any(not share >= 0 for share in shares.values()) or abs(total - 1) > 1e-6:
        listed = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise ManifestError(
            f"shares of {', '.join(SPLITS)} must be 0 or more and add up to 1, got {listed}"
        )


def _deal(
    manifest: Manifest, shares: Sequence[float], seed: int, groups: np.ndarray | None = None
) -> np.ndarray:
    """Which share each row falls to, shape (n,): every group whole, none of the shares empty.

    `groups` are those of the rows, shape (n,), where others than the manifest's own tie them too.
    """
    groups = manifest.groups() if groups is None else groups
    names, place = np.unique(groups, return_inverse=True)
    if len(names) < len(shares):
        raise ManifestError(
            f"dividing into {len(shares)} parts needs at least as many {unit(manifest)}s, "
            f"got {len(names)}"
        )
    counts = np.zeros((len(names), NUMBER_OF_GRADES + 1))
    grades = manifest.table["grade"].fill_null(NUMBER_OF_GRADES).to_numpy()
    np.add.at(counts, (place, grades), 1)
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(names))
    order = order[np.argsort(-counts[order].sum(1), kind="stable")]
    is_block = counts.sum(1).max() > LARGEST_PATIENT
    deal = _deal_blocks if is_block else _deal_patients
    return _without_empty(deal(counts, order, np.array(shares)), counts, len(shares))[place]


def _deal_patients(counts: np.ndarray, order: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Deal groups of few photos: within each worst grade, to whoever is furthest behind."""
    sizes = counts.sum(1)
    worst = _worst(counts)
    parts = np.zeros(len(counts), dtype=np.int64)
    total = np.zeros(len(shares))
    for grade in (*range(NUMBER_OF_GRADES - 1, -1, -1), -1):
        dealt = np.zeros(len(shares))
        for group in order[worst[order] == grade]:
            behind = shares * (dealt.sum() + sizes[group]) - dealt
            overall = shares * (total.sum() + sizes[group]) - total
            part = int(np.lexsort((overall.round(9), behind.round(9)))[-1])
            parts[group] = part
            dealt[part] += sizes[group]
            total[part] += sizes[group]
    return parts


def _deal_blocks(counts: np.ndarray, order: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Deal groups of many photos so that the grades balance: the most uneven groups first."""
    weight = 1 / np.maximum(counts.sum(0), 1)
    wanted = shares[:, None] * counts.sum(0)
    have = np.zeros_like(wanted)
    parts = np.zeros(len(counts), dtype=np.int64)
    uneven = (counts[order] ** 2 * weight).sum(1)
    for group in order[np.argsort(-uneven, kind="stable")]:
        before = (weight * (have - wanted) ** 2 / shares[:, None]).sum(1)
        after = (weight * (have + counts[group] - wanted) ** 2 / shares[:, None]).sum(1)
        part = int(np.argmin((after - before).round(9)))
        parts[group] = part
        have[part] += counts[group]
    return parts


def _worst(counts: np.ndarray) -> np.ndarray:
    graded = counts[:, :NUMBER_OF_GRADES] > 0
    return np.where(graded, np.arange(NUMBER_OF_GRADES), -1).max(1)


def _without_empty(parts: np.ndarray, counts: np.ndarray, k: int) -> np.ndarray:
    for part in range(k):
        if not (parts == part).any():
            fullest = np.bincount(parts, minlength=k).argmax()
            candidates = np.flatnonzero(parts == fullest)
            parts[candidates[_worst(counts[candidates]).argmin()]] = part
    return parts
