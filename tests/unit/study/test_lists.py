import pytest

from sd_expression_grid.study.lists import read_character_lines, read_expression_lines, short_label, write_lines


def fields(line):
    entries, faults = read_character_lines(line)
    assert not faults
    return entries[0].fields


@pytest.mark.parametrize(
    ("line", "label", "text"),
    [
        ("bored", "bored", "bored"),
        ("bored | bored apathetic", "bored", "bored apathetic"),
        ("bored\tbored apathetic", "bored", "bored apathetic"),
        ("\tbored apathetic", "bored apathetic", "bored apathetic"),
        ("smiling, open | smiling | ", "smiling, open", "smiling"),
        ("x | [happy|sad]", "x", "[happy|sad]"),
        ("x | (a|b:1.2) {c|d}", "x", "(a|b:1.2) {c|d}"),
        (r"x | a \| b", "x", "a | b"),
        (r"x | [a\|b]", "x", r"[a\|b]"),
        (r"x | a \\", "x", r"a \\"),
        (":( | sad face", ":(", "sad face"),
        ("[sad", "[sad", "[sad"),
        ("a\u00a0|\u00a0b", "a", "b"),
        ("\ufeffbored", "bored", "bored"),
        ("x | kind=lora", "x", "kind=lora"),
    ],
)
def test_an_expression_line_is_divided_outside_brackets(line, label, text):
    entries, faults = read_expression_lines(line)
    assert not faults
    assert [(e.fields["label"], e.fields["text"]) for e in entries] == [(label, text)]


def test_comments_and_blank_lines_count_as_lines():
    entries, _ = read_expression_lines("# rows\n\n  # more\r\nbored\r\nsad")
    assert [entry.place for entry in entries] == ["expressions, line 4 (bored)", "expressions, line 5 (sad)"]


def test_every_faulty_line_is_named_with_its_content():
    _, faults = read_expression_lines("a | b | c\nok\nd | e | f")
    assert [fault.place for fault in faults] == ["expressions, line 1 (a | b | c)", "expressions, line 3 (d | e | f)"]


def test_groups_belong_to_the_characters_below_them():
    entries, _ = read_character_lines("Ada\n[Celebrity LoRAs]\nNoor\n\n[ Nobodies ]\nember")
    assert [(e.fields["label"], e.fields.get("group")) for e in entries] == [
        ("Ada", None),
        ("Noor", "Celebrity LoRAs"),
        ("ember", "Nobodies"),
    ]


@pytest.mark.parametrize("line", ["[LoRAs]\t\t", "\u3000[LoRAs]"])
def test_a_group_pasted_from_a_spreadsheet_is_a_group(line):
    entries, _ = read_character_lines(f"{line}\nNoor\tnoor")
    assert [(e.fields["label"], e.fields.get("group")) for e in entries] == [("Noor", "LoRAs")]


@pytest.mark.parametrize("line", ["[a:b:0.5]", "[a|b]", "x [a]"])
def test_prompt_syntax_is_no_group(line):
    entries, _ = read_character_lines(line)
    assert entries[0].fields["text"] == line


def test_expressions_have_no_groups():
    assert read_expression_lines("[sad]")[0][0].fields["text"] == "[sad]"


def test_known_keys_are_fields_of_their_own():
    assert fields("Noor | noor woman | Negative = old, x | cfg_scale=5 | tags=a, b | exclude") == {
        "label": "Noor",
        "text": "noor woman",
        "negative": "old, x",
        "cfg_scale": 5.0,
        "tags": ["a", "b"],
        "exclude": True,
    }


def test_an_unknown_key_is_text():
    assert fields("Noor | age=40") == {"label": "Noor", "text": "age=40"}


def test_a_key_given_twice_is_a_fault():
    _, faults = read_character_lines("Noor | kind=lora | kind=none")
    assert "kind is given twice" in str(faults[0])


@pytest.mark.parametrize(
    ("text", "label"),
    [("<lora:Noor:0.8>", "Noor"), ("<lora:Noor:0.8> noor woman", "Noor noor woman"), ("plain", "plain")],
)
def test_a_network_tag_shortens_to_its_name(text, label):
    assert short_label(text) == label


def test_objects_written_as_lines_read_back():
    entries = [
        {"label": "a|b", "text": "x"},
        {"label": "Noor", "text": "Noor", "group": "LoRAs", "tags": ["p", "q"], "exclude": True, "weights": [0.4, 1]},
    ]
    lines = write_lines(entries)
    assert lines == "a\\|b | x\n[LoRAs]\nNoor | tags=p,q | exclude=yes | weights=0.4,1"
    read, faults = read_character_lines(lines)
    assert not faults
    assert [(e.fields["label"], e.fields.get("group")) for e in read] == [("a|b", None), ("Noor", "LoRAs")]
