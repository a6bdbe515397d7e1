"""`python -m tests.mutation`: puts small faults into the code, one at a time, and tells which no unit test notices.

A sample of all faults is tried, always the same for a seed and a state of the code, each in a copy of the working
tree against the unit tests of its wing. A test run that does not come to an end has noticed.
"""

from __future__ import annotations

import argparse
import os
import queue
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutation.mutants import Mutant, mutants_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = Path("sd_expression_grid")
SUFFIXES = (".py", ".html")
NOT_BY_DEFAULT = "webui"
"""It is tested by the contract, which takes minutes."""

MOST_CPU_SECONDS, MOST_SECONDS = 120, 900
PYTEST = ("-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="so many faults; 100")
    parser.add_argument("--seed", type=int, default=1, help="which ones; 1")
    parser.add_argument("--only", default="", metavar="WING,…", help="such as report,page or report/writing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="so many at the same time; all cores")
    parser.add_argument("--all-tests", action="store_true", help="survivors of a wing's tests meet all unit tests")
    parser.add_argument("--list", action="store_true", help="only say what would be tried")
    asked = parser.parse_args()
    every = all_mutants([part for part in asked.only.split(",") if part])
    chosen = sorted(random.Random(asked.seed).sample(every, min(asked.sample, len(every))))
    if asked.list:
        print(*chosen, f"{len(chosen)} of {len(every)} faults", sep="\n")
        return 0
    survivors = []
    for survivor in surviving(chosen, asked.jobs, asked.all_tests):
        survivors.append(survivor)
        print(survivor, flush=True)
    wings = Counter(mutant.file.parts[1] for mutant in survivors)
    print(f"{len(survivors)} of {len(chosen)} faults survived:", ", ".join(f"{w} {n}" for w, n in wings.items()))
    return 0


def all_mutants(only: list[str]) -> list[Mutant]:
    """All of the files that begin so, or of every wing that unit tests hold."""
    files = sorted(file.relative_to(ROOT) for file in (ROOT / PACKAGE).rglob("*") if file.suffix in SUFFIXES)
    starts = [f"{PACKAGE}/{part}" for part in only]
    chosen = [file for file in files if any(str(file).startswith(start) for start in starts)]
    chosen = chosen if only else [file for file in files if NOT_BY_DEFAULT not in file.parts]
    return [mutant for file in chosen for mutant in mutants_of(file, (ROOT / file).read_bytes())]


def surviving(mutants: list[Mutant], jobs: int, all_tests: bool) -> Iterator[Mutant]:
    """Those that the tests do not notice, one after the other."""
    copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder, ThreadPoolExecutor(jobs) as pool:
        for number in range(jobs):
            copies.put(copied(Path(folder, str(number))))
        suites = {tests_of(mutant.file) for mutant in mutants} | ({"tests/unit"} if all_tests else set())
        if not all(pool.map(lambda suite: passes(copies, suite), suites)):
            raise SystemExit("the tests fail without any fault")

        def survives(mutant: Mutant) -> bool:
            suite = tests_of(mutant.file)
            return passes(copies, suite, mutant) and (not all_tests or passes(copies, "tests/unit", mutant))

        alive = pool.map(survives, mutants)
        yield from (mutant for mutant, is_alive in zip(mutants, alive, strict=True) if is_alive)


def copied(folder: Path) -> Path:
    """A copy of the working tree, without what git ignores."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def tests_of(file: Path) -> str:
    """The unit tests of its wing; all of them where the wing has none of its own."""
    own = Path("tests/unit", file.parts[1])
    return str(own) if (ROOT / own).is_dir() else "tests/unit"


def passes(copies: queue.SimpleQueue[Path], suite: str, mutant: Mutant | None = None) -> bool:
    """Whether the tests pass in a copy with the fault, which is taken out again."""
    folder = copies.get()
    try:
        if mutant is None:
            return passes_in(folder, suite)
        file = folder / mutant.file
        original = file.read_bytes()
        file.write_bytes(mutant.source(original))
        try:
            return passes_in(folder, suite)
        finally:
            file.write_bytes(original)
    finally:
        copies.put(folder)


def passes_in(folder: Path, suite: str) -> bool:
    """Whether the tests of a tree pass. Bytecode of a file that changes twice a second would be stale."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *PYTEST, suite], cwd=folder, env=environment, timeout=MOST_SECONDS, preexec_fn=limited,
            capture_output=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def limited() -> None:
    """An endless loop ends after so many seconds of work, however busy the machine is."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))


if __name__ == "__main__":
    raise SystemExit(main())
