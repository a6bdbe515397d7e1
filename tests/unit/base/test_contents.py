import re
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sd_expression_grid.base.contents import contents_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)


@dataclass
class Unit:
    enabled: bool
    image: object


@given(PLAIN)
def test_plain_values_read_as_version_0_1_0_wrote_them(value):
    assert contents_of(value) == repr(value)


def picture(pixel):
    made = Image.new("RGB", (300, 300))
    made.putpixel((150, 150), (pixel, 0, 0))
    return made


@pytest.mark.parametrize("hold", [lambda x: x, lambda x: {"image": [x]}, lambda x: Unit(True, {"mask": x})])
@pytest.mark.parametrize("make", [picture, lambda pixel: np.array(picture(pixel))])
def test_pictures_and_arrays_count_with_every_pixel(make, hold):
    assert contents_of(hold(make(1))) == contents_of(hold(make(1)))
    assert contents_of(hold(make(1))) != contents_of(hold(make(2)))


def test_objects_count_with_their_attributes_and_not_with_their_address():
    assert contents_of(Unit(True, object())) == contents_of(Unit(True, object()))
    assert contents_of(Unit(True, None)) != contents_of(Unit(False, None))
    assert not re.search("0x[0-9a-f]{4}", contents_of([object(), Unit(True, print), SimpleNamespace(a=1)]))


def test_a_file_counts_with_its_bytes(tmp_path):
    file = tmp_path / "pose.png"
    file.write_bytes(b"one")
    before = contents_of([str(file)]), contents_of(file)
    file.write_bytes(b"two")
    assert contents_of([str(file)]) != before[0]
    assert contents_of(file) != before[1]


def test_what_holds_itself_ends():
    held = SimpleNamespace()
    held.own = [held]
    assert contents_of(held).endswith("'own': [<SimpleNamespace again>]}>")
