import os
from pathlib import Path

import pytest

from tests.browser.page import Page


@pytest.fixture(scope="session")
def shoot():
    """Photographs a page into the folder $SCREENSHOTS, to look at it; without one it does nothing."""
    folder = os.environ.get("SCREENSHOTS")

    def shoot(page, name):
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return shoot


@pytest.fixture(scope="session")
def shared_tab(chrome):
    """In a tab of its own, each test would wait for Chromium to compile the WebUI's scripts anew."""
    return chrome.new_page(viewport={"width": 1280, "height": 1000})


@pytest.fixture
def opened(webui, shared_tab):
    """The WebUI's page, as it is when it is opened; it must not have complained at the end."""
    page = Page(shared_tab)
    page.open(webui.url)
    yield page
    page.leave()
    assert page.complaints == []


@pytest.fixture(scope="module")
def kept_open(server, chrome):
    """The WebUI's page, for all tests of a module."""
    page = Page(chrome.new_page(viewport={"width": 1280, "height": 1000}))
    page.open(server.url)
    yield page
    page.page.close()


@pytest.fixture
def panel(webui, kept_open):
    """The script's panel, as it is when it is chosen; the page must not have complained at the end."""
    kept_open.reset() if webui.name == "standin" and kept_open.is_gradio_3 else kept_open.open(webui.url)
    kept_open.complaints.clear()
    kept_open.choose_script()
    yield kept_open
    assert kept_open.complaints == []
