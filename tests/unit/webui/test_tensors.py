"""Tensors are arrays to us; here of a torch that has nothing else, since the tests need none."""

import sys
from types import ModuleType

import numpy as np
import pytest

from sd_expression_grid.webui.host.tensors import as_array, is_array


class Tensor:
    def detach(self):
        return self

    cpu = float = detach

    def numpy(self):
        return np.arange(2.0)


@pytest.fixture
def torch(monkeypatch):
    library = ModuleType("torch")
    library.Tensor = Tensor
    monkeypatch.setitem(sys.modules, "torch", library)


@pytest.mark.usefixtures("torch")
def test_tensors_are_read_as_arrays():
    assert is_array(Tensor())
    assert as_array(Tensor()).tolist() == [0, 1]


def test_without_torch_there_are_arrays_alone(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert not is_array(Tensor())
    assert is_array(np.float32(1))
    assert is_array(np.zeros(3))
    value = [1]
    assert as_array(value) is value
