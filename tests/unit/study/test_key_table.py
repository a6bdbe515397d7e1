"""The documentation's table of a character's keys says what the declarations say."""

import re
from pathlib import Path

from sd_expression_grid.study.lists import read_character_lines
from sd_expression_grid.study.study import CHARACTER_KEYS

ROOT = Path(__file__).parents[3]


def table():
    rows = [f"| {key.usage} | {key.meaning}{'' if key.in_lines else ' (in JSON)'} |" for key in CHARACTER_KEYS]
    return "\n".join(["| key | meaning |", "|---|---|", *rows])


def test_the_documentation_has_the_table_of_keys():
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    having = [file.name for file in documents if table() in file.read_text(encoding="utf-8")]
    assert len(having) == 1, f"the table of keys should stand once in README.md or docs/*.md, as:\n{table()}"


def test_every_usage_is_a_field_of_a_line():
    for key in (key for key in CHARACTER_KEYS if key.in_lines):
        usage = re.fullmatch(r"`(.+)`", key.usage)[1]
        (entry,), faults = read_character_lines(f"Noor | noor | {usage}")
        assert faults == []
        assert set(entry.fields) == {"label", "text", key.name}
