"""What all workers of a test run have in common: processes that the first who needs them starts, and locks."""

import fcntl
import json
import os
import signal
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path


class Shared:
    """A folder that the workers share; whoever created it ends what was started in it."""

    def __init__(self, folder=None):
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="expression-grid-tests-")
        self.path = Path(folder or self._temporary.name)

    @contextmanager
    def lock(self, name, *, alone=True):
        """Held by one worker alone, or by several together. They wait in line, so that nobody waits for ever."""
        with (self.path / f"{name}.line").open("w") as line, (self.path / f"{name}.lock").open("w") as lock:
            fcntl.flock(line, fcntl.LOCK_EX)
            fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            fcntl.flock(line, fcntl.LOCK_UN)
            yield

    def process(self, name, start):
        """What ``start(folder)`` told of the process that it started, with its ``pid``; it is called once for all."""
        told = self.path / f"{name}.json"
        with self.lock(f"start {name}"):
            if not told.exists():
                (self.path / name).mkdir()
                told.write_text(json.dumps(start(self.path / name)))
        return json.loads(told.read_text())

    def end(self):
        """Ends all processes."""
        if self._temporary is None:
            return
        for told in self.path.glob("*.json"):
            with suppress(ProcessLookupError):
                os.kill(json.loads(told.read_text())["pid"], signal.SIGKILL)
        self._temporary.cleanup()
