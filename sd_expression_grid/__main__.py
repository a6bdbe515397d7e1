"""`python -m sd_expression_grid`: studies without the WebUI's page, and finished ones without a WebUI."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.commands import article, export, grid, page, report, sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (grid, page, report, article, export, sweep)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 2 where it cannot be done, with the reason on the error stream."""
    parser = argparse.ArgumentParser(prog="python -m sd_expression_grid", description="Makes and shows studies.")
    subparsers = parser.add_subparsers(required=True, metavar="command")
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
    raise SystemExit(main())
