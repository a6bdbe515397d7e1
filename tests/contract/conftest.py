"""The stand-in in the test's own process, where its insides can be counted and changed."""

import pytest

from tests import standin


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    with standin.start(tmp_path_factory.mktemp("standin")) as webui:
        yield webui


@pytest.fixture
def in_process(started):
    """The same stand-in for all tests of a module, each time as at its start."""
    started.reset()
    return started
