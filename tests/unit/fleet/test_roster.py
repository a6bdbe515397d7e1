"""The roster with a pool that only notes what is submitted, in simulated time."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from sd_expression_grid.fleet import roster
from sd_expression_grid.fleet.jobs import Job, JobResult, Reply
from sd_expression_grid.fleet.protocol import Inspection, Request
from sd_expression_grid.fleet.roster import AdmissionRules, Roster
from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.study.schema import study_from_dict

INSPECTION = Inspection(
    study=study_from_dict({"expressions": "sad", "characters": "Noor", "seeds": [1]}),
    identities={},
    cost=Cost(calls=Calls(first_pass=20, shared=5), shares=True, whole_calls=True),
    fingerprint={"the checkpoint": "b17c"},
)
OTHER = replace(INSPECTION, fingerprint={"the checkpoint": "a91d"})
INSPECT = Job(request=Request(kind="look", study={}, seed=1, variation_seed=1, title=""), settings={}, patience=60)
GOOD, BAD = Reply(seconds=0, inspection=INSPECTION), Reply(seconds=0, trouble="cannot be reached")


class Pool:
    """``probes`` has (number, worker) of the jobs that were submitted; ``names`` are the workers that are there."""

    def __init__(self):
        self.probes, self.jobs, self.names = [], [], {"w": "WebUI"}

    def workers(self):
        return self.names

    def submit(self, job, workers):
        [worker] = workers
        self.jobs.append(job)
        self.probes.append((len(self.probes), worker))
        return len(self.probes) - 1


@pytest.fixture
def clock(monkeypatch):
    here = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(roster, "time", SimpleNamespace(monotonic=lambda: here.now))
    return here


@pytest.fixture
def fleet(clock):
    """The roster with one WebUI that is ready."""
    pool, said = Pool(), []
    rules = AdmissionRules(model=INSPECTION, allow_differences=False, inspect=INSPECT)
    webuis = Roster(pool, rules, said.append)
    webuis.admit("w", "WebUI", INSPECTION)
    return SimpleNamespace(roster=webuis, pool=pool, said=said, clock=clock)


def seconds_until_probe(fleet, most=200):
    """Lets time go by in steps of half a second until the roster inspects a WebUI."""
    before, start = len(fleet.pool.probes), fleet.clock.now
    while len(fleet.pool.probes) == before and fleet.clock.now - start < most:
        fleet.roster.refresh()
        if len(fleet.pool.probes) == before:
            fleet.clock.now += 0.5
    return fleet.clock.now - start


def answer_probe(fleet, reply):
    number, worker = fleet.pool.probes[-1]
    return fleet.roster.handle_probe(JobResult(number=number, worker=worker, reply=reply))


def test_each_trouble_doubles_the_time_until_the_next_inspection_up_to_a_minute(fleet):
    times = []
    for _ in range(7):
        fleet.roster.back_off("w", "WebUI", "broke off")
        times.append(seconds_until_probe(fleet))
        assert answer_probe(fleet, GOOD)
        assert "w" in fleet.roster.ready
    assert times == [2, 4, 8, 16, 32, 60, 60]


def test_each_inspection_without_answer_doubles_the_time_until_the_next_up_to_a_minute(fleet):
    fleet.roster.back_off("w", "WebUI", "broke off")
    times = []
    for _ in range(7):
        times.append(seconds_until_probe(fleet))
        answer_probe(fleet, BAD)
        assert fleet.roster.ready == {}
    assert times == [2, 4, 8, 16, 32, 60, 60]


def test_a_webui_that_brought_its_cells_backs_off_briefly_again(fleet):
    for _ in range(3):
        fleet.roster.back_off("w", "WebUI", "broke off")
        seconds_until_probe(fleet)
        answer_probe(fleet, GOOD)
    fleet.roster.reset_back_off("w")
    fleet.roster.back_off("w", "WebUI", "broke off")
    assert seconds_until_probe(fleet) == 2


def test_a_webui_is_inspected_once_at_a_time_and_after_the_startup_delay(fleet):
    fleet.roster.back_off("w", "WebUI", "broke off")
    seconds_until_probe(fleet)
    assert seconds_until_probe(fleet, most=120) == 120
    assert [job.startup_delay for job in fleet.pool.jobs] == [roster.STARTUP_DELAY]
    assert fleet.pool.jobs[0] == replace(INSPECT, startup_delay=roster.STARTUP_DELAY)


def test_a_webui_that_is_other_after_its_back_off_is_excluded_for_good(fleet):
    fleet.roster.back_off("w", "WebUI", "broke off")
    seconds_until_probe(fleet)
    answer_probe(fleet, Reply(seconds=0, inspection=OTHER))
    assert fleet.roster.ready == {}
    assert fleet.said[-1] == "WebUI would give other pixels and is left out: the checkpoint is a91d, not b17c"
    assert seconds_until_probe(fleet) == 200
    assert fleet.roster.is_exhausted(1e9)


def test_an_excluded_webui_is_not_inspected_again(fleet):
    fleet.roster.exclude("w", "was interrupted")
    assert (fleet.roster.ready, fleet.said) == ({}, ["WebUI was interrupted"])
    assert seconds_until_probe(fleet) == 200


def test_with_differences_allowed_a_webui_is_ready_with_a_warning(fleet):
    rules = AdmissionRules(model=INSPECTION, allow_differences=True, inspect=INSPECT)
    webuis = Roster(fleet.pool, rules, fleet.said.append)
    assert webuis.admit("w", "WebUI", INSPECTION) == webuis.admit("v", "other", OTHER) == []
    assert webuis.ready["w"].warning == ""
    assert webuis.ready["v"].warning == "made where the checkpoint is a91d, not b17c"


def test_a_worker_that_comes_is_inspected_at_once_and_one_that_goes_is_told(fleet):
    assert fleet.roster.refresh() is None  # workers are asked for every five seconds only
    fleet.pool.names = {"v": "new"}
    fleet.clock.now += roster.REFRESH_SECONDS
    assert fleet.roster.refresh() == {"v": "new"}
    assert fleet.roster.ready == {}
    assert fleet.said == ["WebUI is gone with its worker"]
    assert seconds_until_probe(fleet) == 0
    answer_probe(fleet, GOOD)
    assert fleet.roster.ready["v"].name == "new"
    assert fleet.said[-1] == "new is ready"


def test_a_worker_that_goes_while_its_webui_backs_off_is_forgotten(fleet):
    fleet.roster.back_off("w", "WebUI", "broke off")
    seconds_until_probe(fleet)
    fleet.pool.names = {}
    fleet.clock.now += roster.REFRESH_SECONDS
    fleet.roster.refresh()
    assert answer_probe(fleet, GOOD)
    assert fleet.roster.ready == {}
    assert fleet.roster.is_exhausted(1e9)


def test_a_result_of_another_job_is_no_probe(fleet):
    assert not fleet.roster.handle_probe(JobResult(number=99, worker="w", reply=GOOD))


def test_the_run_is_exhausted_after_its_patience_without_a_webui(fleet):
    assert not fleet.roster.is_exhausted(10)
    fleet.clock.now += 100
    fleet.roster.back_off("w", "WebUI", "broke off")
    assert not fleet.roster.is_exhausted(10)
    fleet.clock.now += 10
    assert not fleet.roster.is_exhausted(10)
    fleet.clock.now += 1
    assert fleet.roster.is_exhausted(10)
    fleet.roster.admit("w", "WebUI", INSPECTION)
    assert not fleet.roster.is_exhausted(10)
    fleet.roster.back_off("w", "WebUI", "broke off")
    assert not fleet.roster.is_exhausted(10)  # the patience begins anew
