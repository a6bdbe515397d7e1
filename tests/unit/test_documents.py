"""What the documents say of the repository is so: links lead somewhere, the map is that of the wings, one version."""

import ast
import re
from itertools import chain
from pathlib import Path

import pytest

import sd_expression_grid

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG")] + sorted(
    (ROOT / "docs").glob("*.md")
)
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def headings(document):
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def links(document):
    """Where a document's links and pictures within the repository lead: file and anchor."""
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            file, _, anchor = target.partition("#")
            yield (document.parent / file if file else document).resolve(), anchor


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_link_leads_somewhere(document):
    for file, anchor in links(document):
        assert file.is_file(), f"{document.name} leads to {file}, which is not there"
        assert not anchor or anchor in headings(file), f"{document.name} leads to #{anchor}, which {file.name} has not"


def test_the_readme_is_short_and_leads_to_every_other_document():
    readme = ROOT / "README.md"
    assert len(readme.read_text(encoding="utf-8").splitlines()) <= 150
    assert {file for file, _ in links(readme)} >= set(DOCUMENTS) - {readme}


def test_every_picture_of_the_documents_is_shown_and_small():
    shown = {file for document in DOCUMENTS for file, _ in links(document) if file.suffix == ".webp"}
    pictures = set((ROOT / "docs/pictures").iterdir())
    assert shown == pictures
    assert max(file.stat().st_size for file in pictures) < 300_000
    assert sum(file.stat().st_size for file in pictures) < 1_000_000


@pytest.mark.parametrize("container", ["sd_expression_grid", "sd_expression_grid.webui"])
def test_the_map_is_that_of_the_wings(container):
    layers = re.search(rf'containers = \["{re.escape(container)}"\]\n.*?layers = (\[.*?\])', PYPROJECT, re.DOTALL)
    floors = [floor.split(" | ") for floor in ast.literal_eval(layers[1])]
    folder = ROOT / container.replace(".", "/")
    rooms = {file.parent.name for file in folder.glob("*/__init__.py")} | {file.stem for file in folder.glob("*.py")}
    assert set(chain(*floors)) | {"__init__"} == rooms
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    head = "wing" if container == "sd_expression_grid" else "part"
    table = re.search(rf"\| {head} \| what it is for \|\n\|---\|---\|\n((?:\|.*\n)+)", text)
    named = re.findall(r"^\| `(\w+)`", table[1], re.MULTILINE)
    assert named == list(chain(*floors))


def test_there_is_one_version_and_the_changelog_begins_with_it():
    version = re.search(r'^version = "(.+)"', PYPROJECT, re.MULTILINE)[1]
    assert sd_expression_grid.__version__ == version
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == version
