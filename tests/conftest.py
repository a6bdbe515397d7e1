import os

import pytest

from tests import hosts


@pytest.fixture(scope="session")
def standin_server(tmp_path_factory):
    with hosts.standin(tmp_path_factory.mktemp("standin")) as host:
        yield host


@pytest.fixture(scope="session")
def real_server(tmp_path_factory):
    if not os.environ.get("A1111_DIR"):
        pytest.skip("$A1111_DIR names no AUTOMATIC1111 WebUI")
    with hosts.real(tmp_path_factory.mktemp("real") / "server.log") as host:
        yield host


@pytest.fixture(params=["standin", pytest.param("real", marks=pytest.mark.host)])
def webui(request):
    """Every test of the contract runs against the stand-in and, where there is one, the real WebUI."""
    return request.getfixturevalue(f"{request.param}_server")
