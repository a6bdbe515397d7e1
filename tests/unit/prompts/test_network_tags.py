import pytest

from sd_expression_grid.prompts.network_tags import find_tags, mistaken_tags, with_weight, without_tags


@pytest.mark.parametrize(
    ("tag", "bad"),
    [
        ("<lora:a:0.5:-1:16>", []),
        ("<lora:a:x:y:1.5>", ["x", "y", "1.5"]),
        ("<lora:a:1:1:16:more>", []),
        ("<lora:a:te=x:unet=1:dyn=1.5>", ["te=x", "dyn=1.5"]),
        ("<lora:a:lbw=OUT:start=5>", []),
        ("<lora:a:nan:inf>", ["nan", "inf"]),
    ],
)
def test_values_that_the_webui_would_fail_to_read(tag, bad):
    assert find_tags(tag)[0].bad_values() == bad


@pytest.mark.parametrize(
    ("tag", "has_name", "positional", "named"),
    [
        ("<lora:a=b:1>", False, ("1",), {}),
        ("<lora:a=b=c:1:x=y=z>", True, ("1", "x=y=z"), {}),
        ("<lora: :1>", False, ("1",), {}),
        ("<lora:a:1:te=0:lbw=X>", True, ("1",), {"te": "0", "lbw": "X"}),
    ],
)
def test_one_sign_of_equality_makes_a_named_value(tag, has_name, positional, named):
    (found,) = find_tags(tag)
    assert (found.has_name, found.positional, found.named) == (has_name, positional, named)


def test_mistaken_tags_are_told_in_their_order_as_they_were_written():
    assert mistaken_tags("a lora:x:1, <lora:good:1>, &lt;lora: y:1&gt;") == ["lora:x:1", "&lt;lora: y:1&gt;"]


def test_a_small_weight_has_no_exponent():
    assert with_weight("ember_nobody", 0.00001) == "(ember_nobody:0.00001)"


@pytest.mark.parametrize(
    ("weight", "written"),
    [(0, "0"), (1, "1"), (10, "10"), (-1.25, "-1.25"), (1e-11, "0"), (1 / 3, "0.3333333333"), (100.5, "100.5")],
)
def test_a_weight_is_written_with_up_to_ten_decimals_and_no_idle_nought(weight, written):
    assert with_weight("ember", weight) == f"(ember:{written})"
    assert with_weight("<lora:Noor:1>", weight) == f"<lora:Noor:{written}>"


def test_tags_are_found_and_left_out_as_the_webui_does():
    text = "a <lora:Noor:0.8:unet=1> b <3 <hypernet:x>"
    assert [(t.type, t.name, t.values) for t in find_tags(text)] == [
        ("lora", "Noor", ("0.8", "unet=1")),
        ("hypernet", "x", ()),
    ]
    assert without_tags(text) == "a  b <3 "
    assert find_tags(text)[0].text == "<lora:Noor:0.8:unet=1>"


def test_a_weight_keeps_the_words_around_the_tag():
    assert with_weight("old <lora:Noor> man", 0.5) == "old <lora:Noor:0.5> man"


@pytest.mark.parametrize(
    ("text", "weighted"),
    [
        ("<lora:Noor:0.8:lbw=OUTALL> noor", "<lora:Noor:0.5:lbw=OUTALL> noor"),
        ("<lora:Noor:te=0:1>", "<lora:Noor:0.5:0.5:te=0>"),
        ("<lora:Noor>", "<lora:Noor:0.5>"),
        ("<lora:Noor:1:1>", "<lora:Noor:0.5>"),
        ("<lora:Noor:1:0.2:16:x>", "<lora:Noor:0.5:0.5:16:x>"),
        ("<lyco:Noor:dyn=4:1>", "<lyco:Noor:0.5:dyn=4>"),
        ("<hypernet:Noor:1>", None),
        ("<hypernet:a:1> <lora:Noor:1>", None),
        ("<lora:a:1> <lora:b:1>", None),
        ("<lora:Noor:1:1:16:dyn=4>", "<lora:Noor:0.5:0.5:16:dyn=4>"),
        ("my person", "(my person:0.5)"),
        ("face \\(v2\\)", "(face \\(v2\\):0.5)"),
        ("<lora:Noor:unet=1>", None),
        ("face (v2)", None),
        ("a, b", None),
    ],
)
def test_a_weight_replaces_the_tags_weight_and_nothing_else(text, weighted):
    assert with_weight(text, 0.5) == weighted


@pytest.mark.parametrize(
    ("text", "mistaken"),
    [
        ("<lora:Noor:1 girl, x", ["<lora:Noor:1 girl"]),
        ("< LoRA : Noor\nx", ["< LoRA : Noor"]),
        ("a <lycoris> b <loha:x", ["<lycoris>", "<loha:x"]),
        ("&lt;hypernet:x&gt;", ["&lt;hypernet:x&gt;"]),
        ("hypernet:a lora:b", ["hypernet:a lora:b"]),
        ("floral: a, lora", []),
        ("<lora:Noor:1>", []),
        ("lo<lora:a:1>ra:x", []),
    ],
)
def test_what_is_meant_as_a_tag_is_found_up_to_a_comma_or_a_lines_end(text, mistaken):
    assert mistaken_tags(text) == mistaken


def test_a_tag_is_written_as_it_was_read():
    for text in ("<lora:Noor>", "<lora:Noor:0.8:unet=1:x=y=z>", "<hypernet: a b :1>"):
        assert find_tags(f"a {text} b")[0].text == text
    assert [tag.is_lora for tag in find_tags("<lora:a><lyco:b><hypernet:c><LORA:d>")] == [True, True, False, False]
