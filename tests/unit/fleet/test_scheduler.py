"""The scheduler over a model of WebUIs in simulated time: deaths, returns, failures, interrupts and the user's stop."""

import random
from dataclasses import replace

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet import roster
from sd_expression_grid.fleet.jobs import Reply
from tests.fleet_simulation import Fleet, WebUI, study, uneven


def run(webuis, columns=6, **options):
    fleet = Fleet(study(columns), webuis)
    return fleet, fleet.run(**options)


def statuses(fleet):
    return {key: [status for status, _ in kept] for key, kept in fleet.kept.items()}


def failing(cells):
    return [replace(cell, status="failed", png=b"", error="out of memory") for cell in cells]


def interrupted_after_two(cells):
    return [*cells[:2], *(replace(cell, status="interrupted", png=b"") for cell in cells[2:])]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_cell_is_kept_once(count):
    fleet, scheduler = run([WebUI() for _ in range(count)])
    assert statuses(fleet) == {cell.key: ["done"] for cell in fleet.cells}
    assert (scheduler.made, scheduler.failed) == (54, 0)


@pytest.mark.parametrize("number", range(5))
def test_webuis_of_different_speeds_end_nearly_together(number):
    webuis = uneven(5, 0.6, random.Random(number))
    fleet, _ = run(webuis, columns=26)
    assert sum(webui.busy for webui in webuis) > 0.9 * 5 * fleet.seconds


def test_none_has_more_than_one_unit_while_another_idles():
    webuis = [WebUI() for _ in range(3)]
    fleet, _ = run(webuis, columns=13)
    longest = fleet.cost.rows(9) / 14
    assert max(webui.busy for webui in webuis) - min(webui.busy for webui in webuis) < longest / 2


@pytest.mark.parametrize("number", range(20))
def test_a_death_at_any_moment_costs_only_the_unit_in_flight(number):
    dies_at = random.Random(number).uniform(0, 40)
    webuis = [WebUI(), WebUI(dies_at=dies_at), WebUI()]
    fleet, _ = run(webuis)
    assert statuses(fleet) == {cell.key: ["done"] for cell in fleet.cells}
    made_by_the_dead = sum(len(keys) for _, keys in webuis[1].units)
    assert sum(len(keys) for webui in webuis for _, keys in webui.units) == len(fleet.cells)
    assert made_by_the_dead < len(fleet.cells)


def test_a_webui_that_comes_back_is_used_again():
    webuis = [WebUI(), WebUI(dies_at=5, back_at=30)]
    fleet, _ = run(webuis, columns=20)
    assert any(start >= 30 for start, _ in webuis[1].units)
    assert fleet.said.count("w1 is ready") == 1


def test_when_none_is_left_what_is_done_is_kept_and_said():
    fleet = Fleet(study(6), [WebUI(dies_at=15), WebUI(dies_at=25)])
    with pytest.raises(StudyError, match="no WebUI is left; what is made is kept"):
        fleet.run(patience=120)
    assert 0 < len(fleet.kept) < len(fleet.cells)
    assert fleet.seconds > 25 + 120


def test_the_only_webui_is_waited_for():
    fleet, _ = run([WebUI(dies_at=15, back_at=60)])
    assert len(fleet.kept) == len(fleet.cells)


def test_a_webui_that_fails_at_everything_does_not_eat_the_study():
    fleet, _ = run([WebUI(), WebUI(answers=failing)])
    assert statuses(fleet) == {cell.key: ["done"] for cell in fleet.cells}
    assert "w1 failed at every cell of a unit: out of memory" in fleet.said


def test_a_cell_that_fails_everywhere_is_recorded_as_failed():
    def one_fails(cells):
        return [c if c.key.expression != "e3" else failing([c])[0] for c in cells]

    fleet, scheduler = run([WebUI(answers=one_fails), WebUI(answers=one_fails)])
    assert scheduler.failed == 6
    assert {key.expression for key, kept in statuses(fleet).items() if kept == ["failed"]} == {"e3"}


def test_a_study_of_which_every_cell_fails_alike_is_stopped():
    fleet = Fleet(study(6), [WebUI(answers=failing)])
    with pytest.raises(StudyError, match="every cell so far failed in the same way"):
        fleet.run()
    assert len(fleet.kept) == 27
    assert len(fleet.webuis[0].units) == 3  # there is no other to try them


def test_a_unit_that_brings_down_every_webui_is_taken_for_the_culprit():
    webuis = [WebUI() for _ in range(4)]
    fleet = Fleet(study(6), webuis)
    reply = fleet._reply

    def deadly(job, webui, start):
        if job.request.kind == "make" and job.keys[0].character == "c2":
            return replace(reply(job, webui, start)[0], cells=(), trouble="broke the connection off"), 1.0
        return reply(job, webui, start)

    fleet._reply = deadly
    scheduler = fleet.run()
    assert scheduler.failed == 9
    assert {key.character for key, kept in statuses(fleet).items() if kept == ["failed"]} == {"c2"}
    failed = "failed: 3 WebUIs in a row did not make it; the last one broke the connection off"
    assert [line for line in fleet.said if "in a row" in line] == [f"  e{number} {failed}" for number in range(9)]
    assert len([job for job in fleet.jobs if job.keys and job.keys[0].character == "c2"]) == 3


def test_changed_settings_cost_a_webui_its_unit():
    def with_other_settings(cells):
        return [replace(cell, identity="other") for cell in cells]

    fleet, _ = run([WebUI(), WebUI(answers=with_other_settings)])
    assert statuses(fleet) == {cell.key: ["done"] for cell in fleet.cells}
    assert "w1 has other settings or files than it had before" in fleet.said


def test_a_webui_interrupted_at_its_own_page_keeps_what_it_has_and_is_left_out():
    webuis = [WebUI(), WebUI(answers=interrupted_after_two)]
    fleet, _ = run(webuis)
    assert statuses(fleet) == {cell.key: ["done"] for cell in fleet.cells}
    assert len(webuis[1].units) == 1
    assert "w1 was interrupted at its own page, and is left out" in fleet.said


def test_the_users_stop_keeps_what_the_webuis_have_made():
    fleet, scheduler = run([WebUI(answers=interrupted_after_two), WebUI(answers=interrupted_after_two)], stop_at=1)
    assert fleet.stops == 1
    assert scheduler.made == 4
    assert not any("left out" in line for line in fleet.said)


def test_units_of_a_worker_that_leaves_go_to_the_others():
    fleet, scheduler = run([WebUI(), WebUI(leaves_at=12)], columns=8)
    assert statuses(fleet) == {cell.key: ["done"] for cell in fleet.cells}
    assert scheduler.made == 72
    assert "w1 is gone with its worker" in fleet.said


def test_units_that_only_a_worker_that_left_could_make_are_taken_back():
    fleet, _ = run([WebUI(dies_at=0, back_at=40), WebUI(leaves_at=12)])
    assert statuses(fleet) == {cell.key: ["done"] for cell in fleet.cells}
    assert fleet.dropped == 1
    assert fleet.hanging == set()


def test_what_is_made_is_told_with_the_webui_and_what_failed_with_its_reason():
    def last_fails(cells):
        return [*cells[:-1], *failing(cells[-1:])]

    fleet, _ = run([WebUI(answers=last_fails)], columns=2)
    assert fleet.said[:2] == ["reference, seed 1: 8 of 9 cells, w0", "  e8 failed: out of memory"]


def test_what_of_a_picture_is_not_as_requested_is_told():
    def with_a_warning(cells):
        return [cells[0], replace(cells[1], warning="the LoRA x was not loaded"), *cells[2:]]

    fleet, _ = run([WebUI(answers=with_a_warning)], columns=2)
    assert fleet.said[:2] == ["reference, seed 1: 9 of 9 cells, w0", "  e1: the LoRA x was not loaded"]


def test_a_webui_that_brings_cells_between_its_troubles_is_asked_again_soon():
    fleet = Fleet(study(8), [WebUI()])
    reply, troubles, asked_at = fleet._reply, [], []

    def breaks_off_every_other_time(job, webui, start):
        if job.request.kind == "look":
            asked_at.append(start)
        elif len(webui.units) > len(troubles):
            troubles.append(start)
            return Reply(seconds=0, trouble="broke the connection off"), 0.0
        return reply(job, webui, start)

    fleet._reply = breaks_off_every_other_time
    assert fleet.run().made == 72
    assert len(troubles) == 7
    waited = [asked - trouble for trouble, asked in zip(troubles, asked_at, strict=True)]
    soon = roster.FIRST_BACK_OFF + roster.STARTUP_DELAY
    assert all(soon <= seconds < soon + 1.5 for seconds in waited)


def test_the_status_tells_how_far_it_is_and_how_long_the_rest_takes():
    fleet, _ = run([WebUI(), WebUI()])
    assert fleet.statuses[0] == "0 cells made, 2 WebUIs"
    # 9 cells are 280 denoiser rows, of which each WebUI computes 14 in a second; when one brings its first, the other
    # is about to, and two units are left for each
    assert "9 cells made, 2 WebUIs, 54 cells a minute, about 40 s left" in fleet.statuses


def test_the_status_tells_of_failed_cells():
    fleet, _ = run([WebUI(answers=lambda cells: [*failing(cells[:1]), *cells[1:]])], columns=2)
    assert any(text.startswith("8 cells made, 1 failed, 1 WebUI, ") for text in fleet.statuses)


def test_units_of_a_batched_study_are_whole_batches():
    fleet, _ = run([WebUI() for _ in range(5)], columns=2, step=4)
    assert sorted(len(job.keys) for job in fleet.jobs) == [1, 1, 4, 4, 4, 4]


def test_a_webui_that_answered_badly_is_not_given_the_same_unit_again():
    webuis = [WebUI(), WebUI(speed=1000, answers=failing)]
    run(webuis)
    [(_, first)] = webuis[1].units[:1]
    assert not any(set(first) & set(keys) for _, keys in webuis[1].units[1:])


def test_after_the_users_stop_the_webuis_are_not_waited_for_for_ever():
    fleet, scheduler = run([WebUI(speed=0.5)], stop_at=1)
    assert (fleet.stops, scheduler.made) == (1, 0)
    assert 60 <= fleet.seconds < 65
