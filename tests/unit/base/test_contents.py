import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sd_expression_grid.base.contents import contents_of, plain

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


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1


def digest(data):
    return hashlib.sha256(data).hexdigest()[:32]


def test_contents_are_written_so_that_a_reader_knows_them(tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(b"one")
    grey = Image.new("L", (2, 1), 7)
    assert contents_of({"c", "b", "a"}) == "{'a', 'b', 'c'}"
    assert contents_of(frozenset([2])) == "{2}"
    assert contents_of((1,)) == "(1,)"
    assert contents_of(grey) == f"<picture L (2, 1) {digest(bytes([7, 7]))}>"
    assert contents_of(np.uint8(3)) == f"<array uint8 () {digest(bytes([3]))}>"
    assert contents_of([range(2)], lambda value: np.zeros(2) if value == range(2) else value) == (
        f"[<array float64 (2,) {digest(bytes(16))}>]"
    )
    assert contents_of(Slotted()) == f"<{__name__}.Slotted {{'a': 1, 'b': None}}>"
    assert contents_of(SimpleNamespace(x=[1])) == "<types.SimpleNamespace {'x': [1]}>"
    assert contents_of(digest) == "<digest>"
    assert contents_of(file) == contents_of(str(file)) == f"{str(file)!r} {digest(b'one')}"
    assert contents_of("a.bin") == "'a.bin'"
    assert contents_of(str(tmp_path)) == repr(str(tmp_path))


def test_one_object_in_two_places_is_none_that_holds_itself():
    shared = [1]
    assert contents_of([shared, shared]) == "[[1], [1]]"
    assert contents_of({"a": shared, "b": (shared,)}) == "{'a': [1], 'b': ([1],)}"


@pytest.mark.parametrize("text", ["", "/", "/\0", "/9j/" + "4AAQ" * 100, "/" + "a/" * 3000, "/a\nb"])
def test_a_text_that_can_be_no_files_path_is_a_text(text):
    assert contents_of(text) == repr(text)


class Fit(Enum):
    INNER = "Crop and Resize"
    HALF = 2.0


def test_values_are_as_plain_as_they_can_be_at_any_depth():
    assert [plain(value) for value in (1.0, 0.5, True, "1.0", None, Fit.INNER, Fit.HALF)] == [
        1, 0.5, True, "1.0", None, "Crop and Resize", 2,
    ]  # fmt: skip
    values = [1.0, {"a": (0.0, 0.5)}, True, "1.0", None]
    assert contents_of(values, plainly=True) == "[1, {'a': (0, 0.5)}, True, '1.0', None]"
    unit, same = SimpleNamespace(weight=1.0, fit=Fit.INNER), SimpleNamespace(weight=1, fit="Crop and Resize")
    assert contents_of([unit], plainly=True) == contents_of([same])
    assert contents_of([unit]) != contents_of([same])


def test_what_a_library_keeps_of_an_object_does_not_count_nor_what_is_left_out():
    class Kept:
        __slots__ = ("__dict__", "__fields_set__")

    one, other = Kept(), Kept()
    one.weight = other.weight = 1
    one.is_ui, other.is_ui = True, False
    object.__setattr__(one, "__fields_set__", {"weight"})
    assert contents_of(one, leave_out=["is_ui"]) == contents_of(other, leave_out=["is_ui"])
    assert contents_of([{"is_ui": True}], leave_out=["is_ui"]) == contents_of([{}])
    other.weight = 2
    assert contents_of(one, leave_out=["is_ui"]) != contents_of(other, leave_out=["is_ui"])
