"""The command line, which needs no WebUI: ``python -m sd_expression_grid report FOLDER`` and its like."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from sd_expression_grid.commands import report
from sd_expression_grid.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (report,)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0, or 2 where it could not be done, with the reason on the standard error."""
    parser = argparse.ArgumentParser(prog="python -m sd_expression_grid", description="Works on finished studies.")
    subparsers = parser.add_subparsers(title="commands", required=True)
    for command in COMMANDS:
        command.add_to(subparsers)
    asked = parser.parse_args(arguments)
    try:
        asked.run(asked)
    except StudyError as error:
        sys.stderr.writelines(f"{fault}\n" for fault in error.faults)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
