import signal
from types import SimpleNamespace

import pytest

engine = pytest.importorskip("sd_expression_grid.fleet.engine", reason="needs the extra fleet")


def test_ctrl_c_while_dask_makes_a_future_comes_after_it():
    made = []

    def submit(*_, **__):
        signal.raise_signal(signal.SIGINT)
        made.append(SimpleNamespace(add_done_callback=lambda _: None))
        return made[0]

    carrier = engine.Engine(SimpleNamespace(submit=submit), ["http://a"])
    with pytest.raises(KeyboardInterrupt):
        carrier.submit(None, [])
    assert len(made) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
