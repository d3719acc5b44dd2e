"""Dust of a camera, put on drawn photographs at known places, and found there."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drgrade.cli.app import run
from drgrade.data.audit import dust as of_dust
from drgrade.data.audit.dust import DustSpot, find_dust, read_dust, write_dust
from drgrade.data.audit.dust_picture import draw_dust
from drgrade.data.phantom.drawing import draw_eye, paint
from drgrade.data.photos.decode import read_photo
from drgrade.errors import ManifestError, PhotoError
from drgrade.runtime.files import sha256_file

SIZE, N = 192, 40
PLACES = {(70.0, 96.0): 0.15, (118.0, 80.0): 0.08}  # px of a photo, and what it takes of the light
RADIUS = 1.2  # px, sigma


def dusty(pixels: np.ndarray, takes: float = 1.0) -> np.ndarray:
    y, x = np.indices(pixels.shape[:2]) + 0.5
    light = np.ones((SIZE, SIZE))
    for (left, top), share in PLACES.items():
        light *= 1 - takes * share * np.exp(-((x - left) ** 2 + (y - top) ** 2) / 2 / RADIUS**2)
    return (pixels * light[..., None]).round().astype(np.uint8)


@pytest.fixture(scope="module", autouse=True)
def looked_at_once():
    """A file is looked at once for all tests of the module: most judge the same photographs."""
    look, seen = of_dust._look, {}

    def look_or_remember(name, place, patient):
        if not isinstance(place, Path):
            return look(name, place, patient)
        content = place.read_bytes()
        if content not in seen:
            seen[content] = look(name, place, patient)
        size, found = seen[content]
        return size, replace(found, name=name, patient=patient or name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_dust, "_look", look_or_remember)
        yield


@pytest.fixture(scope="module")
def eyes():
    return [paint(draw_eye(5, 2 * number), SIZE).pixels for number in range(N)]


@pytest.fixture(scope="module")
def folder(eyes, tmp_path_factory):
    place = tmp_path_factory.mktemp("dust")
    for number, pixels in enumerate(eyes):
        for name, shown in (("clean", pixels), ("dusty", dusty(pixels))):
            (place / name).mkdir(exist_ok=True)
            Image.fromarray(shown).save(place / name / f"{number:02d}.jpg", quality=92)
    return place


def listed(folder, *names, patients=None):
    paths = [path for name in names for path in sorted((folder / name).iterdir())]
    return [(path.parent.name + path.name, path, patients and patients(n))
            for n, path in enumerate(paths)]  # fmt: skip


@pytest.fixture(scope="module")
def both(folder):
    return find_dust(listed(folder, "dusty", "clean"))


def test_spots_are_found_where_they_are_and_take_the_light_they_take(both):
    first, _ = both.blocks
    assert len(first.photos) == N
    for (x, y), share in PLACES.items():
        spot = min(first.spots, key=lambda each: np.hypot(each.x - x, each.y - y))
        assert np.hypot(spot.x - x, spot.y - y) < 1.5
        assert 0.4 * share < spot.darker <= share
        assert spot.seen >= 0.85


def test_the_darkest_spot_stands_first_and_nothing_else_is_called_dust(both):
    first, _ = both.blocks
    assert len(first.spots) == len(PLACES)
    assert [spot.darker for spot in first.spots] == sorted(
        (spot.darker for spot in first.spots), reverse=True
    )


def test_a_camera_that_was_cleaned_has_no_dust_in_the_next_block(both):
    assert both.blocks[1].spots == ()


def test_lesions_and_anatomy_of_many_eyes_are_no_dust(folder):
    assert all(block.spots == () for block in find_dust(listed(folder, "clean")).blocks)


def test_each_photo_has_the_dust_of_its_own_block(both, folder):
    assert both.of(sha256_file(folder / "dusty" / "00.jpg")) == both.blocks[0].spots
    assert both.of(sha256_file(folder / "clean" / "39.jpg")) == ()


def test_a_photo_is_known_by_its_file_wherever_it_lies_and_by_no_name(both, folder, tmp_path):
    (tmp_path / "copy.jpg").write_bytes((folder / "dusty" / "07.jpg").read_bytes())
    with Image.open(folder / "dusty" / "07.jpg") as shown:
        shown.resize((96, 96)).save(tmp_path / "07.jpg")
    assert both.of(sha256_file(tmp_path / "copy.jpg")) == both.blocks[0].spots
    assert both.of(sha256_file(tmp_path / "07.jpg")) is None


def test_a_dark_line_at_the_border_of_the_picture_is_no_dust(eyes, tmp_path):
    for number, pixels in enumerate(eyes):
        whole = np.full_like(pixels, 90)  # a field that is cut by the border on all sides
        whole[:, ::2] += 1  # rows of one value alone are damage
        whole[40:-40, 40:-40] = pixels[40:-40, 40:-40].clip(60)
        whole[:2] //= 3
        Image.fromarray(whole).save(tmp_path / f"{number}.png")
    found = find_dust((path.name, path, None) for path in sorted(tmp_path.iterdir()))
    assert [block.spots for block in found.blocks] == [()]


def test_fewer_than_thirty_photographs_tell_nothing(folder):
    few = find_dust(listed(folder, "dusty")[:29])
    assert few.blocks == ()
    assert len(few.too_few) == 29


def test_many_photographs_of_a_few_patients_tell_nothing(folder):
    found = find_dust(listed(folder, "dusty", patients=lambda n: f"p{n % 9}"))
    assert found.blocks == ()
    assert len(find_dust(listed(folder, "dusty", patients=lambda n: f"p{n % 10}")).blocks) == 1


def test_a_photograph_without_a_patient_is_of_a_patient_of_its_own(folder):
    found = find_dust(listed(folder, "dusty", patients=lambda n: "p0" if n < 5 else None))
    assert len(found.blocks) == 1


def test_photographs_of_other_sizes_are_looked_at_apart(folder, tmp_path):
    for path in (folder / "dusty").iterdir():
        with Image.open(path) as shown:
            shown.resize((SIZE // 2, SIZE // 2)).save(tmp_path / path.name)
    small = [(f"s{path.name}", path, None) for path in sorted(tmp_path.iterdir())]
    mixed = [each for pair in zip(listed(folder, "dusty"), small, strict=True) for each in pair]
    found = find_dust(mixed)
    assert {(each.width, len(each.photos)) for each in found.blocks} == {(SIZE, N), (SIZE // 2, N)}


@pytest.mark.parametrize("n", [40, 59, 60, 79, 80, 119, 120, 200])
def test_every_photo_is_of_one_block_of_thirty_to_fifty_nine(n, folder, monkeypatch):
    whole = of_dust._look("", next((folder / "clean").iterdir()), None)[1]
    look = replace(whole, contrast=whole.contrast[:9, :9], packed=np.packbits(whole.inside[:9, :9]))
    monkeypatch.setattr(
        of_dust, "_look", lambda name, *_: ((9, 9), replace(look, name=name, patient=name))
    )
    monkeypatch.setattr(of_dust, "_spots", lambda *_: ())
    found = find_dust((str(number), folder, None) for number in range(n))
    assert sorted(int(p) for b in found.blocks for p in b.photos) == list(range(n))
    assert all(30 <= len(block.photos) < 60 for block in found.blocks)


def kept_reading(monkeypatch, name: str) -> list[str]:
    """The photos that a function of the module was asked for, by name, as they come."""
    asked: list[str] = []
    usual = getattr(of_dust, name)
    monkeypatch.setattr(of_dust, name, lambda *more: asked.append(more[0]) or usual(*more))
    return asked


def test_photographs_of_a_size_that_is_too_rare_are_not_decoded(folder, monkeypatch):
    asked = kept_reading(monkeypatch, "_look")
    found = find_dust(listed(folder, "dusty")[:29])
    assert (len(found.too_few), asked) == (29, [])


def test_one_size_is_looked_at_after_another_however_they_are_mixed(folder, tmp_path, monkeypatch):
    mixed = listed(folder, "dusty")
    for number, (name, path, _) in enumerate(list(mixed)):
        with Image.open(path) as shown:
            shown.resize((SIZE, SIZE // 2)).save(tmp_path / path.name)
        mixed.insert(2 * number, (f"half {name}", tmp_path / path.name, None))
    asked = kept_reading(monkeypatch, "_look")
    assert len(find_dust(mixed).blocks) == 2
    assert [name.startswith("half") for name in asked] == [True] * N + [False] * N


def test_a_turned_photograph_is_judged_with_those_of_its_upright_size(folder, tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    for path in (folder / "dusty").iterdir():
        with Image.open(path) as shown:
            shown.crop((0, 0, SIZE, SIZE - 8)).save(tmp_path / path.name, quality=92, exif=turned)
    found = find_dust((path.name, path, None) for path in sorted(tmp_path.iterdir()))
    assert [(each.width, each.height) for each in found.blocks] == [(SIZE - 8, SIZE)]


def test_the_field_of_a_photo_that_is_held_is_kept_as_bits(folder):
    look = of_dust._look("", next((folder / "clean").iterdir()), None)[1]
    assert look.inside.shape == look.contrast.shape
    assert look.inside.any()
    assert not look.inside[0, 0]
    assert look.packed.nbytes <= look.contrast.size / 8 + 1


def test_what_cannot_be_read_is_named_with_its_reason(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(of_dust, "LEAST", 1)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 no more")
    black = tmp_path / "black.png"
    Image.new("RGB", (64, 64)).save(black)
    missing = PhotoError("cannot be read", "not there")
    found = find_dust([("broken", broken, None), ("black", black, None), ("none", missing, None)])
    assert [name for name, _ in found.unread] == ["broken", "none", "black"]
    assert all(why for _, why in found.unread)


def test_a_file_of_dust_says_again_what_was_found(both, tmp_path):
    write_dust(both, tmp_path / "dust.json")
    assert read_dust(tmp_path / "dust.json") == both


@pytest.mark.parametrize("content", ["", "[]", '{"kind": "drgrade explanation"}', "\x00"])
def test_another_file_is_refused_with_the_way_out(content, tmp_path):
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(ManifestError, match="drgrade data dust"):
        read_dust(tmp_path / "other.json")
    with pytest.raises(ManifestError, match="cannot be read"):
        read_dust(tmp_path / "none.json")


def test_a_mark_is_on_dust_where_its_centre_is_and_it_is_not_much_larger():
    spot = DustSpot(100.0, 50.0, 10.0, 0.1, 1.0, near=4.0)
    assert spot.covers(108.9, 50.0, 8.0)
    assert not spot.covers(109.1, 50.0, 8.0)
    assert spot.covers(100.0, 50.0, 24.0)
    assert not spot.covers(100.0, 50.0, 24.1)


def test_a_spot_in_another_unit_covers_the_same_marks():
    spot = DustSpot(100.0, 50.0, 10.0, 0.1, 1.0, near=4.0).scaled(0.25, 0.125, 1 / 400)
    assert spot.covers(108.9 / 400, 50.0 / 400, 8.0 / 400)
    assert not spot.covers(109.1 / 400, 50.0 / 400, 8.0 / 400)


def test_the_picture_shows_dust_darker_than_the_retina_around_it(both, tmp_path):
    (tmp_path / "dust.png").write_bytes(draw_dust(both.blocks))
    with Image.open(tmp_path / "dust.png") as shown:
        page = np.asarray(shown.convert("RGB")).astype(int)
    (x, y), scale = next(iter(PLACES)), 512 / SIZE
    column, row = int(x * scale), int(y * scale)
    assert page[row, column].max() < 30
    assert abs(page[row, column + 524].max() - 127) < 30  # the clean block beside it


def test_the_command_writes_both_files_and_a_line_a_block(folder, tmp_path, capsys):
    place = tmp_path / "dust.json"
    dusty_and_clean = [str(folder / "dusty"), str(folder / "clean")]
    assert run(["data", "dust", *dusty_and_clean, "-o", str(place)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "2 spots; the darkest takes" in shown[0]
    assert shown[1].endswith("no dust")
    assert [len(each["spots"]) for each in json.loads(place.read_text())["blocks"]] == [2, 0]
    assert place.with_suffix(".png").is_file()


def test_the_command_refuses_what_it_cannot_write_before_it_looks(folder, tmp_path, capsys):
    assert run(["data", "dust", str(folder / "clean"), "-o", str(tmp_path / "dust.csv")]) == 2
    assert ".json" in capsys.readouterr().err
    (tmp_path / "dust.png").write_bytes(b"mine")
    assert run(["data", "dust", str(folder / "clean"), "-o", str(tmp_path / "dust.json")]) == 2
    assert (tmp_path / "dust.png").read_bytes() == b"mine"


def test_a_photograph_that_cannot_be_read_is_told_by_the_exit_code(folder, tmp_path, capsys):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    paths = [str(folder / "clean"), str(tmp_path / "broken.jpg")]
    assert run(["data", "dust", *paths, "-o", str(tmp_path / "dust.json")]) == 3
    assert "broken.jpg" in capsys.readouterr().err


def test_too_few_photographs_are_told_and_no_picture_of_an_earlier_run_stays(
    folder, tmp_path, capsys
):
    place = tmp_path / "dust.json"
    assert run(["data", "dust", str(folder / "clean"), "-o", str(place)]) == 0
    photos = [str(path) for path in sorted((folder / "clean").iterdir())[:5]]
    assert run(["data", "dust", *photos, "-o", str(place), "--force"]) == 3
    said = capsys.readouterr().err
    assert "not judged: 5 photographs, fewer than 30 of one size" in said
    assert "no block was judged" in said
    assert not place.with_suffix(".png").exists()


def test_its_own_picture_in_the_folder_is_no_photograph_at_the_next_run(folder, tmp_path, capsys):
    for path in (folder / "clean").iterdir():
        shutil.copy(path, tmp_path)
    place = tmp_path / "dust.json"
    assert run(["data", "dust", str(tmp_path), "-o", str(place)]) == 0
    assert run(["data", "dust", str(tmp_path), "-o", str(place), "--force"]) == 0
    assert len(read_dust(place).blocks[0].photos) == N
    with pytest.raises(PhotoError, match="drgrade data dust"):
        read_photo(place.with_suffix(".png"))


def test_a_photograph_of_the_output_s_name_is_never_written_over(folder, tmp_path, capsys):
    (tmp_path / "000.png").write_bytes((folder / "clean" / "00.jpg").read_bytes())
    before = (tmp_path / "000.png").read_bytes()
    asked = ["data", "dust", str(folder / "clean"), "-o", str(tmp_path / "000.json"), "--force"]
    assert run(asked) == 2
    assert "no picture of this command" in capsys.readouterr().err
    assert (tmp_path / "000.png").read_bytes() == before


def test_photographs_of_a_folder_are_taken_in_the_order_of_their_numbers(folder, tmp_path):
    for number in range(N):
        for kind, more in (("dusty", 1), ("clean", 1 + N), ("clean", 1 + 2 * N)):
            shutil.copy(folder / kind / f"{number:02d}.jpg", tmp_path / f"{number + more}.jpg")
    assert run(["data", "dust", str(tmp_path), "-o", str(tmp_path / "dust.json")]) == 0
    assert [len(each.spots) for each in read_dust(tmp_path / "dust.json").blocks] == [2, 0, 0]
