"""`page FOLDER`: writes the page of a study again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sd_expression_grid.page.page import write_page
from sd_expression_grid.store.folder import StudyFolder

if TYPE_CHECKING:
    from argparse import Namespace

    from sd_expression_grid.commands import Subparsers


def add_to(subparsers: Subparsers) -> None:
    """Adds the command and its arguments."""
    text = "write index.html, the page of a study, into its folder"
    command = subparsers.add_parser("page", help=text, description=text)
    command.add_argument("folder", type=Path, help="the study's folder, which holds study.json")
    command.set_defaults(run=run)


def run(asked: Namespace) -> None:
    """Writes the page, and says where it is."""
    print(write_page(StudyFolder(asked.folder)))
