"""A whole run over a model of WebUIs in simulated time, with a real folder: what is inspected, made, saved and told."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from sd_expression_grid.base.errors import SavingError, StudyError
from sd_expression_grid.fleet import output_folder
from sd_expression_grid.fleet.jobs import Reply
from sd_expression_grid.fleet.protocol import MadeCell
from sd_expression_grid.fleet.run_fleet import FleetOptions, Reporter, run_fleet
from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.store.resume import FinishedCells
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey
from tests.fleet_simulation import Fleet, WebUI, simulated_time, study

STUDY = study(3, rows=2)
DOWN = Reply(seconds=0, trouble="cannot be reached")
KEY = CellKey(expression="e0", character="c0", seed=1)


@pytest.fixture
def run(tmp_path):
    def run(webuis, *, allow_differences=False, stopping=lambda: False, asked=STUDY, change=lambda _fleet: None):
        fleet = Fleet(asked, webuis)
        change(fleet)
        options = FleetOptions(
            study=asked, settings={"steps": 6}, out=tmp_path / "out", allow_differences=allow_differences, patience=60
        )
        folder = StudyFolder(tmp_path / "out")
        here = SimpleNamespace(fleet=fleet, said=[], shown=[], folder=folder, missing=None, error="")
        reporter = Reporter(say=here.said.append, status=lambda _text: None, stopping=stopping, show=here.shown.append)
        with simulated_time(fleet.clock):
            try:
                here.missing = run_fleet(fleet, options, reporter)
            except StudyError as error:
                here.error = "; ".join(error.lines)
        here.made = [job for job in fleet.jobs if job.request.kind == "make"]
        return here

    return run


def statuses(folder):
    return [outcome.status for outcome in folder.read_record().values()]


def fails(cells):
    return [replace(cell, status="failed", png=b"", error=f"no {cell.key.expression}") for cell in cells]


def test_a_study_is_made_saved_and_told(run):
    done = run([WebUI(), WebUI()])
    assert (done.missing, done.error) == (0, "")
    assert done.folder.read_study() == done.fleet.inspection.study
    assert done.folder.read_record().keys() == done.fleet.inspection.identities.keys()
    assert statuses(done.folder) == ["done"] * 6
    assert done.said[:3] == ["w0 is ready", "w1 is ready", f"6 cells, 6 of them to be made, in {done.folder.path}"]
    assert done.shown == [done.folder]


def test_the_jobs_have_the_users_settings_and_one_title_for_the_run(run):
    done = run([WebUI(), WebUI()])
    inspections = [job for job in done.fleet.jobs if job.request.kind == "look"]
    assert len(inspections) == 2
    assert all((job.request.study, job.keys) == (STUDY, ()) for job in inspections)
    assert all((job.settings, job.patience, job.startup_delay) == ({"steps": 6}, 60, 0) for job in done.fleet.jobs)
    [title] = {job.request.title for job in done.fleet.jobs}
    assert title.startswith("sweep ")
    assert all(len(job.request.study["characters"]) == 1 for job in done.made)
    assert sorted(key for job in done.made for key in job.keys) == sorted(done.fleet.inspection.identities)


def test_the_same_run_again_makes_nothing(run):
    run([WebUI()])
    again = run([WebUI()])
    assert (again.missing, again.made) == (0, [])
    assert f"6 cells, 0 of them to be made, in {again.folder.path}" in again.said
    assert again.shown == [again.folder]


def test_what_is_missing_or_damaged_or_failed_is_made_again(run):
    run([WebUI(answers=lambda cells: [*fails(cells[:1]), *cells[1:]])])
    first = StudyFolder(run([WebUI()]).folder.path)
    damaged = next(iter(first.read_record().values()))
    (first.path / damaged.file).write_bytes(b"other")
    again = run([WebUI()])
    assert [job.keys for job in again.made] == [(damaged.key,)]
    assert f"{first.path / damaged.file} is not the picture that was saved; the cell is made again." in again.said


def test_cells_without_a_picture_are_counted(run):
    done = run([WebUI(answers=lambda cells: [*cells[:1], *fails(cells[1:])])])
    assert done.missing == 3
    assert sorted(statuses(done.folder)) == ["done"] * 3 + ["failed"] * 3


def test_what_several_webuis_refuse_is_told_once_with_their_names(run):
    no_lora, no_api = (Reply(seconds=0, refused=why) for why in ("there is no LoRA", "has no API"))
    done = run([WebUI(inspected=no_lora), WebUI(), WebUI(inspected=no_api), WebUI(inspected=no_lora)])
    assert done.error == "w0, w3: there is no LoRA; w2: has no API"
    assert (done.made, done.shown, done.folder.path.exists()) == ([], [], False)


def test_with_no_webui_to_reach_nothing_is_begun(run):
    done = run([WebUI(inspected=DOWN), WebUI(inspected=DOWN)])
    assert done.error == "w0, w1: cannot be reached"
    assert not done.folder.path.exists()


def test_without_a_worker_nothing_is_begun(run):
    assert run([]).error == "the Dask cluster has no worker with the resource webui"


def test_a_webui_that_cannot_be_reached_at_the_start_may_come_later(run):
    done = run([WebUI(speed=0.5), WebUI(back_at=10, dies_at=0)])
    assert done.missing == 0
    assert done.said[:2] == ["w0 is ready", "w1 cannot be reached"]
    assert "w1 is ready" in done.said
    assert {worker for line in done.said for worker in ("w0", "w1") if line.endswith(f" cells, {worker}")} == {
        "w0",
        "w1",
    }


def other(fleet):
    """Gives the second WebUI another checkpoint."""
    seen = replace(fleet.inspection, fingerprint={"the checkpoint": "b"})
    fleet.webuis[1].inspected = Reply(seconds=0, inspection=seen)


def test_a_webui_that_would_give_other_pixels_ends_the_run_before_it_begins(run):
    done = run([WebUI(), WebUI()], change=other)
    assert done.error == "w1: would give other pixels: the checkpoint is b, not a"
    assert not done.folder.path.exists()


def test_allowed_differences_are_told_and_recorded(run):
    done = run([WebUI(), WebUI()], allow_differences=True, change=other)
    assert done.missing == 0
    assert done.said[:2] == ["w0 is ready", "w1 is ready, made where the checkpoint is b, not a"]
    assert {outcome.warning for outcome in done.folder.read_record().values()} == {
        "",
        "made where the checkpoint is b, not a",
    }


def test_a_stop_before_the_start_begins_nothing(run):
    done = run([WebUI()], stopping=lambda: True)
    assert done.error == "stopped before the start"
    assert not done.folder.path.exists()


def test_what_is_made_is_shown_also_when_the_run_cannot_go_on(run):
    done = run([WebUI(dies_at=8)])
    assert done.error == "no WebUI is left; what is made is kept, and the same command goes on with the rest"
    assert 0 < len(statuses(done.folder)) < 6
    assert done.shown == [done.folder]


def test_units_of_a_batched_study_are_whole_batches(run):
    asked = {**study(2, rows=9), "mode": "batched", "rows_per_batch": 4}
    assert sorted(len(job.keys) for job in run([WebUI() for _ in range(5)], asked=asked).made) == [1, 1, 4, 4, 4, 4]


def test_a_folder_keeps_its_random_seeds(run):
    first = run([WebUI()])
    again = run([WebUI()], asked={**STUDY, "seeds": []})
    assert {job.request.seed for job in again.fleet.jobs} == {1}
    [variation_seed] = {job.request.variation_seed for job in first.fleet.jobs}
    assert 0 <= variation_seed < 2**32


def test_a_variation_seed_is_that_of_the_cells(tmp_path):
    folder = StudyFolder(tmp_path)
    folder.write_study(study_from_dict(STUDY))
    folder.record(Outcome(key=KEY, status="done", infotext="x\nSteps: 1, Variation seed: 77, Size: 8x8"))
    assert output_folder.find(tmp_path, is_scout=False) == output_folder.OutputFolder(
        folder=folder, seed=1, variation_seed=77
    )


def test_a_folder_of_another_kind_is_left_alone(tmp_path):
    for name, asked, is_scout, words in (
        ("study", STUDY, True, "holds a study; name another folder"),
        ("seeds", {**STUDY, "scout": {"expression": "e0"}}, False, "holds scouted seeds; name another folder"),
    ):
        (tmp_path / name).mkdir()
        StudyFolder(tmp_path / name).write_study(study_from_dict(asked))
        with pytest.raises(StudyError, match=f"--out: {tmp_path / name} {words}"):
            output_folder.find(tmp_path / name, is_scout=is_scout)
        assert output_folder.find(tmp_path / name, is_scout=not is_scout).folder.path == tmp_path / name


def test_a_folder_or_file_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "beach.jpg").write_text("")
    for path in (tmp_path, tmp_path / "beach.jpg"):
        with pytest.raises(StudyError) as raised:
            output_folder.find(path, is_scout=False)
        assert str(raised.value) == (
            f"--out: {path} holds other things than a study; name an empty folder, or a study's"
        )


def test_an_empty_folder_will_do(tmp_path):
    assert output_folder.find(tmp_path, is_scout=False).folder == StudyFolder(tmp_path)


def test_a_disk_that_takes_nothing_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    folder = StudyFolder(tmp_path / "file" / "out")
    why = rf"\[Errno 20\] Not a directory: '{tmp_path}/file/out"
    with pytest.raises(StudyError, match=f"^the study's folder cannot be written: {why}"):
        output_folder.create(folder, study_from_dict(STUDY), {}, FinishedCells())
    cell = MadeCell(key=KEY, status="done", identity="abc", png=b"png")
    with pytest.raises(SavingError, match=f"^a cell could not be saved, so the study was stopped: {why}"):
        output_folder.save(folder, [cell], "")


def test_what_was_written_before_the_disk_was_full_is_in_the_record(tmp_path, monkeypatch):
    folder = StudyFolder(tmp_path)
    cells = [MadeCell(key=replace(KEY, seed=seed), status="done", identity="abc", png=b"png") for seed in (1, 2, 3)]
    write, written = StudyFolder.write_cell, []

    def until_full(*args):
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(write(*args))
        return written[-1]

    monkeypatch.setattr(StudyFolder, "write_cell", until_full)
    with pytest.raises(SavingError, match=r"so the study was stopped: \[Errno 28\] No space left on device$"):
        output_folder.save(folder, cells, "")
    assert [outcome.file for outcome in folder.read_record().values()] == [name for name, _ in written]


def test_a_cell_is_recorded_with_all_that_came(tmp_path):
    folder = StudyFolder(tmp_path)
    made = MadeCell(key=KEY, status="done", identity="abc", infotext="x\nSteps: 1", png=b"png")
    failed = MadeCell(key=replace(KEY, seed=2), status="failed", identity="def", error="out of memory")
    output_folder.save(folder, [made, failed], "made elsewhere")
    assert list(folder.read_record().values()) == [
        Outcome(
            key=KEY,
            status="done",
            file="cells/c0/e0_1.png",
            infotext="x\nSteps: 1",
            identity="abc",
            sha256="8f8cbb7dcf46e0bc7d53265749a6c17d116093a6ba95e442764060c76fd4a86c",
            warning="made elsewhere",
        ),
        Outcome(key=replace(KEY, seed=2), status="failed", error="out of memory"),
    ]
    assert (tmp_path / "cells/c0/e0_1.png").read_bytes() == b"png"
