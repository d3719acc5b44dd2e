"""Files made to hurt: refused with their reason, quickly, and within a bounded memory."""

import io
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from drgrade.data.photos.decode import read_photo
from drgrade.errors import PhotoError


def saved(image: Image.Image, form: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


PICTURE = Image.radial_gradient("L").resize((96, 64)).convert("RGB")


def written(folder: Path, content: bytes, name: str) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def reason(path: Path) -> str:
    with pytest.raises(PhotoError) as caught:
        read_photo(path)
    return caught.value.code


def chunk(kind: bytes, content: bytes) -> bytes:
    whole = kind + content
    return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))


def peak_of(path, megabytes: int = 400) -> str:
    """What reading a photo answers in a process that may grow by so much and take ten seconds."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from drgrade.data.photos.decode import read_photo\n"
        "from drgrade.errors import PhotoError\n"
        "kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n"
        "    print(read_photo(Path(sys.argv[1])).pixels.shape)\n"
        "except PhotoError as error:\n"
        "    print(error.code)\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - kilobytes\n"
        "sys.exit(grown > int(sys.argv[2]) * 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(megabytes)],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    return done.stdout.strip()


def test_too_many_pixels_are_refused_before_they_are_held(tmp_path):
    content = saved(Image.new("1", (12_000, 12_000)), "PNG")
    assert reason(written(tmp_path, b"", "y.png")) == "empty_file"  # the sentences are loaded now
    begun = time.monotonic()
    assert reason(written(tmp_path, content, "x.png")) == "too_many_pixels"
    assert time.monotonic() - begun < 2


def test_a_large_file_is_refused_by_its_size_alone(tmp_path):
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(65 << 20)
    assert reason(path) == "file_too_large"


def test_a_circular_tiff_is_refused_quickly(tmp_path):
    header = struct.pack("<2sHI", b"II", 42, 8)
    directory = struct.pack("<HHHIII", 1, 256, 4, 1, 10, 8)  # the next directory is itself
    begun = time.monotonic()
    assert reason(written(tmp_path, header + directory, "x.tif")) == "damaged"
    assert time.monotonic() - begun < 2


def test_a_text_bomb_in_a_png_is_refused(tmp_path):
    whole = saved(PICTURE, "PNG")
    bomb = chunk(b"zTXt", b"key\x00\x00" + zlib.compress(b"0" * (80 << 20)))
    path = written(tmp_path, whole[:33] + bomb + whole[33:], "x.png")
    assert reason(path) == "damaged"


def tiff(*tags: tuple[int, int, int, int]) -> bytes:
    """A TIFF of one directory; a tag is (number, kind, count, value or place)."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4)


HUGE_STRIPS = tiff(
    (256, 4, 1, 1000), (257, 4, 1, 1000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
    (273, 4, 0x3FFFFFFF, 200), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, 0x3FFFFFFF, 200),
)  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [tiff(*((i + 1, 3, 1, 1) for i in range(65_535))), HUGE_STRIPS],
    ids=["a directory of 65,535 tags", "a thousand million strips"],
)
def test_a_hostile_tiff_is_refused_within_a_bounded_memory(tmp_path, content):
    assert peak_of(written(tmp_path, content, "x.tif")) == "damaged"


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_a_bomb_in_a_png_is_refused_within_a_bounded_memory(tmp_path, kind):
    whole, bomb = saved(PICTURE, "PNG"), b"key\x00\x00" + zlib.compress(bytes(400 << 20))
    path = written(tmp_path, whole[:33] + chunk(kind, bomb) + whole[33:], "x.png")
    assert peak_of(path) == "damaged"


def test_fifty_megabytes_of_metadata_are_ignored_within_a_bounded_memory(tmp_path):
    whole = saved(PICTURE, "JPEG")
    segment = b"\xff\xe1\xff\xffhttp://ns.adobe.com/xap/1.0/\0" + b" " * 65_504
    path = written(tmp_path, whole[:2] + segment * 760 + whole[2:], "x.jpg")
    assert peak_of(path) == "(64, 96, 3)"


def test_a_refusal_is_the_same_each_time_and_names_no_place_in_memory(tmp_path):
    path = tmp_path / "x.jpg"
    path.write_bytes(saved(PICTURE, "JPEG")[:30])
    with pytest.raises(PhotoError) as one:
        read_photo(path)
    with pytest.raises(PhotoError) as other:
        read_photo(path)
    assert str(one.value) == str(other.value)
    assert "0x" not in str(one.value)
