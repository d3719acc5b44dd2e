"""A check finds what is missing, broken, leaking, double or in conflict, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import skimage.data
from PIL import Image

from drgrade.data.audit.check import count_grades, examine
from drgrade.data.audit.findings import Findings
from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.field import find_field
from drgrade.data.photos.fingerprint import fingerprint
from drgrade.data.tables.manifest import Manifest, make_manifest
from drgrade.provenance.photo_set import SetProvenance
from drgrade.runtime.files import sha256_file


def draw(folder: Path, name: str, red: int) -> str:
    pixels = np.random.default_rng(red).integers(0, 256, (30, 40, 3), np.uint8)
    Image.fromarray(pixels).save(folder / name)
    return name


def manifest_of(folder: Path, declared: bool = False, **columns: list[object]) -> Manifest:
    return make_manifest(pl.DataFrame(columns), folder, SetProvenance(leak_declared=declared))


def sound(folder: Path) -> Manifest:
    photos = [draw(folder, f"{i}.png", i) for i in range(4)]
    return manifest_of(
        folder,
        photo=photos,
        patient=["a", "a", "b", "c"],
        grade=[0, 1, 2, None],
        split=["train", "train", "tune", "test"],
    )


def findings_of_leak(folder: Path, declared: bool, splits: list[object]) -> Findings:
    photos = [draw(folder, f"{i}.png", i) for i in range(3)]
    patients: list[object] = ["a", "a", "b"]
    manifest = manifest_of(folder, declared, photo=photos, patient=patients, split=splits)
    return examine(manifest)


def test_nothing_is_wrong_with_a_sound_manifest(tmp_path: Path) -> None:
    findings = examine(sound(tmp_path))
    assert findings.wrong() == []
    assert (findings.photos, findings.patients, findings.without_patient) == (4, 3, 0)


def test_photos_are_counted_by_split_and_grade(tmp_path: Path) -> None:
    assert count_grades(sound(tmp_path)) == {
        "train": (1, 1, 0, 0, 0, 0),
        "tune": (0, 0, 1, 0, 0, 0),
        "test": (0, 0, 0, 0, 0, 1),
    }


def test_a_photo_of_another_hash_than_the_table_says_is_wrong(tmp_path: Path) -> None:
    photos = [draw(tmp_path, f"{i}.png", 60 * i) for i in range(3)]
    right = sha256_file(tmp_path / "0.png")
    hashes = [right.upper(), None, "0" * 64]
    findings = examine(manifest_of(tmp_path, photo=[*photos], sha256=[*hashes]))
    assert findings.other_bytes == ("2.png",)
    assert "1 photo of another SHA-256 than the table says: 2.png" in findings.wrong()[0]


@pytest.mark.parametrize("read", [True, False])
def test_a_mask_that_is_missing_is_wrong(tmp_path: Path, read: bool) -> None:
    photos = [draw(tmp_path, f"{i}.png", 60 * i) for i in range(2)]
    Image.new("L", (40, 30)).save(tmp_path / "m.png")
    manifest = manifest_of(tmp_path, photo=[*photos], mask=["m.png", "none.png"])
    (said,) = examine(manifest, read_pixels=read).wrong()
    assert said.startswith("1 mask missing or broken: none.png (no ")


def test_missing_and_broken_photos_are_named(tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    findings = examine(manifest_of(tmp_path, photo=["no.png", "cut.png"]))
    assert findings.missing == ("no.png",)
    assert [photo for photo, _ in findings.broken] == ["cut.png"]
    assert findings.wrong()[0] == "1 photo missing: no.png"


def test_a_patient_in_two_splits_is_wrong(tmp_path: Path) -> None:
    findings = findings_of_leak(tmp_path, False, ["train", "test", "test"])
    assert findings.wrong() == [
        "1 patient in train and test",
        "50.00% of test rows are of patients seen in training",
    ]


def test_a_declared_leak_is_a_warning(tmp_path: Path) -> None:
    findings = findings_of_leak(tmp_path, True, ["train", "test", "test"])
    assert findings.wrong() == []
    assert findings.warnings()[0] == "1 patient in train and test (declared by the source)"


def test_a_source_never_declares_a_leak_between_train_and_tune(tmp_path: Path) -> None:
    findings = findings_of_leak(tmp_path, True, ["train", "tune", "test"])
    assert findings.wrong() == ["1 patient in train and tune"]


def test_the_same_bytes_in_two_splits_are_wrong(tmp_path: Path) -> None:
    photos = [draw(tmp_path, "a.png", 1), draw(tmp_path, "b.png", 1)]
    findings = examine(manifest_of(tmp_path, photo=photos, split=["train", "test"]))
    assert findings.wrong() == ["the same bytes in two splits: 1 set: a.png = b.png"]


def test_the_same_bytes_with_two_grades_are_a_conflict(tmp_path: Path) -> None:
    photos = [draw(tmp_path, "a.png", 1), draw(tmp_path, "b.png", 1)]
    findings = examine(manifest_of(tmp_path, photo=photos, grade=[0, 3]))
    assert findings.wrong() == ["the same bytes with different grades: 1 set: a.png = b.png"]


def test_the_same_bytes_elsewhere_are_a_warning(tmp_path: Path) -> None:
    photos = [draw(tmp_path, "a.png", 1), draw(tmp_path, "b.png", 1)]
    findings = examine(manifest_of(tmp_path, photo=photos, grade=[1, 1], patient=["1", "2"]))
    assert findings.wrong() == []
    assert findings.warnings()[0] == "the same bytes listed twice: 1 set: a.png = b.png"


def test_one_photograph_as_left_and_right_eye_is_wrong(tmp_path: Path) -> None:
    for left, right, eyes in (("a.png", "b.png", ["left", "right"]),
                              ("7_left.png", "7_right.png", [None, None])):  # fmt: skip
        photos: list[object] = [draw(tmp_path, left, 1), draw(tmp_path, right, 1)]
        findings = examine(manifest_of(tmp_path, photo=photos, eye=eyes))
        assert findings.copied_eyes == ((left, right),)
        assert len(findings.wrong()) == 1


def test_without_pixels_only_what_is_there_is_checked(tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(b"cut")
    findings = examine(manifest_of(tmp_path, photo=["cut.png", "no.png"]), read_pixels=False)
    assert (findings.missing, findings.broken) == (("no.png",), ())


def test_a_mirrored_twin_in_another_split_is_a_warning(tmp_path: Path) -> None:
    eye = Image.fromarray(paint(draw_eye(0, 0), 256).pixels)
    eye.save(tmp_path / "a.png")
    eye.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "b.png")
    manifest = manifest_of(
        tmp_path, photo=["a.png", "b.png"], split=["train", "test"], grade=[0, 3]
    )
    findings = examine(manifest)
    assert findings.wrong() == []
    assert "near-duplicates in two splits: 1 set: a.png = b.png" in findings.warnings()
    assert "near-duplicates with different grades: 1 set: a.png = b.png" in findings.warnings()


def test_the_floor_of_copying_the_other_eye_needs_labels_only(tmp_path: Path) -> None:
    manifest = manifest_of(
        tmp_path,
        photo=["a", "b", "c"], patient=["1", "1", "2"], eye=["left", "right", "left"],
        grade=[2, 2, 1], split=["train", "test", "test"],
    )  # fmt: skip
    assert examine(manifest, read_pixels=False).copied_share == 0.5


def test_grades_that_start_at_1_are_wrong_and_say_the_way_out(tmp_path: Path) -> None:
    grades: list[object] = [1 + i % 4 if i % 3 else 1 for i in range(120)]
    manifest = manifest_of(tmp_path, photo=[f"{i}" for i in range(120)], grade=grades)
    said = examine(manifest, read_pixels=False).wrong()
    assert "the grades look 1-based (there is no grade 0, and most are grade 1)" in said[-1]


def test_a_file_that_tells_the_disease_is_a_warning(tmp_path: Path) -> None:
    rows = range(100)
    manifest = manifest_of(
        tmp_path,
        photo=[f"{i}" for i in rows], grade=[3 * (i % 2) for i in rows],
        width=[4288 if i % 2 else 2048 for i in rows], height=[1536 for _ in rows],
    )  # fmt: skip
    findings = examine(manifest, read_pixels=False)
    assert findings.shortcut is not None
    assert findings.shortcut.auc == 1
    assert any(
        "the file alone predicts referable disease: AUC 1.000" in w for w in findings.warnings()
    )


def test_fingerprints_of_the_manifest_are_enough_without_photos(tmp_path: Path) -> None:
    pixels = paint(draw_eye(0, 0), 256).pixels
    prints = [fingerprint(each, find_field(each)) for each in (pixels, pixels[:, ::-1])]
    manifest = manifest_of(tmp_path, photo=["a", "b"], phash=prints, split=["train", "test"])
    assert examine(manifest, read_pixels=False).alike_across == (("a", "b"),)


def test_on_rfmid_camera_and_diagnosis_are_one(shared: Path) -> None:
    place = shared / "rfmid2"
    labels = pl.read_csv(place / "labels.csv", infer_schema=False).rename({"image": "photo"})
    kept = labels.select("photo", "dr_any", pl.lit(None).cast(pl.String).alias("grade"))
    found = examine(make_manifest(kept.gather_every(2), place / "images"))
    assert found.shortcut_of == "any retinopathy"
    assert found.shortcut is not None
    assert found.shortcut.auc > 0.95


def test_where_no_photo_is_there_the_folder_that_was_looked_in_is_named(tmp_path: Path) -> None:
    said = examine(manifest_of(tmp_path, photo=["a.png", "b.png"])).wrong()
    assert str(tmp_path) in said[1]
    assert "--root" in said[1]


@pytest.mark.parametrize("read", [True, False])
def test_a_photo_or_mask_whose_name_the_system_does_not_take_is_a_missing_one(
    tmp_path: Path, read: bool
) -> None:
    long = "a" * 300
    photos: list[object] = [f"{long}.png", f"{long}.npz#train/0", draw(tmp_path, "b.png", 1)]
    masks: list[object] = [f"{long}.png", None, None]
    findings = examine(manifest_of(tmp_path, photo=photos, mask=masks), read_pixels=read)
    assert findings.missing == tuple(photos[:2])
    assert [mask for mask, _ in findings.masks] == [f"{long}.png"]


def test_a_photo_in_a_folder_without_permission_is_a_missing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(place: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr(Path, "is_file", refuse)
    findings = examine(manifest_of(tmp_path, photo=["locked/a.png"]), read_pixels=False)
    assert findings.missing == ("locked/a.png",)


def test_a_picture_that_predict_refuses_is_found_unless_it_is_not_asked(tmp_path):
    ramp = np.linspace(0, 255, 300, dtype=np.uint8)
    pixels = np.stack(np.broadcast_arrays(ramp[None], ramp[:, None], np.uint8(90)), axis=-1)
    Image.fromarray(pixels.copy()).save(tmp_path / "ramp.png")
    Image.fromarray(skimage.data.retina()).save(tmp_path / "eye.png")
    manifest = manifest_of(tmp_path, photo=["eye.png", "ramp.png"], split=["train", "test"])
    found = examine(manifest)
    assert [photo for photo, _ in found.refused] == ["ramp.png"]
    assert found.broken == ()
    assert any("1 picture that cannot be graded: ramp.png (no retina" in w for w in found.wrong())
    assert examine(manifest, retina_check=False).refused == ()
    assert examine(replace(manifest, provenance=SetProvenance(source="drawn"))).refused == ()
