"""Each public set's own files, in small, become the manifest its page promises."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from drgrade.data.sources.any_table import Columns
from drgrade.data.sources.registry import SOURCES, import_source
from drgrade.data.tables.manifest import Manifest
from drgrade.data.tables.splits import complete, folds, leaked_share
from drgrade.errors import CheckFailedError, ManifestError, Reason, UnknownNameError, UsageError
from drgrade.locale.catalogue import text

DEEPDRID = (
    "patient_id,image_id,image_path,Overall quality,left_eye_DR_Level,right_eye_DR_Level,"
    "patient_DR_Level,Clarity,Field definition,Artifact\n"
)
IDRID = "Image name,Retinopathy grade,Risk of macular edema ,,,,,,,,,\n"
MESSIDOR = "image_id,adjudicated_dr_grade,adjudicated_dme,adjudicated_gradable\n"


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"photo")
    return folder


def rows(manifest: Manifest, *columns: str) -> list[tuple[object, ...]]:
    return manifest.table.select(columns).rows()


def notes(manifest: Manifest) -> str:
    return "\n".join(manifest.provenance.notes)


def lab(folder: Path) -> Path:
    return put(
        folder,
        **{
            "train_img.csv": "1_left\n1_right\n2_left\n",
            "train_label.csv": "0\n2\n4\n",
            "test_img.csv": "2_right\n3_left\n",
            "test_label.csv": "3\n0\n",
        },
    )


def test_the_lab_lists_have_no_header_and_patients_in_their_names(tmp_path: Path) -> None:
    manifest = import_source("lab3", lab(tmp_path))
    assert rows(manifest, "photo", "patient", "eye", "grade", "split") == [
        ("1_left.jpeg", "1", "left", 0, "train"),
        ("1_right.jpeg", "1", "right", 2, "train"),
        ("2_left.jpeg", "2", "left", 4, "train"),
        ("2_right.jpeg", "2", "right", 3, "test"),
        ("3_left.jpeg", "3", "left", 0, "test"),
    ]


def test_the_leak_of_the_lab_is_declared_and_said(tmp_path: Path) -> None:
    manifest = import_source("lab3", lab(tmp_path))
    assert manifest.provenance.leak_declared is True
    assert "50.00% of test rows are of patients in train (the source's own split)" in notes(
        manifest
    )


def test_other_counts_than_published_are_said(tmp_path: Path) -> None:
    manifest = import_source("lab3", lab(tmp_path))
    assert manifest.provenance.counts == "differ"
    assert "warning: lab3 train: published are 28,100 photos, these files have 3" in notes(manifest)
    assert "published are grades 20656/1955/4210/698/581, these files have 1/0/1/0/1" in notes(
        manifest
    )


def test_a_header_in_the_lab_lists_is_refused_with_its_line(tmp_path: Path) -> None:
    put(lab(tmp_path), **{"test_img.csv": "image\n2_right\n"})
    with pytest.raises(ManifestError, match="line 1: 'image' is no name like 10_left"):
        import_source("lab3", tmp_path)


def test_names_and_labels_of_different_length_are_refused(tmp_path: Path) -> None:
    put(lab(tmp_path), **{"train_label.csv": "0\n2\n"})
    with pytest.raises(ManifestError, match=r"3 names but 2 labels in train_label\.csv"):
        import_source("lab3", tmp_path)


def test_a_label_that_is_no_grade_is_refused_with_its_line(tmp_path: Path) -> None:
    put(lab(tmp_path), **{"train_label.csv": "0\n5\n1\n"})
    with pytest.raises(ManifestError, match=r"train_label\.csv: line 2: grade must be 0 to 4"):
        import_source("lab3", tmp_path)


def test_photos_that_are_missing_are_counted_and_refused(tmp_path: Path) -> None:
    photos = touch(tmp_path / "p", "1_left.jpeg", "2_right.jpeg", "9_left.jpeg")
    with pytest.raises(CheckFailedError, match=r"3 of 5 photos are not in .* 1 photos there"):
        import_source("lab3", lab(tmp_path), photos=photos)


def test_missing_photos_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    photos = touch(tmp_path / "p", "1_left.jpeg", "2_right.jpeg", "9_left.jpeg")
    manifest = import_source("lab3", lab(tmp_path), photos=photos, allow_missing=True)
    assert rows(manifest, "photo", "split") == [("1_left.jpeg", "train"), ("2_right.jpeg", "test")]
    assert (manifest.provenance.left_out, manifest.provenance.unlisted) == (3, 1)
    assert manifest.root == photos


def test_a_folder_with_none_of_the_photos_is_refused_even_so(tmp_path: Path) -> None:
    photos = touch(tmp_path / "p", "x.jpeg")
    with pytest.raises(CheckFailedError, match="5 of 5"):
        import_source("lab3", lab(tmp_path), photos=photos, allow_missing=True)


def test_photos_are_found_in_subfolders_and_under_another_ending(tmp_path: Path) -> None:
    names = ("a/1_left.png", "a/1_right.JPG", "b/2_left.jpeg", "b/2_right.jpeg", "3_left.tif")
    manifest = import_source("lab3", lab(tmp_path / "l"), photos=touch(tmp_path / "p", *names))
    assert [photo for (photo,) in rows(manifest, "photo")] == list(names)


def test_a_name_that_fits_two_files_is_refused(tmp_path: Path) -> None:
    photos = touch(tmp_path / "p", "a/1_left.jpeg", "b/1_left.jpeg")
    with pytest.raises(ManifestError, match="fits 2 files"):
        import_source("lab3", lab(tmp_path / "l"), photos=photos, allow_missing=True)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="--photos must be a folder"):
        import_source("lab3", lab(tmp_path), photos=tmp_path / "none")


def test_eyepacs_has_a_train_and_a_test_file(tmp_path: Path) -> None:
    put(
        tmp_path,
        **{
            "trainLabels.csv": "image,level\n10_left,0\n10_right,4\n",
            "retinopathy_solution.csv": "image,level,Usage\n1_left,1,Private\n",
        },
    )
    manifest = import_source("eyepacs", tmp_path)
    assert rows(manifest, "photo", "patient", "eye", "grade", "split", "usage") == [
        ("10_left.jpeg", "10", "left", 0, "train", None),
        ("10_right.jpeg", "10", "right", 4, "train", None),
        ("1_left.jpeg", "1", "left", 1, "test", "Private"),
    ]


def test_one_of_the_eyepacs_files_is_enough(tmp_path: Path) -> None:
    put(tmp_path, **{"trainLabels.csv": "image,level\n10_left,0\n"})
    manifest = import_source("eyepacs", tmp_path / "trainLabels.csv")
    assert "published are 35,126 photos, these files have 1" in notes(manifest)
    assert "53,576" not in notes(manifest)


def test_a_photo_in_both_parts_is_refused(tmp_path: Path) -> None:
    put(
        tmp_path,
        **{
            "trainLabels.csv": "image,level\n10_left,0\n",
            "retinopathy_solution.csv": "image,level,Usage\n10_left,1,Public\n",
        },
    )
    with pytest.raises(ManifestError, match=r"name the same photos \(first: '10_left\.jpeg'\)"):
        import_source("eyepacs", tmp_path)


def test_renamed_columns_of_a_set_are_answered_with_those_found(tmp_path: Path) -> None:
    put(tmp_path, **{"trainLabels.csv": "name,level\n10_left,0\n"})
    with pytest.raises(ManifestError, match=r"needs the column image \(found: name, level\)"):
        import_source("eyepacs", tmp_path)


def test_aptos_is_train_only_and_without_patients(tmp_path: Path) -> None:
    put(tmp_path, **{"train.csv": "id_code,diagnosis\n000c1434d8d7,2\n001639a390f0,4\n"})
    manifest = import_source("aptos", tmp_path)
    assert rows(manifest, "photo", "patient", "grade", "split") == [
        ("000c1434d8d7.png", None, 2, "train"),
        ("001639a390f0.png", None, 4, "train"),
    ]
    assert "no patients are known" in notes(manifest)


def idrid(folder: Path) -> Path:
    numbers = (1, 10, 11, 21)
    return put(
        folder,
        **{
            "a. IDRiD_Disease Grading_Training Labels.csv": IDRID
            + "".join(f"IDRiD_{n:03},{n % 5},2,,,,,,,,,\n" for n in numbers),
            "b. IDRiD_Disease Grading_Testing Labels.csv": IDRID + "IDRiD_001,4,0,,,,,,,,,\n",
        },
    )


def test_idrid_has_blocks_of_ten_and_keeps_its_like_numbers_apart(tmp_path: Path) -> None:
    manifest = import_source("idrid", idrid(tmp_path))
    assert "no patients are known; splits and intervals keep the" in notes(manifest)
    assert rows(manifest, "photo", "group", "grade", "dme", "split") == [
        ("a. Training Set/IDRiD_001.jpg", "train 1-10", 1, 2, "train"),
        ("a. Training Set/IDRiD_010.jpg", "train 1-10", 0, 2, "train"),
        ("a. Training Set/IDRiD_011.jpg", "train 11-20", 1, 2, "train"),
        ("b. Testing Set/IDRiD_001.jpg", "test 1-10", 4, 0, "test"),
    ]


def test_pictures_that_idrid_lists_twice_are_left_out_and_counted(tmp_path: Path) -> None:
    assert "1 listings of pictures that are listed twice left out" in notes(
        import_source("idrid", idrid(tmp_path))
    )


def test_photos_of_one_name_are_told_apart_by_the_folder_of_their_part(tmp_path: Path) -> None:
    names = [f"a. Training Set/IDRiD_{n}.jpg" for n in ("001", "010", "011")]
    photos = touch(tmp_path / "p" / "1. Original Images", *names, "b. Testing Set/IDRiD_001.jpg")
    manifest = import_source("idrid", idrid(tmp_path), photos=photos.parent)
    assert manifest.table["photo"][0] == "1. Original Images/a. Training Set/IDRiD_001.jpg"
    assert manifest.table["photo"][3] == "1. Original Images/b. Testing Set/IDRiD_001.jpg"


def test_messidor_has_patients_where_its_pairs_are_at_hand(tmp_path: Path) -> None:
    put(
        tmp_path,
        **{
            "messidor_data.csv": MESSIDOR + "a_PP.png,0,0,1\nIM1.jpg,2,1,1\nb_PP.png,,,0\n",
            "messidor-2.csv": "a_PP.png;b_PP.png\nIM1.JPG;IM2.JPG\n",
        },
    )
    manifest = import_source("messidor2", tmp_path)
    assert rows(manifest, "photo", "patient", "grade", "dme", "quality", "split") == [
        ("a_PP.png", "examination 1", 0, 0, "gradable", None),
        ("IM1.jpg", "examination 2", 2, 1, "gradable", None),
        ("b_PP.png", "examination 1", None, None, "ungradable", None),
    ]


def test_messidor_without_its_pairs_has_no_patients_and_says_so(tmp_path: Path) -> None:
    put(tmp_path, **{"messidor_data.csv": MESSIDOR + "a_PP.png,0,0,1\n"})
    manifest = import_source("messidor2", tmp_path)
    assert manifest.table["patient"].to_list() == [None]
    assert "messidor-2.csv, which pairs the eyes" in notes(manifest)


def test_grade_five_of_ddr_is_no_grade(tmp_path: Path) -> None:
    put(
        tmp_path,
        **{
            "train.txt": "007-0004-000.jpg 0\n007-0005-000.jpg 5\n",
            "valid.txt": "007-0006-000.jpg 4\n",
            "test.txt": "007-0007-000.jpg 1\n",
        },
    )
    manifest = import_source("ddr", tmp_path)
    assert rows(manifest, "photo", "patient", "grade", "split", "quality") == [
        ("train/007-0004-000.jpg", None, 0, "train", "gradable"),
        ("train/007-0005-000.jpg", None, None, "train", "ungradable"),
        ("valid/007-0006-000.jpg", None, 4, "tune", "gradable"),
        ("test/007-0007-000.jpg", None, 1, "test", "gradable"),
    ]


def test_a_photo_of_deepdrid_has_the_grade_of_its_own_eye(tmp_path: Path) -> None:
    start = r"\regular-fundus-training\1"
    put(
        tmp_path / "regular-fundus-training",
        **{
            "regular-fundus-training.csv": DEEPDRID
            + rf"1,1_l1,{start}\1_l1.jpg,1,3,0,3,10,8,0"
            + "\n"
            + rf"1,1_r1,{start}\1_r1.jpg,1,3,5,3,10,8,0"
            + "\n"
        },
    )
    put(
        tmp_path / "regular-fundus-validation",
        **{
            "regular-fundus-validation.csv": DEEPDRID
            + r"2,2_l1,\regular-fundus-validation\2\2_l1.jpg,0,1,,1,10,8,0"
            + "\n"
        },
    )
    manifest = import_source("deepdrid", tmp_path)
    assert rows(manifest, "photo", "patient", "eye", "grade", "split", "quality") == [
        ("regular-fundus-training/1/1_l1.jpg", "1", "left", 3, "train", "gradable"),
        ("regular-fundus-training/1/1_r1.jpg", "1", "right", None, "train", "ungradable"),
        ("regular-fundus-validation/2/2_l1.jpg", "2", "left", 1, "tune", "gradable"),
    ]


def test_retinamnist_names_the_items_of_its_arrays(tmp_path: Path) -> None:
    arrays = {f"{part}_images": np.zeros((2, 28, 28, 3), np.uint8) for part in ("train", "val")}
    labels = {"train_labels": [[0], [4]], "val_labels": [[1], [2]], "test_labels": [[3]]}
    np.savez(tmp_path / "retinamnist.npz", **arrays, **{k: np.array(v) for k, v in labels.items()})
    manifest = import_source("retinamnist", tmp_path)
    assert rows(manifest, "photo", "grade", "split") == [
        ("retinamnist.npz#train/0", 0, "train"),
        ("retinamnist.npz#train/1", 4, "train"),
        ("retinamnist.npz#val/0", 1, "tune"),
        ("retinamnist.npz#val/1", 2, "tune"),
        ("retinamnist.npz#test/0", 3, "test"),
    ]


def test_an_array_file_that_is_none_is_refused(tmp_path: Path) -> None:
    put(tmp_path, **{"retinamnist.npz": "no arrays"})
    with pytest.raises(ManifestError, match="is no RetinaMNIST file"):
        import_source("retinamnist", tmp_path)


def test_folders_may_be_numbers_or_names_in_parts_or_not(tmp_path: Path) -> None:
    touch(tmp_path, "train/0/a.png", "train/Proliferate_DR/b.jpg", "val/No DR/c.png", "2/d.png")
    manifest = import_source("folder", tmp_path)
    assert rows(manifest, "photo", "grade", "split") == [
        ("2/d.png", 2, None),
        ("train/0/a.png", 0, "train"),
        ("train/Proliferate_DR/b.jpg", 4, "train"),
        ("val/No DR/c.png", 0, "tune"),
    ]


def test_a_folder_of_another_name_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "0/a.png", "cats/b.jpg")
    with pytest.raises(ManifestError, match="got cats"):
        import_source("folder", tmp_path)


def test_an_unknown_source_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'messidor2'"):
        import_source("mesidor", tmp_path)


def test_columns_are_for_source_csv_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="source csv alone"):
        import_source("lab3", tmp_path, columns=Columns("x"))


def test_a_folder_without_the_files_of_a_set_says_what_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"none of the set's own files \(train_img\.csv\)"):
        import_source("lab3", tmp_path)


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_tells_its_terms_and_where_it_is(name: str) -> None:
    source = SOURCES[name]
    assert source.holds
    assert source.licence
    assert source.address


def test_the_real_lab_lists_are_as_published(shared: Path) -> None:
    manifest = import_source("lab3", shared / "lab3")
    assert manifest.provenance.counts == "as published"
    assert round(leaked_share(manifest), 4) == 0.7996
    assert leaked_share(complete(manifest, 0)) == leaked_share(manifest)


def test_the_lab_lists_restricted_to_the_photos_at_hand(shared: Path) -> None:
    photos = shared / "eyepacs" / "images"
    manifest = import_source("lab3", shared / "lab3", photos=photos, allow_missing=True)
    assert (len(manifest.part("train")), len(manifest.part("test"))) == (775, 185)


def test_the_real_retinamnist_is_as_published(shared: Path) -> None:
    assert import_source("retinamnist", shared / "retinamnist").provenance.counts == "as published"


def test_the_real_eyepacs_photos_have_both_eyes_of_each_patient(shared: Path) -> None:
    manifest = import_source("csv", shared / "eyepacs" / "labels.csv", photos=Path("images"))
    eyes = manifest.table.group_by("patient").agg(pl.col("eye").n_unique())
    assert (len(manifest), len(eyes), eyes["eye"].min()) == (960, 480, 2)


def test_the_real_idrid_is_dealt_to_folds_of_like_grades(shared: Path) -> None:
    columns = Columns(drop_where=("duplicate=True",))
    manifest = import_source("csv", shared / "idrid" / "labels.csv", columns=columns)
    fold, grades = folds(manifest, 5), manifest.table["grade"].to_numpy()
    counts = np.array([np.bincount(grades[fold == f], minlength=5) for f in range(5)])
    assert len(manifest) == 405
    assert np.ptp(counts, axis=0).max() <= 6


def test_labels_of_one_grade_alone_are_reported_when_they_are_imported(tmp_path):
    rows = "".join(f"{n}.png,0\n" for n in range(30))
    (tmp_path / "sample.csv").write_text(f"id_code,diagnosis\n{rows}")
    notes = import_source("csv", tmp_path / "sample.csv").provenance.notes
    assert f"warning: {text(Reason('labels_all_the_same', {'graded': 30, 'grade': 0}))}" in notes
