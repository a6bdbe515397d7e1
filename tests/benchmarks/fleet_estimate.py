"""`python -m tests.benchmarks.fleet_estimate`: what 10, 100 and 1,000 WebUIs would do, on paper and in a simulation.

The simulation runs the command's own scheduler, roster and units over a model of WebUIs, link and disk in simulated
time; what Dask and the disk take for a unit and a cell is measured here, on this machine.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sd_expression_grid.fleet import dask_pool, output_folder
from sd_expression_grid.fleet.jobs import Job, Reply
from sd_expression_grid.fleet.protocol import MadeCell, Request
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.study.study import CellKey
from tests.fleet_simulation import Fleet, study, uneven

ROWS_A_SECOND = 14.0  # SD 1.5, 512×512: 7 steps a second, each with the prompt's and the negative prompt's row
SPREAD = 0.5  # the fastest WebUI is 2.25 times as fast as the slowest
UNIT_SECONDS = 1.5  # a LoRA loads, prompts are checked
CELL_BYTES = 450_000  # a PNG of 512×512
LINK = 125e6  # bytes a second of the command's machine: 1 Gbit/s
KEEP_SECONDS = 0.002  # to write and hash a cell
TURN_SECONDS = 0.006  # Dask's and the command's share in a unit, the record included
EXPRESSIONS, CHARACTERS, SEEDS = 9, 13, 4  # for each 10 WebUIs


@dataclass(frozen=True)
class Estimate:
    """Seconds, but for the numbers of cells and units."""

    cells: int
    units: int
    making: float
    transfer: float
    command: float

    @property
    def seconds(self) -> float:
        """The making goes on beside what the command does, which is one thing after the other."""
        return max(self.making, self.transfer + self.command)


def on_paper(webuis: int, speed: float, cost) -> Estimate:
    """``speed`` is that of all together, in denoiser rows a second."""
    columns = CHARACTERS * webuis // 10 * SEEDS
    cells = columns * EXPRESSIONS
    units = columns + webuis  # near the end about one column for each WebUI is cut once
    making = (columns * cost.rows(EXPRESSIONS) + webuis * cost.rows(1) / 2) / speed + units * UNIT_SECONDS / webuis
    return Estimate(
        cells=cells,
        units=units,
        making=making,
        transfer=cells * CELL_BYTES / LINK,
        command=cells * KEEP_SECONDS + units * TURN_SECONDS,
    )


def simulated(webuis: int) -> tuple[Fleet, Estimate]:
    models = uneven(webuis, SPREAD, random.Random(1), unit_seconds=UNIT_SECONDS)
    fleet = Fleet(
        study(CHARACTERS * webuis // 10, rows=EXPRESSIONS, seeds=SEEDS),
        models,
        cell_bytes=CELL_BYTES,
        bytes_a_second=LINK,
        keep_seconds=KEEP_SECONDS,
        turn_seconds=TURN_SECONDS,
    )
    fleet.run()
    return fleet, on_paper(webuis, sum(model.speed for model in models), fleet.cost)


def keep_seconds(cells: int = 60) -> float:
    """What a cell takes to be written, hashed and recorded, in units of nine."""
    with tempfile.TemporaryDirectory() as name:
        start = time.monotonic()
        for first in range(0, cells, EXPRESSIONS):
            keys = [CellKey(expression=f"e{n}", character=f"c{first}", seed=1) for n in range(EXPRESSIONS)]
            made = [MadeCell(key=k, status="done", identity="", png=os.urandom(CELL_BYTES)) for k in keys]
            output_folder.save(StudyFolder(Path(name)), made, "")
        return (time.monotonic() - start) / cells


def dask_seconds(webuis: int = 10, units: int = 300) -> float:
    """What Dask takes to carry a unit of nothing to a worker and back."""
    request = Request(kind="make", study=study(CHARACTERS), seed=1, variation_seed=1, title="")
    job, before = Job(request=request, settings={}, patience=1), dask_pool.run_job
    dask_pool.run_job = lambda *_: Reply(seconds=0)
    try:
        with dask_pool.open_pool([f"http://h{number}" for number in range(webuis)], None) as pool:
            workers, waiting, left = list(pool.workers()), 0, units
            start = time.monotonic()
            while left or waiting:
                while left and waiting < webuis:
                    pool.submit(job, workers)
                    waiting, left = waiting + 1, left - 1
                waiting -= len(pool.finished(1))
            return (time.monotonic() - start) / units
    finally:
        dask_pool.run_job = before


def main() -> None:
    print("| WebUIs | cells | units | making | transfer | command | on paper | simulated | units | busy |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for webuis in (10, 100, 1000):
        fleet, paper = simulated(webuis)
        busy = sum(model.busy for model in fleet.webuis) / webuis / fleet.seconds
        units = sum(len(model.units) for model in fleet.webuis)
        seconds = (paper.making, paper.transfer, paper.command, paper.seconds, fleet.seconds)
        columns = [f"{number:,}" for number in (webuis, paper.cells, paper.units)]
        columns += [*(f"{number:.0f} s" for number in seconds), f"{units:,}", f"{busy:.0%}"]
        print(f"| {' | '.join(columns)} |")
    kept, carried, among_100 = (1000 * seconds for seconds in (keep_seconds(), dask_seconds(), dask_seconds(100)))
    print(f"\nOn this machine: {kept:.1f} ms to keep a cell, {carried:.1f} ms for Dask to carry a unit,", end=" ")
    print(f"{among_100:.1f} ms among 100 workers.")


if __name__ == "__main__":
    main()
