"""The worker pool on Dask's own cluster in this process, with jobs that speak to no WebUI."""

import threading
from types import SimpleNamespace

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet import dask_pool
from sd_expression_grid.fleet.jobs import Job, Reply
from sd_expression_grid.fleet.protocol import Request

URLS = ["http://127.0.0.1:2", "http://127.0.0.1:1"]
JOB = Job(request=Request(kind="look", study={}, seed=1, variation_seed=1, title=""), settings={}, patience=60)


@pytest.fixture
def pool():
    with dask_pool.open_pool(URLS, None) as opened:
        yield opened


def results(pool, count):
    found = []
    while len(found) < count:
        found += pool.finished(1)
    return found


def test_each_webui_has_a_worker_in_the_commands_order(pool):
    assert list(pool.workers().values()) == URLS


def test_workers_without_a_webui_are_left_out():
    """A cluster may do other things as well; WebUIs that the command does not name come in the order of their names."""

    def worker(name, **resources):
        return {"name": name, "resources": resources}

    there = {
        "tcp://a": worker("http://b", webui=1), "tcp://b": worker("other"), "tcp://c": worker("half", webui=0.5),
        "tcp://d": worker("http://a", webui=2, gpu=1), "tcp://e": worker("gpu", gpu=1),
    }  # fmt: skip
    asked = []
    client = SimpleNamespace(scheduler_info=lambda n_workers: asked.append(n_workers) or {"workers": there})
    found = dask_pool.DaskPool(client, []).workers()
    assert list(found.items()) == [("tcp://d", "http://a"), ("tcp://a", "http://b")]
    assert asked == [-1]  # else Dask tells of five only


def test_a_job_runs_at_the_webui_of_one_of_its_workers(pool, monkeypatch):
    monkeypatch.setattr(dask_pool, "run_job", lambda _job, url, _stop: Reply(seconds=0, trouble=url))
    workers = pool.workers()
    numbers = {pool.submit(JOB, [worker]): worker for worker in workers}
    for result in results(pool, 2):
        assert result.worker == numbers[result.number]
        assert result.reply.trouble == workers[result.worker]


def test_a_worker_has_one_job_at_a_time(pool, monkeypatch):
    running, most = threading.Semaphore(1), []

    def alone(*_):
        most.append(running.acquire(blocking=False))
        threading.Event().wait(0.05)
        running.release()
        return Reply(seconds=0)

    monkeypatch.setattr(dask_pool, "run_job", alone)
    worker = next(iter(pool.workers()))
    for _ in range(4):
        pool.submit(JOB, [worker])
    results(pool, 4)
    assert most == [True] * 4


def test_the_users_stop_reaches_the_jobs(pool, monkeypatch):
    started = threading.Event()

    def until_stopped(_job, _url, stop):
        assert not stop()
        started.set()
        while not stop():
            pass
        return Reply(seconds=0, refused="stopped")

    monkeypatch.setattr(dask_pool, "run_job", until_stopped)
    pool.submit(JOB, pool.workers())
    started.wait()
    pool.stop()
    assert results(pool, 1)[0].reply.refused == "stopped"


def test_a_dropped_job_does_not_come_back(pool, monkeypatch):
    may_end = threading.Event()

    def waits(*_):
        may_end.wait()
        return Reply(seconds=0)

    monkeypatch.setattr(dask_pool, "run_job", waits)
    dropped, kept = (pool.submit(JOB, [worker]) for worker in pool.workers())
    pool.drop(dropped)
    may_end.set()
    assert [result.number for result in results(pool, 1)] == [kept]


def test_what_dask_says_of_a_lost_worker_is_trouble(pool, monkeypatch):
    def lost(*_):
        raise OSError("connection lost")

    monkeypatch.setattr(dask_pool, "_run_here", lost)
    number = pool.submit(JOB, pool.workers())
    [result] = results(pool, 1)
    assert (result.number, result.worker) == (number, None)
    assert result.reply.trouble == "was lost with its worker: OSError connection lost"


def test_a_fault_of_our_own_is_no_trouble(pool, monkeypatch):
    def broken(*_):
        raise TypeError("a fault of our own")

    monkeypatch.setattr(dask_pool, "run_job", broken)
    pool.submit(JOB, pool.workers())
    worker = "inproc://.*"
    with pytest.raises(
        dask_pool.JobError,
        match=rf"(?s)^a job failed on the worker {worker}:\nTraceback.*in broken.*TypeError: a fault",
    ):
        results(pool, 1)


def test_without_a_scheduler_there_is_no_pool(monkeypatch):
    monkeypatch.setattr(dask_pool, "CONNECT_SECONDS", 0.2)
    with (
        pytest.raises(StudyError, match=r"^there is no Dask scheduler at tcp://127.0.0.1:1: Timed out"),
        dask_pool.open_pool([], "tcp://127.0.0.1:1"),
    ):
        pass
