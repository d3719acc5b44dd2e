"""The user's own folders: what can be made again, and what must be kept."""

import os
from collections.abc import Callable
from pathlib import Path

from drgrade.errors import UsageError

NAME = "drgrade"


def cache_folder() -> Path:
    """Where downloads and prepared photos live: $DRGRADE_CACHE, else the user's cache folder.

    Raises:
        UsageError: the user has no home folder, and nothing else is set.
    """
    from platformdirs import user_cache_dir

    return _own_folder("DRGRADE_CACHE", "XDG_CACHE_HOME", ".cache", user_cache_dir)


def data_folder() -> Path:
    """Where what must not be thrown away lives: $DRGRADE_DATA, else the user's data folder.

    Raises:
        UsageError: the user has no home folder, and nothing else is set.
    """
    from platformdirs import user_data_dir

    return _own_folder("DRGRADE_DATA", "XDG_DATA_HOME", ".local/share", user_data_dir)


def _own_folder(
    variable: str, standard: str, below_home: str, of_platform: Callable[[str], str]
) -> Path:
    """The named folder, one made by an earlier version, or where the platform keeps such things.

    Earlier versions took the places of Linux on every platform.
    """
    if named := os.environ.get(variable):
        return Path(named)
    try:
        earlier = Path(os.environ.get(standard) or Path.home() / below_home) / NAME
        return earlier if earlier.is_dir() else Path(of_platform(NAME))
    except RuntimeError:
        raise UsageError(
            f"the user needs a home folder, got none (user {os.getuid()}); set {variable}=FOLDER"
        ) from None
