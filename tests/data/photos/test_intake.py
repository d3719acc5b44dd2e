"""One function opens a photograph, and what it refuses has its status and its reason."""

import hashlib

import numpy as np
import pytest
import skimage.data
from PIL import Image

from drgrade.data.photos import decode
from drgrade.data.photos.intake import needs_retina_check, open_photo, prepare_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.errors import ManifestError, PhotoError
from drgrade.provenance.photo import PhotoInfo
from drgrade.provenance.photo_set import DRAWN, SetProvenance

SETTINGS = Preprocess(size=128)


def saved(folder, pixels, name="a.png"):
    Image.fromarray(pixels).save(folder / name)
    return folder / name


def gradient(side=200):
    ramp = np.linspace(0, 255, side, dtype=np.uint8)
    return np.stack(np.broadcast_arrays(ramp[None], ramp[:, None], np.uint8(90)), axis=-1).copy()


@pytest.mark.parametrize(
    ("pixels", "status", "reason"),
    [
        (gradient(), "not_fundus", "no retina"),
        (skimage.data.chelsea(), "not_fundus", "no retina"),
        (np.repeat(gradient()[..., :1], 3, axis=2), "ungradable", "not colour"),
        (np.zeros((200, 200, 3), np.uint8), "ungradable", "nothing to see"),
        (gradient()[:90, :90], "ungradable", "too small"),
        (np.repeat(gradient()[:130, :4], 400, axis=1), "not_fundus", "no photograph of an eye"),
    ],
)  # fmt: skip
def test_what_is_refused_has_its_status_and_reason(tmp_path, pixels, status, reason):
    photo = prepare_photo("a", saved(tmp_path, pixels), SETTINGS)
    assert (photo.pixels, photo.prepared) == (None, None)
    assert photo.known.status == status
    assert photo.known.reason.startswith(reason)


def test_without_the_check_another_picture_becomes_a_square(tmp_path):
    photo = prepare_photo("a", saved(tmp_path, gradient()), SETTINGS, retina_check=False)
    assert photo.pixels.shape == (128, 128, 3)
    assert isinstance(photo.known, PhotoInfo)


def test_a_small_photo_is_enlarged_where_any_size_will_do(tmp_path):
    place = saved(tmp_path, np.asarray(Image.fromarray(skimage.data.retina()).resize((60, 60))))
    with pytest.raises(PhotoError):
        open_photo(place, SETTINGS)
    assert open_photo(place, SETTINGS, any_size=True).pixels.shape == (128, 128, 3)


def test_another_file_than_the_manifest_has_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    place = saved(tmp_path, skimage.data.retina())
    monkeypatch.setattr("drgrade.data.photos.preprocess.decode", None)
    photo = prepare_photo("a", place, SETTINGS, sha256="ab" * 32)
    assert photo.known.status == "error"
    assert photo.known.reason.startswith("hash mismatch")


@pytest.mark.parametrize(
    "written", [str, str.upper, " {}\t".format], ids=["as it is", "A", "blank"]
)
def test_a_hash_in_capitals_or_between_blanks_is_the_same_hash(tmp_path, written):
    place = saved(tmp_path, skimage.data.retina())
    promised = written(hashlib.sha256(place.read_bytes()).hexdigest())
    assert open_photo(place, SETTINGS, sha256=promised).photo.sha256 == promised.strip().lower()


def test_a_file_is_read_and_hashed_once_however_often_it_is_decoded(tmp_path, monkeypatch):
    retina = np.asarray(Image.fromarray(skimage.data.retina()).resize((700, 700)))
    framed = np.pad(retina, ((100, 100), (100, 100), (0, 0)))
    read, hashed = [], []
    content, sha256 = decode._content, decode.sha256_bytes
    monkeypatch.setattr(decode, "_content", lambda *at: read.append(at) or content(*at))
    monkeypatch.setattr(decode, "sha256_bytes", lambda data: hashed.append(1) or sha256(data))
    Image.fromarray(framed).save(tmp_path / "a.jpg", quality=95)
    open_photo(tmp_path / "a.jpg", Preprocess(size=64))
    assert (len(read), len(hashed)) == (1, 1)


def test_a_fingerprint_is_made_where_it_is_asked_for(tmp_path):
    place = saved(tmp_path, skimage.data.retina())
    assert open_photo(place, SETTINGS).info.phash is None
    assert len(open_photo(place, SETTINGS, fingerprint=True).info.phash) == 1024


@pytest.mark.parametrize("wrong", [PhotoError("cannot be read", "x"), ManifestError("outside")])
def test_what_is_known_to_be_wrong_with_a_place_is_its_refusal(wrong):
    photo = prepare_photo("a", wrong, SETTINGS)
    assert photo.known.status == "error"
    assert str(wrong) in photo.known.reason


def test_synthetic_photographs_are_not_asked_for_a_retina():
    assert not needs_retina_check(SetProvenance(source=DRAWN))
    assert needs_retina_check(SetProvenance(source="idrid"))
    assert needs_retina_check(SetProvenance())
