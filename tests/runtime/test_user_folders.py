"""The user's own folders."""

import pytest

from drgrade.errors import UsageError
from drgrade.runtime.user_folders import cache_folder, data_folder

VARIABLES = ("DRGRADE_CACHE", "DRGRADE_DATA", "XDG_CACHE_HOME", "XDG_DATA_HOME")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with nothing in it, and no variable set."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_a_folder_named_in_the_environment_wins(home, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "standard"))
    assert cache_folder() == home / "standard" / "drgrade"
    monkeypatch.setenv("DRGRADE_CACHE", str(home / "own"))
    assert cache_folder() == home / "own"


def test_a_folder_that_an_earlier_version_made_is_found_on_every_platform(home, monkeypatch):
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name: f"{home}/Library/{name}")
    assert data_folder() == home / "Library" / "drgrade"
    earlier = home / ".local/share/drgrade"
    earlier.mkdir(parents=True)
    assert data_folder() == earlier


def refuse(number):
    raise KeyError(number)


def test_a_user_without_a_home_is_told_what_to_set_or_needs_none(home, monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", refuse)  # as for a number that no user has
    with pytest.raises(UsageError, match="set DRGRADE_CACHE=FOLDER"):
        cache_folder()
    monkeypatch.setenv("DRGRADE_DATA", str(home))
    assert data_folder() == home
