"""Splits divide patients, never photos, and do it the same way every time."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgrade.data.tables.manifest import Manifest, make_manifest
from drgrade.data.tables.splits import complete, copied_share, folds, leaked_share, split
from drgrade.errors import ManifestError

GRADES = [0, 0, 0, 0, 0, 0, 0, 2, 2, 1, 3, 4]


def two_eyes(patients: int, **columns: object) -> Manifest:
    rows = [
        {"photo": f"{p}_{eye}.jpeg", "patient": str(p), "eye": eye, "grade": GRADES[(p + e) % 12]}
        for p in range(patients)
        for e, eye in enumerate(("left", "right"))
    ]
    return make_manifest(pl.DataFrame(rows), Path())


def patients_in(manifest: Manifest, name: str) -> set[str]:
    return set(manifest.part(name).table["patient"])


@settings(max_examples=25, deadline=None)
@given(patients=st.integers(4, 120), seed=st.integers(0, 1000))
def test_a_patient_is_never_in_two_splits(patients: int, seed: int) -> None:
    divided = split(two_eyes(patients), seed=seed)
    assert divided.table.group_by("patient").agg(pl.col("split").n_unique())["split"].max() == 1
    assert divided.table["split"].n_unique() == 4


def test_a_split_has_the_shares_asked_for() -> None:
    divided = split(two_eyes(600), seed=3)
    sizes = dict(divided.table["split"].value_counts().iter_rows())
    assert sizes == {"train": 840, "tune": 120, "calibrate": 120, "test": 120}


def test_every_split_has_its_share_of_each_worse_eye() -> None:
    divided = split(two_eyes(1200), seed=1)
    worst = divided.table.group_by("patient").agg(pl.col("grade").max(), pl.col("split").first())
    counts = worst.pivot("split", index="grade", values="patient", aggregate_function="len")
    assert (
        counts.select(
            (
                pl.col("test")
                / (pl.col("train") + pl.col("tune") + pl.col("test") + pl.col("calibrate"))
                - 0.1
            )
            .abs()
            .max()
        ).item()
        < 0.01
    )


def test_the_same_seed_gives_the_same_split_whatever_the_order_of_rows() -> None:
    manifest = two_eyes(50)
    shuffled = Manifest(manifest.table.sample(fraction=1, shuffle=True, seed=5), Path())
    assert split(manifest, seed=7).hash == split(shuffled, seed=7).hash


def test_another_seed_gives_another_split() -> None:
    assert split(two_eyes(50), seed=1).hash != split(two_eyes(50), seed=2).hash


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ManifestError, match=r"add up to 1, got train 0\.5, test 0\.6"):
        split(two_eyes(9), shares={"train": 0.5, "test": 0.6})


def test_shares_that_few_large_groups_cannot_make_up_are_told_until_divided_otherwise() -> None:
    rows = [
        {"photo": f"{block}-{n}.jpg", "group": f"block {block}", "grade": n % 5}
        for block in range(4)
        for n in range(10)
    ]
    divided = split(make_manifest(pl.DataFrame(rows), Path()))
    missed = [note for note in divided.provenance.notes if note.startswith("warning")]
    assert missed == [
        "warning: whole groups cannot make up 70%, 10%, 10%, 10% of the photos here: "
        "it became 25%, 25%, 25%, 25%"
    ]
    even = split(divided, shares=dict.fromkeys(("train", "tune", "calibrate", "test"), 0.25))
    assert even.provenance.notes == (
        "divided by group with seed 0 into 25% train, 25% tune, 25% calibrate, 25% test",
    )


def test_fewer_patients_than_parts_are_refused() -> None:
    with pytest.raises(ManifestError, match="at least as many patients, got 3"):
        split(two_eyes(3))


def with_parts(manifest: Manifest, test_from: int) -> Manifest:
    number = pl.col("patient").cast(pl.Int64)
    part = pl.when(number >= test_from).then(pl.lit("test")).otherwise(pl.lit("train"))
    return Manifest(manifest.table.with_columns(part.alias("split")), Path())


def test_completing_holds_a_tenth_each_out_from_train_and_leaves_test_alone() -> None:
    published = with_parts(two_eyes(120), 100)
    whole = complete(published, 4)
    sizes = dict(whole.table["split"].value_counts().iter_rows())
    assert sizes == {"train": 160, "tune": 20, "calibrate": 20, "test": 40}
    assert patients_in(whole, "test") == patients_in(published, "test")
    assert not patients_in(whole, "tune") & patients_in(whole, "train")


def test_what_is_not_held_out_stays_in_train() -> None:
    published = with_parts(two_eyes(120), 100)
    assert complete(published, 4, holdout=()) is published
    assert set(complete(published, 4, holdout=("tune",)).table["split"]) == {
        "train",
        "tune",
        "test",
    }
    whole = complete(two_eyes(40), 2, holdout=())
    assert set(whole.table["split"]) == {"train", "test"}


def test_completing_keeps_a_published_tune_part() -> None:
    published = with_parts(two_eyes(60), 50)
    table = published.table.with_columns(
        pl.when(pl.col("patient") == "0").then(pl.lit("tune")).otherwise("split").alias("split")
    )
    assert patients_in(complete(Manifest(table, Path()), 0), "tune") == {"0"}


def test_completing_a_manifest_without_splits_divides_it() -> None:
    assert complete(two_eyes(40), 2).hash == split(two_eyes(40), seed=2).hash


def test_completing_a_complete_manifest_changes_nothing() -> None:
    divided = split(two_eyes(40), seed=2)
    assert complete(divided, 9) is divided


def test_completing_needs_train_rows() -> None:
    with pytest.raises(ManifestError, match="the only splits are test"):
        complete(with_parts(two_eyes(10), 0), 0)


def test_completing_says_what_it_did() -> None:
    whole = complete(with_parts(two_eyes(120), 100), 4)
    assert whole.provenance.notes[-1] == (
        "tune and calibrate held out from train by patient, a tenth each, with seed 4"
    )


def test_folds_hold_whole_patients_and_all_of_them() -> None:
    manifest = two_eyes(47)
    fold = folds(manifest, 5, seed=0)
    table = manifest.table.with_columns(pl.Series("fold", fold))
    assert table.group_by("patient").agg(pl.col("fold").n_unique())["fold"].max() == 1
    assert np.bincount(fold).tolist() == pytest.approx([18.8] * 5, abs=2.1)


def test_folds_of_blocks_balance_the_grades() -> None:
    generator = np.random.default_rng(0)
    grades = np.repeat(generator.integers(0, 5, 40), 10)
    grades = np.where(generator.random(400) < 0.5, grades, generator.integers(0, 5, 400))
    table = pl.DataFrame(
        {
            "photo": [f"IDRiD_{i + 1:03}.jpg" for i in range(400)],
            "group": [str(i // 10) for i in range(400)],
            "grade": grades,
        }
    )
    fold = folds(make_manifest(table, Path()), 5, seed=0)
    shares = np.array([np.bincount(grades[fold == f], minlength=5) for f in range(5)])
    assert shares.sum(1).tolist() == pytest.approx([80] * 5, abs=10)
    assert (abs(shares - shares.mean(0)) <= 8).all()


def test_one_fold_is_refused() -> None:
    with pytest.raises(ManifestError, match="folds must be 2 or more, got 1"):
        folds(two_eyes(9), 1)


def test_rows_of_a_group_stay_together_even_with_patients_beside() -> None:
    rows = [
        {"photo": f"{i}.png", "patient": str(i // 2), "group": f"g{i // 3}", "grade": i % 5}
        for i in range(60)
    ]
    manifest = make_manifest(pl.DataFrame(rows), Path())
    table = split(manifest, seed=0).table
    for name in ("patient", "group"):
        assert table.group_by(name).agg(pl.col("split").n_unique())["split"].max() == 1


def test_the_leaked_share_counts_test_eyes_of_known_patients() -> None:
    table = pl.DataFrame(
        {
            "photo": ["1_left", "1_right", "2_left", "3_left"],
            "patient": ["1", "1", "2", "3"],
            "split": ["train", "test", "test", "tune"],
        }
    )
    assert leaked_share(make_manifest(table, Path())) == 0.5


def test_nothing_leaks_where_patients_are_divided() -> None:
    assert leaked_share(split(two_eyes(100))) == 0.0


PARTS = ("train", "tune", "calibrate", "test")
NAMES = st.sampled_from([None, *"abcdefgh"])
ROWS = st.lists(
    st.tuples(NAMES, NAMES, st.sampled_from([None, "train", "test"])), min_size=1, max_size=30
)


def tables(rows: list[tuple[str | None, str | None, str | None]]) -> Manifest:
    """A manifest of such rows; sixteen patients of train make it divisible."""
    plenty = [(f"p{n}", None, "train") for n in range(16)]
    table = pl.DataFrame([*rows, *plenty], schema=["patient", "group", "split"], orient="row")
    photos = pl.Series("photo", [f"{n}.png" for n in range(len(table))])
    return make_manifest(table.with_columns(photos), Path())


@settings(max_examples=200, deadline=None)
@given(rows=ROWS, seed=st.integers(0, 9))
def test_whatever_the_table_no_group_is_divided(rows, seed: int) -> None:
    divided = split(tables(rows), seed=seed)
    assert leaked_share(divided) == 0.0
    parts = divided.table.group_by(pl.Series("who", divided.groups())).agg(pl.col("split"))
    assert parts["split"].list.n_unique().max() == 1


@settings(max_examples=200, deadline=None)
@given(rows=ROWS, seed=st.integers(0, 9))
def test_carving_makes_no_leak_that_was_not_there(rows, seed: int) -> None:
    before = tables([*rows, ("p0", None, "train")])
    whole = complete(before, seed)
    assert leaked_share(whole) == leaked_share(before)
    carved = whole.table.with_columns(pl.Series("who", whole.groups())).filter(
        pl.col("split").is_in(PARTS[:3])
    )
    assert carved.group_by("who").agg(pl.col("split").n_unique())["split"].max() == 1


def test_a_test_row_of_a_patient_ties_groups_of_train_when_carving() -> None:
    rows = [(f"{n}", f"{n} {part}", part) for n in range(30) for part in ("train", "test")]
    more = [(None, f"{n} test", "train") for n in range(30)]
    manifest = tables([*rows, *more])
    whole = complete(manifest, 0)
    table = whole.table.filter(pl.col("split") != "test")
    parts = table.group_by(pl.col("group").str.extract(r"^(\d+)")).agg(pl.col("split").n_unique())
    assert parts.filter(pl.col("group").is_not_null())["split"].max() == 1


def test_photos_without_a_patient_are_counted_and_told_until_divided_otherwise() -> None:
    table = two_eyes(40).table.with_columns(
        pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise("patient").alias("patient"),
        photo=pl.format("x{}", "photo"),
    )
    divided = split(Manifest(table, Path()))
    told = "warning: 3 of 80 photos without a patient were divided singly"
    assert told in divided.provenance.notes
    assert split(divided).provenance.notes.count(told) == 1
    again = split(Manifest(two_eyes(40).table, Path(), divided.provenance))
    assert told not in again.provenance.notes


def test_photos_without_a_patient_are_counted_where_parts_are_held_out() -> None:
    rows = [(None, None, "train"), (None, "g", "train"), (None, None, "test"), ("p", None, "test")]
    told = "warning: 1 of 18 photos without a patient were divided singly"
    assert told in complete(tables(rows)).provenance.notes


def test_a_column_of_the_tables_own_called_copy_disturbs_nothing() -> None:
    table = split(two_eyes(40)).table
    told = table.with_columns(split=pl.when(pl.col("eye") == "left").then(pl.lit("test"))
                              .otherwise(pl.lit("train")))  # fmt: skip
    named = Manifest(told.with_columns(copy=pl.lit("x")), Path())
    assert copied_share(named) == copied_share(Manifest(told, Path())) is not None
