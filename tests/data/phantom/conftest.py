"""The drawing's own tests."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def drawn_once():
    """Here every photograph is drawn anew."""
