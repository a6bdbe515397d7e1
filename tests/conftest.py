import os
from contextlib import nullcontext

import pytest
from hypothesis import settings

from tests import hosts
from tests.shared import Shared

settings.register_profile("expression grid", deadline=None, derandomize=True)
settings.load_profile("expression grid")

SHARED = pytest.StashKey[Shared]()
HOST_SECONDS = 1800
OVERRIDDEN = """
    CLIP_stop_at_last_layers lora_add_hashes_to_infotext textual_inversion_add_hashes_to_infotext
"""
"""Settings that tests send along with requests for plain pictures."""

SERVERS = {
    "webui": ("standin", *hosts.REAL_FLAGS),
    "real_server": tuple(hosts.REAL_FLAGS),
    "standin_server": ("standin",),
}


def pytest_xdist_auto_num_workers():
    """Many tests wait for a server or a browser; a real WebUI is started once only."""
    return 0 if any(map(hosts.folder_of, hosts.REAL_FLAGS)) else (os.cpu_count() or 1) + 1


def pytest_configure(config):
    folder = getattr(config, "workerinput", {}).get("shared")
    config.stash[SHARED] = Shared(folder)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tells a worker of the folder that it shares with the others."""
    node.workerinput["shared"] = str(node.config.stash[SHARED].path)


def pytest_unconfigure(config):
    config.stash[SHARED].end()


@pytest.fixture(scope="session")
def shared(request):
    return request.config.stash[SHARED]


@pytest.fixture(scope="session")
def chrome():
    """A Chromium for all tests of a worker: a second one would find the first's event loop running."""
    from tests.browser.page import browser  # the core is tested without playwright

    with browser() as launched:
        yield launched


@pytest.fixture(scope="session")
def server(request, shared, tmp_path_factory):
    """The WebUI of the test's parameter: one stand-in for all workers, and each real one once in a session."""
    name = request.param
    if name == "standin":
        yield hosts.Host(shared.process(name, _started)["url"], name)
        return
    with hosts.real(tmp_path_factory.mktemp(name) / "server.log", name) as host:
        _save_overridden(host)
        yield host


def _started(folder):
    process, url = hosts.start_standin(folder)
    host = hosts.Host(url, "standin")
    host.post("/sdapi/v1/options", {"live_preview_refresh_period": 100})  # the page's patience
    _save_overridden(host)
    return {"pid": process.pid, "url": url}


def _save_overridden(host):
    """Every WebUI restores only what has been saved once: what a test sends along would stay for the tests after it."""
    options = host.get("/sdapi/v1/options")
    host.post("/sdapi/v1/options", {name: options[name] for name in OVERRIDDEN.split() if name in options})


@pytest.fixture
def webui(request, server, shared):
    """Every test of the contract runs against the stand-in and, where they are, the real WebUIs.

    Tests of several workers use the stand-in side by side, apart from those that are marked ``alone``.
    """
    is_alone = request.node.get_closest_marker("alone") is not None
    with shared.lock("standin in use", alone=is_alone) if server.name == "standin" else nullcontext():
        yield server


@pytest.fixture
def real_server(server):
    """Every real WebUI."""
    return server


@pytest.fixture
def standin_server(webui):
    """The stand-in alone."""
    return webui


@pytest.fixture
def slowly(request, webui):
    """The stand-in would be done before anybody has asked how far it is."""
    assert request.node.get_closest_marker("alone")
    if webui.name != "standin":
        yield
        return
    webui.post("/standin/speed", {"seconds_per_step": 0.01})
    yield
    webui.post("/standin/speed", {"seconds_per_step": 0})


def pytest_collection_modifyitems(items):
    """A real WebUI without a GPU takes its time."""
    for item in items:
        if item.get_closest_marker("host"):
            item.add_marker(pytest.mark.timeout(HOST_SECONDS))


def pytest_generate_tests(metafunc):
    """A real WebUI is a parameter only where the environment names it."""
    if "server" in metafunc.fixturenames:
        names = SERVERS[next(fixture for fixture in reversed(SERVERS) if fixture in metafunc.fixturenames)]
        there = [name for name in names if name == "standin" or hosts.folder_of(name)]
        marked = [name if name == "standin" else pytest.param(name, marks=pytest.mark.host) for name in there]
        metafunc.parametrize("server", marked, indirect=True, scope="session")
