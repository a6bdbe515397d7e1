import pytest

from sd_expression_grid.prompts.brackets import find_pairs


@pytest.mark.parametrize(
    ("text", "innermost", "unpaired", "live"),
    [
        # Below each character: where the closest pair around it opens, whether it is unpaired, whether it is not live
        ("a(b[c]d)e", "--11311--", "         ", "         "),
        ("([)]", "-0--", " u u", "    "),
        ("[(]", "-0-", " u ", "   "),
        (r"(a\)b)", "-0000-", "      ", "  xx  "),
        (r"a\\(b)", "----3-", "      ", " xx   "),
        ("<lora:(:1>(x)", "-----------A-", "             ", "xxxxxxxxxx   "),
        (")(", "--", "uu", "  "),
        ("((a)", "--1-", "u   ", "    "),
        ("{a}]", "----", "   u", "    "),
        ("(a)(b)", "-0--3-", "      ", "      "),
        ("\\", "-", " ", "x"),
    ],
)
def test_brackets_are_paired_as_the_webui_pairs_them(text, innermost, unpaired, live):
    pairs = find_pairs(text)
    assert "".join("-" if place < 0 else f"{place:X}" for place in pairs.innermost) == innermost
    assert "".join("u" if place in pairs.unpaired else " " for place in range(len(text))) == unpaired
    assert "".join(" " if place in pairs.live else "x" for place in range(len(text))) == live


def test_the_pairs_around_a_character_come_from_the_inside_out():
    pairs = find_pairs("a([b]c)")
    assert pairs.closing == {1: 6, 2: 4}
    assert [list(pairs.around(place)) for place in (0, 1, 3, 5)] == [[], [], [(2, 4), (1, 6)], [(1, 6)]]


def test_braces_are_brackets_only_where_they_are_asked_for():
    assert find_pairs("{a}").closing == {}
    assert find_pairs("{a}", brackets="([{").closing == {0: 2}
