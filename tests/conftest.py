"""What every test may use: the real photographs beside the checkout, where they are."""

import shutil
import sys
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


@pytest.fixture(scope="module")
def empty_figures():
    """Figures are saved without what is drawn in them, which takes most of a page's time.

    For tests of words and files; `tests/evaluation/pages/test_figures.py` and the whole lab look at
    figures as they are.
    """
    from drgrade.evaluation.pages import figures

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "_bytes", lambda *_: b"<svg></svg>")
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photographs and labels; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real photographs in ../shared/data, which are not here")
    return folder
