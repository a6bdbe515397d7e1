import pytest

from sd_expression_grid.study.lists import (
    own_label,
    read_character_lines,
    read_expression_lines,
    repeated_lines,
    write_lines,
)


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
        ("| smile | smiling |", "smile", "smiling"),
        ("| smile |", "smile", "smile"),
        (r"(a\|b) c", r"(a\|b) c", r"(a\|b) c"),
        (r"x | (a\|b)", "x", r"(a\|b)"),
        ("smile\tsmiling\t\t", "smile", "smiling"),
        ("bored\t\t", "bored", "bored"),
        (":|", ":|", ":|"),
        ("|_|", "|_|", "|_|"),
        (";| | wink, ;|", ";|", "wink, ;|"),
        ("neutral | :|, :<", "neutral", ":|, :<"),
        ("gasp | |o|", "gasp", "|o|"),
        ("happy |:)", "happy", ":)"),
        ("sad :( | sad face, tears :)", "sad :(", "sad face, tears :)"),
        (r"cheer | \(^o^)/", "cheer", r"\(^o^)/"),
        ("=_= | =_=", "=_=", "=_="),
        ("x | o=o", "x", "o=o"),
    ],
)
def test_an_expression_line_is_divided_outside_brackets(line, label, text):
    entries, faults = read_expression_lines(line)
    assert not faults
    assert [(e.fields["label"], e.fields["text"]) for e in entries] == [(label, text)]


@pytest.mark.parametrize("line", ["exclude", "kind=lora", "person="])
def test_a_line_of_one_field_is_a_text_whatever_it_says(line):
    assert fields(line) == {"label": line, "text": line}


@pytest.mark.parametrize("line", ["|", "| |", "| kind=lora", "| | exclude"])
def test_a_line_of_bars_is_one_fault(line):
    entries, faults = read_character_lines(line)
    assert entries == []
    assert len(faults) == 1


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


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("<lora:Noor:0.8> noor | weight=0.6", "'weight' is no key; the nearest: weights"),
        ("Noor | noor | cfg=4", "'cfg' is no key"),
        ("Noor | age=40", "'age' is no key"),
        ("<lora:Noor:0.8> noor | Noor", "the label comes first: Noor | <lora:Noor:0.8> noor"),
        ("empty |", "there is no text after the bar; write 'empty' alone"),
        ("face|:|", "it ends in a bar"),
        ("ember_nobody | cfg_scale: 5", "reads as a key with a colon; write cfg_scale=…"),
        ("ember_nobody | weights: 0.4, 0.7", "reads as a key with a colon; write weights=…"),
        ("person=Noor | <lora:Noor:0.8>", "stands where the label should"),
        ("smile|smiling|", "it ends in a bar"),
    ],
)
def test_a_line_that_would_be_read_otherwise_than_it_is_meant_is_a_fault(line, part):
    entries, faults = read_character_lines(line)
    assert entries == []
    assert any(part in str(fault) for fault in faults)


@pytest.mark.parametrize("key", ["CFG scale", "cfg-scale", "Cfg_Scale"])
def test_a_key_may_be_written_as_the_webui_writes_it(key):
    assert fields(f"ember | ember_nobody | {key}=5")["cfg_scale"] == 5.0


@pytest.mark.parametrize("ruler", ["|---|:--|", "|:-:|:-:|", "|--|--|", "| - | - |", ":-:|:-:", "- | -:|", "---"])
def test_the_line_below_a_markdown_tables_head_is_no_row(ruler):
    entries, _ = read_expression_lines(f"| label | text |\n{ruler}\n| sad | crying |")
    assert [entry.fields["label"] for entry in entries] == ["label", "sad"]


@pytest.mark.parametrize("text", [":-|", ":-", "--", "|-_-|"])
def test_a_face_is_no_ruler(text):
    (entry,), _ = read_expression_lines(text)
    assert entry.fields["text"]


def test_and_and_break_are_no_words_in_capitals():
    assert len(read_character_lines("cat AND dog\ncat and dog\ncat BREAK dog\ncat break dog")[0]) == 4


def test_rows_have_no_keys():
    _, (fault,) = read_expression_lines("x | kind=lora")
    assert str(fault) == "expressions, line 1 (x | kind=lora): 'kind' is no key; the only key is strengths"


def test_a_key_given_twice_is_a_fault():
    _, faults = read_character_lines("Noor | kind=lora | kind=none")
    assert "kind is given twice" in str(faults[0])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("<lora:Noor:0.8>", "Noor"),
        ("<lora:iu:1>, iu, black hair", "iu"),
        ("Noor <lora:Noor:1>", "Noor"),
        ("<lora:a:1> <lora:b:1> x", "a b x"),
        ("plain", "plain"),
    ],
)
def test_a_text_is_its_own_label_and_a_network_tag_its_name(text, label):
    assert own_label(text) == label
    assert [entry.fields["label"] for entry in read_character_lines(text)[0]] == [label]


def test_one_network_with_different_words_has_different_labels():
    entries, _ = read_character_lines("<lora:Noor:1> young\n<lora:Noor:1> old\n<lora:mei:1> mei")
    assert [entry.fields["label"] for entry in entries] == ["Noor young", "Noor old", "mei"]


def test_repeated_lines_are_read_once_and_said():
    expressions, characters = "smile\nsad\nSmile\n# more\nsad", "<lora:a:1>\n<lora:A:1>\n[x]\nmei\n[y]\nmei"
    assert [entry.fields["text"] for entry in read_expression_lines(expressions)[0]] == ["smile", "sad"]
    assert len(read_character_lines(characters)[0]) == 4
    assert repeated_lines(expressions, characters) == ["expressions: repeated lines are taken once: 3, 5"]
    assert repeated_lines("smile", "mei") == []


@pytest.mark.parametrize("line", ["[LoRAs: celebrities]", "[Nobodies: 2nd list]"])
def test_a_group_may_have_a_colon(line):
    entries, _ = read_character_lines(f"{line}\nNoor")
    assert [entry.fields["group"] for entry in entries] == [line[1:-1]]


def test_objects_written_as_lines_read_back():
    entries = [
        {"label": "a|b", "text": "x"},
        {"label": "(c|d) e|f", "text": "[g|h] i"},
        {"label": "Noor", "text": "Noor", "group": "LoRAs", "tags": ["p", "q"], "exclude": True, "weights": [0.4, 1]},
    ]
    lines = write_lines(entries)
    assert lines == "a\\|b | x\n(c|d) e\\|f | [g|h] i\n[LoRAs]\nNoor | tags=p,q | exclude=yes | weights=0.4,1"
    read, faults = read_character_lines(lines)
    assert not faults
    assert [(e.fields["label"], e.fields.get("group")) for e in read] == [
        ("a|b", None),
        ("(c|d) e|f", None),
        ("Noor", "LoRAs"),
    ]


@pytest.mark.parametrize(
    "line", ["<lora:Noor:0.8> noor | weight=0.6", "Noor | noor | cfgscale=5", "a | b | weights: 1"]
)
def test_a_key_that_is_none_is_one_fault(line):
    _, faults = read_character_lines(line)
    assert len(faults) == 1


def test_a_cell_with_line_breaks_is_one_line_and_the_next_lines_keep_their_numbers():
    text = 'a\t"one\r\ntwo ""three"""\n"b\nc"\td\nlast | x | y'
    entries, faults = read_expression_lines(text)
    assert [(entry.fields["label"], entry.fields["text"]) for entry in entries] == [
        ("a", 'one two "three"'),
        ("b c", "d"),
    ]
    assert [entry.place.partition(" (")[0] for entry in entries] == ["expressions, line 1", "expressions, line 3"]
    assert [fault.place for fault in faults] == ["expressions, line 5 (last | x | y)"]


@pytest.mark.parametrize("text", ['"smile"', '"smile\nsad', 'a "b"\n"c" d', 'tall 6"\n"x" y'])
def test_quotes_that_no_spreadsheet_put_there_are_text(text):
    entries, _ = read_expression_lines(text)
    assert [entry.fields["text"] for entry in entries] == text.split("\n")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Noor｜<lora:Noor:1>", ("Noor", "<lora:Noor:1>")),
        ("笑 ｜ smile", ("笑", "smile")),
        ("(｜_｜) a", ("(｜_｜) a", "(｜_｜) a")),
        ("｜ω｜", ("｜ω｜", "｜ω｜")),
    ],
)
def test_a_fullwidth_bar_between_words_divides(line, fields):
    ((entry,), faults) = read_expression_lines(line)
    assert not faults
    assert (entry.fields["label"], entry.fields["text"]) == fields


@pytest.mark.parametrize("line", ["｜ a", "a ｜", "ab｜", "[a｜b]", "{a｜b}"])
def test_a_fullwidth_bar_elsewhere_is_a_fault(line):
    _, faults = read_expression_lines(f"sad\n{line}")
    assert [fault.place for fault in faults] == [f"expressions, line 2 ({line})"] * (line != "a｜")


@pytest.mark.parametrize("line", ['"Sad","sad, crying"', 'Sad,"sad, crying"', '"Sad",crying'])
def test_a_line_of_a_csv_file_is_a_fault(line):
    _, (fault,) = read_expression_lines(line)
    assert (
        fault.problem == "it reads as a line of a CSV file; divide its fields by | or TAB, without quotes around them"
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('x | "two\nlines"\nsad', [("x", "two lines"), ("sad", "sad")]),
        ('x |"say ""hi""\r\nthere" |\nsad', [("x", 'say "hi" there'), ("sad", "sad")]),
        ('x | "so ""called"""\nsad', [("x", '"so ""called"""'), ("sad", "sad")]),
        ('x | "quoted"\ny | "too"', [("x", '"quoted"'), ("y", '"too"')]),
        ('x | "left open\ny | closed"', [("x", '"left open'), ("y", 'closed"')]),
        ('x | "left open\ny | "closed"', [("x", '"left open'), ("y", '"closed"')]),
    ],
)
def test_a_cell_in_quotes_after_a_bar_is_one_text(text, rows):
    entries, faults = read_expression_lines(text)
    assert faults == []
    assert [(entry.fields["label"], entry.fields["text"]) for entry in entries] == rows
