"""What every test may use: the real photographs beside the checkout, where they are."""

import functools
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

# A test that looks for OpenVINO imports it; its telemetry would write into the home folder.
sys.modules.setdefault("openvino_telemetry", None)


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory):
    """What a test writes into the user's data folder (the ledger) stays with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="module", autouse=True)
def little_disk(request, tmp_path_factory, own_data_folder):
    """Folders of a file of tests go when all of it passed: together they fill a small disk."""
    base = tmp_path_factory.getbasetemp()
    before, failed = set(base.iterdir()), request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        return
    for place in set(base.iterdir()) - before:
        if place.is_symlink():
            place.unlink()
        else:
            shutil.rmtree(place, ignore_errors=True)


PHOTO_AND_MASK: dict[tuple[int, int, int, float], tuple[dict[str, object], bytes, bytes]] = {}


@pytest.fixture(scope="module", autouse=True)
def drawn_once():
    """A synthetic photograph is drawn once for all tests, and copied where it is asked for again.

    `tests/data/phantom` draws each anew.
    """
    drawing = pytest.importorskip("drgrade.data.phantom.drawing")
    draw = drawing._draw_one

    @functools.wraps(draw)  # by its name a process of a pool finds the one that draws
    def draw_or_copy(folder, seed, number, size, shift):
        asked = (seed, number, size, shift)
        if asked not in PHOTO_AND_MASK:
            with tempfile.TemporaryDirectory() as place:
                row = draw(Path(place), seed, number, size, shift)
                contents = [(Path(place) / row[kind]).read_bytes() for kind in ("photo", "mask")]
            PHOTO_AND_MASK[asked] = (row, *contents)
        row, *contents = PHOTO_AND_MASK[asked]
        files = [folder / row[kind] for kind in ("photo", "mask")]
        if not all(path.is_file() for path in files):
            for path, content in zip(files, contents, strict=True):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return dict(row)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "_draw_one", draw_or_copy)
        yield


@pytest.fixture(scope="module")
def empty_figures():
    """Figures are saved without what is drawn in them, matrices without their numbers, for speed.

    For tests of words and files; `tests/evaluation/pages/test_figures.py` and the whole lab look at
    figures as they are.
    """
    from drgrade.evaluation.pages import figures

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "_bytes", lambda *_: b"<svg></svg>")
        patch.setattr(figures, "_matrix", lambda *_: None)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photographs and labels; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real photographs in ../shared/data, which are not here")
    return folder
