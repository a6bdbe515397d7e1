import pytest

from sd_expression_grid.prompts.network_tags import find_tags, mistaken_tags


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
