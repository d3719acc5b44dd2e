"""What trainings under test share."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory, empty_figures):
    """A cache folder of the module's own: nothing of it is found, or left, in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRGRADE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
