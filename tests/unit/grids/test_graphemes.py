from __future__ import annotations

import pytest

from sd_expression_grid.grids.drawing.graphemes import (
    clean,
    clusters,
    from_left,
    han_script,
    is_emoji,
    is_from_right,
    script_of,
    soft_pieces,
    words,
)

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two   spaces ", "two spaces"),
        ("a\r\nb\n\n\nc", "a\nb\nc"),
        ("tab\tand\x00null", "tab and null"),
        ("\ud83d\ude00", "😀"),
        ("half \ud83d", "half \ufffd"),
        ("e\u0301", "é"),
        ("zero\u200bwidth\u00ad\u202e", "zerowidth"),
        (FAMILY, FAMILY),
    ],
)
def test_clean(text: str, expected: str):
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", ("a", "b", "c")),
        ("g\u0308x", ("g\u0308", "x")),
        (f"a{FAMILY}b", ("a", FAMILY, "b")),
        ("🇩🇪🇫🇷🇯", ("🇩🇪", "🇫🇷", "🇯")),
        ("🇦🇿🇿🇦", ("🇦🇿", "🇿🇦")),
        ("👍🏽!", ("👍🏽", "!")),
        ("1️⃣2", ("1️⃣", "2")),
        ("क्ष", ("क्", "ष")),
    ],
)
def test_clusters(text: str, expected: tuple[str, ...]):
    assert clusters(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open mouth", ["open", " mouth"]),
        ("微笑，开心", ["微", "笑，", "开", "心"]),
        ("「はい」と", ["「は", "い」", "と"]),
        ("웃는 얼굴", ["웃는", " 얼굴"]),
        ("SD模型v2", ["SD", "模", "型", "v2"]),
    ],
)
def test_words(text: str, expected: list[str]):
    assert [" " * (word.spaced and index > 0) + word.text for index, word in enumerate(words(text))] == expected


def test_soft_pieces():
    assert soft_pieces("lora_name-v1.2/final") == ("lora_", "name-", "v1.", "2/", "final")


@pytest.mark.parametrize(
    ("text", "script"),
    [("a", "latin"), ("é", "latin"), ("ж", "latin"), ("あ", "japanese"), ("中", "japanese"), ("한", "korean")],
)
def test_script_of(text: str, script: str):
    assert script_of(text, "japanese") == script


@pytest.mark.parametrize(("text", "script"), [("微笑", "chinese"), ("微笑む", "japanese"), ("微笑 얼굴", "korean")])
def test_chinese_characters_are_set_in_the_manner_of_their_text(text: str, script: str):
    assert han_script(text) == script


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [("😀", True), ("❤\ufe0f", True), ("❤", False), ("✨", True), ("a", False), ("😀\ufe0e", False)],
)
def test_is_emoji(cluster: str, expected: bool):
    assert is_emoji(cluster) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("שמח", True),
        ("😀 (מבתסם", True),
        ("12 مبتسم smile", True),
        ("smile שמח", False),
        ("微笑 שמח", False),
        ("😀", False),
    ],
)
def test_a_line_is_read_from_the_side_of_its_first_letter(line: str, expected: bool):
    assert is_from_right(line) is expected


def test_hebrew_is_turned_round_where_pillow_cannot():
    assert from_left("ab אבג דה! cd") == "ab הד גבא! cd"
