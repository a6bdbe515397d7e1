import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor, TimeoutError  # noqa: A004 - Python 3.10 has two of them
from dataclasses import replace
from io import BytesIO
from queue import SimpleQueue
from threading import Event

import pytest
from PIL import Image

from sd_expression_grid.base.errors import SavingError, StudyError
from sd_expression_grid.plan.plan import Cell
from sd_expression_grid.plan.run_batches import CellResult, Generated
from sd_expression_grid.store.folder import (
    Outcome,
    StudyFolder,
    create_folder,
    folders_named,
    png_of,
    read_picture,
    recent_folders,
)
from sd_expression_grid.store.resume import finished_cells
from sd_expression_grid.store.saver import WAITING, FolderStore, MemoryStore, Saver
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey

KEY = CellKey(expression="sad", character="Noor", seed=1)
CELL = Cell(key=KEY, prompt="", negative_prompt="")


@pytest.fixture
def folder(tmp_path):
    return create_folder(tmp_path, "study")


def done(colour=(1, 2, 3)):
    image = Image.new("RGB", (4, 4), colour)
    image.info["parameters"] = "a\nSteps: 20"
    return CellResult(cell=CELL, status="done", generated=Generated(picture=image, infotext="a\nSteps: 20"))


def kept_cell(folder, identity="same", colour=(1, 2, 3)):
    return FolderStore(folder, {KEY: identity}).keep(done(colour))


def test_a_cell_is_a_png_with_its_infotext_and_a_line_in_the_record(folder):
    outcome = kept_cell(folder)
    with Image.open(folder.path / "cells" / "Noor" / "sad_1.png") as written:
        assert written.info["parameters"] == "a\nSteps: 20"
        assert written.getpixel((0, 0)) == (1, 2, 3)
    (line,) = (folder.path / "cells.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "expression": "sad",
        "character": "Noor",
        "seed": 1,
        "status": "done",
        "file": "cells/Noor/sad_1.png",
        "infotext": "a\nSteps: 20",
        "identity": "same",
        "sha256": outcome.sha256,
    }
    assert folder.read_record() == {KEY: outcome}
    assert FolderStore(folder, {}).open(outcome).size == (4, 4)
    assert not list(folder.path.rglob("*.tmp"))


def test_a_picture_that_was_read_does_not_need_its_file(folder):
    outcome = kept_cell(folder)
    picture = read_picture(folder.path / outcome.file)
    (folder.path / outcome.file).unlink()
    assert picture.getpixel((0, 0)) == (1, 2, 3)


def test_no_picture_is_written_over(folder):
    first, second = kept_cell(folder), kept_cell(folder, "other", (9, 9, 9))
    assert [first.file, second.file] == ["cells/Noor/sad_1.png", "cells/Noor/sad_1 (2).png"]
    assert folder.read_record() == {KEY: second}
    assert folder.file_problem(first) == folder.file_problem(second) == ""


def made_before(folder, identities):
    return finished_cells(folder, folder.read_outcomes(), lambda key, own: own == identities.get(key))


def test_only_the_same_cell_counts_as_made(folder):
    outcome = kept_cell(folder)
    assert made_before(folder, {KEY: "same"}).outcomes == {KEY: outcome}
    assert made_before(folder, {KEY: "other"}).outcomes == {}
    assert made_before(folder, {}).outcomes == {}


@pytest.mark.parametrize("status", ["failed", "interrupted", "skipped"])
def test_what_was_not_made_with_other_settings_takes_no_finished_cell_away(folder, status):
    outcome = kept_cell(folder)
    folder.record(Outcome(key=KEY, status=status))
    made = made_before(folder, {KEY: "same"})
    assert made.outcomes == {KEY: outcome}
    assert made.taken_up == (outcome,)
    folder.record(*made.taken_up)
    assert made_before(folder, {KEY: "same"}).taken_up == ()
    assert made_before(folder, {KEY: "other"}).outcomes == {}


def test_a_cell_made_with_earlier_settings_counts_again_when_they_come_back(folder):
    first, second = kept_cell(folder), kept_cell(folder, "other", (9, 9, 9))
    assert made_before(folder, {KEY: "other"}).taken_up == ()
    assert made_before(folder, {KEY: "other"}).outcomes == {KEY: second}
    assert made_before(folder, {KEY: "same"}).taken_up == (first,)


def test_of_several_pictures_of_a_cell_the_newest_whole_one_counts(folder):
    first, second = kept_cell(folder), kept_cell(folder)
    assert made_before(folder, {KEY: "same"}).outcomes == {KEY: second}
    (folder.path / second.file).unlink()
    made = made_before(folder, {KEY: "same"})
    assert (made.outcomes, made.complaints) == ({KEY: first}, ())
    (folder.path / first.file).unlink()
    made = made_before(folder, {KEY: "same"})
    assert made.outcomes == {}
    assert made.complaints == (f"{folder.path / second.file} is missing; the cell is made again.",)


def test_a_run_that_was_interrupted_before_its_first_picture_leaves_the_record_as_it_is(folder):
    outcome, interrupted = kept_cell(folder), CellResult(cell=CELL, status="interrupted")
    assert FolderStore(folder, {}).keep(interrupted) == Outcome(key=KEY, status="interrupted")
    assert folder.read_outcomes() == (outcome,)
    store = FolderStore(folder, {KEY: "other"})
    made = store.keep(done())
    assert folder.read_outcomes() == (outcome, made)
    later = store.keep(interrupted)
    assert folder.read_outcomes() == (outcome, made, later)


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda file: file.unlink(), "is missing"),
        (lambda file: file.write_bytes(file.read_bytes()[:20]), "is not the picture that was saved"),
        (lambda file: Image.new("RGB", (4, 4)).save(file), "is not the picture that was saved"),
    ],
)
def test_a_torn_or_foreign_file_is_named_and_made_again(folder, harm, problem):
    outcome = kept_cell(folder)
    harm(folder.path / outcome.file)
    made = made_before(folder, {KEY: "same"})
    assert made.outcomes == {}
    assert made.complaints == (f"{folder.path / outcome.file} {problem}; the cell is made again.",)


def test_a_line_torn_by_a_crash_does_not_count_and_does_no_harm(folder):
    outcome = kept_cell(folder)
    record = folder.path / "cells.jsonl"
    record.write_bytes(record.read_bytes() + b'{"expression": "sa')
    assert folder.read_record() == {KEY: outcome}
    failed = Outcome(key=CellKey(expression="x", character="y", seed=2), status="failed", error="z")
    folder.record(failed)
    assert folder.read_record() == {KEY: outcome, failed.key: failed}


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"expression": "a", "character": "b", "seed": "c", "status": "done"}',
        '{"expression": "a", "character": "b", "seed": true, "status": "done"}',
        '{"expression": "a", "character": ["b"], "seed": 1, "status": "done"}',
        '{"expression": "a", "character": "b", "status": "done"}',
        '{"expression": "a", "character": "b", "seed": 1}',
        '{"expression": "a", "character": "b", "seed": 1, "status": "fine"}',
        '{"expression": "a", "character": "b", "seed": 1, "status": ["done"]}',
        '{"expression": "a", "character": "b", "seed": 1, "status": "done", "error": null}',
        '{"expression": "a", "character": "b", "seed": 1, "status": "done", "foo": 1}',
        '{"expression": "a", "character": "b", "seed": 1, "status": "done", "file": "../../secret.png"}',
    ],
)
def test_an_edited_record_is_an_error_with_its_line(folder, line):
    kept_cell(folder)
    with (folder.path / "cells.jsonl").open("a") as record:
        record.write(f"{line}\n")
    with pytest.raises(StudyError, match=r"cells\.jsonl, line 2: is no record of a cell$"):
        folder.read_record()


def test_a_study_is_read_as_it_was_written(folder):
    study = study_from_dict({"expressions": "sad", "characters": "Noor"})
    assert folder.read_study() is None
    folder.write_study(study)
    assert folder.read_study() == study


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"[]", "must be a JSON object, is a list"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (
            b'{"expressions": 3, "characters": "Noor"}',
            "expressions: must be a text with one entry a line, or a list of objects, is 3",
        ),
    ],
)
def test_an_edited_study_is_an_error_with_its_file(folder, text, fault):
    (folder.path / "study.json").write_bytes(text)
    with pytest.raises(StudyError) as caught:
        folder.read_study()
    assert str(caught.value) == f"{folder.path / 'study.json'}: cannot be read as a study: {fault}"


def test_a_folder_without_a_study_says_so(folder):
    with pytest.raises(StudyError) as caught:
        folder.existing_study()
    assert str(caught.value) == f"{folder.path}: holds no study: there is no study.json in it"
    study = study_from_dict({"expressions": "sad", "characters": "Noor"})
    folder.write_study(study)
    assert folder.existing_study() == study


def test_a_study_on_disk_is_text_that_people_can_read(folder):
    folder.write_study(study_from_dict({"expressions": "退屈", "characters": "Noor"}))
    lines = (folder.path / "study.json").read_text(encoding="utf-8").splitlines()
    assert lines[:5] == ["{", '  "expressions": [', "    {", '      "label": "退屈",', '      "text": "退屈"']


def test_a_picture_without_an_infotext_gets_none():
    with Image.open(BytesIO(png_of(Image.new("L", (3, 2), 9)))) as written:
        assert (written.format, written.size, written.info) == ("PNG", (3, 2), {})


@pytest.mark.parametrize("name", ["cells/a/b.png", "cells/a..b/c.png", ""])
def test_a_record_may_name_a_file_among_the_cells(folder, name):
    outcome = Outcome(key=KEY, status="done", file=name)
    folder.record(outcome)
    assert folder.read_record() == {KEY: outcome}


@pytest.mark.parametrize("name", ["study.json", "cells/../study.json", "cells/..", r"cells/a\..\b.png", "/cells/a.png"])
def test_and_none_elsewhere(folder, name):
    folder.record(Outcome(key=KEY, status="done", file=name))
    with pytest.raises(StudyError, match=r"cells\.jsonl, line 1: is no record of a cell$"):
        folder.read_record()


def test_every_field_of_an_outcome_comes_back(folder):
    outcome = Outcome(
        key=KEY, status="done", file="cells/x.png", infotext="a", error="b", identity="c", sha256="d", warning="e"
    )
    folder.record(outcome, replace(outcome, key=replace(KEY, seed=2), status="interrupted"))
    assert list(folder.read_record().values()) == [
        outcome,
        replace(outcome, key=replace(KEY, seed=2), status="interrupted"),
    ]


def test_the_folders_last_begun_or_continued_come_first(tmp_path):
    for number, name in enumerate(["b", "c", "a"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "study.json").touch()
        os.utime(tmp_path / name / "study.json", (number, number))
    (tmp_path / "empty").mkdir()
    assert [folder.path.name for folder in recent_folders(tmp_path, 5)] == ["a", "c", "b"]
    assert [folder.path.name for folder in recent_folders(tmp_path, 2)] == ["a", "c"]


def test_a_folder_is_made_with_those_above_it_and_a_file_is_in_the_way(tmp_path):
    (tmp_path / "grids" / "today").mkdir(parents=True)
    (tmp_path / "grids" / "today" / "study").touch()
    assert create_folder(tmp_path / "grids" / "today", "study").path.name == "study 2"
    assert create_folder(tmp_path / "other" / "today", "study").path == tmp_path / "other" / "today" / "study"


def test_the_third_picture_of_a_cell_has_the_third_name(folder):
    names = [folder.write_cell(KEY, data)[0] for data in (b"a", b"b", b"c")]
    assert names == ["cells/Noor/sad_1.png", "cells/Noor/sad_1 (2).png", "cells/Noor/sad_1 (3).png"]
    assert [(folder.path / name).read_bytes() for name in names] == [b"a", b"b", b"c"]
    assert folder.write_cell(replace(KEY, seed=2), b"a")[1] == hashlib.sha256(b"a").hexdigest()


def test_without_a_folder_pictures_stay_in_memory():
    store, result = MemoryStore(), done()
    outcome = store.keep(replace(result, generated=replace(result.generated, warning="another device")))
    assert outcome == Outcome(key=KEY, status="done", infotext="a\nSteps: 20", warning="another device")
    assert store.open(outcome) is result.generated.picture
    assert store.file_of(outcome) is store.folder is None
    failed = store.keep(CellResult(cell=CELL, status="failed", error="no memory"))
    assert failed == Outcome(key=KEY, status="failed", error="no memory")


def test_a_cell_that_is_kept_has_its_warning_and_its_file(folder):
    store, result = FolderStore(folder, {KEY: "id"}), done()
    outcome = store.keep(replace(result, generated=replace(result.generated, warning="another device")))
    assert (outcome.warning, outcome.identity) == ("another device", "id")
    assert store.file_of(outcome) == folder.path / "cells" / "Noor" / "sad_1.png"
    failed = store.keep(CellResult(cell=CELL, status="failed", error="no memory"))
    assert failed == Outcome(key=KEY, status="failed", error="no memory") == folder.read_record()[KEY]


@pytest.mark.parametrize("error", [TypeError, ValueError, AttributeError])
def test_a_bug_of_ours_is_not_a_study_that_cannot_be_read(folder, monkeypatch, error):
    def read(_):
        raise error

    (folder.path / "study.json").write_text("{}")
    monkeypatch.setattr("sd_expression_grid.store.folder.study_from_dict", read)
    with pytest.raises(error):
        folder.read_study()


def test_a_folder_is_never_written_over(tmp_path):
    names = [create_folder(tmp_path, "study").path.name for _ in range(3)]
    assert names == ["study", "study 2", "study 3"]
    for name in ("study 10", "study x", "study 2 2", "studys", "[study]"):
        (tmp_path / name).mkdir()
    found = [folder.path.name for folder in folders_named(tmp_path, "study")]
    assert found == ["study", "study 2", "study 3", "study 10"]
    assert folders_named(tmp_path, "other") == []
    assert folders_named(tmp_path, "[study]") == [StudyFolder(tmp_path / "[study]")]
    assert recent_folders(tmp_path, 5) == []


def cells(count):
    keys = [CellKey(expression=f"e{number}", character="c", seed=1) for number in range(count)]
    return [replace(done(), cell=Cell(key=key, prompt="", negative_prompt="")) for key in keys]


def test_results_are_kept_beside_the_sampling_in_their_order(folder):
    results = [*cells(20), CellResult(cell=CELL, status="failed", error="x")]
    with Saver(FolderStore(folder, {result.cell.key: "id" for result in results})) as saver:
        for result in results:
            saver.save(result)
    keys = [result.cell.key for result in results]
    assert list(saver.outcomes) == list(folder.read_record()) == keys
    assert saver.outcomes == folder.read_record()
    assert len(list(folder.path.rglob("*.png"))) == 20


def test_at_most_a_few_results_wait_for_the_disk():
    gate, kept, taken = Event(), [], SimpleQueue()

    class Stuck:
        def keep(self, result):
            assert gate.wait(timeout=30)
            kept.append(result)
            return Outcome(key=result.cell.key, status="done")

    results = cells(3 * WAITING)
    with ThreadPoolExecutor() as pool, Saver(Stuck()) as saver:

        def sample():
            for result in results:
                saver.save(result)
                taken.put(result)

        sampling = pool.submit(sample)
        try:
            assert [taken.get(timeout=30) for _ in range(WAITING)] == results[:WAITING]
            with pytest.raises(TimeoutError):
                sampling.result(timeout=0.1)
            assert taken.empty()
        finally:
            gate.set()
        sampling.result(timeout=30)
    assert kept == results


def test_what_was_taken_over_is_kept_whatever_happens(folder):
    def crash_after_one():
        with Saver(FolderStore(folder, {KEY: "id"})) as saver:
            saver.save(done())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash_after_one()
    assert list(folder.read_record()) == [KEY]


def test_a_full_disk_stops_with_a_message(folder):
    (folder.path / "cells").write_text("in the way")
    message = r"^a cell could not be saved, so the study was stopped: \[Errno"
    with pytest.raises(SavingError, match=message), Saver(FolderStore(folder, {KEY: ""})) as saver:
        saver.save(done())
    assert saver.outcomes == {}


def test_after_a_full_disk_no_more_results_are_taken_than_wait():
    class Full:
        def keep(self, result):
            raise OSError(28, "No space left on device")

    taken = []

    def sample():
        with Saver(Full()) as saver:
            for result in cells(3 * WAITING):
                saver.save(result)
                taken.append(result)

    with pytest.raises(SavingError, match="No space left"):
        sample()
    assert len(taken) <= WAITING + 1


def test_cells_whose_labels_are_one_file_name_have_files_of_their_own(folder):
    keys = [CellKey(expression=label, character=who, seed=7) for label in (":/", ":<") for who in ("Noor", "Noor?")]
    names = [folder.write_cell(key, label.encode())[0] for key, label in zip(keys, "abcd", strict=True)]
    assert [(folder.path / name).read_text() for name in names] == list("abcd")
    assert len({name.casefold() for name in names}) == 4


def test_a_fault_of_our_own_in_saving_is_raised(folder):
    with pytest.raises(KeyError), Saver(FolderStore(folder, {})) as saver:
        saver.save(done())
