from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from sd_expression_grid.grids.drawing import fonts, lettering, line_breaks, text_lines
from sd_expression_grid.grids.drawing.font_files import FontFile, system_fonts
from sd_expression_grid.grids.drawing.fonts import Font, base_font, font_for, has_glyph
from sd_expression_grid.grids.drawing.graphemes import (
    han_script,
    script_of,
)
from sd_expression_grid.grids.drawing.layout import Box, Size
from sd_expression_grid.grids.drawing.lettering import Lettering, draw, fit
from sd_expression_grid.grids.drawing.line_breaks import wrap
from sd_expression_grid.grids.drawing.text_lines import Span, TextStyle, pitch
from tests.unit.grids.ink import ink_in

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = TextStyle(size=20, smallest=10)
FAMILY = "👨\u200d👩\u200d👧"
NASTY = (
    "",
    " \n\t ",
    "a\x00b\x1bc\x7f",
    "line one\r\nline two\u2028line three",
    "\ud800 alone \udfff",
    "\ud83d\ude00",
    FAMILY * 40,
    "🇩🇪🇫🇷🇯🇵" * 9,
    "1️⃣ ❤️ 👩🏽‍❤️‍💋‍👨🏿",
    "שלום עולם, hello (مرحبا) 123",
    "x" * 10_000,
    "word " * 2_000,
    "微笑" * 5_000,
    "Z" + "\u0337\u0322\u0354" * 3_000,
    "\u0301\u0302\u0303",
    "ก็กี่ ครับ हिन्दी क्षत्रिय",
    "Donaudampfschifffahrtsgesellschaft_v12-final.safetensors",
    "口を開けて、笑っている。「はい」",
    "입을 벌리고 웃는 얼굴",
    "\u202eabc\u202c \ufeff \u00ad \u200b",
    "\uffff\ufffe\U0010ffff\ue000\U000e0041",
    "Ế" * 30,
    "fffff jjjj ÅÅÅ",
)


def drawn(found: Lettering, size: Size) -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw(image, Box(0, 0, *size), found, (0, 0, 0), align="center", valign="middle")
    return image


@pytest.fixture
def without_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    monkeypatch.setattr(fonts, "matplotlib_font", lambda: None)
    monkeypatch.setattr(fonts, "system_fonts", lambda script: iter(()))
    yield ("no such font.ttf",)
    forget()


def forget() -> None:
    for cache in (base_font, font_for, lettering._fit, text_lines.span_of, text_lines._runs):
        cache.cache_clear()


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one\ntwo", 20, ["one", "two"]),
        ("loooooooooong", 5, ["loooo", "ooooo", "ong"]),
        ("a loooong", 5, ["a", "loooo", "ng"]),
        ("loooong b", 5, ["loooo", "ng b"]),
        ("first_second", 8, ["first_", "second"]),
        ("", 5, []),
    ],
)
def test_wrap(monkeypatch: pytest.MonkeyPatch, text: str, columns: int, expected: list[str]):
    for module in (line_breaks, text_lines):
        monkeypatch.setattr(module, "advance", lambda line, style: len(line))
        monkeypatch.setattr(module, "span_of", lambda line, style: Span(0, len(line), 0, 0))
    assert list(wrap(text, columns, PLAIN, anywhere=True)) == expected


def test_text_with_room_stays_as_it_is():
    found = fit("surprised", Size(400, 100), PLAIN)
    assert (found.lines, found.style.size, found.is_cut) == (("surprised",), 20, False)
    assert found.room.height == pitch(PLAIN)


def test_a_word_a_little_too_long_is_made_smaller_rather_than_broken():
    room = Size(fit("surprised", Size(400, 100), PLAIN).room.width - 8, 100)
    found = fit("surprised", room, PLAIN)
    assert found.lines == ("surprised",)
    assert 15 <= found.style.size < 20


def test_a_word_far_too_long_is_broken_and_keeps_every_letter():
    found = fit("Donaudampfschifffahrtsgesellschaft", Size(100, 200), PLAIN)
    assert "".join(found.lines) == "Donaudampfschifffahrtsgesellschaft"
    assert len(found.lines) > 1


def test_the_last_resort_is_an_ellipsis():
    found = fit("word " * 500, Size(120, 50), PLAIN)
    assert found.is_cut
    assert found.style.size == PLAIN.smallest
    assert found.lines[-1].endswith("…")


def test_only_the_last_line_ends_in_an_ellipsis():
    lines = fit("y" * 3_000, Size(140, 180), PLAIN).lines
    assert len(lines) > 5
    assert [line.endswith("…") for line in lines] == [False] * (len(lines) - 1) + [True]


@pytest.mark.parametrize("width", range(150, 430, 7))
def test_a_line_whose_ink_is_wider_than_its_advance_is_wrapped_and_not_cut(width: int):
    prompt = "photo of a woman in a garden, [eyes, nose, lips:smiling with open mouth:0.2], fjord, off, half"
    found = fit(prompt, Size(width, 400), TextStyle(size=13, smallest=13))
    assert not found.is_cut
    assert " ".join(found.lines) == prompt
    assert found.room.width <= width


def test_even_lines_are_about_equally_long():
    room = Size(fit("kissing with eyes closed and", Size(999, 99), PLAIN).room.width, 200)
    ragged, even = (fit("kissing with eyes closed and lips", room, PLAIN, even=even) for even in (False, True))
    assert len(ragged.lines) == len(even.lines) == 2
    assert ragged.lines[1] == "lips"
    assert even.room.width < ragged.room.width


@pytest.mark.slow
@pytest.mark.parametrize("room", [Size(0, 0), Size(3, 90), Size(500, 3), Size(-4, 10)])
def test_no_room_no_crash(room: Size):
    for text in NASTY:
        found = fit(text, room, PLAIN)
        assert found.room.width <= max(0, room.width)
        assert found.room.height <= max(0, room.height)


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_ink_never_leaves_the_room(text: str):
    check_ink(text, Size(160, 90), PLAIN)


awkward = st.text(st.characters() | st.sampled_from("aMfj_- ÅĘ微あ한😀\u200d\u0301\ud800אم\n…"), max_size=40)


@pytest.mark.slow
@settings(max_examples=50)
@given(awkward, st.builds(Size, st.integers(1, 160), st.integers(1, 90)), st.integers(8, 24))
@example("j", Size(40, 40), 24)
def test_ink_never_leaves_the_room_whatever_the_text(text: str, room: Size, size: int):
    check_ink(text, room, TextStyle(size=size, smallest=8))


def check_ink(text: str, room: Size, style: TextStyle) -> None:
    found = fit(text, room, style)
    assert found.room.width <= room.width
    assert found.room.height <= room.height
    around = 40
    ink = ink_in(drawn(found, Size(room.width + 2 * around, room.height + 2 * around)))
    assert ink is not None or not is_seen("".join(found.lines))
    if ink is not None:
        assert ink.left >= around + (room.width - found.room.width) // 2 - 1
        assert ink.right <= around + room.width
    if ink is not None and not found.is_cut:
        assert ink.top >= around
        assert ink.bottom <= around + room.height


def is_seen(text: str) -> bool:
    """Whether text has a character that every font draws."""
    return any("!" <= char <= "~" for char in text)


@pytest.mark.parametrize("text", [text for text in NASTY if text.strip()], ids=ascii)
def test_whatever_has_room_is_drawn(text: str):
    found = fit(text, Size(160, 90), PLAIN)
    assert found.lines
    assert ink_in(drawn(found, Size(160, 90))) is not None


@pytest.mark.parametrize("text", [text for text in NASTY[::3] if text.strip()], ids=ascii)
def test_nothing_outside_the_box_is_touched(text: str):
    image = Image.new("RGB", (120, 60), "white")
    draw(image, Box(30, 20, 90, 40), fit(text, Size(90, 60), PLAIN), (0, 0, 0))
    ink = ink_in(image)
    assert ink is not None
    assert ink.left >= 30
    assert ink.top >= 20
    assert ink.right <= 90
    assert ink.bottom <= 40


@pytest.mark.parametrize(
    ("align", "valign", "edge"), [("left", "top", 0), ("right", "bottom", 2), ("center", "middle", 1)]
)
def test_text_is_aligned_in_its_box(align: str, valign: str, edge: int):
    image = Image.new("RGB", (200, 100), "white")
    found = fit("H", Size(200, 100), PLAIN)
    draw(image, Box(0, 0, 200, 100), found, (0, 0, 0), align=align, valign=valign)  # type: ignore[arg-type]
    ink = ink_in(image)
    assert ink is not None
    assert abs((ink.left + ink.right) / 2 - (found.room.width / 2, 100, 200 - found.room.width / 2)[edge]) <= 2
    assert abs((ink.top + ink.bottom) / 2 - (found.room.height / 2, 50, 100 - found.room.height / 2)[edge]) <= 4


def test_a_missing_glyph_is_known_by_its_notdef():
    base = base_font(())
    assert has_glyph(base, "A")
    assert not has_glyph(base, "\U000f1234")


@pytest.mark.parametrize("text", ["微笑", "笑う", "얼굴", "😀"])
def test_other_scripts_get_a_font_of_their_own(text: str):
    script = script_of(text[0], han_script(text))
    if not any(has_glyph(Font(source, 109 if script == "emoji" else None), text[0]) for source in some(script)):
        pytest.skip(f"no {script} font here")
    assert font_for(text[0], script, ()) != base_font(())


def some(script: str) -> list[FontFile]:
    return list(system_fonts(script))[:1]  # type: ignore[arg-type]


def test_colour_emoji_are_drawn_in_colour():
    if not any("Color" in source.file for source in some("emoji")):
        pytest.skip("no colour emoji here")
    pixels = np.asarray(drawn(fit("😀", Size(60, 60), PLAIN), Size(60, 60))).astype(int)
    assert np.ptp(pixels, axis=2).max() > 60


@pytest.mark.parametrize("strike", [20, 32, 48, 64, 96, 109, 128, 136, 160])
def test_a_bitmap_font_is_taken_in_the_one_size_it_has(monkeypatch: pytest.MonkeyPatch, strike: int):
    """Noto's emoji have 109 pixels; Apple's come in several of the others."""

    def truetype(file: str, size: int, nth: int) -> None:
        if size != strike:
            raise OSError("invalid pixel size")

    monkeypatch.setattr(fonts.ImageFont, "truetype", truetype)
    source = FontFile(f"bitmaps of {strike}.ttf")
    assert fonts._font_of(source) == Font(source, strike)


def test_a_bitmap_font_is_measured_in_the_size_it_is_shown_in():
    font = font_for("😀", "emoji", ())
    if font.strike is None or font.source is None:
        pytest.skip("no bitmap font here")
    ascent, descent = ImageFont.truetype(font.source.file, font.strike, font.source.nth).getmetrics()
    assert fonts.line_height(font, font.strike) == (ascent, descent)
    assert fonts.line_height(font, 2 * font.strike) == (2 * ascent, 2 * descent)
    whole, half = (fonts.extent_of("😀", font, size) for size in (2 * font.strike, font.strike))
    assert (whole.left, whole.right) == (2 * half.left, 2 * half.right)
    assert (whole.ascent, whole.descent) == (2 * half.ascent, 2 * half.descent)
    assert fonts.advance_of("😀", font, 2 * font.strike) == 2 * fonts.advance_of("😀", font, font.strike)


def test_parts_in_several_fonts_stand_side_by_side():
    """Three parts and two fonts, where there is a Chinese one: each begins where the one before it ends."""
    ends = []
    for text in ("HH", "HH微微", "HH微微HH"):
        ink = ink_in(drawn_at_the_left(text))
        assert abs(ink.right - text_lines.span_of(text, PLAIN).right) <= 1
        ends.append(ink.right)
    widths = [end - before for before, end in pairwise([0, *ends])]
    assert min(widths) >= PLAIN.size


needs_directions = pytest.mark.skipif(
    not fonts.knows_directions(), reason="Pillow sets no text from right to left here"
)


@needs_directions
@pytest.mark.parametrize("other", ["😀", "微笑"])
def test_the_first_word_of_a_line_from_the_right_is_its_rightmost(other: str):
    line, first, last = (trimmed(text) for text in (f"שמח {other} מאוד", "שמח", "מאוד"))
    assert (line[:, -first.shape[1] :] == first).all()
    assert (line[:, : last.shape[1]] == last).all()


@needs_directions
def test_a_space_in_a_line_from_the_right_stays_where_it_is_read():
    """Without it, what is drawn in a font of its own would touch the word that is read after it."""
    for text in ("שמח 微笑 מאוד", "שמח 😀 ok 微笑", "שמח 微笑 ok"):
        inked = (trimmed(text) < 255).any(axis=0)
        gaps = "".join("x" if ink else " " for ink in inked).split("    ")
        assert len([gap for gap in gaps if gap]) == len(text.split()), text


def trimmed(text: str) -> np.ndarray:
    """The columns of a line's pixels from its first ink to its last."""
    image = drawn_at_the_left(text)
    ink = ink_in(image)
    return np.asarray(image).min(axis=2)[:, ink.left : ink.right]


def drawn_at_the_left(text: str) -> Image.Image:
    image = Image.new("RGB", (200, 40), "white")
    text_lines.draw_line(image, (0, 30), text, PLAIN, (0, 0, 0))
    return image


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_pillows_own_font_will_do(without_fonts: tuple[str, ...], text: str):
    style = TextStyle(size=20, smallest=10, fonts=without_fonts)
    assert base_font(without_fonts).source is None
    check_ink(text, Size(120, 60), style)


def test_pillows_own_font_shows_something(without_fonts: tuple[str, ...]):
    image = drawn(fit("neutral", Size(200, 60), TextStyle(size=20, smallest=10, fonts=without_fonts)), Size(200, 60))
    ink = ink_in(image)
    assert ink is not None
    assert ink.size.width > 40


@pytest.fixture
def old_pillow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Font]:
    """The font of a Pillow older than 10.1."""
    old = getattr(ImageFont, "load_default_imagefont", ImageFont.load_default)
    monkeypatch.setattr(ImageFont, "load_default", old)
    fonts._pillows_own.cache_clear()
    fonts._sized.cache_clear()
    yield fonts._pillows_own()
    fonts._pillows_own.cache_clear()
    fonts._sized.cache_clear()


def test_the_bitmap_font_of_old_pillows_will_do(old_pillow: Font, without_fonts: tuple[str, ...]):
    check_ink("neutral 微笑 é", Size(120, 60), TextStyle(size=20, smallest=10, fonts=without_fonts))


def test_the_bitmap_font_is_measured_as_it_is_drawn(old_pillow: Font):
    """Its characters are 6 × 11 pixels, 9 of them above the base line."""
    if not old_pillow.is_pillows_bitmap:
        pytest.skip("this Pillow does not give its old font")
    assert fonts.advance_of("HHHH", old_pillow, 33) == 4 * 6 * 3
    assert fonts.extent_of("HHHH", old_pillow, 33) == fonts.Extent(left=0, right=4 * 6 * 3, ascent=27, descent=6)
    assert fonts.line_height(old_pillow, 33) == (27, 7)
    image = Image.new("RGB", (120, 60), "white")
    fonts.set_text(image, (20, 40), "HHHH", old_pillow, 33, (0, 0, 0))
    dark = image.point(([0] * 128 + [255] * 128) * 3)
    assert ink_in(dark) == Box(20, 40 - 6 * 3, 20 + 72, 40)  # a capital is 6 pixels high and stands on the base line


def test_a_given_font_comes_first_and_a_broken_one_is_passed_over(tmp_path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    whole = base_font(()).source
    if whole is None:
        pytest.skip("no font file here")
    assert base_font(("", str(tmp_path), str(broken), whole.file)).source == FontFile(whole.file)
