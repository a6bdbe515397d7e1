import json
import re
import shutil
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.grids.grids import grids_of
from sd_expression_grid.page.page import page_data, page_html, write_page
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.store.picks import Pick, write_picks
from sd_expression_grid.study.study import CellKey
from tests.study_folders import SETTINGS, study_folder

EVIL = "</script><script>alert(1)</script><!-- \" ' &amp; \u2028 __proto__"
SAD = CellKey(expression="sad", character="Noor", seed=7)


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path)


class Parsed(HTMLParser):
    """The elements of a page, and the text within each kind."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts = [], {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.setdefault(self.tags[-1][0] if self.tags else "", []).append(data)


def hash_of(text):
    """As a browser reckons it."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def in_page(html):
    """The study that a page carries."""
    return json.loads(re.search(r'<script type="application/json" id="study">(.*?)</script>', html)[1])


def data_of(folder):
    return page_data(folder, grids_of(folder))


def infotexts_in(folder):
    """What each script hands over, by its name."""
    scripts = {file.name: file.read_text(encoding="ascii") for file in (folder.path / "infotexts").iterdir()}
    return {
        name: json.loads(re.fullmatch(r"document\.currentScript\.infotexts = (.*);\n", script)[1])
        for name, script in sorted(scripts.items())
    }


def cell_in(data, key):
    column = [each["label"] for each in data["columns"]].index(key.character)
    row = [each["label"] for each in data["rows"]].index(key.expression)
    return data["cells"][data["seeds"].index(key.seed)][column][row]


def test_the_page_has_the_whole_study_but_the_infotexts(folder):
    file = write_page(folder)
    assert file == folder.path / "index.html"
    data = in_page(file.read_text(encoding="utf-8"))
    assert data == json.loads(json.dumps(data_of(folder)))
    assert data["title"] == "faces"
    assert [row["label"] for row in data["rows"]] == ["neutral", "smile", "sad"]
    assert [(column["label"], column["group"]) for column in data["columns"]] == [
        ("reference", None), ("Noor", "LoRAs"), ("mei", "LoRAs"), ("ember_nobody", "Embeddings"),
    ]  # fmt: skip
    assert (data["groups"], data["seeds"], data["counts"]) == (["LoRAs", "Embeddings"], [7, 8], {"done": 24})
    noor = {"label": "Noor", "text": "<lora:Noor:1>", "group": "LoRAs", "exclude": False}
    assert data["columns"][:2] == [{"label": "reference", "text": "1girl", "group": None, "exclude": False}, noor]
    assert data["rows"][1] == {"label": "smile", "text": "smiling"}
    assert (data["size"], data["report"]) == ([24, 24], "")
    facts = dict(data["facts"])
    assert (facts["Prompt"], facts["Steps"]) == (
        "closeup, [hair, neck, eyes, lips:{expression}:0.2], {character}",
        "20",
    )
    assert "Seed" not in facts
    assert cell_in(data, SAD) == {"status": "done", "url": "cells/Noor/sad_7.png"}
    assert not list(folder.path.rglob("*.tmp"))


def test_each_column_has_the_infotexts_of_its_pictures_in_a_script_of_its_own(folder):
    folder.record(Outcome(key=SAD, status="failed", error="out of memory"))
    write_page(folder)
    infotexts = infotexts_in(folder)
    assert list(infotexts) == ["0.js", "1.js", "2.js", "3.js"]
    assert [len(each) for each in infotexts.values()] == [6, 5, 6, 6]
    text = f"closeup, smile, Noor\nNegative prompt: blurry\n{SETTINGS}, Seed: 8"
    assert infotexts["1.js"]["cells/Noor/smile_8.png"] == text
    assert "cells/Noor/sad_7.png" not in infotexts["1.js"]


def test_only_infotexts_that_have_changed_are_written_anew_and_those_of_former_columns_removed(folder):
    write_page(folder)
    scripts = [folder.path / f"infotexts/{number}.js" for number in range(4)]
    before = [script.stat().st_ino for script in scripts]
    folder.record(replace(folder.read_record()[SAD], infotext="another"))
    write_page(folder)
    assert [script.stat().st_ino != inode for script, inode in zip(scripts, before, strict=True)] == [
        False, True, False, False,
    ]  # fmt: skip
    assert infotexts_in(folder)["1.js"]["cells/Noor/sad_7.png"] == "another"
    study = folder.existing_study()
    (folder.path / "infotexts/notes.js").touch()
    folder.write_study(replace(study, characters=study.characters[:1]))
    write_page(folder)
    assert sorted(file.name for file in (folder.path / "infotexts").iterdir()) == ["0.js", "1.js", "notes.js"]


@pytest.mark.parametrize("obstacle", ["infotexts", "infotexts/1.tmp/"])
def test_infotexts_that_cannot_be_written_leave_the_page_before(folder, obstacle):
    before = write_page(folder).read_bytes()
    shutil.rmtree(folder.path / "infotexts")
    (folder.path / obstacle).mkdir(parents=True) if obstacle.endswith("/") else (folder.path / obstacle).touch()
    folder.record(Outcome(key=SAD, status="skipped"))
    with pytest.raises(StudyError) as caught:
        write_page(folder)
    assert str(caught.value).startswith(f"{folder.path / 'index.html'}: cannot be written: [Errno")
    assert "infotexts" in str(caught.value)
    assert (folder.path / "index.html").read_bytes() == before


def test_the_page_asks_nothing_of_the_network(folder):
    html = write_page(folder).read_text(encoding="utf-8")
    page = Parsed(html)
    assert [tag for tag, _ in page.tags if tag in ("link", "img", "iframe", "form")] == []
    assert not any("src" in attributes or "href" in attributes for _, attributes in page.tags)
    (policy,) = (attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes)
    (style,), (script,) = (re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL) for tag in ("style", "script"))
    assert "--text: light-dark(" in style
    assert '"use strict";' in script
    assert policy == (
        "default-src 'none'; img-src 'self' file:; frame-src 'self' file:; "
        f"style-src '{hash_of(style)}'; script-src '{hash_of(script)}' 'strict-dynamic'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_scripts_only_ever_set_text(folder):
    html = write_page(folder).read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", html)


def test_hostile_texts_stay_text(tmp_path):
    folder = study_folder(
        tmp_path,
        expressions=[{"label": EVIL.replace("\u2028", ""), "text": EVIL}],
        characters=[{"label": "x", "text": EVIL, "group": EVIL}],
        prompt=f"{EVIL} {{expression}} {{character}}",
        seeds=[7],
    )
    folder.record(Outcome(key=SAD, status="failed", error=EVIL))
    (outcome,) = (each for key, each in folder.read_record().items() if key.character == "x")
    folder.record(replace(outcome, infotext=EVIL))
    html = write_page(folder).read_text(encoding="utf-8")
    page = Parsed(html)
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert html.count("</script>") == 2
    data = in_page(html)
    assert data["columns"][1] == {"label": "x", "text": EVIL, "group": EVIL, "exclude": False}
    assert data["rows"][0]["text"] == EVIL
    assert list(infotexts_in(folder)["1.js"].values()) == [EVIL]


def test_a_hostile_title_stays_text(folder):
    data = {**data_of(folder), "title": EVIL}
    page = Parsed(page_html(data))
    assert page.texts["title"][0] == EVIL


def test_addresses_of_cells_are_encoded(tmp_path):
    labels = ["100% #1?", "a&b=c;d", "Zoë 漢字", 'it\'s "so"']
    folder = study_folder(tmp_path, characters=[{"label": label, "text": "x"} for label in labels], seeds=[7])
    data = in_page(write_page(folder).read_text(encoding="utf-8"))
    for column in data["cells"][0]:
        for cell in column:
            assert re.fullmatch(r"cells/[\w%.~/-]+\.png", cell["url"], re.ASCII)
            assert (folder.path / unquote(cell["url"])).is_file()


def test_cells_without_picture_are_told_apart(folder):
    keys = [CellKey(expression=row, character="Noor", seed=7) for row in ("neutral", "smile", "sad")]
    folder.record(Outcome(key=keys[0], status="failed", error="out of memory"))
    folder.record(Outcome(key=keys[1], status="skipped"))
    (folder.path / folder.read_record()[SAD].file).unlink()
    lines = (folder.path / "cells.jsonl").read_text().splitlines(keepends=True)
    (folder.path / "cells.jsonl").write_text("".join(line for line in lines if '"mei"' not in line))
    data = data_of(folder)
    assert cell_in(data, keys[0]) == {"status": "failed", "error": "out of memory"}
    assert cell_in(data, keys[1]) == {"status": "skipped"}
    file = "cells/Noor/sad_7.png"
    assert cell_in(data, SAD) == {"status": "missing", "url": file, "error": f"{file} is missing"}
    write_page(folder)
    assert infotexts_in(folder)["1.js"][file] == folder.read_record()[SAD].infotext
    assert cell_in(data, CellKey(expression="sad", character="mei", seed=8)) == {"status": "not made"}
    assert data["counts"] == {"done": 15, "failed": 1, "skipped": 1, "missing": 1, "not made": 6}


def test_a_study_without_cells_has_a_page(folder):
    (folder.path / "cells.jsonl").unlink()
    assert in_page(write_page(folder).read_text(encoding="utf-8"))["counts"] == {"not made": 24}


def test_a_warning_stays_with_its_picture(folder):
    outcome = folder.read_record()[SAD]
    folder.record(replace(outcome, warning="another device"))
    assert cell_in(data_of(folder), SAD)["warning"] == "another device"


def test_a_study_without_a_name_has_its_folders_and_a_report_beside_it_is_named(tmp_path):
    folder = study_folder(tmp_path, name="", reference="", characters="reference | a\nmei | b | exclude")
    (folder.path / "report.html").touch()
    data = data_of(folder)
    assert (data["title"], data["report"], list(data["groups"])) == ("study", "report.html", [""])
    assert [(column["group"], column["exclude"]) for column in data["columns"]] == [("", False), ("", True)]


def test_a_page_that_cannot_be_written_leaves_the_one_before(folder):
    before = write_page(folder).read_bytes()
    (folder.path / "index.tmp").mkdir()
    folder.record(Outcome(key=SAD, status="skipped"))
    with pytest.raises(StudyError) as caught:
        write_page(folder)
    assert str(caught.value).startswith(f"{folder.path / 'index.html'}: cannot be written: [Errno")
    assert (folder.path / "index.html").read_bytes() == before


def test_half_of_a_character_pair_is_no_obstacle(folder):
    line = {"expression": "sad", "character": "Noor", "seed": 7, "status": "failed", "error": "\ud83d"}
    with (folder.path / "cells.jsonl").open("a") as record:
        record.write(f"{json.dumps(line)}\n")
    line = {**line, "seed": 8, "status": "done", "error": "", "file": "cells/Noor/half.png", "infotext": "\ud83d"}
    with (folder.path / "cells.jsonl").open("a") as record:
        record.write(f"{json.dumps(line)}\n")
    assert cell_in(in_page(write_page(folder).read_text(encoding="utf-8")), SAD)["error"] == "\ud83d"
    assert infotexts_in(folder)["1.js"]["cells/Noor/half.png"] == "\ud83d"


def test_a_scouts_seeds_stand_side_by_side(tmp_path):
    folder = study_folder(tmp_path, expressions="sad", characters=[], seeds=[7, 9], scout={"seeds": [7, 9]})
    data = data_of(folder)
    seed = {"text": "", "group": "", "exclude": False}
    assert data["columns"] == [{"label": "seed 7", **seed}, {"label": "seed 9", **seed}]
    assert data["seeds"] == [""]
    assert [[[cell["url"] for cell in column] for column in seed] for seed in data["cells"]] == [
        [["cells/reference/sad_7.png"], ["cells/reference/sad_9.png"]]
    ]
    write_page(folder)
    assert {name: list(texts) for name, texts in infotexts_in(folder).items()} == {
        "0.js": ["cells/reference/sad_7.png"], "1.js": ["cells/reference/sad_9.png"],
    }  # fmt: skip


def test_picked_cells_are_marked(folder):
    assert "picked" not in cell_in(data_of(folder), SAD)
    write_picks(folder.path, "Noor", [Pick(name="Noor", key=SAD)])
    data = data_of(folder)
    assert cell_in(data, SAD)["picked"] == "yes"
    assert json.dumps(data).count('"picked"') == 1
