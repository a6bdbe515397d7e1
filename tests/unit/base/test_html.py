import sys

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.html import templates_in


def rendered(folder, template, **values):
    (folder / "a.html").write_text(template, encoding="utf-8")
    return templates_in(folder).get_template("a.html").render(values)


def test_every_value_is_text(tmp_path):
    assert rendered(tmp_path, "<p>{{ a }}</p>", a="<b> & 'c'") == "<p>&lt;b&gt; &amp; &#39;c&#39;</p>"


def test_lines_of_instructions_leave_nothing_behind(tmp_path):
    assert rendered(tmp_path, "<ul>\n  {% for n in a %}\n<li>{{ n }}</li>\n  {% endfor %}\n</ul>", a=[1, 2]) == (
        "<ul>\n<li>1</li>\n<li>2</li>\n</ul>"
    )


def test_a_name_that_is_not_given_is_an_error(tmp_path):
    with pytest.raises(Exception, match="'b' is undefined"):
        rendered(tmp_path, "{{ b }}")


def test_json_is_short_keeps_its_order_and_letters_and_ends_no_element(tmp_path):
    value = {"é": [1, 2], "a": "</script>"}
    assert rendered(tmp_path, "{{ a | tojson }}", a=value) == '{"é":[1,2],"a":"\\u003c/script\\u003e"}'


def test_without_jinja2_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(StudyError) as caught:
        templates_in(tmp_path)
    assert str(caught.value) == "HTML needs jinja2, which is not installed here: pip install jinja2"
