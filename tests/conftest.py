import os

import pytest
from hypothesis import settings

from tests import hosts

settings.register_profile("expression grid", deadline=None, derandomize=True)
settings.load_profile("expression grid")


def pytest_xdist_auto_num_workers():
    """Most tests wait for a server or a browser; a real WebUI is started once only."""
    return 0 if any(map(hosts.folder_of, hosts.REAL_FLAGS)) else 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def server(request, tmp_path_factory):
    """The WebUI of the test's parameter; the session's tests are ordered so that each is started once."""
    name = request.param
    if name == "standin":
        with hosts.standin(tmp_path_factory.mktemp(name)) as host:
            yield host
        return
    if not hosts.folder_of(name):
        pytest.skip(f"${name.upper()}_DIR names no WebUI")
    with hosts.real(tmp_path_factory.mktemp(name) / "server.log", name) as host:
        yield host


@pytest.fixture
def webui(server):
    """Every test of the contract runs against the stand-in and, where they are, the real WebUIs."""
    return server


@pytest.fixture
def real_server(server):
    """Every real WebUI."""
    return server


@pytest.fixture
def standin_server(server):
    """The stand-in alone."""
    return server


@pytest.fixture
def slowly(webui):
    """The stand-in would be done before anybody has asked how far it is."""
    if webui.name != "standin":
        yield
        return
    webui.post("/standin/speed", {"seconds_per_step": 0.01})
    yield
    webui.post("/standin/speed", {"seconds_per_step": 0})


SERVERS = {
    "webui": ("standin", *hosts.REAL_FLAGS),
    "real_server": tuple(hosts.REAL_FLAGS),
    "standin_server": ("standin",),
}


def pytest_generate_tests(metafunc):
    if "server" in metafunc.fixturenames:
        names = next(names for fixture, names in SERVERS.items() if fixture in metafunc.fixturenames)
        marked = [name if name == "standin" else pytest.param(name, marks=pytest.mark.host) for name in names]
        metafunc.parametrize("server", marked, indirect=True, scope="session")
