"""The benchmark for cards, on a WebUI without one: it counts and compares, whatever the time."""

import re

import pytest

from tests.benchmarks import contest
from tests.hosts import Host

SETTINGS = {"steps": 6, "width": 32, "height": 32, "sampler_name": "Euler"}


@pytest.mark.slow
def test_all_ways_make_the_same_pictures_and_the_table_tells_rows_and_memory(standin_server, capsys, monkeypatch):
    monkeypatch.setattr(contest, "MEMORY_EVERY", 0.001)
    monkeypatch.setattr(contest.Contest, "memory", lambda _: 3 * 2**20)
    contest.Contest(standin_server, ["<lora:Noor:0.8>"], [2, 4], **SETTINGS).run(2)
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    told = [(line[0].removeprefix("| "), *line[3:]) for line in lines[1:]]
    stock, shared, single_rows = 2 * 9 * 2 * 6, 2 * 2 * (9 * 6 - 8 * 2), 2 * (9 * 12 - 8 * 5)
    assert told == [
        ("single stock pictures, through the API", f"{stock}", "the same, every bit", "3 MB |"),
        ("exact", f"{shared}", "the same, every bit", "3 MB |"),
        ("batched, 2 rows a batch", f"{single_rows}", "the same, every bit", "3 MB |"),
        ("batched, 4 rows a batch", f"{single_rows}", "the same, every bit", "3 MB |"),
    ]
    assert all(re.fullmatch(r"\d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\)", line[1]) for line in lines[1:])


def test_memory_is_what_torch_holds_and_nothing_where_the_webui_tells_none(monkeypatch):
    without = contest.Contest.__new__(contest.Contest)
    without.host = Host("http://127.0.0.1:9", "a1111")
    assert without.memory() == 0
    for told, held in (({"cuda": {"allocated": {"current": 7}}}, 7), ({"cuda": {"error": "unavailable"}}, 0)):
        monkeypatch.setattr(Host, "get", lambda _self, _path, told=told: told)
        assert without.memory() == held
