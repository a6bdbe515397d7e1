import os
from pathlib import Path

import pytest

from tests.browser.page import browser


@pytest.fixture
def shots(tmp_path):
    """Where screenshots go: $SCREENSHOTS, to look at them, or a temporary folder."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chrome():
    with browser() as launched:
        yield launched
