"""What version 0.1.0 wrote is read as before, by the commands and by all that reads a study's folder."""

import csv
import io
import json
import shutil

import pytest
from PIL import Image

from sd_expression_grid.__main__ import main
from sd_expression_grid.ratings.ratings import read_ratings
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.store.resume import finished_cells
from sd_expression_grid.study.schema import study_to_dict
from sd_expression_grid.study.study import CellKey
from tests.old_data import V0_1_0, contains

LABELS = ["reference", "Noor 0.5", "Noor 1", "mei", "June", "worn"]
WORDED = ("answers", "reason")
"""What the report says in sentences, which may be said better."""


@pytest.fixture
def path(tmp_path):
    return shutil.copytree(V0_1_0 / "studies/kept", tmp_path / "kept")


@pytest.fixture
def folder(path):
    return StudyFolder(path)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_study_is_what_was_asked_for(folder):
    study = folder.existing_study()
    assert [(row.label, row.text) for row in study.expressions][1] == ("smile: open", "smiling with open mouth")
    assert [column.label for column in study.columns] == LABELS
    noor, worn = study.characters[0], study.characters[4]
    assert (noor.text, noor.group, noor.kind, noor.person) == ("<lora:Noor:0.5>", "LoRAs", "lora", "Noor")
    assert (noor.tags, noor.weight, noor.exclude) == (("well-known", "film"), 0.5, False)
    assert (worn.prompt, worn.kind, worn.exclude) == ("photo of {character}, {expression}", "embedding", True)
    assert (study.characters[2].cfg_scale, study.characters[2].negative) == (5.5, "glasses")
    assert (study.seeds, study.switch_at, study.name) == ((11, 12), 0.34, "kept")


@pytest.mark.parametrize("name", ["kept", "batched", "kept seeds"])
def test_a_study_is_written_with_the_same_keys_and_values(name):
    path = V0_1_0 / "studies" / name
    old = json.loads((path / "study.json").read_text(encoding="utf-8"))
    contains(study_to_dict(StudyFolder(path).existing_study()), old)


def test_a_record_tells_what_became_of_every_cell(folder):
    record = folder.read_record()
    statuses = [outcome.status for outcome in record.values()]
    assert [statuses.count(status) for status in ("done", "failed", "interrupted")] == [25, 1, 10]
    failed = record[CellKey(expression="sad", character="mei", seed=11)]
    assert failed.error == "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB"
    done = record[CellKey(expression="smile: open", character="Noor 0.5", seed=12)]
    assert done.file == "cells/Noor 0.5/smile_ open_12.png"
    assert done.infotext.startswith("closeup of woman, [hair, neck, eyes, lips:smiling with open mouth:0.34], <lora")
    assert (len(done.identity), len(done.sha256)) == (32, 64)


@pytest.mark.parametrize(("name", "done"), [("kept", 25), ("batched", 4), ("kept seeds", 3)])
def test_finished_cells_are_whole_and_need_not_be_made_again(name, done):
    folder = StudyFolder(V0_1_0 / "studies" / name)
    identities = {key: outcome.identity for key, outcome in folder.read_record().items()}
    made = finished_cells(folder, folder.read_outcomes(), lambda key, own: own == identities[key])
    assert (len(made.outcomes), made.complaints) == (done, ())


def test_ratings_of_all_raters_are_read(path):
    ratings = read_ratings(path)
    assert [sum(rater == name for rater, _ in ratings) for name in ("Ana", "Bo Ek")] == [24, 13]
    first = CellKey(expression="neutral", character="reference", seed=11)
    assert ("Ana", first) not in ratings  # taken back
    rating = ratings["Bo Ek", first]
    assert (rating.expression_score, rating.likeness_score) == (2, None)
    assert rating.picture == StudyFolder(path).read_record()[first].sha256


def test_the_grid_command_draws_the_grids(path, capsys):
    assert main(["grid", str(path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    grids = ("LoRAs - seed 11", "LoRAs - seed 12", "Embeddings - seed 11")  # of the fourth, nothing was made
    assert printed == [str(path / f"grid - {grid}.png") for grid in grids]
    with Image.open(printed[0]) as grid:
        assert grid.width > 4 * 32


def test_the_page_command_writes_the_page(path, capsys):
    assert main(["page", str(path)]) == 0
    page = path / "index.html"
    assert capsys.readouterr().out.splitlines() == [str(page)]
    assert "CUDA out of memory" in page.read_text(encoding="utf-8")
    done = [outcome for outcome in StudyFolder(path).read_record().values() if outcome.status == "done"]
    infotexts = "".join(file.read_text(encoding="ascii") for file in (path / "infotexts").iterdir())
    assert all(json.dumps(outcome.infotext) in infotexts for outcome in done)
    assert len(done) == 25


def test_the_report_command_counts_as_before(path, tmp_path):
    out = tmp_path / "report.json"
    assert main(["report", str(path), "--json", str(out)]) == 0
    old = json.loads((V0_1_0 / "report.json").read_text(encoding="utf-8"))
    neutral = next(row for row in old["expressions"] if row["label"] == "neutral")
    assert neutral.pop("verdict")  # it had one, which nobody needs
    contains(json.loads(out.read_text(encoding="utf-8")), old, leave=WORDED)


@pytest.mark.parametrize("source", ["folder", "table"])
def test_the_ratings_are_the_same_table(path, tmp_path, source):
    out, table = tmp_path / "ratings.csv", V0_1_0 / "ratings.csv"
    asked = [str(path)] if source == "folder" else ["--ratings", str(table)]
    assert main(["report", *asked, "--ratings-csv", str(out)]) == 0
    contains(rows_of(out.read_text(encoding="utf-8")), rows_of(table.read_text(encoding="utf-8")))
