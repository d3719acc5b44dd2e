"""The container: what it declares is looked at first, and what it holds are numbers."""

import json
import struct

import numpy as np
import pytest

from drgrade.errors import CheckpointError
from drgrade.modelfile.container import packed, read_about, read_arrays
from drgrade.modelfile.other_files import MOST_HEADER


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.safetensors"


def refused(path):
    with pytest.raises(CheckpointError) as caught:
        read_arrays(path)
    assert "\n" not in str(caught.value)
    return caught.value.reason and caught.value.reason.code


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_arrays_that_are_no_numbers_are_refused_by_their_name(path, kind, value):
    arrays = {"good": np.ones(3, kind), "bad": np.array([1, value], kind)}
    path.write_bytes(packed(arrays, {"kind": "grader"}))
    assert refused(path) == "weights_no_numbers"


def test_whole_numbers_pass(path):
    path.write_bytes(packed({"steps": np.array([3])}, {}))
    assert read_arrays(path)[0]["steps"] == 3


def test_a_header_of_more_than_its_bound_is_not_parsed(path):
    path.write_bytes(struct.pack("<Q", MOST_HEADER + 1) + b" " * (MOST_HEADER + 1))
    assert refused(path) == "model_too_large"


def test_a_header_longer_than_the_file_is_damage(path):
    path.write_bytes(struct.pack("<Q", 2**61) + b"{}")
    with pytest.raises(CheckpointError, match="damaged"):
        read_about(path)


def test_a_tensor_that_declares_more_than_the_file_holds_is_damage(path):
    header = json.dumps({"a": {"dtype": "F32", "shape": [10**10], "data_offsets": [0, 4 * 10**10]}})
    path.write_bytes(struct.pack("<Q", len(header)) + header.encode() + bytes(16))
    with pytest.raises(CheckpointError, match="damaged"):
        read_arrays(path)


def test_a_header_whose_length_begins_like_a_pickle_is_a_header(path):
    for pad in range(0x280):
        path.write_bytes(packed({"a": np.zeros(1)}, {"pad": "x" * pad}))
        if path.read_bytes()[:2] == b"\x80\x02":
            break
    assert path.read_bytes()[:2] == b"\x80\x02"
    assert read_arrays(path)[0]["a"] == 0


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"version https://git-lfs.github.com/spec/v1\n", "model_is_pointer"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "model_is_keras"),
        (b"PK\x03\x04" + bytes(90), "model_is_pytorch"),
    ],
)
def test_another_kind_of_file_is_called_what_it_is(path, head, code):
    path.write_bytes(head)
    assert refused(path) == code


def test_a_number_that_is_none_in_what_a_file_says_of_itself_is_refused(path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(json, "dumps", lambda content, **_: '{"format": 1, "mean": NaN}')
        path.write_bytes(packed({}, {}))
    with pytest.raises(CheckpointError, match="altered"):
        read_about(path)
